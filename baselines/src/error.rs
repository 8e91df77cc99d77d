//! What can go wrong: one error, whose variants carry what it is about.

/// Why passages could not be indexed or searched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two passages have one id.
    #[error("two passages have the id {id:?}")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// A passage could not be cut into terms, or added.
    #[error("cannot index passage {id:?}")]
    Passage {
        /// The passage.
        id: String,
        /// Why not.
        source: jacolbert_documents::Error,
    },
    /// An option is outside its range, or the words of passages could not be written or read.
    #[error(transparent)]
    Words(#[from] jacolbert_documents::Error),
    /// A collection could not be read, or a run could not be made.
    #[error(transparent)]
    Eval(#[from] jacolbert_eval::Error),
}
