//! Formats of files of rows.

/// The format of a file whose rows have ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdFormat {
    /// `[qid, pid+, pid-, ...]` or `[qid, [pid, score], ...]`, one JSON array per line.
    Triples,
    /// `{"query_id", "positive_ids", "negative_ids"}`, one JSON object per line.
    HardNegatives,
}

/// The format of a file whose rows have texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// `["query", "positive", "negative", ...]` or `["query", ["passage", score], ...]`, one JSON array
    /// per line.
    Lists,
    /// `query<TAB>positive<TAB>negative...`
    Tabbed,
    /// `{"query", "positives", "negatives", "bm25_negatives"}`, one JSON object per line; the last key
    /// may be absent.
    HardNegatives,
}
