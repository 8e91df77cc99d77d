//! What users of the crate may rely on, seen through its public surface.

mod checksums;
mod damage;
mod exhaustive;
mod format_2;
mod sample;
mod searching;
