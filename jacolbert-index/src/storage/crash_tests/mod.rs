//! Crashes that are tried: every commit is stopped at every step, and what a reader then sees is checked.

mod bench;
mod laws;
mod power_loss;
mod scenarios;
mod watched_disk;

pub(crate) use watched_disk::disk_of;
