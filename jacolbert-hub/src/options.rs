//! Options of a download: the hub, the revision and the cache.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fmt, fs, io};

use crate::Error;

/// How to fetch a checkpoint from a hub.
///
/// The defaults are those of the hub's own clients and follow the same environment variables:
/// `HF_HUB_CACHE` (or `HUGGINGFACE_HUB_CACHE`), `HF_HOME` and `XDG_CACHE_HOME` for the cache,
/// `HF_ENDPOINT`, `HF_TOKEN` and `HF_TOKEN_PATH`, `HF_HUB_DISABLE_IMPLICIT_TOKEN`, `HF_HUB_OFFLINE`.
/// Requests always follow `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
///
/// ```
/// use jacolbert_hub::{HubOptions, HubToken};
///
/// let options = HubOptions {
///     revision: "v1.0".into(),
///     token: HubToken::Anonymous,
///     ..Default::default()
/// };
/// assert_eq!(options.retries, 4);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubOptions {
    /// A branch, a tag or the 40 digits of a commit. A commit pins the model: its files never change,
    /// and once cached it needs no request. Default: `main`.
    pub revision: String,
    /// Folder of the cache, which the hub's Python clients share. Default:
    /// `~/.cache/huggingface/hub`, or what the environment says.
    pub cache: PathBuf,
    /// Whether to use the cache only and make no request. Default: no, or what the environment says.
    pub offline: bool,
    /// The user's token; private and gated models need one. Default: that of the environment, or else
    /// the file that `hf auth login` writes.
    pub token: HubToken,
    /// Address of the hub. Default: `https://huggingface.co`, or what the environment says.
    pub endpoint: String,
    /// How long to wait for a connection, a response or the next bytes. Default: 10 s. With a longer
    /// one, a dead connection is noticed later.
    pub timeout: Duration,
    /// How often one call resumes the broken transfer of a file. Default: 4. With more, a call tries
    /// longer before it fails; the next call resumes in any case.
    pub retries: u32,
}

/// How to identify the user to a hub.
#[derive(Clone, PartialEq, Eq)]
pub enum HubToken {
    /// No token.
    Anonymous,
    /// This token. `Debug` does not show it.
    Secret(String),
    /// The token in this file, as `hf auth login` writes it; no token if there is no such file.
    File(PathBuf),
}

impl Default for HubOptions {
    fn default() -> Self {
        Self::from_environment(&|name| env::var_os(name).filter(|value| !value.is_empty()))
    }
}

impl HubOptions {
    fn from_environment(var: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let path = |name| var(name).map(|value| expanded(Path::new(&value)));
        let caches = || path("XDG_CACHE_HOME").unwrap_or_else(|| home().join(".cache"));
        let hub_home = path("HF_HOME").unwrap_or_else(|| caches().join("huggingface"));
        let cache = path("HF_HUB_CACHE").or_else(|| path("HUGGINGFACE_HUB_CACHE"));
        let token_file = path("HF_TOKEN_PATH").unwrap_or_else(|| hub_home.join("token"));
        let text = |name| var(name).map(|value| value.to_string_lossy().trim().to_owned());
        let is_on = |name| text(name).is_some_and(|value| is_true(&value));
        Self {
            revision: "main".into(),
            cache: cache.unwrap_or_else(|| hub_home.join("hub")),
            offline: is_on("HF_HUB_OFFLINE"),
            token: match text("HF_TOKEN") {
                _ if is_on("HF_HUB_DISABLE_IMPLICIT_TOKEN") => HubToken::Anonymous,
                Some(token) => HubToken::Secret(token),
                None => HubToken::File(token_file),
            },
            endpoint: text("HF_ENDPOINT").unwrap_or_else(|| "https://huggingface.co".into()),
            timeout: Duration::from_secs(10),
            retries: 4,
        }
    }
}

impl HubToken {
    /// The token, if there is one.
    pub(crate) fn secret(&self) -> Result<Option<String>, Error> {
        let text = match self {
            Self::Anonymous => return Ok(None),
            Self::Secret(token) => token.clone(),
            Self::File(path) => match fs::read_to_string(path) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(source) => return Err(Error::io(path, source)),
            },
        };
        let text = text.trim_start_matches('\u{feff}').trim();
        Ok(Some(text.to_owned()).filter(|token| !token.is_empty()))
    }
}

impl fmt::Debug for HubToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("Anonymous"),
            Self::Secret(_) => f.write_str("Secret(..)"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// The home folder, or the working folder if there is none.
fn home() -> PathBuf {
    env::home_dir().unwrap_or_default()
}

fn expanded(path: &Path) -> PathBuf {
    match path.strip_prefix("~") {
        Ok(rest) => home().join(rest),
        Err(_) => path.into(),
    }
}

fn is_true(value: &str) -> bool {
    ["1", "ON", "YES", "TRUE"].contains(&value.to_uppercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(variables: &[(&str, &str)]) -> HubOptions {
        let value = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| v.into());
        HubOptions::from_environment(&value)
    }

    #[test]
    fn the_cache_is_where_the_hubs_clients_have_it() {
        let check = |variables: &[(&str, &str)], expected: &str| {
            assert_eq!(options(variables).cache, Path::new(expected));
        };
        check(&[("XDG_CACHE_HOME", "/x")], "/x/huggingface/hub");
        check(&[("XDG_CACHE_HOME", "/x"), ("HF_HOME", "/h")], "/h/hub");
        check(&[("HF_HOME", "/h"), ("HUGGINGFACE_HUB_CACHE", "/old")], "/old");
        check(&[("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HUB_CACHE", "/c")], "/c");
        assert_eq!(options(&[]).cache, home().join(".cache/huggingface/hub"));
        assert_eq!(options(&[("HF_HOME", "~/h")]).cache, home().join("h/hub"));
    }

    #[test]
    fn the_token_comes_from_the_variable_before_the_file() {
        let check = |variables: &[(&str, &str)], expected: HubToken| {
            assert_eq!(options(variables).token, expected);
        };
        check(&[("HF_HOME", "/h")], HubToken::File("/h/token".into()));
        check(&[("HF_TOKEN_PATH", "/t"), ("HF_HOME", "/h")], HubToken::File("/t".into()));
        check(&[("HF_TOKEN", " hf_x\n")], HubToken::Secret("hf_x".into()));
        let implicit = ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "true");
        check(&[("HF_TOKEN", "hf_x"), implicit], HubToken::Anonymous);
    }

    #[test]
    fn offline_and_endpoint_follow_their_variables() {
        let off = |value| options(&[("HF_HUB_OFFLINE", value)]).offline;
        assert!(off("1") && off("true") && off("Yes") && off("ON"));
        assert!(!off("0") && !off("false") && !options(&[]).offline);
        assert_eq!(options(&[]).endpoint, "https://huggingface.co");
        assert_eq!(options(&[("HF_ENDPOINT", "http://mirror")]).endpoint, "http://mirror");
    }

    #[test]
    fn a_token_is_read_trimmed_and_never_shown() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("token");
        assert_eq!(HubToken::File(file.clone()).secret()?, None);
        for text in ["hf_file", "hf_file\n", "\u{feff}hf_file\r\n"] {
            fs::write(&file, text)?;
            assert_eq!(HubToken::File(file.clone()).secret()?.as_deref(), Some("hf_file"));
        }
        assert_eq!(HubToken::Secret("  ".into()).secret()?, None);
        assert!(!format!("{:?}", HubToken::Secret("hf_x".into())).contains("hf_x"));
        Ok(())
    }
}
