//! Instruction sets: which one the machine has, and calls of the kernels that are written for it.
//!
//! A value of [`Avx2`] or [`Avx512`] can only be made where the processor has those instructions, so
//! that a kernel that takes one needs no further check. A crate declares its kernels as a trait,
//! implements it for [`Scalar`] (the definition), [`Avx2`] and [`Avx512`], and calls them through
//! [`dispatch!`](crate::dispatch).

/// The instruction set that kernels run on; a value is the proof that the machine has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    /// Plain Rust.
    Scalar,
    /// AVX2 with FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// AVX-512 F, BW and VL.
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

/// Plain Rust, which every machine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scalar;

/// Proof that the machine has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Avx2(());

/// Proof that the machine has AVX-512 F, BW and VL, and AVX2 with FMA.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Avx512 {
    avx2: Avx2,
    has_vnni: bool,
    has_bf16: bool,
}

impl Isa {
    /// The widest instruction set that this machine has.
    pub fn detected() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(avx512) = Avx512::detected() {
                return Self::Avx512(avx512);
            }
            if let Some(avx2) = Avx2::detected() {
                return Self::Avx2(avx2);
            }
        }
        Self::Scalar
    }

    /// Every instruction set that this machine has, narrow ones first: what tests compare with
    /// [`Isa::Scalar`].
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Scalar];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(Avx2::detected().map(Self::Avx2));
            all.extend(Avx512::detected().map(|avx512| Self::Avx512(avx512.first_generation())));
            all.extend(Avx512::detected().map(Self::Avx512));
        }
        all
    }
}

#[cfg(target_arch = "x86_64")]
impl Avx2 {
    /// The proof, if the machine has AVX2 and FMA.
    pub fn detected() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }
}

#[cfg(target_arch = "x86_64")]
impl Avx512 {
    /// The proof, if the machine has AVX-512 F, BW and VL.
    pub fn detected() -> Option<Self> {
        let has_all = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl");
        Avx2::detected().filter(|_| has_all).map(|avx2| Self {
            avx2,
            has_vnni: is_x86_feature_detected!("avx512vnni"),
            has_bf16: is_x86_feature_detected!("avx512bf16"),
        })
    }

    /// The narrower instructions, which such a machine has, too.
    pub fn avx2(self) -> Avx2 {
        self.avx2
    }

    /// Whether one instruction multiplies bytes and adds four products (VNNI).
    pub fn has_vnni(self) -> bool {
        self.has_vnni
    }

    /// Whether one instruction multiplies pairs in bf16 and adds them.
    pub fn has_bf16(self) -> bool {
        self.has_bf16
    }

    /// The same without VNNI and bf16, as the first processors with AVX-512 are.
    #[must_use]
    pub fn first_generation(self) -> Self {
        Self { has_vnni: false, has_bf16: false, ..self }
    }
}

/// Calls a method of the kernels for the instruction set `$isa`: `dispatch!(isa, dots(panel, rows))`
/// is `kernels.dots(panel, rows)` with [`Scalar`], [`Avx2`] or [`Avx512`] as `kernels`.
#[macro_export]
macro_rules! dispatch {
    ($isa:expr, $kernel:ident($($argument:expr),* $(,)?)) => {
        match $isa {
            $crate::simd::Isa::Scalar => $crate::simd::Scalar.$kernel($($argument),*),
            #[cfg(target_arch = "x86_64")]
            $crate::simd::Isa::Avx2(avx2) => avx2.$kernel($($argument),*),
            #[cfg(target_arch = "x86_64")]
            $crate::simd::Isa::Avx512(avx512) => avx512.$kernel($($argument),*),
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    trait Width {
        fn width(self, of: usize) -> usize;
    }

    impl Width for Scalar {
        fn width(self, of: usize) -> usize {
            of
        }
    }

    #[cfg(target_arch = "x86_64")]
    impl Width for Avx2 {
        fn width(self, of: usize) -> usize {
            8 * of
        }
    }

    #[cfg(target_arch = "x86_64")]
    impl Width for Avx512 {
        fn width(self, of: usize) -> usize {
            16 * of
        }
    }

    #[test]
    fn the_widest_instruction_set_is_the_last_of_all() {
        let widths: Vec<usize> =
            Isa::all().into_iter().map(|isa| dispatch!(isa, width(2))).collect();
        assert!(widths.is_sorted(), "{widths:?}");
        assert_eq!(Isa::all().last(), Some(&Isa::detected()));
    }
}
