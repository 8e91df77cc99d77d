//! Models of one vector a text: the dense baselines of the published tables.

use std::collections::HashMap;
use std::path::PathBuf;

use jacolbert::eval::{Run, TieRule};
use jacolbert::index::{Embeddings, PassageId};
use jacolbert::model::{SentenceEncoder, SentenceOptions, SentencePooling, SentenceSettings};
use jacolbert::search::exhaustive_search;
use jacolbert::{Device, Query};
use serde_json::{Value, json};

use crate::model_name::{folder, last_part};
use crate::{Error, TestCollection};

/// A model of one vector a text by the name that it was asked for, not yet loaded.
///
/// It searches exhaustively, by the product of unit vectors. Where neither `settings` nor the model's folder
/// say how a published model reads text, what its authors say holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenseModel {
    /// A folder, or with the feature `hub` a name on the hub.
    pub name: String,
    /// Folder of the MeCab dictionary, for models that need one.
    pub dictionary: Option<PathBuf>,
    /// Pooling, prefixes and length in the place of the model's own.
    pub settings: SentenceSettings,
}

/// Pooling and prefixes of a published model.
struct Known {
    /// The last part of its name.
    name: &'static str,
    pooling: SentencePooling,
    query_prefix: &'static str,
    passage_prefix: &'static str,
}

const fn known(name: &'static str, pooling: SentencePooling) -> Known {
    Known { name, pooling, query_prefix: "", passage_prefix: "" }
}

const fn e5(name: &'static str) -> Known {
    let pooling = SentencePooling::Mean;
    Known { name, pooling, query_prefix: "query: ", passage_prefix: "passage: " }
}

const KNOWN: [Known; 7] = [
    e5("multilingual-e5-small"),
    e5("multilingual-e5-base"),
    e5("multilingual-e5-large"),
    known("sup-simcse-ja-base", SentencePooling::Cls),
    known("sup-simcse-ja-large", SentencePooling::Cls),
    known("sentence-bert-base-ja-mean-tokens-v2", SentencePooling::Mean),
    known("fio-base-japanese-v0.1", SentencePooling::Cls),
];

impl DenseModel {
    /// The name in a table.
    pub(crate) fn row(&self) -> &str {
        last_part(&self.name)
    }

    /// What holds where nothing is said.
    fn defaults(&self) -> SentenceSettings {
        let is_it = |known: &&Known| known.name.eq_ignore_ascii_case(self.row());
        KNOWN.iter().find(is_it).map_or_else(SentenceSettings::default, |known| SentenceSettings {
            pooling: Some(known.pooling),
            query_prefix: Some(known.query_prefix.to_owned()),
            passage_prefix: Some(known.passage_prefix.to_owned()),
            max_tokens: None,
        })
    }

    /// The model, loaded, and what tells its runs from others'.
    pub(crate) fn load(&self, device: &Device) -> Result<(SentenceEncoder, Value), Error> {
        let options = SentenceOptions {
            overrides: self.settings.clone(),
            defaults: self.defaults(),
            dictionary: self.dictionary.clone(),
            ..Default::default()
        };
        let encoder = SentenceEncoder::from_dir(&folder(&self.name)?, &options, device)?;
        let fingerprint = encoder.fingerprint().to_string();
        let description =
            json!({ "dense": fingerprint, "reads": format!("{:?}", encoder.config()) });
        Ok((encoder, description))
    }
}

/// The pooling of this name.
pub(crate) fn pooling(name: &str) -> Result<SentencePooling, Error> {
    match name {
        "mean" => Ok(SentencePooling::Mean),
        "cls" => Ok(SentencePooling::Cls),
        other => Err(Error::Pooling { found: other.to_owned() }),
    }
}

/// The best `depth` documents of every query, or its candidates, best first.
pub(crate) fn dense_run(
    encoder: &SentenceEncoder,
    collection: &TestCollection,
    depth: usize,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<Run, Error> {
    match &collection.candidates {
        Some(candidates) => run_of_candidates(encoder, collection, candidates, tell),
        None => run_of_all(encoder, collection, depth, tell),
    }
}

fn run_of_all(
    encoder: &SentenceEncoder,
    collection: &TestCollection,
    depth: usize,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<Run, Error> {
    let TestCollection { documents, queries, .. } = collection;
    let of = documents.len() + queries.len();
    let texts: Vec<&str> = documents.iter().map(|document| &*document.text).collect();
    let passages =
        encoder.encode_passages_reporting(&texts, &mut |done, _| tell(done, of))?.vectors;
    let passages = one_each(&passages)?;
    let mut run = Run::new("");
    for (n, query) in queries.iter().enumerate() {
        run.push_query(&query.id)?;
        for (position, score) in ranked(encoder, query, &passages, depth)? {
            run.push(&query.id, &documents[position].id, score)?;
        }
        tell(documents.len() + n + 1, of);
    }
    Ok(run)
}

/// The candidates of one query are in memory at a time, so that a text is encoded as often as it is one.
fn run_of_candidates(
    encoder: &SentenceEncoder,
    collection: &TestCollection,
    candidates: &Run,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<Run, Error> {
    let TestCollection { documents, queries, .. } = collection;
    let texts = documents.iter().map(|document| (&*document.id, &*document.text));
    let texts: HashMap<&str, &str> = texts.collect();
    let mut run = Run::new("");
    for (n, query) in queries.iter().enumerate() {
        run.push_query(&query.id)?;
        let ranking = candidates.ranking(&query.id);
        let ranking = ranking.map(|ranking| ranking.best_first(TieRule::InputOrder));
        let ids: Vec<&str> = ranking.into_iter().flatten().map(|(id, _)| id).collect();
        let passages: Vec<&str> =
            ids.iter().map(|id| text_of(id, &texts)).collect::<Result<_, _>>()?;
        let passages = one_each(&encoder.encode_passages(&passages)?.vectors)?;
        for (position, score) in ranked(encoder, query, &passages, passages.len())? {
            run.push(&query.id, ids[position], score)?;
        }
        tell(n + 1, queries.len());
    }
    Ok(run)
}

fn text_of<'a>(id: &str, texts: &HashMap<&str, &'a str>) -> Result<&'a str, Error> {
    let unknown = || jacolbert::Error::UnknownId { id: id.to_owned() };
    Ok(texts.get(id).copied().ok_or_else(unknown)?)
}

/// Each vector as a passage of one row, whose MaxSim with a query of one row is their product.
fn one_each(vectors: &Embeddings) -> Result<Vec<Embeddings>, Error> {
    let rows = vectors.as_ref().rows();
    let rows = rows.map(|row| Embeddings::new(row.to_vec(), row.len()));
    Ok(rows.collect::<Result<_, _>>().map_err(jacolbert::Error::from)?)
}

/// Positions of the best `k` of `passages` with their scores; of like ones the first comes first.
fn ranked(
    encoder: &SentenceEncoder,
    query: &Query,
    passages: &[Embeddings],
    k: usize,
) -> Result<Vec<(usize, f64)>, Error> {
    let query = encoder.encode_queries(&[&query.text])?.vectors;
    let hits = exhaustive_search(
        query.as_ref(),
        (0..).map(PassageId).zip(passages.iter().map(Embeddings::as_ref)),
        k,
    )
    .map_err(jacolbert::Error::from)?;
    Ok(hits.iter().map(|hit| (hit.passage.index(), f64::from(hit.score))).collect())
}
