//! Changes with documents that come one after the other, so that they are never in memory as a whole.

use std::sync::atomic::{AtomicUsize, Ordering};

use jacolbert_documents::{Document, checked_documents};
use jacolbert_index::PassageId;

use super::Updater;
use crate::Error;
use crate::ingest::Truncated;
use crate::progress::{Progress, report};
use crate::storage::{Change, Snapshot, Storage};

/// What a stream does with a document whose id the collection has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KnownId {
    Refuse,
    Replace,
}

impl<S: Storage> Updater<'_, S> {
    /// Adds the documents of a stream, all or none, in one commit. Returns the truncated passages.
    ///
    /// It does what [`add`](Self::add) does, with little memory: the texts are read as they are needed, and
    /// most vectors wait for the commit in files of the folder. The progress is out of as many documents as
    /// were read so far.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    /// use jacolbert::documents::stream_jsonl;
    ///
    /// let collection = Collection::open("my-index")?;
    /// collection.update().add_stream(stream_jsonl("more.jsonl")?)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`add`](Self::add), and [`Error::Documents`] with the first error of the stream. Then nothing has
    /// changed.
    pub fn add_stream<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        self,
        documents: impl IntoIterator<Item = Result<Document, E>, IntoIter: Send>,
    ) -> Result<Vec<Truncated>, Error> {
        self.stream(documents.into_iter(), KnownId::Refuse)
    }

    /// Adds the documents of a stream whose ids are new and replaces those whose ids the collection has, all
    /// or none, in one commit. Returns the truncated passages. See [`add_stream`](Self::add_stream) and
    /// [`upsert`](Self::upsert).
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    /// use jacolbert::documents::stream_jsonl;
    ///
    /// let collection = Collection::open("my-index")?;
    /// collection.update().upsert_stream(stream_jsonl("today.jsonl")?)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`upsert`](Self::upsert), and [`Error::Documents`] with the first error of the stream. Then nothing
    /// has changed.
    pub fn upsert_stream<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        self,
        documents: impl IntoIterator<Item = Result<Document, E>, IntoIter: Send>,
    ) -> Result<Vec<Truncated>, Error> {
        self.stream(documents.into_iter(), KnownId::Replace)
    }

    fn stream<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        mut self,
        documents: impl Iterator<Item = Result<Document, E>> + Send,
        known_id: KnownId,
    ) -> Result<Vec<Truncated>, Error> {
        let mut on_progress = self.on_progress.take();
        self.collection.change(self.wait, |change| {
            let base = change.base().clone();
            let num_read = AtomicUsize::new(0);
            let mut replaced: Vec<Vec<PassageId>> = Vec::new();
            let checked = checked_documents(documents).map(|document| {
                let document = document?;
                let position = num_read.fetch_add(1, Ordering::Relaxed);
                let passages = base.live_passages(&document.id)?;
                match known_id {
                    _ if passages.is_empty() => (),
                    KnownId::Replace => replaced.push(passages),
                    KnownId::Refuse => return Err(Error::duplicate_id(&document.id, position)),
                }
                Ok(document)
            });
            let ingest = self.ingest_into(base.as_ref())?;
            let ingested = ingest.run(checked, change, &mut |done| {
                let of = num_read.load(Ordering::Relaxed);
                report(&mut on_progress, Progress { done, of })
            })?;
            let num_new = ingested.num_documents - replaced.len();
            replaced.into_iter().flatten().try_for_each(|passage| change.delete(passage))?;
            Ok((base.num_documents() + num_new, ingested.truncated))
        })
    }
}
