//! What users of the crate may rely on, seen through its public surface.

mod build;
mod damage;
#[cfg(target_os = "linux")]
mod forms;
mod full_disk;
mod history;
mod sample;
mod writing;
