//! Turns: one thread at a time changes a handle.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// The right to change a handle, which one thread has at a time.
///
/// A change encodes on rayon's threads. While a thread of a pool waits for others, it may run any other
/// task of the pool, on the same stack. If that task waited for the turn, then the change below it, or one
/// that needs this thread, could never end. Hence a thread of a pool never waits.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    owner: Mutex<Option<ThreadId>>,
    is_free: Condvar,
}

/// A turn, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct TurnGuard<'t>(&'t Turn);

impl Turn {
    /// Waits for the turn and takes it; `None` where waiting could last forever: the calling thread has
    /// the turn already, or another one has it and the calling thread belongs to a rayon pool.
    pub(crate) fn take(&self) -> Option<TurnGuard<'_>> {
        let caller = thread::current().id();
        let mut owner = self.owner();
        while let Some(present) = *owner {
            if present == caller || rayon::current_thread_index().is_some() {
                return None;
            }
            owner = self.is_free.wait(owner).unwrap_or_else(PoisonError::into_inner);
        }
        *owner = Some(caller);
        Some(TurnGuard(self))
    }

    /// The lock is held for a few instructions, none of which panics.
    fn owner(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.owner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for TurnGuard<'_> {
    fn drop(&mut self) {
        *self.0.owner() = None;
        self.0.is_free.notify_one();
    }
}
