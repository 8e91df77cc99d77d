//! What users of the crate may rely on, seen through its public surface.

mod build;
mod damage;
mod forms;
#[cfg(target_os = "linux")]
mod full_disk;
mod history;
#[cfg(feature = "import")]
mod plaid;
mod sample;
mod writing;
