//! Where a model computes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Precision};

/// Where a model computes: the CPU, or a device of Burn.
///
/// | device | cargo feature | what computes |
/// |---|---|---|
/// | [`cpu`](Self::cpu) | none | this crate's kernels, over weights that are packed for them |
/// | `flex` | `flex` | the Burn module, in pure Rust on the CPU |
/// | `ndarray` | `ndarray` | the Burn module on the CPU; deprecated by Burn |
/// | `wgpu`, `vulkan`, `metal` | the same | the Burn module on a GPU |
/// | `cuda` | `cuda` | the Burn module on an NVIDIA GPU |
///
/// A device is written and serialised as its name in this table. The name does not say which of several
/// GPUs it is: reading it gives the one that Burn prefers.
///
/// ```
/// use jacolbert_model::Device;
///
/// let device: Device = "cpu".parse()?;
/// assert_eq!(device, Device::default());
/// assert_eq!(device.to_string(), "cpu");
/// # Ok::<(), jacolbert_model::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Device(Kind);

#[derive(Clone, Default)]
enum Kind {
    #[default]
    Cpu,
    #[cfg(feature = "burn")]
    Burn { name: &'static str, device: burn::tensor::Device },
}

/// The CPU's name.
const CPU: &str = "cpu";

/// Burn's devices, each with the name of its feature, and whether it is compiled in.
const OF_BURN: [(&str, bool); 6] = [
    ("flex", cfg!(feature = "flex")),
    ("ndarray", cfg!(feature = "ndarray")),
    ("wgpu", cfg!(feature = "wgpu")),
    ("vulkan", cfg!(feature = "vulkan")),
    ("metal", cfg!(feature = "metal")),
    ("cuda", cfg!(feature = "cuda")),
];

impl Device {
    /// The CPU, with this crate's own kernels: AMX, AVX-512, AVX2 with FMA, or plain Rust.
    ///
    /// An embedding has the same bits for any batch and any number of threads, and with AVX-512 as with AVX2. An
    /// x86-64 processor without AVX2 and FMA multiplies and adds in two steps: it is slower, and its embeddings
    /// differ by rounding.
    pub fn cpu() -> Self {
        Self(Kind::Cpu)
    }

    /// The number formats in which the device can multiply; see [`Precision`].
    pub fn precisions(&self) -> Vec<Precision> {
        Precision::ALL.into_iter().filter(|&precision| self.computes_in(precision)).collect()
    }

    /// Whether it can multiply in the number format `precision`.
    fn computes_in(&self, precision: Precision) -> bool {
        match &self.0 {
            Kind::Cpu => precision != Precision::F16,
            #[cfg(feature = "burn")]
            Kind::Burn { device, .. } => precision
                .dtype()
                .is_some_and(|dtype| device.supports_dtype(burn::tensor::DType::from(dtype))),
        }
    }

    /// Checks that the device can multiply in `precision`.
    ///
    /// # Errors
    /// [`Error::Precision`].
    pub fn check_precision(&self, precision: Precision) -> Result<(), Error> {
        if self.computes_in(precision) {
            return Ok(());
        }
        Err(self.unfit(precision))
    }

    /// The error that it cannot multiply in the number format `precision`.
    pub(crate) fn unfit(&self, precision: Precision) -> Error {
        Error::Precision { precision, device: self.to_string(), takes: self.precisions() }
    }

    /// Whether it computes in the processor, with the packed weights or with the module.
    pub(crate) fn is_processor(&self) -> bool {
        matches!(self.name(), "cpu" | "flex" | "ndarray")
    }

    fn name(&self) -> &'static str {
        match self.0 {
            Kind::Cpu => CPU,
            #[cfg(feature = "burn")]
            Kind::Burn { name, .. } => name,
        }
    }
}

