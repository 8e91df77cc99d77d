//! `jacolbert serve`: collections over HTTP.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use jacolbert_server::{Limits, Server};
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;

use crate::collection_choice::CollectionChoice;
use crate::error::Error;
use crate::exit::Exit;
use crate::model_choice::ModelChoice;
use crate::output::Output;

/// The name of a collection that is given without one.
const UNNAMED: &str = "default";

const EXAMPLES: &str = "\
Examples:
  jacolbert serve                                     the collection .jacolbert, as `default`
  jacolbert serve news=news-index laws=laws-index     several collections
  JACOLBERT_KEY=.. jacolbert serve --address 0.0.0.0:8080

  curl -s http://127.0.0.1:8080/v1/collections";

/// Serve collections over HTTP, with a page to search them
///
/// Only this machine reaches the server, at http://127.0.0.1:8080, unless `--address` says otherwise. Searches go on
/// while documents are added. Ctrl-C or SIGTERM finish what runs, and then end the server. docs/server.md describes
/// routes, limits and metrics.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeCommand {
    /// Collections, as NAME=FOLDER. By default the folder of --collection, as `default`
    #[arg(value_name = "NAME=FOLDER", value_parser = named_folder)]
    collections: Vec<NamedFolder>,
    /// Where to listen. Port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    address: SocketAddr,
    /// Requests need this key, in `Authorization: Bearer KEY`. The environment variable hides it from other users
    #[arg(long, value_name = "KEY", env = "JACOLBERT_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Let other machines reach the server without a key. They can read, change and delete all documents
    #[arg(long, conflicts_with = "key")]
    allow_without_key: bool,
    /// A further name by which clients call this machine; may be repeated
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// What the log on standard error has: off, error, warn, info or debug. --quiet leaves errors
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log: LevelFilter,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    collection: CollectionChoice,
    #[command(flatten)]
    model: ModelChoice,
}

/// What the server accepts; docs/server.md lists the limits that have no option.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
struct LimitArgs {
    /// Threads that search. By default one for each core
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Requests that may wait for a thread. Further ones are answered with 429
    #[arg(long, value_name = "N")]
    queue: Option<usize>,
    /// Seconds that a search may take
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Bytes of a body
    #[arg(long, value_name = "BYTES")]
    body: Option<usize>,
}

#[derive(Debug, Clone)]
struct NamedFolder {
    name: String,
    folder: PathBuf,
}

impl ServeCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        self.start_log(output);
        let server = self.settings(Server::new().address(self.address));
        let running = self.add_collections(server)?.start()?.catch_signals()?;
        let url = format!("http://{}", running.address());
        if output.is_json() {
            output.value(&json!({ "url": url }))?;
        } else {
            output.note(format!("serving at {url}; Ctrl-C ends it"));
        }
        running.wait()?;
        Ok(Exit::Done)
    }

    fn start_log(&self, output: &Output) {
        let level = if output.is_quiet() { self.log.min(LevelFilter::ERROR) } else { self.log };
        let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(level);
        log.with_ansi(output.has_colours()).init();
    }

    fn settings(&self, server: Server) -> Server {
        let server = server.limits(self.limits.limits());
        let server = self.host.iter().fold(server, |server, host| server.host(host));
        let server = match &self.key {
            Some(key) => server.key(key),
            None => server,
        };
        if self.allow_without_key { server.allow_without_key() } else { server }
    }

    /// Opens all collections. With `--model`, they share one model.
    fn add_collections(&self, server: Server) -> Result<Server, Error> {
        let folders = self.folders()?;
        let shared = if self.model.is_given() { Some(self.model.load()?) } else { None };
        let mut server = server;
        for NamedFolder { name, folder } in folders {
            let collection = match &shared {
                Some(retriever) => retriever.open(&folder)?,
                None => self.model.open(&folder)?,
            };
            server = server.collection(name, collection);
        }
        Ok(server)
    }

    fn folders(&self) -> Result<Vec<NamedFolder>, Error> {
        if self.collections.is_empty() {
            let folder = self.collection.existing()?.to_path_buf();
            return Ok(vec![NamedFolder { name: UNNAMED.into(), folder }]);
        }
        Ok(self.collections.clone())
    }
}

impl LimitArgs {
    fn limits(&self) -> Limits {
        let usual = Limits::default();
        Limits {
            read_threads: self.threads.unwrap_or(usual.read_threads),
            queued_reads: self.queue.unwrap_or(usual.queued_reads),
            read_time: self.timeout.map_or(usual.read_time, Duration::from_secs),
            body_bytes: self.body.unwrap_or(usual.body_bytes),
            ..usual
        }
    }
}

fn named_folder(text: &str) -> Result<NamedFolder, String> {
    let (name, folder) = text.split_once('=').ok_or("a collection is given as NAME=FOLDER")?;
    Ok(NamedFolder { name: name.into(), folder: Path::new(folder).into() })
}
