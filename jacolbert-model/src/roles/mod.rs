//! Text as the model reads it: the ids of a text with markers, masks and truncation.
//!
//! | text | ids |
//! |---|---|
//! | query | `[CLS] [unused0] text [SEP]`, filled with `[MASK]` to its [`QueryLength`](crate::QueryLength) |
//! | passage | `[CLS] [unused1] text [SEP]`, at most `doc_maxlen` |
//!
//! A model with one vector per text reads `[CLS] text [SEP]`, or what its `tokenizer.json` puts in their place.
//!
//! A text that is too long is cut at its end, before `[SEP]`. Markers and special tokens are inserted as ids. If
//! they occur in the text itself, the tokenizer decides what becomes of them.

mod checksum;
mod encoding;
mod encoding_fault;
mod limits;
mod sentence_tokenizer;
mod token_place;
mod tokenizer;

pub use encoding::Encoding;
pub use encoding_fault::EncodingFault;
pub(crate) use sentence_tokenizer::SentenceTokenizer;
pub use token_place::{TokenPlace, TokenRole};
pub use tokenizer::Tokenizer;
