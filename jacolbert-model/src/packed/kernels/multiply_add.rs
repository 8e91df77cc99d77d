//! Multiplying and adding, in one step or in two.

/// How `a * b + c` is computed.
pub(super) trait MultiplyAdd {
    fn multiply_add(a: f32, b: f32, c: f32) -> f32;
}

/// In one step with one rounding, where that is an instruction. Elsewhere it is a call of a library.
pub(super) enum Fused {}

/// In two steps with a rounding each, for processors without such an instruction.
pub(super) enum Separate {}

impl MultiplyAdd for Fused {
    #[inline(always)]
    fn multiply_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

impl MultiplyAdd for Separate {
    #[inline(always)]
    fn multiply_add(a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }
}
