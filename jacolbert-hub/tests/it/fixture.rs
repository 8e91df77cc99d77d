//! A hub with a model, and an empty cache.

use std::path::PathBuf;
use std::time::Duration;

use std::ops::ControlFlow;

use jacolbert_hub::{Error, HubOptions, HubToken, fetch_checkpoint};
use tempfile::TempDir;

use crate::server::{Files, NAME, Server};

pub(crate) type TestResult = Result<(), Box<dyn std::error::Error>>;

/// A hub, and how to ask it.
pub(crate) struct Fixture {
    pub(crate) server: Server,
    pub(crate) options: HubOptions,
    cache: TempDir,
}

/// Progress reports as (file, done, of).
pub(crate) type Reports = Vec<(String, u64, u64)>;

impl Fixture {
    pub(crate) fn new(files: Files) -> Result<Self, std::io::Error> {
        let server = Server::start(files);
        let cache = tempfile::tempdir()?;
        let options = HubOptions {
            revision: "main".into(),
            cache: cache.path().join("hub"),
            offline: false,
            token: HubToken::Anonymous,
            endpoint: server.endpoint(),
            timeout: Duration::from_secs(5),
            retries: 0,
        };
        Ok(Self { server, options, cache })
    }

    /// A second user of the cache.
    pub(crate) fn with(&self, change: impl FnOnce(&mut HubOptions)) -> HubOptions {
        let mut options = self.options.clone();
        change(&mut options);
        options
    }

    pub(crate) fn get(&self) -> Result<PathBuf, Error> {
        get(&self.options)
    }

    pub(crate) fn get_reported(&self) -> Result<(PathBuf, Reports), Error> {
        let mut reports = Vec::new();
        let folder = fetch_checkpoint(NAME, &self.options, &mut |progress| {
            reports.push((progress.file.to_owned(), progress.done, progress.of));
            ControlFlow::Continue(())
        })?;
        Ok((folder, reports))
    }

    /// The paths asked for since the last call, without what all of them share.
    pub(crate) fn asked(&self) -> Vec<String> {
        let short = |path: String| match path.rsplit_once("/resolve/") {
            Some((_, file)) => file[41..].to_owned(),
            None => path.replace(&format!("/api/models/{NAME}/"), ""),
        };
        self.server.requests().into_iter().map(|request| short(request.path)).collect()
    }

    /// The model's folder in the cache.
    pub(crate) fn model(&self) -> PathBuf {
        self.options.cache.join("models--nihon--JaMini")
    }

    /// A folder for anything else.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.cache.path().join("scratch")
    }
}

pub(crate) fn get(options: &HubOptions) -> Result<PathBuf, Error> {
    fetch_checkpoint(NAME, options, &mut |_| ControlFlow::Continue(()))
}

/// Where the hub sends whoever asks for the weights.
pub(crate) fn weights(commit: &str) -> String {
    format!("/cdn/{commit}/model.safetensors")
}

/// Files of a checkpoint that is complete, though nothing could load it, and what it does not need.
pub(crate) fn files() -> Files {
    let weights: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let small = [
        ("README.md", "not needed"),
        ("artifact.metadata", "{\"dim\": 128}"),
        ("config.json", "{}"),
        ("onnx/model.onnx", "not needed"),
        ("tokenizer.json", "{ }"),
    ];
    let small = small.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    let mut files = Files::from(small);
    files.insert("model.safetensors".into(), weights);
    files
}
