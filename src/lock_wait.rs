//! Waiting for the lock of a folder.

use std::thread;
use std::time::{Duration, Instant};

use jacolbert_index::Error as IndexError;

use crate::Error;

/// The pause after the first attempt; each pause is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Repeats `attempt` while another writer has the lock, for as long as `wait`. The thread sleeps between two
/// attempts, since the systems' locks of files have no wait of limited length.
pub(crate) fn retry_while_locked<T>(
    wait: Duration,
    mut attempt: impl FnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let result = attempt();
        if !matches!(&result, Err(Error::Index(IndexError::Locked { .. }))) {
            return result;
        }
        let left = wait.saturating_sub(start.elapsed());
        if left.is_zero() {
            return result;
        }
        thread::sleep(pause.min(left));
        pause = LONGEST_PAUSE.min(2 * pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked() -> Result<(), Error> {
        Err(Error::Index(IndexError::Locked { path: "writer.lock".into() }))
    }

    #[test]
    fn an_attempt_is_repeated_until_it_succeeds_or_the_time_is_over() {
        let mut num_attempts = 0;
        let succeeds_third = || {
            num_attempts += 1;
            if num_attempts < 3 { locked() } else { Ok(()) }
        };
        assert!(retry_while_locked(Duration::MAX, succeeds_third).is_ok());
        assert_eq!(num_attempts, 3);

        let start = Instant::now();
        let wait = Duration::from_millis(5);
        assert!(retry_while_locked(wait, locked).is_err());
        assert!(start.elapsed() >= wait);
    }

    #[test]
    fn other_errors_and_no_time_end_at_once() {
        let mut num_attempts = 0;
        let mut count = |result: Result<(), Error>| {
            num_attempts += 1;
            result
        };
        assert!(retry_while_locked(Duration::MAX, || count(Err(Error::Cancelled))).is_err());
        assert!(retry_while_locked(Duration::ZERO, || count(locked())).is_err());
        assert_eq!(num_attempts, 2);
    }
}
