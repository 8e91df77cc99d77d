//! Connections: accepting them, and their limits of time and size.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use prometheus_client::metrics::gauge::Gauge;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tracing::{debug, error};

use crate::Error;
use crate::limits::Limits;

/// The pause after an error of the system, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves the connections of `listener` until `stop` becomes true. Then none is accepted, and those that are open may
/// finish what runs.
///
/// # Errors
/// [`Error::StillRunning`].
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    gauge: Gauge,
    mut stop: watch::Receiver<bool>,
) -> Result<(), Error> {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut stopped = pin!(async move { stop.wait_for(|stop| *stop).await.map(|_| ()) });
    loop {
        let next = accept(&listener, &places);
        let (stream, place) = tokio::select! {
            _ = &mut stopped => break,
            next = next => next,
        };
        let service = TowerToHyperService::new(router.clone());
        let connection =
            builder(&limits).serve_connection(TokioIo::new(limited(stream, &limits)), service);
        let connection = graceful.watch(connection);
        let gauge = gauge.clone();
        tokio::spawn(async move {
            gauge.inc();
            if let Err(error) = connection.await {
                debug!(%error, "a connection ended");
            }
            gauge.dec();
            drop(place);
        });
    }
    drop(listener);
    let connections = graceful.count();
    let ended = timeout(limits.stop_time, graceful.shutdown()).await;
    ended.map_err(|_| Error::StillRunning { connections })
}

/// The next connection, when there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        // The semaphore is never closed.
        let Ok(place) = places.clone().acquire_owned().await else { continue };
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                error!(%error, "cannot accept a connection");
                sleep(PAUSE).await;
            }
        }
    }
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.receive_time)
        .max_header_size(limits.header_bytes);
    builder
}

/// A stream that fails when the client takes nothing for too long.
fn limited(stream: TcpStream, limits: &Limits) -> std::pin::Pin<Box<TimeoutStream<TcpStream>>> {
    // An answer is one piece; waiting for more to send would only delay it.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "cannot set TCP_NODELAY");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.send_time));
    Box::pin(stream)
}
