//! Checkpoints with a `BertJapaneseTokenizer`.

mod checkpoint;
mod reference_encodings;
