//! SentencePiece models: what is read, and which error the rest is.

use jacolbert_core::SettingsError;
use jacolbert_tokenizer::{Error, SentencePieceFault, TextTokenizer};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::TestResult;
use crate::architectures::Fixture;
use crate::cases::cases;

const NORMAL: u8 = 1;
const UNKNOWN: u8 = 2;
const CONTROL: u8 = 3;
const USER_DEFINED: u8 = 4;
const UNUSED: u8 = 5;
const BYTE: u8 = 6;

/// A field of bytes. Only for numbers below 16, and for less than 16 KiB.
fn bytes(number: u8, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    let length = [bytes.len() as u8 | 0x80, (bytes.len() >> 7) as u8];
    [&[number << 3 | 2][..], &length, bytes].concat()
}

/// A field of a number below 128.
fn number(field: u16, number: u8) -> Vec<u8> {
    let key = field << 3;
    vec![key as u8 | 0x80, (key >> 7) as u8, number]
}

fn piece(text: impl AsRef<[u8]>, score: f32, kind: u8) -> Vec<u8> {
    let score = [&[2 << 3 | 5][..], &score.to_le_bytes()].concat();
    bytes(1, [bytes(1, text), score, number(3, kind)].concat())
}

/// The unknown piece, two for control and a few normal ones.
fn small() -> Vec<Vec<u8>> {
    let mut pieces =
        vec![piece("<unk>", 0., UNKNOWN), piece("<s>", 0., CONTROL), piece("</s>", 0., CONTROL)];
    let normal = [("▁", -2.), ("a", -3.), ("b", -4.), ("ab", -3.5), ("▁a", -3.2), ("山", -5.)];
    pieces.extend(normal.map(|(text, score)| piece(text, score, NORMAL)));
    pieces
}

fn open_with(model: &[u8], settings: Option<&str>) -> Result<TextTokenizer, Error> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("tokenizer.model"), model).expect("the model");
    if let Some(settings) = settings {
        std::fs::write(folder.path().join("tokenizer_config.json"), settings).expect("settings");
    }
    TextTokenizer::from_dir(folder.path(), None)
}

fn open(parts: &[Vec<u8>]) -> Result<TextTokenizer, Error> {
    open_with(&parts.concat(), None)
}

/// The small model after `part`, which may be anything.
fn fault_with(part: Vec<u8>) -> SentencePieceFault {
    fault(&[small(), vec![part]].concat())
}

fn fault(parts: &[Vec<u8>]) -> SentencePieceFault {
    match open(parts) {
        Err(Error::SentencePiece { path, fault }) if path.ends_with("tokenizer.model") => fault,
        other => panic!("{other:?}"),
    }
}

fn trainer(fields: &[Vec<u8>]) -> Vec<u8> {
    bytes(2, fields.concat())
}

fn normalizer(fields: &[Vec<u8>]) -> Vec<u8> {
    bytes(3, fields.concat())
}

fn pieces_of(tokenizer: &TextTokenizer, text: &str) -> Vec<String> {
    tokenizer.pieces(text).expect("pieces")
}

#[test]
fn spaces_are_added_joined_and_escaped_as_the_model_says() -> TestResult {
    let check = |flags: [u8; 3], text: &str, expected: &[&str]| -> TestResult {
        let [adds, removes, escapes] = flags;
        let flags = normalizer(&[number(3, adds), number(4, removes), number(5, escapes)]);
        let tokenizer = open(&[small(), vec![flags]].concat())?;
        assert_eq!(
            pieces_of(&tokenizer, text),
            expected,
            "{flags:?} {text:?}",
            flags = [adds, removes, escapes]
        );
        Ok(())
    };
    check([1, 1, 1], " a  ab ", &["▁a", "▁", "ab"])?;
    check([1, 1, 1], "a ▁", &["▁a"])?;
    check([0, 1, 1], " a  ab ", &["a", "▁", "ab"])?;
    check([1, 0, 1], " a b", &["▁", "▁a", "▁", "b"])?;
    check([0, 0, 1], "  a", &["▁", "▁a"])?;
    check([0, 0, 0], "a ▁a", &["a", "<unk>", "▁a"])?;
    check([1, 1, 1], "  ", &[])?;
    Ok(())
}

#[test]
fn fields_that_are_missing_have_the_defaults_of_the_format() -> TestResult {
    assert_eq!(pieces_of(&open(&small())?, " a  ab "), ["▁a", "▁", "ab"]);
    Ok(())
}

