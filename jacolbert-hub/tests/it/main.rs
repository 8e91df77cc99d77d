//! What users of a hub may rely on, against a hub on loopback.

mod cache;
mod download;
mod failures;
mod fixture;
mod server;
