//! The server over loopback, as clients see it.

mod access;
mod adding;
mod client;
mod limits;
mod rerank;
mod routes;
mod sample;
mod stopping;
mod wrong_requests;
