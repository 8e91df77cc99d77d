//! What a model has at a revision, as the hub lists it.

use serde::Deserialize;

use super::client::HubClient;
use crate::Error;

/// Files of a checkpoint beside its weights; what a model does not have of them it does not need.
pub(super) const SETTINGS: [&str; 10] = [
    "config.json",
    "artifact.metadata",
    "modules.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
];

/// Files of weights, or indexes of several, the best first; one of them is needed.
pub(super) const WEIGHTS: [&str; 4] = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
];

/// Files of tokenizers; one of them is needed.
const TOKENIZERS: [&str; 2] = ["tokenizer.json", "vocab.txt"];

/// The hub's answer to `/api/models/{name}/revision/{revision}?blobs=true`, as far as it is read.
#[derive(Debug, Deserialize)]
pub(super) struct Listing {
    /// The commit that the revision names.
    #[serde(rename = "sha")]
    pub(super) commit: String,
    siblings: Vec<Sibling>,
}

#[derive(Debug, Deserialize)]
struct Sibling {
    #[serde(rename = "rfilename")]
    name: String,
    size: Option<u64>,
    #[serde(rename = "blobId")]
    git_sha1: Option<String>,
    lfs: Option<Lfs>,
}

#[derive(Debug, Deserialize)]
struct Lfs {
    sha256: String,
    size: u64,
}

/// A file on the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RemoteFile {
    pub(super) name: String,
    pub(super) length: u64,
    pub(super) content: ContentId,
}

/// Name of a content, which is also its name among the blobs of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ContentId {
    /// Of a large file: the SHA-256 of its bytes.
    Sha256(String),
    /// Of any other: the SHA-1 of `blob {length}\0` and its bytes.
    GitSha1(String),
}

impl ContentId {
    pub(super) fn hex(&self) -> &str {
        match self {
            Self::Sha256(hex) | Self::GitSha1(hex) => hex,
        }
    }
}

impl Listing {
    /// Whether the model has a file of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.siblings.iter().any(|sibling| sibling.name == name)
    }

    /// The files of the checkpoint; its weights come last, so that whoever has them has all.
    pub(super) fn checkpoint_files(
        &self,
        client: &HubClient<'_>,
    ) -> Result<Vec<RemoteFile>, Error> {
        if let Some(file) = first_missing(&|name| self.has(name)) {
            return Err(client.no_file(&self.commit, file));
        }
        let mut names: Vec<String> = SETTINGS.map(String::from).to_vec();
        names.extend(self.layer_files());
        names.extend(self.best_weights(""));
        let listed = names.iter().filter_map(|name| self.siblings.iter().find(|s| s.name == *name));
        listed.map(|sibling| sibling.remote_file(client)).collect()
    }

    /// Files of the layers that sentence-transformers puts behind the model: `1_Dense`, `2_Dense`..,
    /// `1_Pooling`, which has no weights.
    fn layer_files(&self) -> Vec<String> {
        let folder_of_settings = |sibling: &Sibling| {
            let (folder, file) = sibling.name.split_once('/')?;
            let (number, layer) = folder.split_once('_')?;
            let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            let is_known = matches!(layer, "Dense" | "Pooling");
            (is_number && is_known && file == "config.json").then(|| format!("{folder}/"))
        };
        let folders = self.siblings.iter().filter_map(folder_of_settings);
        let files = |folder: String| {
            let weights = self.best_weights(&folder);
            std::iter::once(format!("{folder}config.json")).chain(weights)
        };
        folders.flat_map(files).collect()
    }

    /// The best weights in `folder`: a file, or several and their index, which comes last.
    fn best_weights(&self, folder: &str) -> Vec<String> {
        let mut names = WEIGHTS.iter().map(|file| format!("{folder}{file}"));
        let Some(best) = names.find(|name| self.has(name)) else { return Vec::new() };
        let several = best.strip_suffix(".index.json").and_then(|whole| whole.rsplit_once('.'));
        let Some((stem, format)) = several else { return vec![best] };
        let is_part = |name: &str| {
            name.starts_with(&format!("{stem}-")) && name.ends_with(&format!(".{format}"))
        };
        let parts = self.siblings.iter().map(|sibling| &sibling.name);
        parts.filter(|name| is_part(name)).chain([&best]).cloned().collect()
    }
}

/// The first file without which there is no checkpoint and which is not there.
pub(super) fn first_missing(has: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    let needed = [&["config.json"][..], &TOKENIZERS, &WEIGHTS];
    needed.iter().find(|any| !any.iter().any(|name| has(name))).map(|any| any[0])
}

impl Sibling {
    fn remote_file(&self, client: &HubClient<'_>) -> Result<RemoteFile, Error> {
        let missing = |what| client.bad_listing(format!("no {what} of {}", self.name));
        let (length, content) = match &self.lfs {
            Some(lfs) => (lfs.size, ContentId::Sha256(lfs.sha256.clone())),
            None => {
                let sha1 = self.git_sha1.clone().ok_or_else(|| missing("blobId"))?;
                (self.size.ok_or_else(|| missing("size"))?, ContentId::GitSha1(sha1))
            }
        };
        let num_digits = if self.lfs.is_some() { 64 } else { 40 };
        // The id becomes the name of a file.
        if !is_hex(content.hex(), num_digits) {
            return Err(client.bad_listing(format!("{:?} is no id of a blob", content.hex())));
        }
        Ok(RemoteFile { name: self.name.clone(), length, content })
    }
}

/// Whether `text` is the id of a commit.
pub(super) fn is_commit(text: &str) -> bool {
    is_hex(text, 40)
}

fn is_hex(text: &str, num_digits: usize) -> bool {
    text.len() == num_digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
