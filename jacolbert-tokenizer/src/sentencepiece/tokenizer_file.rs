//! The `tokenizer.json` that does what a model does.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use jacolbert_core::SettingsFile;
use serde_json::{Value, json};

use super::SentencePieceFault;
use super::merges::merges;
use super::model::{Algorithm, Model, PieceKind};
use crate::Error;
use crate::file_names::{CONFIGURATION, SETTINGS};
use crate::named_tokens::{NamedToken, NamedTokens, Role};

/// What SentencePiece puts for a space.
const SPACE: &str = "▁";

/// Which ids a class gives to the pieces, and what it puts around a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Ids are the numbers of the pieces.
    Pieces { adds_begin: bool, adds_end: bool },
    /// `<s>`, `<pad>`, `</s>`, `<unk>`, the pieces from the fourth on, `<mask>`. Words are split at white space first.
    XlmRoberta,
    /// The same ids, and behind them two tokens for entities. All else is as in SentencePiece.
    Luke,
}

/// The tokens for entities in a text that every `MLukeTokenizer` has.
const ENTITIES: [&str; 2] = ["<ent>", "<ent2>"];

impl Layout {
    /// The layout of the class that the settings in the folder `checkpoint` name. Without settings, ids are the numbers of
    /// the pieces.
    pub(super) fn of_settings(checkpoint: &Path) -> Result<Self, Error> {
        let path = checkpoint.join(SETTINGS);
        if !path.is_file() {
            return Self::of_configuration(&checkpoint.join(CONFIGURATION), None);
        }
        let settings = SettingsFile::open(&path)?;
        let pieces = Self::Pieces {
            adds_begin: settings.flag_if_given("add_bos_token")?.unwrap_or(false),
            adds_end: settings.flag_if_given("add_eos_token")?.unwrap_or(false),
        };
        let expected = "XLMRobertaTokenizer, MLukeTokenizer, LlamaTokenizer or GemmaTokenizer where there is only a \
                        SentencePiece model";
        let layout = settings.word_if_given("tokenizer_class", expected, |class| {
            match class.strip_suffix("Fast").unwrap_or(class) {
                "XLMRobertaTokenizer" => Some(Self::XlmRoberta),
                "MLukeTokenizer" => Some(Self::Luke),
                "LlamaTokenizer" | "GemmaTokenizer" => Some(pieces),
                _ => None,
            }
        })?;
        match layout {
            Some(layout) => Ok(layout),
            None => Self::of_configuration(&checkpoint.join(CONFIGURATION), Some(&settings)),
        }
    }

    /// The layout of the class that transformers takes for the architecture in the configuration at `path`, where the
    /// settings name no class.
    fn of_configuration(path: &Path, settings: Option<&SettingsFile>) -> Result<Self, Error> {
        let plain = Self::Pieces { adds_begin: false, adds_end: false };
        if !path.is_file() {
            return settings.map_or(Ok(plain), |file| Err(file.missing("tokenizer_class").into()));
        }
        let expected = "xlm-roberta, or tokenizer_config.json must have the key `tokenizer_class`";
        let known = [("xlm-roberta", Self::XlmRoberta)];
        let configuration = SettingsFile::open(path)?;
        let layout = configuration.one_of("model_type", expected, &known)?;
        layout.ok_or_else(|| configuration.missing("model_type").into())
    }
}

/// The contents of the `tokenizer.json` of `model`, with ids by `layout` and the tokens `named`.
pub(super) fn tokenizer_file(
    model: &Model,
    layout: Layout,
    named: &NamedTokens,
) -> Result<String, SentencePieceFault> {
    let vocabulary = match layout {
        Layout::Pieces { .. } => Vocabulary::of_pieces(model),
        Layout::XlmRoberta | Layout::Luke => Vocabulary::of_xlm_roberta(model, named)?,
    };
    let further: &[&str] = if layout == Layout::Luke { &ENTITIES } else { &[] };
    let added = vocabulary.added_tokens(named, further)?;
    let frame = match layout {
        Layout::Pieces { adds_begin, adds_end } => [
            adds_begin.then(|| named.text(Role::Begin, "<s>")),
            adds_end.then(|| named.text(Role::End, "</s>")),
        ],
        Layout::XlmRoberta | Layout::Luke => {
            [Some(named.text(Role::Class, "<s>")), Some(named.text(Role::Separator, "</s>"))]
        }
    };
    let file = json!({
        "version": "1.0",
        "added_tokens": added.iter().map(|(id, token)| added_token(*id, token)).collect::<Vec<_>>(),
        "normalizer": normalizer(model, layout),
        "pre_tokenizer": pre_tokenizer(model, layout),
        "post_processor": post_processor(frame, &added),
        "decoder": decoder(layout),
        "model": vocabulary.model(model),
    });
    Ok(file.to_string())
}

