//! Text in, one unit vector per text out.

use std::fmt;
use std::path::Path;

use jacolbert_core::{Checksum, Embeddings, EmbeddingsRef};

use super::SentenceOptions;
use super::engine::SentenceEngine;
use super::vector::unit_vector;
use crate::checkpoint::{Weights, check_folder};
use crate::config::{SentenceModules, SentenceShape};
use crate::encoder::{BatchLimit, Footprint, batches};
use crate::roles::SentenceTokenizer;
use crate::{
    Device, EncodeOptions, Encoding, Error, Fingerprint, SentenceConfig, SentencePooling,
    SentenceSettings, Truncation,
};

/// A model with one unit vector per text, as sentence-transformers has them: a baseline for late interaction. The dot
/// product of two vectors is the cosine that compares their texts.
///
/// It is a BERT, an XLM-RoBERTa or a RoBERTa with pooling. LUKE, on which GLuCoSE is built, has other layers and is not
/// supported.
///
/// ```no_run
/// use std::path::Path;
///
/// use jacolbert_model::{Device, SentenceEncoder, SentenceOptions, SentenceSettings};
///
/// let overrides = SentenceSettings {
///     query_prefix: Some("query: ".into()),
///     passage_prefix: Some("passage: ".into()),
///     ..Default::default()
/// };
/// let options = SentenceOptions { overrides, ..Default::default() };
/// let folder = Path::new("multilingual-e5-small");
/// let encoder = SentenceEncoder::from_dir(folder, &options, &Device::cpu())?;
/// let passages = ["富士山は日本で最も高い山である。", "琵琶湖は湖である。"];
/// let passages = encoder.encode_passages(&passages)?.vectors;
/// let query = encoder.encode_queries(&["日本で一番高い山は？"])?.vectors;
/// let cosine = |passage: &[f32]| -> f32 { query.row(0).iter().zip(passage).map(|(q, p)| q * p).sum() };
/// println!("{} {}", cosine(passages.row(0)), cosine(passages.row(1)));
/// # Ok::<(), jacolbert_model::Error>(())
/// ```
#[derive(Clone)]
pub struct SentenceEncoder {
    engine: SentenceEngine,
    tokenizer: SentenceTokenizer,
    config: SentenceConfig,
    options: EncodeOptions,
    footprint: Footprint,
    device: Device,
    dim: usize,
    fingerprint: Fingerprint,
}

/// The vectors of several texts.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedSentences {
    /// `[texts, dim]`: one unit row per text, in the order given.
    pub vectors: Embeddings,
    /// The texts that were cut because they were too long, in the order given.
    pub truncated: Vec<Truncation>,
}

impl SentenceEncoder {
    /// Loads the model in the folder `dir` onto `device`.
    ///
    /// The folder comes from sentence-transformers and has a `modules.json`, or comes from transformers and says nothing
    /// about pooling and prefixes. With `modules.json`, the settings are:
    ///
    /// | file | key | setting |
    /// |---|---|---|
    /// | `1_Pooling/config.json` | `pooling_mode`, or `pooling_mode_cls_token` and similar keys | [`pooling`](SentenceConfig::pooling) |
    /// | `config_sentence_transformers.json` | `query` of `prompts` | [`query_prefix`](SentenceConfig::query_prefix) |
    /// | | `document`, `passage` or `corpus` of `prompts` | [`passage_prefix`](SentenceConfig::passage_prefix) |
    /// | `sentence_bert_config.json` | `max_seq_length` | [`max_tokens`](SentenceConfig::max_tokens) |
    /// | `tokenizer_config.json` | `model_max_length`, if `max_seq_length` is absent | `max_tokens` |
    ///
    /// The defaults for what neither `options` nor the folder give are the mean, no prefix, and as many tokens as the
    /// model has positions. Poolers and heads are ignored.
    ///
    /// # Errors
    /// [`Error::NoFolder`]; [`Error::Setting`] for other models, modules and poolings, for prompts that do not take part in pooling, for
    /// lowercasing, and for vectors that are not compared by their cosine; [`Error::Tokenizer`] also for a tokenizer
    /// that does not put one token before a text and one after it; [`Error::Length`] for an override beyond the
    /// positions; and as [`Encoder::from_dir`](crate::Encoder::from_dir).
    pub fn from_dir(dir: &Path, options: &SentenceOptions, device: &Device) -> Result<Self, Error> {
        device.check_precision(options.precision)?;
        check_folder(dir)?;
        let modules = SentenceModules::from_dir(dir)?;
        let encoder = modules.as_ref().map_or(dir, |modules| &modules.encoder);
        let shape = SentenceShape::from_dir(encoder)?;
        let bert = shape.bert();
        let config = combine_settings(dir, options, bert.max_position_embeddings)?;
        let tokenizer =
            SentenceTokenizer::open(encoder, &options.tokenizer(), &bert, config.max_tokens)?;
        let mut weights = Weights::of_encoder(encoder)?;
        let engine = SentenceEngine::take(&shape, &mut weights, options.precision, device)?;
        let fingerprint = Fingerprint {
            weights: weights.finish()?,
            tokenizer: tokenizer.checksum()?,
            settings: settings_checksum(&shape, &config),
        };
        Ok(Self {
            device: engine.device(),
            engine,
            fingerprint,
            tokenizer,
            config,
            options: EncodeOptions::default(),
            footprint: Footprint::of(&bert),
            dim: bert.hidden_size,
        })
    }

