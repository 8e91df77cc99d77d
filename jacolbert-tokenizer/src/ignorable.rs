//! Characters that Unicode lets a program ignore: they have no shape of their own.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::path::Path;

use jacolbert_core::SettingsFile;

use crate::{Error, IgnorableCharacters};

/// The key of `tokenizer_config.json` that says that default-ignorable characters are dropped before anything else. It
/// is a key of our own, which transformers ignores.
pub(crate) const DROPS_IGNORABLE: &str = "drop_default_ignorable";

/// The code points with the property `Default_Ignorable_Code_Point`, from `DerivedCoreProperties.txt` of Unicode 16.0.
/// Among them are the soft hyphen, zero-width spaces and joiners, the byte order mark and variation selectors; the
/// marks of kana (U+3099, U+309A) are not.
const RANGES: [RangeInclusive<char>; 17] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fff8}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// `text` without its default-ignorable characters.
pub(crate) fn without_ignorable(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_ignorable) {
        Cow::Owned(text.chars().filter(|character| !is_ignorable(*character)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether default-ignorable characters are dropped, by `option` or by the settings at `path`.
pub(crate) fn drops_ignorable(path: &Path, option: IgnorableCharacters) -> Result<bool, Error> {
    match option {
        IgnorableCharacters::Drop => Ok(true),
        IgnorableCharacters::AsInSettings if path.is_file() => {
            let settings = SettingsFile::open(path)?;
            Ok(settings.flag_if_given(DROPS_IGNORABLE)?.unwrap_or(false))
        }
        _ => Ok(false),
    }
}

/// Whether the character has the property.
pub(crate) fn is_ignorable(character: char) -> bool {
    // Most text is ASCII, kana and ideographs; none of them is in a range.
    !matches!(character, '\0'..='\u{ac}' | '\u{3041}'..='\u{3163}' | '\u{3165}'..='\u{fdff}')
        && RANGES.iter().any(|range| range.contains(&character))
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn exactly_the_characters_with_the_property_are_ignorable() {
        let property = Regex::new(r"^\p{Default_Ignorable_Code_Point}$").expect("a pattern");
        let mut buffer = [0; 4];
        let mut num_ignorable = 0;
        for character in '\0'..=char::MAX {
            let text: &str = character.encode_utf8(&mut buffer);
            assert_eq!(is_ignorable(character), property.is_match(text), "{character:?}");
            num_ignorable += usize::from(is_ignorable(character));
        }
        assert!(num_ignorable > 4_000, "{num_ignorable}");
    }

    #[test]
    fn only_ignorable_characters_are_dropped() {
        let check =
            |text: &str, expected| assert_eq!(without_ignorable(text), expected, "{text:?}");
        check("\u{feff}富\u{200b}士\u{ad}山", "富士山");
        check("葛\u{e0100}城 \u{2060}a", "葛城 a");
        check("か\u{3099}\u{309a} 👨\u{200d}👩 ❤\u{fe0f}", "か\u{3099}\u{309a} 👨👩 ❤");
        check("a\u{3000}b\u{a0}\t\r\n", "a\u{3000}b\u{a0}\t\r\n");
        assert!(matches!(without_ignorable("日本"), Cow::Borrowed("日本")));
    }
}
