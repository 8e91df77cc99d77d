//! The devices that are compiled in, and how close each must come to the reference.

use std::sync::LazyLock;

use jacolbert_model::Device;

/// Scores may differ by this much on every device.
pub(crate) const SCORES_WITHIN: f32 = 1e-3;

/// A device and what is asked of it.
#[derive(Debug)]
pub(crate) struct TestDevice {
    pub(crate) device: Device,
    /// Largest difference of a component of an embedding.
    pub(crate) within: f32,
}

/// Every device that the features of this build and the machine provide; the CPU is the first.
pub(crate) fn devices() -> &'static [TestDevice] {
    static DEVICES: LazyLock<Vec<TestDevice>> = LazyLock::new(|| {
        let cpu = TestDevice { device: Device::cpu(), within: 1e-5 };
        [Some(cpu), flex(), ndarray(), wgpu()].into_iter().flatten().collect()
    });
    &DEVICES
}

/// Goes through `law` with every device and says which one it is with.
pub(crate) fn on_every_device<E>(
    mut law: impl FnMut(&TestDevice) -> Result<(), E>,
) -> Result<(), E> {
    devices().iter().try_for_each(|device| {
        println!("on {}", device.device);
        law(device)
    })
}

#[cfg(feature = "flex")]
fn flex() -> Option<TestDevice> {
    Some(TestDevice { device: Device::flex(), within: 1e-5 })
}

#[cfg(not(feature = "flex"))]
fn flex() -> Option<TestDevice> {
    None
}

#[cfg(feature = "ndarray")]
fn ndarray() -> Option<TestDevice> {
    Some(TestDevice { device: Device::ndarray(), within: 1e-4 })
}

#[cfg(not(feature = "ndarray"))]
fn ndarray() -> Option<TestDevice> {
    None
}

/// The adapter that wgpu prefers: a GPU, or Vulkan in software (Mesa's lavapipe).
#[cfg(feature = "wgpu")]
fn wgpu() -> Option<TestDevice> {
    let (device, said) = match burn::tensor::Device::wgpu_options().init_with_setup() {
        Ok((device, setup)) => {
            let adapter = setup.adapter.get_info();
            (Some(device), format!("wgpu is {} by {:?}", adapter.name, adapter.backend))
        }
        Err(error) => (None, format!("SKIPPED: nothing is tested on wgpu: {error}")),
    };
    // Past the test harness, which shows what is printed by macros only on failure.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{said}\n").as_bytes());
    Some(TestDevice { device: device?.into(), within: 1e-4 })
}

#[cfg(not(feature = "wgpu"))]
fn wgpu() -> Option<TestDevice> {
    None
}
