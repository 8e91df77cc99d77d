//! Text in, one matrix of unit rows per text out.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use burn::module::Module;
use burn::tensor::Device;
use jacolbert_core::{Embeddings, Pooling, pooled_passages};
use rayon::prelude::*;

use crate::batching::{BatchLimit, Footprint, batches};
use crate::checkpoint;
use crate::engine::Engine;
use crate::{
    BertConfig, Checkpoint, Colbert, CpuEngine, EncodeOptions, Encoding, Error, Fingerprint,
    LoadOptions, Tokenizer,
};

/// Texts that a thread tokenises before it looks for more: a few are not worth handing around.
const TEXTS_PER_TASK: usize = 16;

/// A model ready to encode queries and passages.
///
/// It is `Send + Sync`; encoding changes nothing in it.
///
/// ```no_run
/// use std::path::Path;
///
/// use jacolbert_model::{Device, Encoder};
///
/// # fn main() -> Result<(), jacolbert_model::Error> {
/// let encoder = Encoder::from_dir(Path::new("assets/mini"), &Device::flex())?;
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
#[derive(Debug, Clone)]
pub struct Encoder {
    engine: Engine,
    tokenizer: Tokenizer,
    options: EncodeOptions,
    bert: BertConfig,
    device: Device,
    origin: Origin,
    /// Checksum of the settings.
    settings: u32,
    fingerprint: OnceLock<Fingerprint>,
}

/// Where a model came from.
#[derive(Debug, Clone)]
enum Origin {
    /// Files, whose weights have this checksum.
    Folder { folder: PathBuf, options: LoadOptions, weights: u32 },
    /// A checkpoint in memory. There is nothing to load its weights from again, so they are kept.
    Memory { colbert: Box<Colbert> },
}

/// What encoding several texts gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// Per text, in the order given: unit rows of its kept tokens, `[tokens, dim]`.
    ///
    /// Those of a query are all its tokens, the `[MASK]`s that fill it included. An empty passage has
    /// the rows of `[CLS]`, marker and `[SEP]`, as in the original.
    pub embeddings: Vec<Embeddings>,
    /// Texts that were cut because they were too long, in the order given.
    pub truncated: Vec<Truncation>,
}

/// A text that was longer than the model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truncation {
    /// Its place among the texts given, from 0.
    pub text: usize,
    /// Tokens at its end that were left out.
    pub tokens_cut: usize,
}

impl Truncation {
    /// Those of `encodings`, in order.
    pub(crate) fn all(encodings: &[Encoding]) -> Vec<Self> {
        let all = encodings.iter().enumerate();
        let all = all.map(|(text, encoding)| Self { text, tokens_cut: encoding.tokens_cut });
        all.filter(|truncation| truncation.tokens_cut > 0).collect()
    }
}

impl Encoder {
    /// Takes a loaded checkpoint. Gradients and dropout are left behind.
    ///
    /// On flex the weights are [packed](CpuEngine::Packed), and in another [`Precision`](crate::Precision) than `f32`
    /// converted; those of the checkpoint are kept beside them. [`from_dir`](Self::from_dir) holds them
    /// once.
    pub fn new(checkpoint: Checkpoint) -> Self {
        Self::with_cpu_engine(checkpoint, CpuEngine::default())
    }

    /// As [`new`](Self::new), computing with `cpu` if the checkpoint is on flex.
    pub fn with_cpu_engine(checkpoint: Checkpoint, cpu: CpuEngine) -> Self {
        let colbert = Box::new(checkpoint.colbert.valid());
        let (device, bert) = (colbert.device(), checkpoint.bert);
        // Weights that cannot be read are an error when the module computes with them.
        let engine = Engine::new(&bert, Colbert::clone(&colbert), cpu).unwrap_or_else(|_| {
            Engine::Module { colbert: colbert.clone(), device: device.clone() }
        });
        Self {
            engine,
            device,
            settings: checkpoint::settings_checksum(&bert, &checkpoint.config),
            tokenizer: checkpoint.tokenizer,
            options: EncodeOptions::default(),
            bert,
            origin: Origin::Memory { colbert },
            fingerprint: OnceLock::new(),
        }
    }

