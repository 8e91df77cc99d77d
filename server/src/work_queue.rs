//! A bounded queue of work for a bounded number of workers, outside the threads that talk to clients.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::ThreadPool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout_at;

use crate::code::Code;
use crate::fault::Fault;

/// A queue of work. Work enters it in the order of arrival, waits for a worker, and computes on a pool of threads.
#[derive(Debug)]
pub(crate) struct WorkQueue {
    /// Work that waits or runs.
    places: Arc<Semaphore>,
    num_places: usize,
    /// Work that runs.
    workers: Arc<Semaphore>,
    threads: Arc<ThreadPool>,
    longest: Duration,
}

/// The right to run, which ends when it is dropped.
struct Place {
    _place: OwnedSemaphorePermit,
    _worker: OwnedSemaphorePermit,
}

/// The result of work, or what it panicked with.
type Outcome<T> = std::thread::Result<Result<T, Fault>>;

impl WorkQueue {
    /// A queue of `n_waiting` places before `n_workers` workers, which compute on `threads`. Work takes at most
    /// `longest`, waiting included.
    pub(crate) fn new(
        n_waiting: usize,
        n_workers: usize,
        threads: Arc<ThreadPool>,
        longest: Duration,
    ) -> Self {
        let num_places = n_waiting + n_workers;
        Self {
            places: Arc::new(Semaphore::new(num_places)),
            num_places,
            workers: Arc::new(Semaphore::new(n_workers)),
            threads,
            longest,
        }
    }

    /// Number of pieces of work that wait or run.
    pub(crate) fn len(&self) -> usize {
        self.num_places - self.places.available_permits()
    }

    /// Whether further work would be refused.
    pub(crate) fn is_full(&self) -> bool {
        self.places.available_permits() == 0
    }

    /// Runs `work` and waits until its time is over. Work that has begun then still occupies its worker to its end;
    /// work that has not begun never begins.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let deadline = Instant::now() + self.longest;
        let place = self.place(deadline).await?;
        let task = spawn_blocking(self.with_place(place, work));
        match timeout_at(deadline.into(), task).await {
            Ok(ended) => result_of(ended),
            Err(_) => Err(Fault::new(Code::Timeout, "the time for the request is over")
                .at("seconds", self.longest.as_secs_f64())),
        }
    }

    /// Runs `work`, which ends by itself at the deadline that it gets, and waits for its end in any case.
    pub(crate) async fn run_to_end<T: Send + 'static>(
        &self,
        work: impl FnOnce(Instant) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let deadline = Instant::now() + self.longest;
        let place = self.place(deadline).await?;
        result_of(spawn_blocking(self.with_place(place, move || work(deadline))).await)
    }

    /// Waits for a worker.
    async fn place(&self, deadline: Instant) -> Result<Place, Fault> {
        let full = || {
            let reason = "as many requests are waiting as the server lets wait";
            Fault::new(Code::QueueFull, reason).at("limit", self.num_places)
        };
        let place = self.places.clone().try_acquire_owned().map_err(|_| full())?;
        let overloaded = || {
            let reason = "no worker was free within the time for the request";
            Fault::new(Code::Overloaded, reason).at("seconds", self.longest.as_secs_f64())
        };
        let worker = timeout_at(deadline.into(), self.workers.clone().acquire_owned()).await;
        // The semaphore is never closed.
        let worker = worker.ok().and_then(Result::ok).ok_or_else(overloaded)?;
        Ok(Place { _place: place, _worker: worker })
    }

    /// The work on the pool of threads; it gives its place back at its end, whoever waits for it then.
    fn with_place<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> impl FnOnce() -> Outcome<T> + Send + 'static {
        let threads = self.threads.clone();
        move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| threads.install(work)));
            drop(place);
            outcome
        }
    }
}

/// The result of a task that has ended.
fn result_of<T>(ended: Result<Outcome<T>, tokio::task::JoinError>) -> Result<T, Fault> {
    match ended {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Fault::new(Code::Panicked, "the request made the server panic")),
        // The runtime is being shut down.
        Err(_) => Err(Fault::new(Code::Overloaded, "the server is stopping")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn queue(n_waiting: usize, longest: Duration) -> Arc<WorkQueue> {
        let threads = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        Arc::new(WorkQueue::new(n_waiting, 1, Arc::new(threads), longest))
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build();
        runtime.expect("a runtime").block_on(future)
    }

    #[test]
    fn work_beyond_the_places_is_refused_and_places_come_back() {
        block_on(async {
            let queue = queue(0, Duration::from_secs(60));
            let (release, wait) = mpsc::channel::<()>();
            let (started, has_started) = mpsc::channel::<()>();
            let first = queue.clone();
            let first = tokio::spawn(async move {
                let hold = move || {
                    started.send(()).expect("the test waits");
                    wait.recv().expect("the test releases");
                    Ok(1)
                };
                first.run(hold).await
            });
            tokio::task::spawn_blocking(move || has_started.recv())
                .await
                .expect("no panic")
                .expect("it starts");
            assert_eq!(queue.len(), 1);
            let refused = queue.run(|| Ok(2)).await.expect_err("no place");
            assert_eq!(refused.code(), Code::QueueFull);
            release.send(()).expect("the work waits");
            assert_eq!(first.await.expect("no panic").expect("a result"), 1);
            assert_eq!(queue.run(|| Ok(3)).await.expect("a place"), 3);
        });
    }

    #[test]
    fn late_work_is_answered_and_its_worker_is_occupied_to_its_end() {
        block_on(async {
            let queue = queue(1, Duration::from_millis(20));
            let (release, wait) = mpsc::channel::<()>();
            let late = queue.run(move || Ok(wait.recv().is_ok())).await.expect_err("too late");
            assert_eq!(late.code(), Code::Timeout);
            let waited = queue.run(|| Ok(())).await.expect_err("no worker");
            assert_eq!(waited.code(), Code::Overloaded);
            release.send(()).expect("the work waits");
        });
    }

    #[test]
    fn a_panic_is_an_answer_and_the_worker_goes_on() {
        block_on(async {
            let queue = queue(0, Duration::from_secs(60));
            let fault = queue.run::<()>(|| panic!("on purpose")).await.expect_err("a panic");
            assert_eq!(fault.code(), Code::Panicked);
            assert_eq!(queue.run(|| Ok(1)).await.expect("a result"), 1);
        });
    }
}
