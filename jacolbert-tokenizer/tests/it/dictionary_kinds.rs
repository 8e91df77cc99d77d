//! The dictionary that is given, against the one that the settings name.

use std::path::Path;

use jacolbert_core::SettingsError;
use jacolbert_testing::data::dictionary;
use jacolbert_testing::small_dictionary::{folder, folder_with_features};
use jacolbert_tokenizer::{
    Dictionary, DictionaryKind, Error, OtherDictionary, TextTokenizer, TokenizerOptions,
};

use crate::TestResult;

const NO_NAME: &str = "";
const IPADIC: &str = r#", "mecab_kwargs": {"mecab_dic": "ipadic"}"#;
const UNIDIC_LITE: &str = r#", "mecab_kwargs": {"mecab_dic": "unidic_lite"}"#;
const UNIDIC: &str = r#", "mecab_kwargs": {"mecab_dic": "unidic"}"#;
const ANY: &str = r#", "mecab_kwargs": {"mecab_dic": null}"#;

/// Opens the tokenizer with the dictionary in the folder, after its settings got `mecab`.
fn open(folder: &Path, mecab: &str, other: OtherDictionary) -> Result<TextTokenizer, Error> {
    let settings = format!(r#"{{"word_tokenizer_type": "mecab"{mecab}}}"#);
    std::fs::write(folder.join("tokenizer_config.json"), settings).expect("the settings");
    let dictionary = Some(folder.into());
    let options = TokenizerOptions { dictionary, other_dictionary: other, ..Default::default() };
    TextTokenizer::open(folder, &options)
}

#[test]
fn a_dictionary_must_be_the_one_that_the_settings_name() {
    use DictionaryKind::{Ipadic, Jumandic, Unidic, UnidicLite, UnidicOfSource};
    // Settings that name none meant ipadic, and a dictionary of unknown features may be any.
    let rows = [
        (2, None, [NO_NAME, IPADIC, UNIDIC_LITE, UNIDIC].as_slice(), [].as_slice()),
        (9, Some(Ipadic), &[NO_NAME, IPADIC], &[UNIDIC_LITE, UNIDIC]),
        (26, Some(UnidicLite), &[UNIDIC_LITE], &[NO_NAME, IPADIC, UNIDIC]),
        (29, Some(Unidic), &[UNIDIC], &[NO_NAME, IPADIC, UNIDIC_LITE]),
        (17, Some(UnidicOfSource), &[], &[NO_NAME, IPADIC, UNIDIC_LITE, UNIDIC]),
        (7, Some(Jumandic), &[], &[NO_NAME, IPADIC, UNIDIC_LITE, UNIDIC]),
    ];
    for (num_features, kind, fits, contradicts) in rows {
        let folder = folder_with_features(num_features);
        let found = Dictionary::open(folder.path()).expect("a dictionary").kind();
        assert_eq!(found, kind);
        for mecab in fits.iter().chain([&ANY]) {
            let opened = open(folder.path(), mecab, OtherDictionary::Refuse);
            opened.unwrap_or_else(|error| panic!("{num_features} {mecab}: {error}"));
        }
        for mecab in contradicts {
            let error = open(folder.path(), mecab, OtherDictionary::Refuse).expect_err(mecab);
            assert!(
                matches!(&error, Error::OtherDictionary { settings, folder: named, found, .. }
                    if settings.ends_with("tokenizer_config.json")
                    && named == folder.path() && Some(*found) == kind),
                "{error:?}"
            );
            open(folder.path(), mecab, OtherDictionary::Accept).expect("accepted");
        }
    }
}

#[test]
fn the_error_names_both_dictionaries_and_what_to_do() {
    let folder = folder_with_features(26);
    let message = |mecab| {
        let error = open(folder.path(), mecab, OtherDictionary::Refuse);
        error.expect_err("another dictionary").to_string()
    };
    let named = message(IPADIC);
    for part in ["names the dictionary ipadic", "is unidic_lite", "`other_dictionary`"] {
        assert!(named.contains(part), "{named}");
    }
    let silent = message(NO_NAME);
    for part in ["names no dictionary", "ipadic until 2024", "is unidic_lite"] {
        assert!(silent.contains(part), "{silent}");
    }
}

#[test]
fn dicrc_decides_where_the_words_do_not() -> TestResult {
    let folder = folder();
    let dicrc = folder.path().join("dicrc");
    let kind_with = |bytes: &[u8]| {
        std::fs::write(&dicrc, bytes).expect("dicrc");
        Dictionary::open(folder.path()).map(|dictionary| dictionary.kind())
    };
    let nine = "bos-feature = BOS/EOS,*,*,*,*,*,*,*,*";
    assert_eq!(kind_with(nine.as_bytes())?, Some(DictionaryKind::Ipadic));
    let marked = format!("\u{feff}{nine}\r\n\r\n");
    assert_eq!(kind_with(marked.as_bytes())?, Some(DictionaryKind::Ipadic));
    let in_euc = [b";\xbc\xad\xbd\xf1\r\ncost-factor=800\r\n", nine.as_bytes()].concat();
    assert_eq!(kind_with(&in_euc)?, Some(DictionaryKind::Ipadic));
    for other in ["", "bos-feature = BOS/EOS,*", "; bos-feature = a", "<html>"] {
        assert_eq!(kind_with(other.as_bytes())?, None, "{other}");
    }
    std::fs::write(&dicrc, nine)?;
    let error = open(folder.path(), UNIDIC_LITE, OtherDictionary::Refuse).expect_err("ipadic");
    assert!(matches!(error, Error::OtherDictionary { found: DictionaryKind::Ipadic, .. }));
    // The words go first: somebody copied the settings of another dictionary.
    let words = folder_with_features(26);
    std::fs::write(words.path().join("dicrc"), nine)?;
    assert_eq!(Dictionary::open(words.path())?.kind(), Some(DictionaryKind::UnidicLite));
    Ok(())
}

#[test]
fn a_name_that_transformers_does_not_know_is_an_error() {
    let folder = folder();
    let neologd = r#", "mecab_kwargs": {"mecab_dic": "neologd"}"#;
    let error = open(folder.path(), neologd, OtherDictionary::Refuse).expect_err("no such name");
    assert!(
        matches!(&error, Error::Settings(SettingsError::Value { key: "mecab_dic", found, .. })
            if found == "\"neologd\""),
        "{error:?}"
    );
    open(folder.path(), neologd, OtherDictionary::Accept).expect("accepted");
}

#[test]
fn without_a_dictionary_the_error_names_the_one_of_the_settings() {
    let folder = folder();
    let error_of = |mecab: &str| {
        let settings = format!(r#"{{"word_tokenizer_type": "mecab"{mecab}}}"#);
        std::fs::write(folder.path().join("tokenizer_config.json"), settings).expect("settings");
        TextTokenizer::from_dir(folder.path(), None).expect_err("no dictionary")
    };
    for (mecab, package) in [(NO_NAME, "ipadic"), (UNIDIC_LITE, "unidic-lite"), (UNIDIC, "unidic")]
    {
        let message = error_of(mecab).to_string();
        assert!(message.contains(&format!("`pip install {package}`")), "{message}");
    }
    assert!(matches!(error_of(ANY), Error::NeedsAnyDictionary { .. }));
}

#[test]
fn words_of_other_analysers_are_refused_before_a_dictionary_is_asked_for() {
    let folder = folder();
    for analyser in ["sudachi", "jumanpp", "basic"] {
        let settings = format!(
            r#"{{"tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "{analyser}"}}"#
        );
        std::fs::write(folder.path().join("tokenizer_config.json"), settings).expect("settings");
        for dictionary in [None, Some(folder.path()), Some(Path::new("no such folder"))] {
            let error = TextTokenizer::from_dir(folder.path(), dictionary).expect_err(analyser);
            assert!(error.to_string().contains("are not supported"), "{error}");
            assert!(
                matches!(&error, Error::Settings(SettingsError::Value { found, .. })
                    if found.contains(analyser)),
                "{error:?}"
            );
        }
    }
}

#[test]
fn the_packages_of_python_are_told_apart() -> TestResult {
    let Some(unidic_lite) = dictionary() else { return Ok(()) };
    assert_eq!(Dictionary::open(&unidic_lite)?.kind(), Some(DictionaryKind::UnidicLite));
    Ok(())
}
