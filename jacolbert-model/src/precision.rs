//! The number format of a model's products.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number format in which a model multiplies matrices; the default is [`F32`](Self::F32).
///
/// Residual sums, norms, softmax, unit rows and scores are `f32` in every format, as under PyTorch's autocast.
/// Training keeps the weights in `f32` too, so that small updates are not lost.
///
/// | format | [`cpu`](crate::Device::cpu) | Burn's devices |
/// |---|---|---|
/// | [`F32`](Self::F32) | yes | yes |
/// | [`Bf16`](Self::Bf16) | yes | where the device has it |
/// | [`F16`](Self::F16) | no | where the device has it |
/// | [`Int8`](Self::Int8) | yes | no |
///
/// Embeddings in another format are close to those in `f32`, but not equal. The
/// [fingerprint](crate::Encoder::fingerprint) does not depend on the format: encode the queries and passages of
/// an index in the same one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Precision {
    /// 24 bits of mantissa; the reference.
    ///
    /// On the CPU an embedding is within 1e-5 of the Burn module's.
    #[default]
    F32,
    /// 8 bits of mantissa and the range of `f32`; the layers take half the memory.
    ///
    /// On the CPU it is much faster than `f32` with AMX, and with AVX-512 BF16 on AMD processors. Elsewhere it is
    /// slower, also on Intel processors that have AVX-512 BF16 without AMX. Attention multiplies in bf16 too. AMX
    /// adds in another order, so embeddings differ slightly from those without it.
    ///
    /// Loading such an encoder requests AMX from Linux for the process. From then on Linux refuses alternate signal
    /// stacks that are too small for the AMX state (`AT_MINSIGSTKSZ`, about 12 KB).
    Bf16,
    /// 11 bits of mantissa, up to 65,504; for encoding on GPUs. Not for training: gradients underflow.
    F16,
    /// 8-bit integers, with a scale per column of weights and per token. The layers take a quarter of the memory, and
    /// this is the fastest format on a CPU with AMX or AVX-512 VNNI.
    ///
    /// Attention is in bf16 where the processor has instructions for it. The notes on AMX at [`Bf16`](Self::Bf16)
    /// apply here too.
    Int8,
}

impl Precision {
    pub(crate) const ALL: [Self; 4] = [Self::F32, Self::Bf16, Self::F16, Self::Int8];

    fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
            Self::Int8 => "int8",
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Precision {
    type Err = UnknownPrecision;

    fn from_str(name: &str) -> Result<Self, UnknownPrecision> {
        let unknown = || UnknownPrecision { name: name.into() };
        Self::ALL.into_iter().find(|precision| precision.name() == name).ok_or_else(unknown)
    }
}

/// A name that no number format has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no number format; there are {}", listed(&Precision::ALL))]
pub struct UnknownPrecision {
    /// The name.
    pub name: String,
}

/// `precisions`, separated by commas.
pub(crate) fn listed(precisions: &[Precision]) -> String {
    let names: Vec<String> = precisions.iter().map(Precision::to_string).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_its_name_as_text_and_in_json() {
        for precision in Precision::ALL {
            let name = precision.to_string();
            assert!(matches!(name.parse(), Ok(again) if precision == again));
            assert_eq!(serde_json::to_string(&precision).expect("a name"), format!("\"{name}\""));
        }
        assert!(
            matches!("f64".parse::<Precision>(), Err(UnknownPrecision { name }) if name == "f64")
        );
    }
}
