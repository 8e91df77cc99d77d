//! What Ctrl-C does while a command works.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::error::Error;
use crate::exit::Exit;

/// Whether the user has interrupted the program.
///
/// The first interruption asks the command to stop where nothing is lost and nothing half-written remains. The
/// second one ends the program at once. That is safe, too: a change is one commit, which is there or not.
#[derive(Debug, Clone)]
pub(crate) struct Interruption {
    is_asked: Arc<AtomicBool>,
}

impl Interruption {
    /// Watches for interruptions from the first call on. All calls share one answer.
    pub(crate) fn watch() -> Result<Self, Error> {
        static WATCHED: OnceLock<Interruption> = OnceLock::new();
        if let Some(watched) = WATCHED.get() {
            return Ok(watched.clone());
        }
        let is_asked = Arc::new(AtomicBool::new(false));
        let asked = is_asked.clone();
        let installed = ctrlc::set_handler(move || {
            if asked.swap(true, Ordering::Relaxed) {
                std::process::exit(Exit::Interrupted as i32);
            }
            eprintln!("\nstopping after the present step; press Ctrl-C again to stop at once");
        });
        installed.map_err(Error::Signals)?;
        Ok(WATCHED.get_or_init(|| Self { is_asked }).clone())
    }

    /// Stop if the user has asked for it.
    pub(crate) fn flow(&self) -> ControlFlow<()> {
        if self.is_asked.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
