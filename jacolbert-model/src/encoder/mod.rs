//! The encoder: text in, one matrix of unit rows per text out.

mod batching;
mod encoded;
mod engine;
mod from_memory;
mod options;
mod origin;
mod self_check;
mod stream;

use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use jacolbert_core::{Embeddings, Pooling, pooled_passages};
use rayon::prelude::*;

use crate::checkpoint::{self, CheckpointFolder};
use crate::{BertConfig, Device, Encoding, Error, Fingerprint, LoadOptions, Tokenizer};
pub(crate) use batching::{BatchLimit, Footprint, batches};
use engine::Engine;
use origin::Origin;

pub use encoded::{Encoded, EncodedText, Truncation};
pub use options::{BatchSize, EncodeOptions};
pub use self_check::{SelfCheck, SelfCheckOptions};
pub use stream::{EncodedPassage, StreamOptions, TokenisedPassage};

/// Minimum number of texts that a thread tokenises at a time; fewer do not pay for the scheduling.
const TEXTS_PER_TASK: usize = 16;

/// A model ready to encode queries and passages.
///
/// It is `Send + Sync`, and encoding does not change it.
///
/// ```no_run
/// use std::path::Path;
///
/// use jacolbert_model::{Device, Encoder, LoadOptions};
///
/// # fn main() -> Result<(), jacolbert_model::Error> {
/// let folder = Path::new("assets/mini");
/// let encoder = Encoder::from_dir(folder, &LoadOptions::default(), &Device::cpu())?;
/// let encoded = encoder.encode_passages(&["富士山は日本で最も高い山である。", "琵琶湖は湖である。"])?;
/// for passage in &encoded.embeddings {
///     println!("{} rows of length {}", passage.num_tokens(), passage.dim());
/// }
/// for cut in &encoded.truncated {
///     println!("text {} was too long by {} tokens", cut.text, cut.tokens_cut);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Encoder {
    engine: Engine,
    tokenizer: Tokenizer,
    options: EncodeOptions,
    bert: BertConfig,
    device: Device,
    precision: crate::Precision,
    origin: Origin,
    /// Checksum of the settings.
    settings: u32,
    fingerprint: OnceLock<Fingerprint>,
}

impl Encoder {
    /// Loads the checkpoint in the folder `dir` onto `device`.
    ///
    /// On the [CPU](Device::cpu), weights are packed one after the other as they are read, so memory holds the packed
    /// weights and the file.
    ///
    /// # Errors
    /// [`Error::Precision`] if the device cannot compute in [`LoadOptions::precision`]; [`Error::NoFolder`], [`Error::Layout`],
    /// those of [`BertConfig::from_dir`], [`ColbertConfig::from_dir`](crate::ColbertConfig::from_dir),
    /// [`Tokenizer::from_dir`], and [`Error::Safetensors`],
    /// [`Error::PytorchFeature`], [`Error::Pytorch`], [`Error::PickleOpcode`], [`Error::PickleGlobal`],
    /// [`Error::MissingTensor`], [`Error::TensorShape`], [`Error::TensorDtype`], [`Error::SurplusTensor`].
    pub fn from_dir(dir: &Path, options: &LoadOptions, device: &Device) -> Result<Self, Error> {
        device.check_precision(options.precision)?;
        let folder = CheckpointFolder::open(dir, options)?;
        let mut weights = folder.weights()?;
        let CheckpointFolder { bert, config, tokenizer, .. } = folder;
        let engine = Engine::take(&bert, config.dim, &mut weights, options.precision, device)?;
        let weights = weights.finish()?;
        let encoder = Self {
            device: engine.device(),
            precision: options.precision,
            engine,
            settings: checkpoint::settings_checksum(&bert, &config),
            tokenizer,
            options: EncodeOptions::default(),
            bert,
            origin: Origin::Folder { folder: dir.into(), options: options.clone(), weights },
            fingerprint: OnceLock::new(),
        };
        // Now, because opening a collection should be fast. If the tokenizer fails on a reference text, the
        // caller gets that error from `fingerprint`.
        let _ = encoder.fingerprint();
        Ok(encoder)
    }