#[cfg(feature = "burn")]
impl Device {
    /// The Burn module on the CPU, in pure Rust. It is slower than [`cpu`](Self::cpu), and the reference for
    /// all other devices.
    #[cfg(feature = "flex")]
    pub fn flex() -> Self {
        Self(Kind::Burn { name: "flex", device: burn::tensor::Device::flex() })
    }

    /// The Burn module on the CPU by ndarray, which Burn deprecates.
    #[cfg(feature = "ndarray")]
    pub fn ndarray() -> Self {
        // It stays available as long as Burn has it.
        #[expect(deprecated)]
        let device = burn::tensor::Device::ndarray();
        Self(Kind::Burn { name: "ndarray", device })
    }

    /// The Burn module on the GPU that wgpu prefers, by the graphics API that it prefers.
    #[cfg(feature = "wgpu")]
    pub fn wgpu() -> Self {
        Self(Kind::Burn { name: "wgpu", device: burn::tensor::Device::wgpu(Default::default()) })
    }

    /// The Burn module on the preferred GPU, by Vulkan.
    #[cfg(feature = "vulkan")]
    pub fn vulkan() -> Self {
        Self(Kind::Burn {
            name: "vulkan",
            device: burn::tensor::Device::vulkan(Default::default()),
        })
    }

    /// The Burn module on the preferred GPU, by Metal.
    #[cfg(feature = "metal")]
    pub fn metal() -> Self {
        Self(Kind::Burn { name: "metal", device: burn::tensor::Device::metal(Default::default()) })
    }

    /// The Burn module on the first NVIDIA GPU.
    #[cfg(feature = "cuda")]
    pub fn cuda() -> Self {
        Self(Kind::Burn { name: "cuda", device: burn::tensor::Device::cuda(0_usize) })
    }

    /// Seeds the random numbers of the backend for fresh weights and dropout. It has no effect on the CPU,
    /// which draws none.
    ///
    /// ```
    /// # #[cfg(feature = "flex")]
    /// jacolbert_model::Device::flex().seed(7);
    /// ```
    pub fn seed(&self, seed: u64) {
        if let Some(device) = self.as_burn() {
            device.seed(seed);
        }
    }

    /// Burn's device; `None` for the CPU.
    pub(crate) fn as_burn(&self) -> Option<&burn::tensor::Device> {
        match &self.0 {
            Kind::Cpu => None,
            Kind::Burn { device, .. } => Some(device),
        }
    }
}

#[cfg(feature = "burn")]
impl From<burn::tensor::Device> for Device {
    fn from(device: burn::tensor::Device) -> Self {
        Self(Kind::Burn { name: backend_name(&device), device })
    }
}

/// Fails with [`Error::NoBurnDevice`] for the CPU, on which no Burn module computes.
#[cfg(feature = "burn")]
impl TryFrom<&Device> for burn::tensor::Device {
    type Error = Error;

    fn try_from(device: &Device) -> Result<Self, Error> {
        device.as_burn().cloned().ok_or(Error::NoBurnDevice)
    }
}

/// The name of a device's backend, which only Burn's debug text shows. Several backends share one type there, so
/// the more specific names come first.
#[cfg(feature = "burn")]
fn backend_name(device: &burn::tensor::Device) -> &'static str {
    let text = format!("{device:?}").to_lowercase();
    ["flex", "ndarray", "cuda", "vulkan", "metal"]
        .into_iter()
        .find(|name| text.contains(name))
        .unwrap_or("wgpu")
}

impl PartialEq for Device {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kind::Cpu, Kind::Cpu) => true,
            #[cfg(feature = "burn")]
            (Kind::Burn { device, .. }, Kind::Burn { device: other, .. }) => device == other,
            #[cfg(feature = "burn")]
            (Kind::Cpu, Kind::Burn { .. }) | (Kind::Burn { .. }, Kind::Cpu) => false,
        }
    }
}

impl Eq for Device {}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Cpu => f.write_str("Device(cpu)"),
            #[cfg(feature = "burn")]
            Kind::Burn { name, device } => write!(f, "Device({name}: {device:?})"),
        }
    }
}

