//! Serves collections of jacolbert over HTTP: search, rerank, encode, explain, add and delete.
//!
//! ```no_run
//! use jacolbert::Collection;
//! use jacolbert_server::Server;
//!
//! let collection = Collection::open("my-index")?;
//! // Serves until SIGINT or SIGTERM.
//! Server::new().collection("my-index", collection).run()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `docs/server.md` of the repository describes routes, limits, error codes and metrics, and how to deploy a server.
//! A running server describes its routes at `/openapi.json`, and for people at `/docs`.
//!
//! The library prints nothing and reads no environment variable. It reports to [`tracing`].

mod access;
mod app;
mod code;
mod connections;
mod error;
mod fault;
mod json_body;
mod limits;
mod log;
mod metrics;
mod path_values;
mod routes;
mod running;
mod served;
mod server;
mod signals;
mod work_queue;

pub use error::Error;
pub use limits::Limits;
pub use running::Running;
pub use server::Server;

/// Compiles the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
