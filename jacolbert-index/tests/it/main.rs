//! What users of the crate may rely on, seen through its public surface.

mod build;
mod damage;
#[cfg(feature = "import")]
mod plaid;
mod pooling;
mod sample;
mod writing;
