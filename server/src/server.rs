//! Settings of a server.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use jacolbert::{Collection, Retriever};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Error;
use crate::access::Access;
use crate::app::App;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::running::Running;
use crate::served::Served;
use crate::work_queue::WorkQueue;

/// Settings of a server; [`run`](Self::run) serves until the process is told to stop, [`start`](Self::start) in the
/// background.
///
/// ```no_run
/// use jacolbert::{Collection, Retriever};
/// use jacolbert_server::Server;
///
/// let retriever = Retriever::from_dir("assets/mini")?;
/// Server::new()
///     .collection("news", retriever.open("news-index")?)
///     .collection("laws", retriever.open("laws-index")?)
///     .key("a long random text")
///     .run()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is served before `run` or `start`"]
pub struct Server {
    collections: Vec<(String, Source)>,
    retriever: Option<Retriever>,
    address: SocketAddr,
    access: Access,
    exposure: Exposure,
    limits: Limits,
}

/// Where a collection comes from.
#[derive(Debug)]
enum Source {
    Open(Box<Collection>),
    Folder(PathBuf),
}

/// Whether other machines may reach a server without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exposure {
    WithKey,
    WithoutKey,
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}

impl Server {
    /// A server without collections at 127.0.0.1:8080, without a key.
    ///
    /// ```
    /// let server = jacolbert_server::Server::new();
    /// ```
    pub fn new() -> Self {
        Self {
            collections: Vec::new(),
            retriever: None,
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            access: Access::default(),
            exposure: Exposure::WithKey,
            limits: Limits::default(),
        }
    }

