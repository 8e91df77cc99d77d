//! What users of the crate may rely on, seen through its public surface.

mod altered_files;
mod cases;
mod damage;
mod devices;
mod encoding;
mod files_of_people;
mod fingerprint;
mod japanese;
mod layout_folders;
mod layouts;
mod parity;
#[cfg(feature = "pytorch")]
mod pickles;
mod precisions;
mod pylate;
mod reference;
mod self_check;
mod sentence;
mod settings;
mod shards;
mod stream;
mod tensor_file;
mod text;
mod tiny;
#[cfg(feature = "pytorch")]
mod torch_file;

type TestResult = Result<(), Box<dyn std::error::Error>>;
