//! A checkpoint's folder: its settings, its tokenizer, and its weights as plain named tensors.

mod folder;
mod layout;
#[cfg(feature = "pytorch")]
mod pytorch_file;
mod safetensors_file;
mod settings_checksum;
mod sharded_file;
mod single_file;
mod stored_names;
mod stored_tensors;
mod tensor_file;
mod values;
mod weights;
mod weights_file;

pub(crate) use folder::CheckpointFolder;
pub(crate) use layout::check_folder;
pub(crate) use settings_checksum::settings_checksum;
#[cfg(feature = "burn")]
pub(crate) use stored_names::{PROJECTION, stored_name};
pub use tensor_file::TensorFile;
pub(crate) use weights::Weights;
#[cfg(feature = "burn")]
pub(crate) use weights_file::SAFETENSORS;
