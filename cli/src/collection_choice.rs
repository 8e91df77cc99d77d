//! Which folder is the collection.

use std::path::{Path, PathBuf};

use clap::Args;
use jacolbert::index::Index;

use crate::error::Error;

/// Which folder is the collection.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Collection")]
pub(crate) struct CollectionChoice {
    /// The folder of the collection
    #[arg(
        short,
        long,
        value_name = "FOLDER",
        default_value = ".jacolbert",
        env = "JACOLBERT_COLLECTION"
    )]
    collection: PathBuf,
}

impl CollectionChoice {
    /// The folder of a collection that exists.
    pub(crate) fn existing(&self) -> Result<&Path, Error> {
        if Index::exists(&self.collection) {
            Ok(&self.collection)
        } else {
            Err(Error::NoCollection { path: self.collection.clone() })
        }
    }

    /// The folder of a collection that does not exist yet.
    pub(crate) fn new_folder(&self) -> Result<&Path, Error> {
        if Index::exists(&self.collection) {
            Err(Error::CollectionExists { path: self.collection.clone() })
        } else {
            Ok(&self.collection)
        }
    }
}