/// Tokens with their scores, in the order of their ids, and those of them that are looked for in a text.
struct Vocabulary {
    tokens: Vec<(String, f64)>,
    unknown: usize,
    /// By id.
    added: BTreeMap<usize, NamedToken>,
}

impl Vocabulary {
    fn of_pieces(model: &Model) -> Self {
        let normal = model.pieces.iter().filter(|piece| piece.kind == PieceKind::Normal);
        let best = normal.map(|piece| piece.score).fold(f32::NEG_INFINITY, f32::max);
        let best = if best.is_finite() { f64::from(best) } else { 0.0 };
        let mut tokens = Vec::with_capacity(model.pieces.len());
        let mut added = BTreeMap::new();
        for (id, piece) in model.pieces.iter().enumerate() {
            let score = match piece.kind {
                // SentencePiece makes it better than any pieces of the same length.
                PieceKind::UserDefined => piece.text.len() as f64 * best - 0.1,
                _ => f64::from(piece.score),
            };
            tokens.push((piece.text.clone(), score));
            let token = NamedToken::special(&piece.text);
            match piece.kind {
                PieceKind::Unknown | PieceKind::Control => added.insert(id, token),
                PieceKind::UserDefined => {
                    added.insert(id, NamedToken { is_special: false, ..token })
                }
                PieceKind::Normal | PieceKind::Byte => None,
            };
        }
        Self { tokens, unknown: model.unknown, added }
    }

    fn of_xlm_roberta(model: &Model, named: &NamedTokens) -> Result<Self, SentencePieceFault> {
        if model.algorithm != Algorithm::Unigram {
            let (field, found) = ("model_type", "2 (BPE)".to_owned());
            let expected = "1 (Unigram) for an XLMRobertaTokenizer";
            return Err(SentencePieceFault::Value { field, found, expected });
        }
        let expected = [PieceKind::Unknown, PieceKind::Control, PieceKind::Control];
        if !model.pieces.iter().map(|piece| piece.kind).take(3).eq(expected) {
            let first: Vec<&str> =
                model.pieces.iter().take(3).map(|piece| piece.text.as_str()).collect();
            return Err(SentencePieceFault::Value {
                field: "pieces",
                found: format!("{first:?} first"),
                expected: "one for the unknown and two for control first, for an XLMRobertaTokenizer",
            });
        }
        let role = |role, default| named.text(role, default).to_owned();
        let first = [
            (Role::Begin, "<s>"),
            (Role::Pad, "<pad>"),
            (Role::End, "</s>"),
            (Role::Unknown, "<unk>"),
        ];
        let first = first.map(|(kind, default)| (role(kind, default), 0.0));
        let pieces = model.pieces[3..].iter();
        let pieces = pieces.map(|piece| (piece.text.clone(), f64::from(piece.score)));
        let mask = (role(Role::Mask, "<mask>"), 0.0);
        let tokens: Vec<(String, f64)> = first.into_iter().chain(pieces).chain([mask]).collect();
        let special = [0, 1, 2, 3, tokens.len() - 1];
        let added = special.map(|id| (id, NamedToken::special(&tokens[id].0)));
        Ok(Self { tokens, unknown: 3, added: added.into() })
    }

    /// The tokens that are looked for in a text, with those that the settings name and `further` ones,
    /// by id.
    fn added_tokens(
        &self,
        named: &NamedTokens,
        further: &[&str],
    ) -> Result<BTreeMap<usize, NamedToken>, SentencePieceFault> {
        let mut ids = HashMap::with_capacity(self.tokens.len());
        for (id, (text, _)) in self.tokens.iter().enumerate() {
            if ids.insert(text.as_str(), id).is_some() {
                return Err(SentencePieceFault::Duplicate { piece: id, text: text.clone() });
            }
        }
        let mut added = self.added.clone();
        for (found, token) in &named.by_id {
            let new = ids.len();
            let expected = *ids.entry(&token.text).or_insert(new);
            if expected != *found as usize {
                let (token, found) = (token.text.clone(), *found);
                return Err(SentencePieceFault::NamedToken { token, found, expected });
            }
            added.insert(expected, token.clone());
        }
        for token in named.by_role.values().chain(&named.further) {
            let new = ids.len();
            let id = *ids.entry(&token.text).or_insert(new);
            // A token that has flags by its id keeps them.
            if !named.by_id.contains_key(&(id as u32)) {
                added.insert(id, token.clone());
            }
        }
        for text in further {
            let new = ids.len();
            let id = *ids.entry(text).or_insert(new);
            added.entry(id).or_insert_with(|| NamedToken::special(text));
        }
        Ok(added)
    }

