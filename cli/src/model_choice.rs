//! Which model is loaded, and how.

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;
use jacolbert::model::QueryLength;
use jacolbert::{
    Collection, Device, Error as LibraryError, Loader, OtherDictionary, Precision, Retriever,
};

use crate::error::Error;

const MODEL: &str = "JACOLBERT_MODEL";
const DICTIONARY: &str = "JACOLBERT_DICTIONARY";

/// Which model is loaded, and how.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Model")]
pub(crate) struct ModelChoice {
    /// The folder of the model, or its name on the Hugging Face hub
    ///
    /// A new collection needs one: from this option or from the environment variable JACOLBERT_MODEL. A collection
    /// remembers its model, so that later commands need the option only if the model has moved. A name such as
    /// ORGANISATION/MODEL is fetched from the hub if there is no such folder.
    #[arg(short, long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// The folder of the MeCab dictionary, for models that need one
    ///
    /// By default that of the environment variable JACOLBERT_DICTIONARY, or the one that the collection remembers.
    #[arg(long, value_name = "FOLDER")]
    dictionary: Option<PathBuf>,
    /// Load the model with another dictionary than its settings name
    #[arg(long)]
    accept_other_dictionary: bool,
    /// The number format of the matrix products: f32, bf16 or int8. By default f32, or the one of the collection
    #[arg(long, value_name = "FORMAT")]
    precision: Option<Precision>,
    /// Where the model computes: cpu, or a device whose cargo feature is installed
    #[arg(long, value_name = "DEVICE", default_value = "cpu")]
    device: Device,
    /// How many tokens of a question are read: a number, or `dynamic` for all. By default as the model says
    #[arg(long, value_name = "LENGTH", value_parser = query_length)]
    query_length: Option<QueryLength>,
}

impl ModelChoice {
    /// Loads the model of the options, or that of the environment.
    pub(crate) fn load(&self) -> Result<Retriever, Error> {
        let model = self.model.clone().or_else(|| path_of(MODEL)).ok_or(Error::NoModel)?;
        self.load_from(&model)
    }

    /// Opens a collection with the model of the options, or with the one that it remembers.
    pub(crate) fn open(&self, folder: &Path) -> Result<Collection, Error> {
        if let Some(model) = &self.model {
            return Ok(self.load_from(model)?.open(folder)?);
        }
        match (self.loader(self.dictionary.clone()).open_collection(folder), path_of(MODEL)) {
            (
                Err(LibraryError::CheckpointGone { .. } | LibraryError::NoCheckpoint { .. }),
                Some(model),
            ) => Ok(self.load_from(&model)?.open(folder)?),
            (opened, _) => Ok(opened?),
        }
    }

    /// Whether an option names the model.
    pub(crate) fn is_given(&self) -> bool {
        self.model.is_some()
    }

    fn load_from(&self, model: &Path) -> Result<Retriever, Error> {
        let dictionary = self.dictionary.clone().or_else(|| path_of(DICTIONARY));
        let loader = self.loader(dictionary);
        #[cfg(feature = "hub")]
        if let Some(name) = hub_name(model) {
            return Ok(loader.load_from_hub(name, &jacolbert::HubOptions::default())?);
        }
        Ok(loader.load(model)?)
    }

    fn loader(&self, dictionary: Option<PathBuf>) -> Loader {
        let mut loader = Retriever::loader().device(self.device.clone());
        if let Some(precision) = self.precision {
            loader = loader.precision(precision);
        }
        if let Some(dictionary) = dictionary {
            loader = loader.dictionary(dictionary);
        }
        if let Some(query_length) = self.query_length {
            loader = loader.query_length(query_length);
        }
        if self.accept_other_dictionary {
            loader = loader.other_dictionary(OtherDictionary::Accept);
        }
        loader
    }
}

/// The path in an environment variable that is set and not empty.
fn path_of(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The name on the hub that `model` is: two parts, and no folder.
#[cfg(feature = "hub")]
fn hub_name(model: &Path) -> Option<&str> {
    let name = model.to_str().filter(|_| !model.exists())?;
    let is_part = |part: &str| {
        !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    let (organisation, model) = name.split_once('/')?;
    let is_name =
        !organisation.is_empty() && !model.is_empty() && is_part(organisation) && is_part(model);
    is_name.then_some(name)
}

fn query_length(text: &str) -> Result<QueryLength, String> {
    match (text, text.parse()) {
        ("dynamic", _) => Ok(QueryLength::Dynamic),
        (_, Ok(tokens)) if tokens > 0 => Ok(QueryLength::Fixed(tokens)),
        _ => Err("neither a number of tokens nor `dynamic`".into()),
    }
}