    /// The same encoder with other options.
    pub fn with_options(self, options: EncodeOptions) -> Self {
        Self { options, ..self }
    }

    /// Dimension of an embedding.
    pub fn dim(&self) -> usize {
        self.engine.dim()
    }

    /// The folder of the checkpoint; `None` if the model was made in memory.
    pub fn checkpoint(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Folder { folder, .. } => Some(folder),
            #[cfg(feature = "burn")]
            Origin::Memory { .. } => None,
        }
    }

    /// The folder of the dictionary that was given at loading; `None` if there was none, or if the model was made in
    /// memory.
    pub fn dictionary(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Folder { options, .. } => options.dictionary.as_deref(),
            #[cfg(feature = "burn")]
            Origin::Memory { .. } => None,
        }
    }

    /// The options that the model was loaded with; none if it was made in memory.
    pub fn load_options(&self) -> Option<&LoadOptions> {
        match &self.origin {
            Origin::Folder { options, .. } => Some(options),
            #[cfg(feature = "burn")]
            Origin::Memory { .. } => None,
        }
    }

    /// The fingerprint of the model. It is computed once: while the weights are read from files, or at the first call
    /// for a model that was made in memory.
    ///
    /// # Errors
    /// [`Error::Device`], and [`Error::Tokenizer`] if the tokenizer fails on a reference text.
    pub fn fingerprint(&self) -> Result<Fingerprint, Error> {
        if let Some(&known) = self.fingerprint.get() {
            return Ok(known);
        }
        let fingerprint = Fingerprint {
            weights: self.origin.weights_checksum()?,
            tokenizer: self.tokenizer.checksum()?,
            settings: self.settings,
        };
        Ok(*self.fingerprint.get_or_init(|| fingerprint))
    }

    /// The device on which the model computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The number format in which the model multiplies.
    pub fn precision(&self) -> crate::Precision {
        self.precision
    }

    #[cfg(feature = "measure")]
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Maximum number of tokens of a passage's text.
    pub fn max_passage_tokens(&self) -> usize {
        self.tokenizer.max_passage_tokens()
    }

    /// Number of tokens of `text`, without `[CLS]`, marker and `[SEP]`.
    ///
    /// # Errors
    /// [`Error::Text`].
    pub fn num_tokens(&self, text: &str) -> Result<usize, Error> {
        self.tokenizer.num_tokens(text)
    }

    /// Encodes one query. A query that is too long is cut.
    ///
    /// # Errors
    /// As [`encode_queries`](Self::encode_queries).
    pub fn encode_query(&self, query: &str) -> Result<EncodedText, Error> {
        let encoding = self.tokenizer.encode_query(query)?;
        let rows = self.engine.embed(&[&encoding])?.concat();
        let embeddings = Embeddings::new(rows, self.dim());
        let embeddings = embeddings.map_err(|source| Error::Embeddings { text: 0, source })?;
        Ok(EncodedText { embeddings, tokens_cut: encoding.tokens_cut })
    }

    /// Encodes `queries`.
    ///
    /// # Errors
    /// [`Error::Text`], [`Error::Device`], [`Error::Embeddings`].
    pub fn encode_queries(&self, queries: &[&str]) -> Result<Encoded, Error> {
        self.encode(queries, |query| self.tokenizer.encode_query(query), &mut |_, _| ())
    }

    /// Encodes `passages`.
    ///
    /// # Errors
    /// [`Error::Text`], [`Error::Device`], [`Error::Embeddings`].
    pub fn encode_passages(&self, passages: &[&str]) -> Result<Encoded, Error> {
        self.encode_passages_reporting(passages, &mut |_, _| ())
    }

    /// As [`encode_passages`](Self::encode_passages), reporting progress: after each batch, `progress` gets the
    /// number of encoded passages and their total number.
    ///
    /// # Errors
    /// As [`encode_passages`](Self::encode_passages).
    pub fn encode_passages_reporting(
        &self,
        passages: &[&str],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Encoded, Error> {
        self.encode(passages, |passage| self.tokenizer.encode_passage(passage), progress)
    }

    /// As [`encode_passages`](Self::encode_passages), with similar tokens of a passage pooled into one
    /// row, on all cores; see [`jacolbert_core::pooled`]. Queries are never pooled.
    ///
    /// # Errors
    /// As [`encode_passages`](Self::encode_passages).
    pub fn encode_pooled_passages(
        &self,
        passages: &[&str],
        pooling: Pooling,
    ) -> Result<Encoded, Error> {
        let Encoded { embeddings, truncated } = self.encode_passages(passages)?;
        Ok(Encoded { embeddings: pooled_passages(embeddings, pooling), truncated })
    }

    fn encode(
        &self,
        texts: &[&str],
        encoding: impl Fn(&str) -> Result<Encoding, Error> + Sync,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Encoded, Error> {
        let numbered = texts.par_iter().with_min_len(TEXTS_PER_TASK).enumerate();
        let encodings = numbered.map(|(n, text)| encoding(text).map_err(|error| error.about(n)));
        // Collected in order first, so that the same error is reported in every run.
        let encodings: Vec<_> = encodings.collect();
        let encodings = encodings.into_iter().collect::<Result<Vec<_>, _>>()?;
        let truncated = Truncation::all(&encodings);
        let embeddings = self.embed_all(&encodings, 0, &mut |done| progress(done, texts.len()))?;
        Ok(Encoded { embeddings, truncated })
    }

    fn batch_limit(&self) -> BatchLimit {
        BatchLimit::new(self.options.batch, Footprint::of(&self.bert), &self.device)
    }

    /// Number of tokens in a batch of passages of the maximum length, at least one.
    pub(crate) fn batch_tokens(&self) -> usize {
        self.batch_limit().tokens(self.max_passage_tokens())
    }

    /// The embeddings of all `encodings`, in order. `first` is the number of the first text, and `progress` gets
    /// the number of encoded texts after each batch.
    pub(crate) fn embed_all(
        &self,
        encodings: &[Encoding],
        first: usize,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Vec<Embeddings>, Error> {
        for (text, encoding) in (first..).zip(encodings) {
            encoding.check(&self.bert).map_err(|fault| Error::Encoding { text, fault })?;
        }
        let mut embeddings = Vec::with_capacity(encodings.len());
        for batch in batches(encodings, self.batch_limit()) {
            embeddings.extend(self.embed(encodings, &batch, first)?);
            progress(embeddings.len());
        }
        embeddings.sort_unstable_by_key(|(text, _)| *text);
        Ok(embeddings.into_iter().map(|(_, embeddings)| embeddings).collect())
    }

    /// Encodes one batch: the number of each text, counted from `first`, with its kept rows.
    fn embed(
        &self,
        encodings: &[Encoding],
        batch: &[usize],
        first: usize,
    ) -> Result<Vec<(usize, Embeddings)>, Error> {
        let texts: Vec<&Encoding> = batch.iter().map(|&text| &encodings[text]).collect();
        let rows = batch.iter().zip(self.engine.embed(&texts)?);
        let kept = rows.map(|(&text, rows)| {
            let text = first + text;
            let embeddings = Embeddings::new(rows, self.dim());
            Ok((text, embeddings.map_err(|source| Error::Embeddings { text, source })?))
        });
        kept.collect()
    }
}

/// Where the model came from, where and how it computes, and its fingerprint if that is known; no weights.
impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder")
            .field("checkpoint", &self.checkpoint())
            .field("device", &self.device)
            .field("precision", &self.precision)
            .field("dim", &self.dim())
            .field("fingerprint", &self.fingerprint.get())
            .finish_non_exhaustive()
    }
}