    /// Loads the checkpoint in the folder `dir` onto `device`.
    ///
    /// # Errors
    /// As [`Checkpoint::from_dir`].
    pub fn from_dir(dir: &Path, device: &Device) -> Result<Self, Error> {
        Self::from_dir_with(dir, &LoadOptions::default(), device)
    }

    /// As [`from_dir`](Self::from_dir), by `options`: with a dictionary, or with settings other than
    /// the folder's.
    ///
    /// # Errors
    /// As [`Checkpoint::from_dir_with`].
    pub fn from_dir_with(
        dir: &Path,
        options: &LoadOptions,
        device: &Device,
    ) -> Result<Self, Error> {
        let (checkpoint, weights) = Checkpoint::read(dir, options, device)?;
        let Checkpoint { bert, config, colbert, tokenizer } = checkpoint;
        let colbert = colbert.valid().with_precision(options.precision)?;
        let encoder = Self {
            device: colbert.device(),
            engine: Engine::new(&bert, colbert, options.cpu)?,
            settings: checkpoint::settings_checksum(&bert, &config),
            tokenizer,
            options: EncodeOptions::default(),
            bert,
            origin: Origin::Folder { folder: dir.into(), options: options.clone(), weights },
            fingerprint: OnceLock::new(),
        };
        // Now rather than when a collection is opened, which takes less time than this. A tokenizer
        // that cannot read the texts says so again to whoever asks.
        let _ = encoder.fingerprint();
        Ok(encoder)
    }

    /// The same encoder, working by `options`.
    pub fn with_options(self, options: EncodeOptions) -> Self {
        Self { options, ..self }
    }

    /// Length of an embedding.
    pub fn dim(&self) -> usize {
        self.engine.dim()
    }

