//! How far a long operation is.

use std::ops::ControlFlow;

/// How far an operation of known length is, in documents or queries.
///
/// ```no_run
/// use std::ops::ControlFlow;
///
/// use jacolbert::{Collection, Document};
///
/// let collection = Collection::open("my-index")?;
/// let documents = [Document::new("fuji", "富士山は高い。")];
/// let report = |progress: jacolbert::Progress| {
///     println!("{} of {}", progress.done, progress.of);
///     ControlFlow::Continue(())
/// };
/// collection.update().on_progress(report).add(&documents)?;
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Number that is done.
    pub done: usize,
    /// Number in all; of a stream, number of those that were read so far.
    pub of: usize,
}

/// A progress callback of a builder: it may stop the operation.
pub(crate) type OnProgress<'a, P> = Option<Box<dyn FnMut(P) -> ControlFlow<()> + 'a>>;

/// Calls `on_progress`, if there is one.
pub(crate) fn report<P>(on_progress: &mut OnProgress<'_, P>, progress: P) -> ControlFlow<()> {
    match on_progress {
        Some(on_progress) => on_progress(progress),
        None => ControlFlow::Continue(()),
    }
}