    /// The value of `model` in the file.
    fn model(&self, model: &Model) -> Value {
        match model.algorithm {
            Algorithm::Unigram => json!({
                "type": "Unigram",
                "unk_id": self.unknown,
                "byte_fallback": model.has_bytes,
                "vocab": self.tokens,
            }),
            Algorithm::Bpe => {
                let ids = self.tokens.iter().enumerate();
                let ids = ids.map(|(id, (text, _))| (text.clone(), json!(id)));
                json!({
                    "type": "BPE",
                    "unk_token": self.tokens[self.unknown].0,
                    "fuse_unk": true,
                    "byte_fallback": model.has_bytes,
                    "vocab": ids.collect::<serde_json::Map<_, _>>(),
                    "merges": merges(&model.pieces),
                })
            }
        }
    }
}

fn added_token(id: usize, token: &NamedToken) -> Value {
    json!({
        "id": id,
        "content": token.text,
        "single_word": token.is_whole_word,
        "lstrip": token.takes_space_before,
        "rstrip": token.takes_space_behind,
        "normalized": token.is_normalized,
        "special": token.is_special,
    })
}

fn normalizer(model: &Model, layout: Layout) -> Value {
    let normalizer = &model.normalizer;
    let mut steps = Vec::new();
    if layout == Layout::XlmRoberta && !normalizer.table.is_empty() {
        let table = base64::encode(&normalizer.table);
        steps.push(json!({ "type": "Precompiled", "precompiled_charsmap": table }));
    }
    if layout != Layout::XlmRoberta {
        let space = if normalizer.escapes_spaces { SPACE } else { " " };
        let replace = |pattern: Value, content: &str| json!({ "type": "Replace", "pattern": pattern, "content": content });
        if normalizer.removes_spaces {
            // What is dropped at the end is what a space becomes, also where it was in the text before.
            let end = format!("[ {space}]+$");
            for (regex, content) in [("^ +", ""), (" {2,}", " "), (&*end, "")] {
                steps.push(replace(json!({ "Regex": regex }), content));
            }
        }
        if normalizer.adds_space {
            steps.push(json!({ "type": "Prepend", "prepend": space }));
        }
        if normalizer.escapes_spaces {
            steps.push(replace(json!({ "String": " " }), SPACE));
        }
    }
    match steps.len() {
        0 => Value::Null,
        1 => steps.remove(0),
        _ => json!({ "type": "Sequence", "normalizers": steps }),
    }
}

fn pre_tokenizer(model: &Model, layout: Layout) -> Value {
    match layout {
        Layout::XlmRoberta => json!({
            "type": "Sequence",
            "pretokenizers": [{ "type": "WhitespaceSplit" }, metaspace()],
        }),
        // SentencePiece does not take a text for the piece of a byte. The crate tokenizers would, if the text were whole.
        _ if model.has_bytes && model.algorithm == Algorithm::Unigram => {
            json!({
                "type": "Split",
                "pattern": { "Regex": "<(?=0x[0-9A-F]{2}>)" },
                "behavior": "MergedWithPrevious",
                "invert": false,
            })
        }
        _ => Value::Null,
    }
}

fn decoder(layout: Layout) -> Value {
    match layout {
        Layout::XlmRoberta => metaspace(),
        _ => json!({
            "type": "Sequence",
            "decoders": [
                { "type": "Replace", "pattern": { "String": SPACE }, "content": " " },
                { "type": "ByteFallback" },
                { "type": "Fuse" },
            ],
        }),
    }
}

/// As transformers writes it for an XLM-RoBERTa.
fn metaspace() -> Value {
    json!({ "type": "Metaspace", "replacement": SPACE, "prepend_scheme": "always", "split": true })
}

/// What puts the tokens `frame` before and after a text. They are in `added`; one that is not goes nowhere.
fn post_processor(frame: [Option<&str>; 2], added: &BTreeMap<usize, NamedToken>) -> Value {
    let id = |text: &str| added.iter().find(|(_, token)| token.text == text).map(|(id, _)| *id);
    let [begin, end] = frame.map(|text| text.and_then(|text| Some((text, id(text)?))));
    if begin.is_none() && end.is_none() {
        return Value::Null;
    }
    let special = |token: Option<(&str, usize)>| {
        token.map(|(text, _)| json!({ "SpecialToken": { "id": text, "type_id": 0 } }))
    };
    let text = |name| Some(json!({ "Sequence": { "id": name, "type_id": 0 } }));
    let parts = |parts: &[Option<Value>]| parts.iter().flatten().cloned().collect::<Vec<_>>();
    let tokens: serde_json::Map<String, Value> = [begin, end]
        .into_iter()
        .flatten()
        .map(|(text, id)| (text.to_owned(), json!({ "id": text, "ids": [id], "tokens": [text] })))
        .collect();
    let (begin, end) = (special(begin), special(end));
    json!({
        "type": "TemplateProcessing",
        "single": parts(&[begin.clone(), text("A"), end.clone()]),
        "pair": parts(&[begin, text("A"), end.clone(), end.clone(), text("B"), end]),
        "special_tokens": tokens,
    })
}