    /// The same encoder with other options.
    pub fn with_options(self, options: EncodeOptions) -> Self {
        Self { options, ..self }
    }

    /// Length of a vector.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How a text becomes a vector.
    pub fn config(&self) -> &SentenceConfig {
        &self.config
    }

    /// The fingerprint of the model. Pooling and prefixes are among its settings.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Encodes `queries`, each after the prefix of queries.
    ///
    /// # Errors
    /// [`Error::Text`], [`Error::Device`], [`Error::Embeddings`].
    pub fn encode_queries(&self, queries: &[&str]) -> Result<EncodedSentences, Error> {
        self.encode(&self.config.query_prefix, queries, &mut |_, _| ())
    }

    /// Encodes `passages`, each after the prefix of passages.
    ///
    /// # Errors
    /// [`Error::Text`], [`Error::Device`], [`Error::Embeddings`].
    pub fn encode_passages(&self, passages: &[&str]) -> Result<EncodedSentences, Error> {
        self.encode_passages_reporting(passages, &mut |_, _| ())
    }

    /// As [`encode_passages`](Self::encode_passages), reporting progress: after each batch, `progress` gets the number
    /// of encoded passages and their total number.
    ///
    /// # Errors
    /// As [`encode_passages`](Self::encode_passages).
    pub fn encode_passages_reporting(
        &self,
        passages: &[&str],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<EncodedSentences, Error> {
        self.encode(&self.config.passage_prefix, passages, progress)
    }

    fn encode(
        &self,
        prefix: &str,
        texts: &[&str],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<EncodedSentences, Error> {
        let encoding = |(n, text)| {
            self.tokenizer.encode(&format!("{prefix}{text}")).map_err(|error| error.about(n))
        };
        let encodings = texts.iter().enumerate().map(encoding).collect::<Result<Vec<_>, _>>()?;
        let mut vectors = vec![0.0; texts.len() * self.dim];
        let mut num_done = 0;
        let limit = BatchLimit::new(self.options.batch, self.footprint, &self.device);
        for batch in batches(&encodings, limit) {
            for (text, vector) in self.embed(&encodings, &batch)? {
                vectors[text * self.dim..][..self.dim].copy_from_slice(&vector);
            }
            num_done += batch.len();
            progress(num_done, texts.len());
        }
        let whole = |source| Error::Embeddings { text: 0, source };
        let vectors = Embeddings::new(vectors, self.dim).map_err(whole)?;
        Ok(EncodedSentences { vectors, truncated: Truncation::all(&encodings) })
    }

    /// Computes the vectors of the texts with the positions `batch`, in one pass.
    fn embed(
        &self,
        encodings: &[Encoding],
        batch: &[usize],
    ) -> Result<Vec<(usize, Vec<f32>)>, Error> {
        let texts: Vec<&Encoding> = batch.iter().map(|&text| &encodings[text]).collect();
        let states = self.engine.hidden(&texts)?;
        let vectors = batch.iter().zip(states).map(|(&text, states)| {
            let vector = unit_vector(&states, self.dim, self.config.pooling);
            let checked = EmbeddingsRef::new(&vector, self.dim);
            checked.map_err(|source| Error::Embeddings { text, source })?;
            Ok((text, vector))
        });
        vectors.collect()
    }
}

/// Where and how the model computes, and its fingerprint; no weights.
impl fmt::Debug for SentenceEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentenceEncoder")
            .field("config", &self.config)
            .field("device", &self.device)
            .field("dim", &self.dim)
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

/// Combines `options` with the settings in the folder `dir`, for a model with so many `positions`.
fn combine_settings(
    dir: &Path,
    options: &SentenceOptions,
    positions: usize,
) -> Result<SentenceConfig, Error> {
    let folder = SentenceSettings::from_dir(dir)?.within(positions);
    let defaults = options.defaults.clone().within(positions);
    Ok(options.overrides.clone().or(folder).or(defaults).resolved(positions))
}

/// The checksum of the settings that decide over vectors and do not follow from the shapes of weights.
fn settings_checksum(shape: &SentenceShape, config: &SentenceConfig) -> u32 {
    let mut checksum = Checksum::default();
    checksum.number(shape.stored.num_attention_heads as u64);
    checksum.text(shape.stored.hidden_act.word());
    checksum.number(shape.stored.layer_norm_eps.to_bits());
    checksum.number(shape.first_position as u64);
    checksum.number((config.pooling == SentencePooling::Cls).into());
    checksum.text(&config.query_prefix);
    checksum.text(&config.passage_prefix);
    checksum.finish()
}