#[test]
fn a_user_defined_piece_is_never_split_and_a_control_piece_is_special() -> TestResult {
    let defined = piece("bab", 0., USER_DEFINED);
    let tokenizer = open(&[small(), vec![defined]].concat())?;
    assert_eq!(pieces_of(&tokenizer, "abab"), ["▁a", "bab"]);
    assert_eq!(pieces_of(&tokenizer, "a</s>"), ["▁a", "</s>"]);
    Ok(())
}

#[test]
fn bpe_merges_the_best_pair_first() -> TestResult {
    let pieces = [("a", -9.), ("b", -9.), ("c", -9.), ("bc", -1.), ("ab", -2.), ("▁", -9.)];
    let pieces = pieces.map(|(text, score)| piece(text, score, NORMAL));
    let bpe = trainer(&[number(3, 2)]);
    let parts = [vec![piece("<unk>", 0., UNKNOWN)], pieces.to_vec(), vec![bpe]].concat();
    assert_eq!(pieces_of(&open(&parts)?, "abc abb"), ["▁", "a", "bc", "▁", "ab", "b"]);
    Ok(())
}

#[test]
fn the_settings_name_special_tokens_by_their_roles() -> TestResult {
    let settings = r#"{"tokenizer_class": "XLMRobertaTokenizer", "cls_token": "<s>", "sep_token": "</s>",
        "pad_token": "<nothing>", "unk_token": {"content": "<unk>"}, "mask_token": "<hidden>"}"#;
    let tokenizer = open_with(&small().concat(), Some(settings))?;
    let special = tokenizer.special_tokens()?;
    assert_eq!([special.class, special.pad, special.separator, special.unknown], [0, 1, 2, 3]);
    assert_eq!(special.mask, tokenizer.largest_id());
    assert_eq!(tokenizer.token(special.mask).as_deref(), Some("<hidden>"));
    let frame = tokenizer.frame()?;
    assert_eq!([frame.class, frame.separator], [0, 2]);
    assert_eq!(tokenizer.encode("山<hidden>")?, [4, 9, 10]);
    Ok(())
}

#[test]
fn tokens_that_the_model_lacks_follow_its_pieces() -> TestResult {
    let settings = r#"{"tokenizer_class": "LlamaTokenizer", "add_bos_token": true, "add_eos_token": true,
        "bos_token": "<s>", "eos_token": "</s>", "mask_token": {"content": "<mask>", "lstrip": true},
        "added_tokens_decoder": {"9": {"content": "<q>", "special": false}}}"#;
    let tokenizer = open_with(&small().concat(), Some(settings))?;
    assert_eq!([tokenizer.id("<q>"), tokenizer.id("<mask>")], [Some(9), Some(10)]);
    assert_eq!(tokenizer.encode("a <mask>")?, [7, 10]);
    assert_eq!(tokenizer.frame()?.class, 1);
    let wrong = settings.replace("\"9\"", "\"12\"");
    let error = open_with(&small().concat(), Some(&wrong)).expect_err("a gap");
    let Error::SentencePiece { fault, .. } = error else { panic!("{error:?}") };
    let token = "<q>".to_owned();
    assert_eq!(fault, SentencePieceFault::NamedToken { token, found: 12, expected: 9 });
    Ok(())
}

#[test]
fn a_class_that_gives_other_ids_is_refused() {
    for settings in [r#"{"tokenizer_class": "CamembertTokenizer"}"#, r#"{"tokenizer_class": 1}"#] {
        let error = open_with(&small().concat(), Some(settings)).expect_err(settings);
        let named = "tokenizer_class";
        assert!(
            matches!(&error, Error::Settings(SettingsError::Value { key, .. }) if *key == named),
            "{error:?}"
        );
    }
    let error = open_with(&small().concat(), Some("{}")).expect_err("no class");
    assert!(matches!(error, Error::Settings(SettingsError::MissingKey { .. })), "{error:?}");
}

