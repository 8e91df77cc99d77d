//! The devices on which modules compute.

use jacolbert_model::Device;

use crate::devices::{TestDevice, on_every_device};

/// Goes through `law` with every device but the CPU, which has no module.
pub(crate) fn on_every_burn_device<E>(
    mut law: impl FnMut(&TestDevice, &burn::tensor::Device) -> Result<(), E>,
) -> Result<(), E> {
    on_every_device(|on| match burn::tensor::Device::try_from(&on.device) {
        Ok(device) => law(on, &device),
        Err(_) => {
            assert_eq!(on.device, Device::cpu());
            Ok(())
        }
    })
}
