//! The files of a model at a revision, as the hub lists them.

use serde::Deserialize;

use crate::Error;

/// Files of a checkpoint beside its weights. A model needs only those that it has.
pub(crate) const SETTINGS: [&str; 10] = [
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

/// Files of weights, or indexes of sharded weights, the best first; one of them is needed.
const WEIGHTS: [&str; 4] = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
];

/// Files of tokenizers; one of them is needed.
const TOKENIZERS: [&str; 2] = ["tokenizer.json", "vocab.txt"];

/// The files of a model at a commit.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The commit of the revision.
    pub(crate) commit: String,
    /// The name of the model, for errors.
    model: String,
    /// The address of the listing, for errors.
    url: String,
    files: Vec<ListedFile>,
}

/// The hub's response to `/api/models/{name}/revision/{revision}?blobs=true`; other fields are ignored.
#[derive(Debug, Deserialize)]
struct Response {
    #[serde(rename = "sha")]
    commit: String,
    #[serde(rename = "siblings")]
    files: Vec<ListedFile>,
}

#[derive(Debug, Deserialize)]
struct ListedFile {
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
pub(crate) struct RemoteFile {
    pub(crate) name: String,
    pub(crate) length: u64,
    pub(crate) content: ContentId,
}

/// The digest of a file's content, which is also the name of its blob in a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ContentId {
    /// Of a large file: the SHA-256 of its bytes.
    Sha256(String),
    /// Of any other: the SHA-1 of `blob {length}\0` and its bytes.
    GitSha1(String),
}

impl ContentId {
    pub(crate) fn hex(&self) -> &str {
        match self {
            Self::Sha256(hex) | Self::GitSha1(hex) => hex,
        }
    }
}

impl Listing {
    /// Reads the hub's response `text` about `model`, which came from `url`.
    pub(crate) fn parse(text: &str, model: &str, url: &str) -> Result<Self, Error> {
        let response: Response =
            serde_json::from_str(text).map_err(|error| bad_reply(url, error.to_string()))?;
        if !is_commit(&response.commit) {
            return Err(bad_reply(url, format!("{:?} is no commit", response.commit)));
        }
        Ok(Self {
            commit: response.commit,
            model: model.into(),
            url: url.into(),
            files: response.files,
        })
    }

    /// Whether the model has a file of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.file(name).is_some()
    }

    /// The files of the checkpoint. The weights come last, so that a folder with weights is complete.
    pub(crate) fn checkpoint_files(&self) -> Result<Vec<RemoteFile>, Error> {
        if let Some(file) = first_missing(&|name| self.has(name)) {
            return Err(Error::File {
                name: self.model.clone(),
                commit: self.commit.clone(),
                file: file.into(),
            });
        }
        let mut names: Vec<String> = SETTINGS.map(String::from).to_vec();
        names.extend(self.layer_files());
        names.extend(self.best_weights(""));
        let listed = names.iter().filter_map(|name| self.file(name));
        let files = listed.map(|file| self.remote_file(file)).collect::<Result<Vec<_>, _>>()?;
        match files.iter().find(|file| file.length == 0) {
            Some(empty) => Err(Error::EmptyFile {
                name: self.model.clone(),
                commit: self.commit.clone(),
                file: empty.name.clone(),
            }),
            None => Ok(files),
        }
    }

    fn file(&self, name: &str) -> Option<&ListedFile> {
        self.files.iter().find(|file| file.name == name)
    }

    /// Files of the layers that sentence-transformers puts behind the model: `1_Dense`, `2_Dense`..,
    /// and `1_Pooling`, which has no weights.
    fn layer_files(&self) -> Vec<String> {
        let mut names = Vec::new();
        for folder in self.files.iter().filter_map(|file| layer_folder(&file.name)) {
            names.push(format!("{folder}/config.json"));
            names.extend(self.best_weights(&format!("{folder}/")));
        }
        names
    }

    /// The best weights in `folder`: one file, or all shards and then their index.
    fn best_weights(&self, folder: &str) -> Vec<String> {
        let mut names = WEIGHTS.iter().map(|file| format!("{folder}{file}"));
        let Some(best) = names.find(|name| self.has(name)) else { return Vec::new() };
        let sharded = best.strip_suffix(".index.json").and_then(|whole| whole.rsplit_once('.'));
        let Some((stem, format)) = sharded else { return vec![best] };
        let is_shard = |name: &str| {
            name.starts_with(&format!("{stem}-")) && name.ends_with(&format!(".{format}"))
        };
        let names = self.files.iter().map(|file| &file.name);
        names.filter(|name| is_shard(name)).chain([&best]).cloned().collect()
    }

    fn remote_file(&self, file: &ListedFile) -> Result<RemoteFile, Error> {
        let missing = |what| bad_reply(&self.url, format!("no {what} of {}", file.name));
        let name = file.name.clone();
        let remote = match &file.lfs {
            Some(lfs) => {
                let content = ContentId::Sha256(lfs.sha256.clone());
                RemoteFile { name, length: lfs.size, content }
            }
            None => {
                let sha1 = file.git_sha1.clone().ok_or_else(|| missing("blobId"))?;
                let length = file.size.ok_or_else(|| missing("size"))?;
                RemoteFile { name, length, content: ContentId::GitSha1(sha1) }
            }
        };
        let num_digits = if file.lfs.is_some() { 64 } else { 40 };
        // The id becomes the name of a file.
        if !is_hex(remote.content.hex(), num_digits) {
            let what = format!("{:?} is no id of a blob", remote.content.hex());
            return Err(bad_reply(&self.url, what));
        }
        Ok(remote)
    }
}

/// The folder of a layer, if `name` is the path of its settings.
fn layer_folder(name: &str) -> Option<&str> {
    let (folder, file) = name.split_once('/')?;
    let (number, layer) = folder.split_once('_')?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let is_known = matches!(layer, "Dense" | "Pooling");
    (is_number && is_known && file == "config.json").then_some(folder)
}

/// The first missing file that every checkpoint needs.
pub(crate) fn first_missing(has: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    let needed = [&["config.json"][..], &TOKENIZERS, &WEIGHTS];
    needed.iter().find(|any| !any.iter().any(|name| has(name))).map(|any| any[0])
}

/// Whether `text` is the id of a commit.
pub(crate) fn is_commit(text: &str) -> bool {
    is_hex(text, 40)
}

fn is_hex(text: &str, num_digits: usize) -> bool {
    text.len() == num_digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn bad_reply(url: &str, what: String) -> Error {
    Error::Reply { url: url.into(), what }
}
