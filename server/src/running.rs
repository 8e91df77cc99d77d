//! A server that is running.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Error;
use crate::app::App;
use crate::connections::serve;
use crate::routes::router;
use crate::signals::Signals;

/// The time that work without a client has to end, after all connections have ended.
const LAST: Duration = Duration::from_millis(100);

/// A server that is running. Dropping it ends it at once, without waiting for what runs.
///
/// ```no_run
/// use jacolbert_server::Server;
///
/// let running = Server::new().folder("news", "news-index").start()?;
/// println!("http://{}", running.address());
/// running.wait()?;
/// # Ok::<(), jacolbert_server::Error>(())
/// ```
pub struct Running {
    address: SocketAddr,
    runtime: Runtime,
    stop: watch::Sender<bool>,
    serving: JoinHandle<Result<(), Error>>,
    /// Once they are caught.
    signals: Option<Signals>,
}

impl Running {
    /// Listens at `address` and serves.
    pub(crate) fn start(address: SocketAddr, app: Arc<App>) -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread().enable_all().thread_name("http").build();
        let runtime = runtime.map_err(|source| Error::System { what: "threads", source })?;
        let failed = |source| Error::Listen { address, source };
        let listener = runtime.block_on(TcpListener::bind(address)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopped) = watch::channel(false);
        let limits = app.limits.clone();
        let connections = app.metrics.connections.clone();
        let serving = serve(listener, router(app), limits, connections, stopped);
        let serving = runtime.spawn(serving);
        Ok(Self { address, runtime, stop, serving, signals: None })
    }

    /// Where it listens.
    ///
    /// ```no_run
    /// # let running = jacolbert_server::Server::new().folder("news", "news-index").start()?;
    /// println!("http://{}", running.address());
    /// # Ok::<(), jacolbert_server::Error>(())
    /// ```
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the process gets SIGINT or SIGTERM, then [stops](Self::stop).
    ///
    /// ```no_run
    /// # let running = jacolbert_server::Server::new().folder("news", "news-index").start()?;
    /// running.wait()?;
    /// # Ok::<(), jacolbert_server::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::System`] if the system refuses to report signals, and as [`stop`](Self::stop).
    pub fn wait(self) -> Result<(), Error> {
        let mut running = self.catch_signals()?;
        if let Some(signals) = &mut running.signals {
            let next = running.runtime.block_on(signals.next());
            next.map_err(|source| Error::System { what: "waiting for signals", source })?;
        }
        running.stop()
    }

    /// From now on, SIGINT and SIGTERM no longer end the process, but [`wait`](Self::wait). Without it they do so from
    /// the call of `wait` on. Call it before you announce the address, so that whoever knows the address can stop the
    /// server gracefully.
    ///
    /// ```no_run
    /// # let server = jacolbert_server::Server::new().folder("news", "news-index");
    /// let running = server.start()?.catch_signals()?;
    /// println!("http://{}", running.address());
    /// running.wait()?;
    /// # Ok::<(), jacolbert_server::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::System`] if the system refuses to report signals.
    pub fn catch_signals(mut self) -> Result<Self, Error> {
        if self.signals.is_none() {
            let _within = self.runtime.enter();
            let signals = Signals::catch();
            let signals =
                signals.map_err(|source| Error::System { what: "waiting for signals", source })?;
            self.signals = Some(signals);
        }
        Ok(self)
    }

    /// Accepts no further connection, finishes the requests that run, and ends.
    ///
    /// ```no_run
    /// # let running = jacolbert_server::Server::new().folder("news", "news-index").start()?;
    /// running.stop()?;
    /// # Ok::<(), jacolbert_server::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::StillRunning`] if that takes longer than [`Limits::stop_time`](crate::Limits::stop_time).
    pub fn stop(self) -> Result<(), Error> {
        let Self { runtime, stop, serving, .. } = self;
        stop.send_replace(true);
        let stopped = runtime.block_on(serving);
        runtime.shutdown_timeout(LAST);
        match stopped {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}
