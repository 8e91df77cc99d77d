//! The retriever: a loaded model.

use std::sync::Arc;

use jacolbert_model::Encoder;

/// A late-interaction model, ready to encode, index, search and rerank.
///
/// Cloning is cheap: clones and all collections that it opens share one model.
///
/// ```no_run
/// use jacolbert::{Document, Retriever};
///
/// let retriever = Retriever::from_dir("assets/mini")?;
/// let documents = [
///     Document::new("fuji", "富士山は日本で最も高い山である。"),
///     Document::new("biwa", "琵琶湖は日本で最も大きな湖である。"),
/// ];
/// let collection = retriever.index("my-index", &documents)?.collection;
/// for hit in &collection.search("一番高い山は？", 10)? {
///     println!("{} {:.2} {}", hit.rank, hit.score, hit.content);
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Retriever {
    encoder: Arc<Encoder>,
}

impl Retriever {
    /// Takes a loaded encoder.
    ///
    /// ```no_run
    /// use std::path::Path;
    ///
    /// use jacolbert::{Device, Encoder, LoadOptions, Retriever};
    ///
    /// let folder = Path::new("assets/mini");
    /// let encoder = Encoder::from_dir(folder, &LoadOptions::default(), &Device::cpu())?;
    /// let retriever = Retriever::new(encoder);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn new(encoder: Encoder) -> Self {
        Self { encoder: Arc::new(encoder) }
    }

    /// The encoder, for embeddings without a collection.
    ///
    /// ```no_run
    /// use jacolbert::Retriever;
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let query = retriever.encoder().encode_query("一番高い山は？")?;
    /// println!("{} rows of length {}", query.embeddings.num_tokens(), query.embeddings.dim());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    pub(crate) fn sharing(encoder: Arc<Encoder>) -> Self {
        Self { encoder }
    }

    pub(crate) fn shared_encoder(&self) -> Arc<Encoder> {
        self.encoder.clone()
    }
}
