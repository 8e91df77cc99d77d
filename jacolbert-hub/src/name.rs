//! The name of a model on a hub, as people write it.

use std::path::{Component, Path};

use crate::{Error, NameFault};

/// Addresses of the hub before the name of a model.
const ADDRESSES: [&str; 3] = ["https://huggingface.co/", "https://hf.co/", "hf.co/"];

/// The name within `text`, which may have white space around it or be the address of the model's page on the hub at
/// `endpoint`.
pub(crate) fn model_name<'a>(text: &'a str, endpoint: &str) -> &'a str {
    let text = text.trim();
    let endpoint = format!("{}/", endpoint.trim_end_matches('/'));
    let mut addresses = ADDRESSES.iter().copied().chain([endpoint.as_str()]);
    match addresses.find_map(|address| text.strip_prefix(address)) {
        Some(name) => name.trim_end_matches('/'),
        None => text,
    }
}

/// Checks that a hub can have a model of this name and revision.
pub(crate) fn check_name(name: &str, revision: &str) -> Result<(), Error> {
    let fault = name_fault(name).or((!is_revision(revision)).then_some(NameFault::Revision));
    match fault {
        Some(fault) => Err(Error::Name { name: name.into(), revision: revision.into(), fault }),
        None => Ok(()),
    }
}

/// Why the hub does not allow the name; it allows one or two parts of letters, digits, `.`, `-` and `_`.
fn name_fault(name: &str) -> Option<NameFault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_part = |part: &str| !part.is_empty() && part.chars().all(allowed);
    if name.is_empty() {
        Some(NameFault::Empty)
    } else if name.contains("://") {
        Some(NameFault::Address)
    } else if name.starts_with(['/', '.', '~']) || name.ends_with('/') || name.contains('\\') {
        Some(NameFault::Path)
    } else if name.split('/').count() > 2 {
        Some(NameFault::Parts)
    } else if name.contains("..") || name.contains("--") || !name.split('/').all(is_part) {
        Some(NameFault::Characters)
    } else {
        None
    }
}

/// Whether the revision can be the path of a file inside a folder.
fn is_revision(revision: &str) -> bool {
    let is_plain = |part| matches!(part, Component::Normal(_));
    let path = Path::new(revision);
    let normal: std::path::PathBuf = path.components().collect();
    normal.as_os_str() == path.as_os_str()
        && !revision.is_empty()
        && !revision.contains(|c: char| c.is_control() || c == '\\')
        && path.components().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_name(name: &str) -> bool {
        name_fault(name).is_none()
    }

    #[test]
    fn names_and_revisions_stay_inside_the_cache() {
        let check = |name: &str, revision: &str, expected: bool| {
            assert_eq!(is_name(name) && is_revision(revision), expected, "{name:?} {revision:?}");
        };
        check("bclavie/JaColBERT", "main", true);
        check("bert-base_1.0", "refs/pr/1", true);
        check("bclavie/JaColBERT", "v1.0", true);
        for name in
            ["", "/", "a/", "/a", "a/b/c", "a/..", "../a", "a--b", "a b", "a?b", "富士", "."]
        {
            check(name, "main", false);
        }
        for revision in ["", "/main", "../main", "a/../b", "a//b", "a/", "./a", "a\\b", "a\nb"] {
            check("a/b", revision, false);
        }
    }

    #[test]
    fn a_text_that_is_no_name_says_what_it_is() {
        let check = |text: &str, expected| {
            assert_eq!(name_fault(model_name(text, "https://hub.example")), expected, "{text:?}");
        };
        for name in [
            "bclavie/JaColBERT",
            " bclavie/JaColBERT\n",
            "https://huggingface.co/bclavie/JaColBERT",
            "https://huggingface.co/bclavie/JaColBERT/",
            "hf.co/bclavie/JaColBERT",
            "https://hub.example/bclavie/JaColBERT",
        ] {
            check(name, None);
            assert_eq!(model_name(name, "https://hub.example/"), "bclavie/JaColBERT");
        }
        check("", Some(NameFault::Empty));
        check(" ", Some(NameFault::Empty));
        for path in ["./bclavie/JaColBERT", "/models/a", "../a", "~/a", "C:\\models\\a", "models/"]
        {
            check(path, Some(NameFault::Path));
        }
        check("https://example.com/bclavie/JaColBERT", Some(NameFault::Address));
        check("https://huggingface.co/bclavie/JaColBERT/tree/v1", Some(NameFault::Parts));
        check("datasets/bclavie/x", Some(NameFault::Parts));
        check("モデル/a", Some(NameFault::Characters));
        check("a b", Some(NameFault::Characters));
        check("a--b", Some(NameFault::Characters));
    }
}