/// Fails with [`Error::DeviceFeature`] for a device whose cargo feature is off, and with
/// [`Error::UnknownDevice`] for any other name.
impl FromStr for Device {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            CPU => Ok(Self::cpu()),
            #[cfg(feature = "flex")]
            "flex" => Ok(Self::flex()),
            #[cfg(feature = "ndarray")]
            "ndarray" => Ok(Self::ndarray()),
            #[cfg(feature = "wgpu")]
            "wgpu" => Ok(Self::wgpu()),
            #[cfg(feature = "vulkan")]
            "vulkan" => Ok(Self::vulkan()),
            #[cfg(feature = "metal")]
            "metal" => Ok(Self::metal()),
            #[cfg(feature = "cuda")]
            "cuda" => Ok(Self::cuda()),
            _ => match OF_BURN.into_iter().find(|&(feature, _)| feature == name) {
                Some((feature, _)) => Err(Error::DeviceFeature { feature }),
                None => Err(Error::UnknownDevice { name: name.into(), available: available() }),
            },
        }
    }
}

/// Names of the devices that are compiled in.
fn available() -> Vec<&'static str> {
    let of_burn = OF_BURN.into_iter().filter(|&(_, is_compiled_in)| is_compiled_in);
    std::iter::once(CPU).chain(of_burn.map(|(name, _)| name)).collect()
}

impl Serialize for Device {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Device {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_device_or_says_which_feature_is_missing() {
        let compiled_in = [
            ("cpu", true),
            ("flex", cfg!(feature = "flex")),
            ("ndarray", cfg!(feature = "ndarray")),
            ("metal", cfg!(feature = "metal")),
            ("cuda", cfg!(feature = "cuda")),
        ];
        for (name, is_there) in compiled_in {
            let device: Result<Device, Error> = name.parse();
            match device {
                Ok(device) => assert!(is_there && device.to_string() == name),
                Err(Error::DeviceFeature { feature }) => assert!(!is_there && feature == name),
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn any_other_name_is_unknown() {
        for name in ["", "CPU", "gpu", "cuda:1"] {
            let error = name.parse::<Device>().expect_err("no such device");
            assert!(matches!(&error, Error::UnknownDevice { name: found, .. } if found == name));
            let expected = format!("unknown device {name:?}; this build has cpu");
            assert!(error.to_string().starts_with(&expected), "{error}");
            assert_eq!(error.to_string().contains("flex"), cfg!(feature = "flex"), "{error}");
        }
    }

    #[test]
    fn the_cpu_takes_three_formats_and_says_so() {
        let cpu = Device::cpu();
        assert_eq!(cpu.precisions(), [Precision::F32, Precision::Bf16, Precision::Int8]);
        let error = cpu.check_precision(Precision::F16).expect_err("no f16");
        assert_eq!(error.to_string(), "cpu cannot compute in f16; it takes f32, bf16, int8");
    }

    #[test]
    fn a_device_is_its_name_in_json() {
        assert_eq!(serde_json::to_string(&Device::cpu()).expect("a string"), "\"cpu\"");
        assert_eq!(serde_json::from_str::<Device>("\"cpu\"").expect("a name"), Device::cpu());
        assert!(serde_json::from_str::<Device>("\"gpu\"").is_err());
    }

    #[cfg(feature = "flex")]
    #[test]
    fn a_device_of_burn_goes_there_and_back() {
        let burn = burn::tensor::Device::flex();
        let device = Device::from(burn.clone());
        assert_eq!((device.to_string().as_str(), &device), ("flex", &Device::flex()));
        assert!(matches!(burn::tensor::Device::try_from(&device), Ok(back) if back == burn));
        let cpu = burn::tensor::Device::try_from(&Device::cpu());
        assert!(matches!(cpu, Err(Error::NoBurnDevice)));
        assert_ne!(device, Device::cpu());
    }
}
