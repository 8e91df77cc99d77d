//! The kernels over rows: plain Rust, compiled for each instruction set.

/// The methods of [`KernelSet`](super::kernel_set::KernelSet) over rows, for an instruction set with these
/// features.
macro_rules! row_kernels {
    ($features:literal) => {
        row_kernels! { $features,
            add_and_norm(rows: &mut [f32], added: &[f32], stride: usize, norm: Norm<'_>) -> () = scalar::add_and_norm::<Fused>;
            softmax(row: &mut [f32], mask: &[f32]) -> () = scalar::softmax::<Fused>;
            softmax_in_bf16(row: &mut [f32], mask: &[f32], nearest: &mut [bf16]) -> () = scalar::softmax_in_bf16::<Fused>;
            unit(row: &mut [f32], least: f32) -> () = scalar::unit;
            nearest_bf16(row: &[f32], nearest: &mut [bf16]) -> () = scalar::nearest_bf16;
            quantise(row: &[f32], bytes: &mut [i8]) -> ByteScale = scalar::quantise::<Fused>;
        }
    };
    ($features:literal,
        $($kernel:ident($($argument:ident: $type:ty),*) -> $result:ty = $definition:expr;)*
    ) => {
        $(
            fn $kernel(self, $($argument: $type),*) -> $result {
                #[target_feature(enable = $features)]
                fn compiled($($argument: $type),*) -> $result {
                    $definition($($argument),*)
                }
                // SAFETY: a value of this type exists only where these features were detected.
                unsafe { compiled($($argument),*) }
            }
        )*
    };
}

pub(super) use row_kernels;
