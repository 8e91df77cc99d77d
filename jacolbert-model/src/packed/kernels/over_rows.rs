//! What goes over rows, which is plain Rust compiled for each instruction set.

/// The methods of an instruction set that are those of `scalar` with its features.
macro_rules! over_rows {
    ($isa:ty, $features:literal) => {
        over_rows! { $isa, $features,
            add_and_norm(rows: &mut [f32], added: &[f32], stride: usize, norm: Norm<'_>) -> ();
            softmax(row: &mut [f32], mask: &[f32]) -> ();
            softmax_in_bf16(row: &mut [f32], mask: &[f32], nearest: &mut [bf16]) -> ();
            unit(row: &mut [f32], least: f32) -> ();
            nearest_bf16(row: &[f32], nearest: &mut [bf16]) -> ();
            quantise(row: &[f32], bytes: &mut [i8]) -> ByteScale;
        }
    };
    ($isa:ty, $features:literal,
        $($kernel:ident($($argument:ident: $type:ty),*) -> $result:ty;)*
    ) => {
        impl $isa {
            $(
                #[doc = concat!("See [`super::Isa::", stringify!($kernel), "`].")]
                pub(super) fn $kernel(self, $($argument: $type),*) -> $result {
                    #[target_feature(enable = $features)]
                    fn compiled($($argument: $type),*) -> $result {
                        scalar::$kernel($($argument),*)
                    }
                    // SAFETY: a value of this type exists only where these features were detected.
                    unsafe { compiled($($argument),*) }
                }
            )*
        }
    };
}

pub(super) use over_rows;