    /// Serves `collection` as `name`, which consists of letters, digits, `-`, `_` and `.`.
    ///
    /// Collections that one [`Retriever`] opened share its model in memory.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    /// use jacolbert_server::Server;
    ///
    /// let server = Server::new().collection("news", Collection::open("news-index")?);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn collection(mut self, name: impl Into<String>, collection: Collection) -> Self {
        self.collections.push((name.into(), Source::Open(Box::new(collection))));
        self
    }

    /// Serves the collection in `folder` as `name`. It is opened at the start, with a model of its own as it
    /// remembers it.
    ///
    /// ```no_run
    /// use jacolbert_server::Server;
    ///
    /// Server::new().folder("news", "news-index").run()?;
    /// # Ok::<(), jacolbert_server::Error>(())
    /// ```
    pub fn folder(mut self, name: impl Into<String>, folder: impl Into<PathBuf>) -> Self {
        self.collections.push((name.into(), Source::Folder(folder.into())));
        self
    }

    /// The model that reranks and encodes if a request names no collection; by default that of the first collection.
    ///
    /// ```no_run
    /// use jacolbert::Retriever;
    /// use jacolbert_server::Server;
    ///
    /// // A server that only reranks and encodes.
    /// Server::new().retriever(Retriever::from_dir("assets/mini")?).run()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn retriever(mut self, retriever: Retriever) -> Self {
        self.retriever = Some(retriever);
        self
    }

    /// Where it listens; by default 127.0.0.1:8080, which only this machine reaches. Port 0 takes a free one.
    ///
    /// ```
    /// use jacolbert_server::Server;
    ///
    /// let server = Server::new().address(([127, 0, 0, 1], 9090).into());
    /// ```
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// The key that requests need in `Authorization: Bearer KEY`; by default none. Health, readiness, the page and the
    /// description of the routes need none.
    ///
    /// ```
    /// let server = jacolbert_server::Server::new().key("a long random text");
    /// ```
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.access.key = Some(key.into());
        self
    }

    /// Lets other machines reach a server without a key; by default [`start`](Self::start) refuses that. Anybody who
    /// reaches it can then read, change and delete documents.
    ///
    /// ```
    /// use jacolbert_server::Server;
    ///
    /// let server = Server::new().address(([0, 0, 0, 0], 8080).into()).allow_without_key();
    /// ```
    pub fn allow_without_key(mut self) -> Self {
        self.exposure = Exposure::WithoutKey;
        self
    }

    /// A further name of this host, as clients or a proxy call it. A server without a key answers only requests for
    /// `localhost`, for an address and for these names, so that pages of other sites cannot read it through a browser.
    ///
    /// ```
    /// let server = jacolbert_server::Server::new().host("search.internal");
    /// ```
    pub fn host(mut self, name: impl Into<String>) -> Self {
        self.access.hosts.push(name.into());
        self
    }

    /// What it accepts, and how long it takes at most.
    ///
    /// ```
    /// use jacolbert_server::{Limits, Server};
    ///
    /// let server = Server::new().limits(Limits { k: 100, ..Default::default() });
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Serves until the process gets SIGINT or SIGTERM, then finishes what runs and returns.
    ///
    /// ```no_run
    /// jacolbert_server::Server::new().folder("news", "news-index").run()?;
    /// # Ok::<(), jacolbert_server::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`start`](Self::start) and [`Running::stop`].
    pub fn run(self) -> Result<(), Error> {
        self.start()?.wait()
    }

    /// Starts threads that serve, and returns when requests are accepted.
    ///
    /// ```no_run
    /// use jacolbert_server::Server;
    ///
    /// let running = Server::new().folder("news", "news-index").start()?;
    /// println!("http://{}", running.address());
    /// running.stop()?;
    /// # Ok::<(), jacolbert_server::Error>(())
    /// ```
    ///
    /// # Errors
    /// All of [`Error`] but [`Error::StillRunning`].
    pub fn start(self) -> Result<Running, Error> {
        self.check_exposure()?;
        let address = self.address;
        Running::start(address, Arc::new(self.into_app()?))
    }

    /// # Errors
    /// [`Error::OpenWithoutKey`], [`Error::Key`].
    fn check_exposure(&self) -> Result<(), Error> {
        match &self.access.key {
            None if !self.address.ip().is_loopback() && self.exposure == Exposure::WithKey => {
                Err(Error::OpenWithoutKey { address: self.address })
            }
            Some(key) if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Err(Error::Key)
            }
            _ => Ok(()),
        }
    }

    fn into_app(self) -> Result<App, Error> {
        let Self { collections, retriever, access, limits, .. } = self;
        let change_threads = threads("change", limits.change_threads)?;
        let mut served: Vec<Arc<Served>> = Vec::new();
        for (name, source) in collections {
            check_name(&name, &served)?;
            let collection = source.open(&name)?;
            served.push(Arc::new(Served::new(name, collection, change_threads.clone(), &limits)));
        }
        let first = || served.first().map(|served| served.collection.retriever());
        let retriever = retriever.or_else(first).ok_or(Error::NothingToServe)?;
        let read_threads = limits.read_threads.max(1);
        let threads = threads("read", read_threads)?;
        let metrics = Arc::new(Metrics::new());
        let access = Arc::new(access);
        let reads = WorkQueue::new(limits.queued_reads, read_threads, threads, limits.read_time);
        Ok(App { collections: served, retriever, limits, reads, metrics, access })
    }
}

impl Source {
    fn open(self, name: &str) -> Result<Collection, Error> {
        let failed = |source| Error::Collection { name: name.into(), source: Box::new(source) };
        match self {
            Self::Open(collection) => Ok(*collection),
            Self::Folder(folder) => Collection::open(folder).map_err(failed),
        }
    }
}

/// # Errors
/// [`Error::Name`], [`Error::DuplicateName`].
fn check_name(name: &str, earlier: &[Arc<Served>]) -> Result<(), Error> {
    let is_possible = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || matches!(name, "." | "..") || !name.chars().all(is_possible) {
        return Err(Error::Name { name: name.into() });
    }
    if earlier.iter().any(|served| served.name == name) {
        return Err(Error::DuplicateName { name: name.into() });
    }
    Ok(())
}

/// Threads that compute. Searches have others than changes, since a thread goes on with what it has begun.
fn threads(what: &'static str, n: usize) -> Result<Arc<ThreadPool>, Error> {
    let builder = ThreadPoolBuilder::new().num_threads(n.max(1));
    let threads = builder.thread_name(move |number| format!("{what} {number}")).build();
    Ok(Arc::new(threads.map_err(|error| Error::Threads(Box::new(error)))?))
}
