//! The tokenizers of `jacolbert-model/tests/architectures`, with the ids of transformers and SentencePiece.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jacolbert_testing::data::shared;
use jacolbert_tokenizer::TextTokenizer;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// Hexadecimal digits of the digest of each case.
const DIGITS: usize = 6;

/// What gave the ids of a fixture.
#[derive(Clone, Copy)]
enum Reference {
    Transformers,
    SentencePiece,
}

/// A tokenizer with the ids that it must give.
pub(super) struct Fixture {
    name: &'static str,
    folder: TempDir,
    ids: Value,
}

impl Fixture {
    /// The fixture `name` with all its files in one folder, also those that it borrows.
    pub(super) fn new(name: &'static str) -> Self {
        let all =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../jacolbert-model/tests/architectures");
        let index = json(&all.join("fixtures.json"));
        let at = format!("tokenizers/{name}");
        let mut fixtures = index.as_array().expect("a list").iter();
        let fixture = fixtures.find(|fixture| fixture["folder"] == at.as_str()).expect(name);
        let own = fixture["files"].as_array().expect("files").iter();
        let own = own.map(|file| file.as_str().expect("a name"));
        let borrowed = fixture["borrows"].as_object().expect("borrows").iter();
        let borrowed =
            borrowed.map(|(file, from)| (file.as_str(), all.join(from.as_str().expect("a path"))));
        let folder = tempfile::tempdir().expect("a folder");
        for (file, from) in own.map(|file| (file, all.join(&at).join(file))).chain(borrowed) {
            std::fs::copy(&from, folder.path().join(file)).expect("a copy");
        }
        let ids = json(&folder.path().join("ids.json"));
        Self { name, folder, ids }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn tokenizer(&self) -> TextTokenizer {
        TextTokenizer::from_dir(self.path(), None).expect(self.name)
    }

    /// The texts whose ids differ from those of the reference; each text with both ids.
    fn different_texts(&self, reference: Reference) -> Vec<String> {
        let tokenizer = self.tokenizer();
        let texts = self.ids["texts"].as_array().expect("texts");
        let expected = self.ids[reference.key("texts")].as_array().expect("ids");
        assert_eq!(texts.len(), expected.len());
        let different = texts.iter().zip(expected).filter_map(|(text, expected)| {
            let text = text["text"].as_str().expect("a text");
            let expected = ids_in(&expected["ids"]);
            let found = tokenizer.encode(text).expect("ids");
            (found != expected).then(|| format!("{text:?}: {expected:?} expected, {found:?} found"))
        });
        different.collect()
    }

    /// The cases whose ids differ from those of the reference; none where the cases are missing.
    fn different_cases(&self, reference: Reference) -> Vec<String> {
        let Some(cases) = cases() else { return Vec::new() };
        let tokenizer = self.tokenizer();
        let digests = self.ids[reference.key("cases")].as_str().expect("digests");
        assert_eq!(digests.len(), cases.len() * DIGITS);
        let is_different = |(number, text): &(usize, &String)| {
            let expected = &digests[number * DIGITS..(number + 1) * DIGITS];
            digest(&tokenizer.encode(text).expect("ids")) != expected
        };
        let different = cases.iter().enumerate().filter(is_different);
        let different: Vec<String> = different.map(|(_, text)| text.clone()).collect();
        let num_equal = cases.len() - different.len();
        let _ = writeln!(
            std::io::stderr(),
            "{}: {num_equal} of {} cases equal",
            self.name,
            cases.len()
        );
        different
    }
}

impl Reference {
    fn key(self, of: &str) -> String {
        match self {
            Self::Transformers => of.to_owned(),
            Self::SentencePiece => format!("sentencepiece_{of}"),
        }
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("a fixture")).expect("JSON")
}

fn ids_in(list: &Value) -> Vec<u32> {
    serde_json::from_value(list.clone()).expect("ids")
}

/// The texts of the tokenizer's cases; `None`, which is printed, where they are missing.
fn cases() -> Option<Vec<String>> {
    let path: PathBuf = shared("tokenizer")?.join("cases.jsonl");
    let lines = std::fs::read_to_string(path).expect("the cases");
    let text = |line| -> Option<String> {
        let case: Value = serde_json::from_str(line).ok()?;
        Some(case["text"].as_str()?.to_owned())
    };
    Some(lines.lines().map(|line| text(line).expect("a case")).collect())
}

/// The first digits of SHA-256 over the ids as little-endian `u32`s.
fn digest(ids: &[u32]) -> String {
    let bytes: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
    let mut digits = String::new();
    for byte in &Sha256::digest(bytes)[..DIGITS / 2] {
        write!(digits, "{byte:02x}").expect("a string takes all");
    }
    digits
}

#[track_caller]
fn check_all_equal(name: &'static str) {
    let fixture = Fixture::new(name);
    assert_eq!(fixture.different_texts(Reference::Transformers), [""; 0]);
    assert_eq!(fixture.different_cases(Reference::Transformers), [""; 0]);
}

#[test]
fn byte_level_bpe_gives_the_ids_of_transformers() {
    check_all_equal("roberta");
}

#[test]
fn word_piece_gives_the_ids_of_transformers() {
    check_all_equal("wordpiece");
}

#[test]
fn unigram_with_a_compiled_normalizer_gives_the_ids_of_transformers() {
    check_all_equal("xlm_roberta");
}

#[test]
fn unigram_with_byte_fallback_gives_the_ids_of_transformers() {
    check_all_equal("modernbert_ja");
}

#[test]
fn bpe_with_byte_fallback_gives_the_ids_of_transformers() {
    check_all_equal("modernbert_ja_bpe");
}

#[test]
fn bpe_that_replaces_spaces_gives_the_ids_of_transformers() {
    check_all_equal("gemma_bpe");
}

#[test]
fn a_unigram_model_with_the_ids_of_xlm_roberta_gives_the_ids_of_transformers() {
    check_all_equal("model_unigram");
}

#[test]
fn a_bpe_model_gives_the_ids_of_transformers() {
    check_all_equal("model_bpe");
}

/// SentencePiece takes a special token in a text for a text; all tokenizers of transformers find it.
#[test]
fn a_unigram_model_with_bytes_gives_the_ids_of_sentencepiece_but_for_special_tokens_in_a_text() {
    let fixture = Fixture::new("model_unigram_bytes");
    let different = fixture.different_texts(Reference::SentencePiece);
    let special = ["\"<s> 山 </s> <pad> <mask>川 <unk>\"", "\"<bos>山<eos> <mask> x\""];
    assert_eq!(different.len(), special.len(), "{different:?}");
    assert!(different.iter().zip(special).all(|(found, special)| found.starts_with(special)));
    assert_eq!(fixture.different_cases(Reference::SentencePiece), [""; 0]);
}

#[test]
fn a_model_that_was_saved_gives_the_same_ids() {
    for name in ["model_unigram", "model_bpe", "model_unigram_bytes", "mluke"] {
        let tokenizer = Fixture::new(name).tokenizer();
        let saved = tempfile::tempdir().expect("a folder");
        tokenizer.save(saved.path()).expect("files");
        let opened = TextTokenizer::from_dir(saved.path(), None).expect(name);
        for text in ["", " 日本  ▁で a\u{1}<mask> ｶﾞ é\n", "the License <0xE5>▁▁"] {
            assert_eq!(opened.encode(text).expect("ids"), tokenizer.encode(text).expect("ids"));
        }
    }
}

#[test]
fn a_model_without_settings_gives_the_ids_of_sentencepiece_but_for_special_tokens_in_a_text() {
    let fixture = Fixture::new("model_unigram");
    std::fs::remove_file(fixture.path().join("tokenizer_config.json")).expect("no settings");
    let different = fixture.different_texts(Reference::SentencePiece);
    assert_eq!(different.len(), 1, "{different:?}");
    assert!(different[0].contains("<s> 山 </s>"), "{different:?}");
    assert_eq!(fixture.different_cases(Reference::SentencePiece), [""; 0]);
}

#[test]
fn a_luke_gives_the_ids_of_transformers() {
    check_all_equal("mluke");
}
