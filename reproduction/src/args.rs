//! The command line that all experiments have in common.

use std::path::PathBuf;

use jacolbert::Bits;
use jacolbert::model::SentenceSettings;
use lexopt::Arg::{Long, Value};
use lexopt::ValueExt;

use crate::dense::pooling;
use crate::{Bm25, ColbertModel, DenseModel, Error, SearchBy, System};

/// What may stand on the command line.
pub const USAGE: &str = "\
FOLDER               where the collection is
--model NAME         a model's folder, or with the feature hub its name there; may stand several times
--dense NAME         the same of a model of one vector a text
--pooling mean       how --dense makes one vector, mean or cls, in the place of what the model says
--query-prefix TEXT  what --dense puts before a question, in the place of what the model says
--passage-prefix TEXT  the same before a passage
--dictionary FOLDER  MeCab's dictionary (unidic_lite/dicdir), for models that need one and for words
--words FOLDER       also BM25 over words, as vocab.txt and tokenizer_config.json in FOLDER cut them
--bits 2             search through an index of so many bits a component, in the place of all vectors
--doc-maxlen 300     tokens of a passage, in the place of the model's own setting
--full               the whole collection, in the place of the reports' part (MIRACL, Mr.TyDi)
--out FOLDER         where runs and indexes are kept, `reproduced` unless told
--markdown           the table as Markdown";

/// The command line of an experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    /// Where the collection is.
    pub data: PathBuf,
    /// What is measured: BM25, then the late interaction models, then the dense ones.
    pub systems: Vec<System>,
    /// Whether the whole collection is searched.
    pub full: bool,
    /// Where runs and indexes are kept.
    pub out: PathBuf,
    /// Whether the table is to be Markdown.
    pub markdown: bool,
}

impl Args {
    /// The command line of this process.
    ///
    /// # Errors
    /// [`Error::Args`], [`Error::Usage`].
    pub fn from_env() -> Result<Self, Error> {
        Self::parse(lexopt::Parser::from_env())
    }

    /// A command line.
    ///
    /// # Errors
    /// [`Error::Args`], [`Error::Usage`].
    pub fn parse(mut parser: lexopt::Parser) -> Result<Self, Error> {
        let mut data = None;
        let mut models = Vec::new();
        let mut words = None;
        let mut dense = Vec::new();
        let mut settings = SentenceSettings::default();
        let mut dictionary = None;
        let mut doc_maxlen = None;
        let mut search = SearchBy::Exhaustive;
        let mut full = false;
        let mut markdown = false;
        let mut out = PathBuf::from("reproduced");
        while let Some(arg) = parser.next()? {
            match arg {
                Value(folder) if data.is_none() => data = Some(PathBuf::from(folder)),
                Long("model") => models.push(parser.value()?.string()?),
                Long("dense") => dense.push(parser.value()?.string()?),
                Long("pooling") => settings.pooling = Some(pooling(&parser.value()?.string()?)?),
                Long("query-prefix") => settings.query_prefix = Some(parser.value()?.string()?),
                Long("passage-prefix") => settings.passage_prefix = Some(parser.value()?.string()?),
                Long("dictionary") => dictionary = Some(PathBuf::from(parser.value()?)),
                Long("words") => words = Some(PathBuf::from(parser.value()?)),
                Long("bits") => search = SearchBy::Index(bits(parser.value()?.parse()?)?),
                Long("doc-maxlen") => doc_maxlen = Some(parser.value()?.parse()?),
                Long("full") => full = true,
                Long("out") => out = parser.value()?.into(),
                Long("markdown") => markdown = true,
                other => return Err(with_usage(&other.unexpected().to_string())),
            }
        }
        let data = data.ok_or_else(|| missing("a folder as the first argument"))?;
        let mut systems = vec![System::Bm25(Bm25::Bigrams)];
        if let Some(tokenizer) = words {
            let dictionary = dictionary.clone().ok_or_else(|| missing("--dictionary"))?;
            systems.push(System::Bm25(Bm25::Words { tokenizer, dictionary }));
        }
        systems.extend(models.into_iter().map(|name| {
            let dictionary = dictionary.clone();
            System::Colbert(ColbertModel { name, dictionary, doc_maxlen, search })
        }));
        systems.extend(dense.into_iter().map(|name| {
            let settings = settings.clone();
            let dictionary = dictionary.clone();
            System::Dense(DenseModel { name, dictionary, settings })
        }));
        Ok(Self { data, systems, full, out, markdown })
    }
}

fn bits(bits: u64) -> Result<Bits, Error> {
    Ok(Bits::try_from(bits).map_err(jacolbert::Error::from)?)
}

fn missing(what: &str) -> Error {
    with_usage(&format!("{what} is missing"))
}

fn with_usage(what: &str) -> Error {
    Error::Usage { what: what.to_owned(), usage: USAGE }
}