#[test]
fn a_value_that_is_not_supported_is_named() {
    let check = |part: Vec<u8>, expected: &str| {
        let text = fault_with(part).to_string();
        assert!(text.starts_with(expected), "{text}");
    };
    check(trainer(&[number(3, 3)]), "`model_type` is 3");
    check(trainer(&[number(24, 1)]), "`treat_whitespace_as_suffix` is 1");
    check(trainer(&[number(35, 1)]), "`byte_fallback` is true with 0 pieces");
    check(piece("<0x00>", 0., BYTE), "`byte_fallback` is false with 1 pieces");
    check(piece("<?>", 0., UNKNOWN), "`type 2 (unknown)` is of 2 pieces");
    check(piece("x", 0., UNUSED), "`type` of piece 9 is 5");
    check(piece("x", f32::NAN, NORMAL), "`score` of piece 9 is NaN");
    check(piece("", 0., NORMAL), "`piece` of piece 9 is 0 bytes long");
    check(piece("x".repeat(1001), 0., NORMAL), "`piece` of piece 9 is 1001 bytes long");
    check(piece(b"\xff", 0., NORMAL), "`piece` of piece 9 is");
    check(piece("ab", 0., NORMAL), "piece 9 is \"ab\", as an earlier one");
    check(normalizer(&[bytes(2, [9, 0, 0, 0])]), "`precompiled_charsmap` is a compiled table");
    check(number(1, 1), "field 1 of `ModelProto` has the wire type 0");
    check(vec![7 << 3 | 3], "field 7 of `ModelProto` has the wire type 3");
    check(vec![2 << 3 | 2, 0xff, 0xff, 0xff, 0xff, 0x7f], "`ModelProto` ends inside a field");
    check(vec![0xff; 11], "`ModelProto` ends inside a field");
    check(trainer(&[vec![3 << 3 | 2, 9]]), "`TrainerSpec` ends inside a field, at byte 0");
}

#[test]
fn a_file_that_is_no_model_is_named() {
    let none = fault(&[bytes(9, "x")]);
    assert!(matches!(none, SentencePieceFault::Value { .. }), "{none:?}");
    for text in ["", "version https://git-lfs.github.com/spec/v1\noid"] {
        let error = open_with(text.as_bytes(), None).expect_err(text);
        assert!(matches!(error, Error::WrongFile { .. }), "{error:?}");
    }
}

#[test]
fn tokens_behind_a_compiled_normalizer_have_their_places() -> TestResult {
    let tokenizer = TextTokenizer::from_dir(Fixture::new("mluke").path(), None)?;
    let text = " ｶﾞｷﾞの ㈱東京、ＡＢＣ<ent>\u{feff}山";
    let pieces = tokenizer.pieces(text)?;
    let offsets = tokenizer.offsets(text)?;
    assert_eq!(pieces.len(), offsets.len());
    let surface = |piece: &str| {
        let at = pieces.iter().position(|found| found == piece).ok_or(piece.to_owned())?;
        Ok::<_, String>(offsets[at].clone().map(|range| &text[range]))
    };
    assert_eq!(surface("<ent>")?, Some("<ent>"));
    assert_eq!(surface("の")?, Some("の"));
    assert_eq!(surface("、")?, Some("、"));
    let starts: Vec<usize> = offsets.iter().flatten().map(|range| range.start).collect();
    assert!(starts.is_sorted(), "{offsets:?}");
    Ok(())
}

/// A text with what the models treat in their own ways.
const TEXT: &str = " 日本  ▁で a\u{1}b<s> ｶﾞ é\n <0xE5> the License";

/// Opens a damaged model, which may fail, and encodes with it, which may fail; nothing may panic.
fn use_damaged(model: &[u8]) -> bool {
    let settings = [
        None,
        Some(r#"{"tokenizer_class": "XLMRobertaTokenizer"}"#),
        Some(r#"{"tokenizer_class": "MLukeTokenizer"}"#),
    ];
    let opened = settings.map(|settings| open_with(model, settings));
    for tokenizer in opened.iter().flatten() {
        let _ = tokenizer.offsets(TEXT);
    }
    opened.iter().any(Result::is_err)
}

fn whole_models() -> [Vec<u8>; 3] {
    let model = |name, file| std::fs::read(Fixture::new(name).path().join(file)).expect("a model");
    [
        model("model_bpe", "tokenizer.model"),
        model("model_unigram_bytes", "tokenizer.model"),
        small().concat(),
    ]
}

#[test]
fn a_truncated_model_does_not_panic() {
    for model in whole_models() {
        let step = 1 + model.len() / 60;
        let refused = (0..model.len()).step_by(step).filter(|end| use_damaged(&model[..*end]));
        assert!(refused.count() > 20);
    }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn flipped_bits_do_not_panic(flips in vec((any::<Index>(), 0..8_u8), 1..6)) {
        for mut model in whole_models() {
            for (at, bit) in &flips {
                let at = at.index(model.len());
                model[at] ^= 1 << bit;
            }
            use_damaged(&model);
        }
    }

    #[test]
    fn any_bytes_do_not_panic(model in vec(any::<u8>(), 0..200)) {
        use_damaged(&model);
        use_damaged(&[small().concat(), model].concat());
    }
}
