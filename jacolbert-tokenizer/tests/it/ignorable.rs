//! Characters without a shape are dropped where the settings or the caller say so.

#[cfg(feature = "json")]
use jacolbert_testing::data::mini;
use jacolbert_testing::small_dictionary;
use jacolbert_tokenizer::{IgnorableCharacters, TextTokenizer, TokenizerOptions};

use crate::TestResult;

const SEEN: &str = "日本で一番高い山は？";
const TYPED: [&str; 3] = [
    "\u{feff}日本で一番高い山は？",
    "日本で一番\u{ad}高い山は？",
    "日\u{200b}本\u{200b}で\u{200b}一\u{200b}番\u{200b}高い山は\u{2060}？",
];

fn open(
    folder: &std::path::Path,
    ignorable: IgnorableCharacters,
) -> Result<TextTokenizer, jacolbert_tokenizer::Error> {
    let dictionary = Some(folder.into());
    TextTokenizer::open(folder, &TokenizerOptions { dictionary, ignorable, ..Default::default() })
}

#[test]
#[cfg(feature = "json")]
fn the_demonstration_model_reads_what_is_seen() -> TestResult {
    let seen = TextTokenizer::from_dir(&mini(), None)?.encode(SEEN)?;
    let kept = open(&mini(), IgnorableCharacters::Keep)?;
    assert_eq!(kept.encode(SEEN)?, seen);
    for ignorable in [IgnorableCharacters::AsInSettings, IgnorableCharacters::Drop] {
        let tokenizer = open(&mini(), ignorable)?;
        assert!(tokenizer.drops_ignorable());
        for text in TYPED {
            assert_eq!(tokenizer.encode(text)?, seen, "{text:?}");
            assert_eq!(tokenizer.pieces(text)?, tokenizer.pieces(SEEN)?);
            assert_ne!(kept.encode(text)?, seen, "{text:?}");
        }
    }
    Ok(())
}

#[test]
fn other_models_read_as_the_reference_unless_asked() -> TestResult {
    let folder = small_dictionary::folder();
    let settings = r#"{"word_tokenizer_type": "mecab"}"#;
    std::fs::write(folder.path().join("tokenizer_config.json"), settings)?;
    let kept = open(folder.path(), IgnorableCharacters::AsInSettings)?;
    let seen = kept.encode(SEEN)?;
    assert!(!kept.drops_ignorable());
    let dropped = open(folder.path(), IgnorableCharacters::Drop)?;
    for text in TYPED {
        assert_eq!(dropped.encode(text)?, seen, "{text:?}");
        assert_ne!(kept.encode(text)?, seen, "{text:?}");
    }
    let settings = r#"{"word_tokenizer_type": "mecab", "drop_default_ignorable": true}"#;
    std::fs::write(folder.path().join("tokenizer_config.json"), settings)?;
    assert_eq!(open(folder.path(), IgnorableCharacters::AsInSettings)?.encode(TYPED[2])?, seen);
    Ok(())
}
