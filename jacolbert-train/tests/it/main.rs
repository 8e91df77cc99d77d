//! What users of the crate may rely on, seen through its public surface.

mod bad_input;
mod gradient;
mod losses;
mod properties;
