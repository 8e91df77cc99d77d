//! The tokens that go around a text.

/// The ids of the tokens that go around every text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Goes before a text: `[CLS]` of a BERT, `<s>` of an XLM-RoBERTa.
    pub class: u32,
    /// Goes after a text: `[SEP]` or `</s>`.
    pub separator: u32,
}
