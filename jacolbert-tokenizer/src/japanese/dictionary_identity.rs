//! Which of the well-known dictionaries a folder holds, by the features of its words.

use std::path::Path;

use super::dictionary_kind::DictionaryKind;
use super::word_file::WordFile;
use crate::Error;

/// The settings of a dictionary, which are no part of its compiled files.
const SETTINGS: &str = "dicrc";

/// The dictionary in `folder` with these `words`: by the features of its words, else by those that `dicrc` gives to the
/// beginning of a sentence; `None` for any other number of features.
pub(super) fn identify(folder: &Path, words: &WordFile) -> Result<Option<DictionaryKind>, Error> {
    match DictionaryKind::with_features(num_fields(words.first_feature())) {
        Some(kind) => Ok(Some(kind)),
        None => identify_by_settings(&folder.join(SETTINGS)),
    }
}

fn identify_by_settings(path: &Path) -> Result<Option<DictionaryKind>, Error> {
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
    let mut entries = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).filter_map(entry);
    let feature = entries.find(|(key, _)| *key == b"bos-feature");
    Ok(feature.and_then(|(_, feature)| DictionaryKind::with_features(num_fields(feature))))
}

/// The key and the value of a line `key = value`. The file may be in any encoding that contains ASCII.
fn entry(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let at = line.iter().position(|byte| *byte == b'=')?;
    Some((line[..at].trim_ascii(), line[at + 1..].trim_ascii()))
}

/// Number of fields of a line of CSV; a comma in quotes ends no field.
fn num_fields(line: &[u8]) -> usize {
    let mut is_quoted = false;
    let separators = line.iter().filter(|byte| {
        is_quoted ^= **byte == b'"';
        **byte == b',' && !is_quoted
    });
    1 + separators.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_in_quotes_ends_no_field() {
        let check = |line: &[u8], expected| assert_eq!(num_fields(line), expected);
        check(b"", 1);
        check(b"*,*", 2);
        check(b"a,\",\",\"\"\"\",b", 4);
    }

    #[test]
    fn entries_are_keys_with_values_and_comments_are_none_of_them() {
        let check = |line: &str, expected: Option<(&str, &str)>| {
            let expected = expected.map(|(key, value)| (key.as_bytes(), value.as_bytes()));
            assert_eq!(entry(line.as_bytes()), expected, "{line:?}");
        };
        check("bos-feature = BOS/EOS,*", Some(("bos-feature", "BOS/EOS,*")));
        check("\u{feff}cost-factor=700 ", Some(("cost-factor", "700")));
        check(";bos-feature = *", Some((";bos-feature", "*")));
        check("; a comment", None);
        check("", None);
    }
}
