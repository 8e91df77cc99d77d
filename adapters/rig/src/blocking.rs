//! Computation that would hold up the tasks of an asynchronous program.

use tokio::runtime::Handle;
use tokio::task::JoinError;

/// Computes on a thread for blocking work, or here if there is no runtime of Tokio.
///
/// # Errors
/// If the work panicked or the runtime stopped before it began.
pub(crate) async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    match Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await,
        Err(_) => Ok(work()),
    }
}
