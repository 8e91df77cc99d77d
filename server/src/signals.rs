//! The signals that end the server: SIGINT and SIGTERM, or Ctrl-C where there are none.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(not(unix))]
use tokio::signal::windows::{CtrlC, ctrl_c};

/// The signals, from the moment at which they no longer end the process.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

#[cfg(unix)]
impl Signals {
    /// Catches them from now on; within a runtime.
    pub(crate) fn catch() -> std::io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> std::io::Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        Ok(())
    }
}

/// Ctrl-C, from the moment at which it no longer ends the process.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: CtrlC,
}

#[cfg(not(unix))]
impl Signals {
    /// Catches it from now on; within a runtime.
    pub(crate) fn catch() -> std::io::Result<Self> {
        Ok(Self { interrupt: ctrl_c()? })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> std::io::Result<()> {
        self.interrupt.recv().await;
        Ok(())
    }
}