    /// The folder that the model was loaded from; none if it was made from a [`Checkpoint`].
    pub fn checkpoint(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Folder { folder, .. } => Some(folder),
            Origin::Memory { .. } => None,
        }
    }

    /// The folder of the dictionary that the model was loaded with; none if it was loaded without
    /// one, or made from a [`Checkpoint`].
    pub fn dictionary(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Folder { options, .. } => options.dictionary.as_deref(),
            Origin::Memory { .. } => None,
        }
    }

    /// What tells this model from others. It is taken once: of weights from files while they are
    /// read, of those of a [`Checkpoint`] in memory when it is asked for.
    ///
    /// # Errors
    /// [`Error::Device`], and [`Error::Tokenizer`] if the tokenizer fails on a reference text.
    pub fn fingerprint(&self) -> Result<Fingerprint, Error> {
        if let Some(&known) = self.fingerprint.get() {
            return Ok(known);
        }
        let weights = match &self.origin {
            Origin::Folder { weights, .. } => *weights,
            Origin::Memory { colbert, .. } => checkpoint::weights_checksum(colbert)?,
        };
        let (tokenizer, settings) = (self.tokenizer.checksum()?, self.settings);
        Ok(*self.fingerprint.get_or_init(|| Fingerprint { weights, tokenizer, settings }))
    }

    /// Where the model computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The same model as Burn computes it on flex: from the files that it came from, or as a copy of
    /// this one if it came from none.
    #[cfg(feature = "flex")]
    pub(crate) fn loaded_again_on_flex(&self) -> Result<Self, Error> {
        let (device, cpu) = (Device::flex(), CpuEngine::Module);
        let encoder = match &self.origin {
            Origin::Folder { folder, options, .. } => {
                let precision = crate::Precision::F32;
                let options = LoadOptions { cpu, precision, ..options.clone() };
                Self::from_dir_with(folder, &options, &device)?
            }
            Origin::Memory { colbert } => Self {
                engine: Engine::new(
                    &self.bert,
                    Colbert::clone(colbert).to_device(&device).in_full_precision(),
                    cpu,
                )?,
                device,
                ..self.clone()
            },
        };
        Ok(encoder.with_options(self.options))
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Tokens of a passage's text for which there is room.
    pub fn max_passage_tokens(&self) -> usize {
        self.tokenizer.max_passage_tokens()
    }

    /// Number of tokens of `text`, without `[CLS]`, marker and `[SEP]`.
    ///
    /// A text that cannot be tokenized has none here; encoding it is the error.
    pub fn num_tokens(&self, text: &str) -> usize {
        self.tokenizer.num_tokens(text).unwrap_or(0)
    }

    /// Encodes one query, `[tokens, dim]`; what is too long is cut.
    ///
    /// # Errors
    /// As [`encode_queries`](Self::encode_queries).
    pub fn encode_query(&self, query: &str) -> Result<Embeddings, Error> {
        let encoding = self.tokenizer.encode_query(query)?;
        Ok(self.embed(&[encoding], &[0], 0)?.remove(0).1)
    }

    /// Encodes `queries`.
    ///
    /// # Errors
    /// [`Error::Text`], [`Error::Device`], [`Error::Embeddings`].
    pub fn encode_queries(&self, queries: &[&str]) -> Result<Encoded, Error> {
        self.encode_queries_with(queries, &mut |_, _| ())
    }

    /// As [`encode_queries`](Self::encode_queries); after each batch `progress` gets the number of
    /// queries done and their number in all.
    ///
    /// # Errors
    /// As [`encode_queries`](Self::encode_queries).
    pub fn encode_queries_with(
        &self,
        queries: &[&str],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Encoded, Error> {
        self.encode(queries, |query| self.tokenizer.encode_query(query), progress)
    }

    /// Encodes `passages`.
    ///
    /// # Errors
    /// [`Error::Text`], [`Error::Device`], [`Error::Embeddings`].
    pub fn encode_passages(&self, passages: &[&str]) -> Result<Encoded, Error> {
        self.encode_passages_with(passages, &mut |_, _| ())
    }

    /// As [`encode_passages`](Self::encode_passages); after each batch `progress` gets the number of
    /// passages done and their number in all.
    ///
    /// # Errors
    /// As [`encode_passages`](Self::encode_passages).
    pub fn encode_passages_with(
        &self,
        passages: &[&str],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Encoded, Error> {
        self.encode(passages, |passage| self.tokenizer.encode_passage(passage), progress)
    }

    /// As [`encode_passages`](Self::encode_passages), with like tokens of a passage pooled into one
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

    /// What the linear layers of the model multiply for so many tokens, in batches as passages would be, and
    /// nothing else: the part of encoding that `benches/encode.py` holds to the machine's peak. How many
    /// multiplications those were; none if the weights are not packed.
    #[cfg(feature = "flex")]
    #[doc(hidden)]
    pub fn multiply_only(&self, tokens: usize) -> Option<usize> {
        let batch = self.batch_tokens();
        let batches = (0..tokens).step_by(batch).map(|first| batch.min(tokens - first));
        batches.map(|tokens| self.engine.multiply_only(tokens)).sum()
    }

    #[tracing::instrument(level = "debug", skip_all, fields(texts = texts.len()))]
    fn encode(
        &self,
        texts: &[&str],
        encoding: impl Fn(&str) -> Result<Encoding, Error> + Sync,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Encoded, Error> {
        let numbered = texts.par_iter().with_min_len(TEXTS_PER_TASK).enumerate();
        let encodings = numbered.map(|(n, text)| encoding(text).map_err(|error| error.about(n)));
        // In order first, so that of several errors it is always the same.
        let encodings: Vec<_> = encodings.collect();
        let encodings = encodings.into_iter().collect::<Result<Vec<_>, _>>()?;
        let truncated = Truncation::all(&encodings);
        let embeddings = self.embed_all(&encodings, 0, &mut |done| progress(done, texts.len()))?;
        Ok(Encoded { embeddings, truncated })
    }

    fn batch_limit(&self) -> BatchLimit {
        BatchLimit::new(self.options.batch, Footprint::of(&self.bert), &self.device)
    }

    /// Tokens that go through the model at once where passages are as long as it takes, at least one.
    pub(crate) fn batch_tokens(&self) -> usize {
        self.batch_limit().tokens(self.max_passage_tokens())
    }

    /// The embeddings of all `encodings`, in their order; `first` is the number of the first, and
    /// `progress` gets the number done after each batch.
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

    /// One pass through the model: kept rows of the texts `batch`, with the text's number, which counts from `first`.
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
