//! `tokenizer.json` of a trained tokenizer.

use serde_json::json;
use tokenizers::Tokenizer;

use super::pieces::Piece;
use crate::Error;

/// Builds the tokenizer with the tokens `special` and, after them, `pieces`. The second of `special` must be `[UNK]`,
/// the third `[CLS]` and the fourth `[SEP]`.
pub(super) fn build_tokenizer(special: &[&str], pieces: &[Piece]) -> Result<Tokenizer, Error> {
    let added_tokens = special.iter().enumerate().map(|(id, token)| {
        json!({
            "id": id, "content": token, "special": true, "normalized": false,
            "single_word": false, "lstrip": false, "rstrip": false,
        })
    });
    let vocabulary = special.iter().map(|token| json!([token, 0.0]));
    let vocabulary = vocabulary.chain(pieces.iter().map(|piece| json!(piece)));
    let [class, separator] = [2, 3].map(|id| {
        let token = special[id];
        (token, json!({ "id": token, "ids": [id], "tokens": [token] }))
    });
    let file = json!({
        "version": "1.0",
        "added_tokens": added_tokens.collect::<Vec<_>>(),
        "normalizer": { "type": "NFKC" },
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                { "type": "WhitespaceSplit" },
                { "type": "Punctuation", "behavior": "Isolated" },
                { "type": "Digits", "individual_digits": false },
            ],
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                { "SpecialToken": { "id": class.0, "type_id": 0 } },
                { "Sequence": { "id": "A", "type_id": 0 } },
                { "SpecialToken": { "id": separator.0, "type_id": 0 } },
            ],
            "pair": [
                { "Sequence": { "id": "A", "type_id": 0 } },
                { "Sequence": { "id": "B", "type_id": 1 } },
            ],
            "special_tokens": { class.0: class.1, separator.0: separator.1 },
        },
        "model": {
            "type": "Unigram",
            "unk_id": 1,
            "byte_fallback": false,
            "vocab": vocabulary.collect::<Vec<_>>(),
        },
    });
    Tokenizer::from_bytes(file.to_string()).map_err(Error::Training)
}
