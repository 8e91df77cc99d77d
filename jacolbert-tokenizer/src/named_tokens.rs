//! The tokens that the settings beside a tokenizer name: by role, in a list, or with an id.

use std::collections::BTreeMap;
use std::path::Path;

use jacolbert_core::SettingsFile;
use serde_json::Value;

use crate::Error;
use crate::file_names::{ADDED_TOKENS, SETTINGS, SPECIAL_TOKENS};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Begin,
    End,
    Unknown,
    Separator,
    Pad,
    Class,
    Mask,
}

impl Role {
    const ALL: [Self; 7] = [
        Self::Begin,
        Self::End,
        Self::Unknown,
        Self::Separator,
        Self::Pad,
        Self::Class,
        Self::Mask,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::Begin => "bos_token",
            Self::End => "eos_token",
            Self::Unknown => "unk_token",
            Self::Separator => "sep_token",
            Self::Pad => "pad_token",
            Self::Class => "cls_token",
            Self::Mask => "mask_token",
        }
    }
}

/// A token with what it does to the text around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedToken {
    /// Not empty.
    pub(crate) text: String,
    pub(crate) takes_space_before: bool,
    pub(crate) takes_space_behind: bool,
    pub(crate) is_whole_word: bool,
    /// Whether it is looked for in the normalized text.
    pub(crate) is_normalized: bool,
    pub(crate) is_special: bool,
}

/// The tokens that `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` name.
#[derive(Debug, Default)]
pub(crate) struct NamedTokens {
    pub(crate) by_role: BTreeMap<Role, NamedToken>,
    /// Further special tokens.
    pub(crate) further: Vec<NamedToken>,
    pub(crate) by_id: BTreeMap<u32, NamedToken>,
}

impl NamedTokens {
    /// Reads what the files in the folder `checkpoint` say. Of a role in two files that in `tokenizer_config.json` counts.
    pub(crate) fn open(checkpoint: &Path) -> Result<Self, Error> {
        let mut named = Self::default();
        for file in [SPECIAL_TOKENS, SETTINGS] {
            let path = checkpoint.join(file);
            if path.is_file() {
                named.read(&SettingsFile::open(&path)?)?;
            }
        }
        let path = checkpoint.join(ADDED_TOKENS);
        if path.is_file() {
            let ids: BTreeMap<String, u32> = SettingsFile::read_json(&path)?;
            for (text, id) in ids {
                let token = NamedToken { is_special: false, ..plain(text) };
                if token.is_given() {
                    named.by_id.entry(id).or_insert(token);
                }
            }
        }
        Ok(named)
    }

    /// The text of the token with `role`, `default` if none has it.
    pub(crate) fn text<'a>(&'a self, role: Role, default: &'a str) -> &'a str {
        self.by_role.get(&role).map_or(default, |token| &token.text)
    }

    fn read(&mut self, settings: &SettingsFile) -> Result<(), Error> {
        for role in Role::ALL {
            let token = settings.convert(role.key(), "a token", token)?;
            if let Some(token) = token.filter(NamedToken::is_given) {
                self.by_role.insert(role, token);
            }
        }
        for key in ["additional_special_tokens", "extra_special_tokens"] {
            let tokens = settings.convert(key, "tokens", tokens)?.unwrap_or_default();
            self.further.extend(tokens.into_iter().filter(NamedToken::is_given));
        }
        let by_id = settings.convert("added_tokens_decoder", "tokens by id", |value| {
            let pair = |(id, value): (&String, &Value)| {
                let is_special = value["special"] == true;
                Some((id.parse().ok()?, NamedToken { is_special, ..token(value)? }))
            };
            value.as_object()?.iter().map(pair).collect::<Option<Vec<_>>>()
        })?;
        let by_id = by_id.unwrap_or_default().into_iter();
        self.by_id.extend(by_id.filter(|(_, token)| token.is_given()));
        Ok(())
    }
}

/// A special token that is given as a text or as an object.
fn token(value: &Value) -> Option<NamedToken> {
    let text = value.as_str().or_else(|| value.get("content")?.as_str())?;
    let is_set = |flag| value.get(flag).is_some_and(|value| *value == true);
    Some(NamedToken {
        takes_space_before: is_set("lstrip"),
        takes_space_behind: is_set("rstrip"),
        is_whole_word: is_set("single_word"),
        is_normalized: is_set("normalized"),
        ..plain(text.to_owned())
    })
}

/// Special tokens in a list, or by names that have no meaning here.
fn tokens(value: &Value) -> Option<Vec<NamedToken>> {
    match value {
        Value::Array(list) => list.iter().map(token).collect(),
        Value::Object(by_name) => by_name.values().map(token).collect(),
        _ => None,
    }
}

fn plain(text: String) -> NamedToken {
    NamedToken {
        text,
        takes_space_before: false,
        takes_space_behind: false,
        is_whole_word: false,
        is_normalized: false,
        is_special: true,
    }
}

impl NamedToken {
    /// Whether it is a token at all: an empty text in the settings stands for none.
    fn is_given(&self) -> bool {
        !self.text.is_empty()
    }

    /// A special token that leaves the text around it as it is.
    pub(crate) fn special(text: &str) -> Self {
        plain(text.to_owned())
    }
}
