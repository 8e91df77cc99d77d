//! Texts of a batch end to end.

use std::ops::Range;

use crate::Encoding;
use crate::formula::UNSEEN;

/// Several texts, whose tokens are rows that follow each other without filling.
pub(super) struct Ragged<'a> {
    texts: &'a [&'a Encoding],
    /// The first row of each text, and after them the number of rows.
    starts: Vec<usize>,
    /// What is added to the attention scores of each token: 0 for those that may be seen.
    mask: Vec<f32>,
}

impl<'a> Ragged<'a> {
    pub(super) fn new(texts: &'a [&'a Encoding]) -> Self {
        let mut starts = vec![0];
        let ends = texts.iter().scan(0, |end, text| {
            *end += text.ids.len();
            Some(*end)
        });
        starts.extend(ends);
        let seen = texts.iter().flat_map(|text| &text.attention);
        let mask = seen.map(|seen| if *seen { 0.0 } else { UNSEEN }).collect();
        Self { texts, starts, mask }
    }

    pub(super) fn num_texts(&self) -> usize {
        self.texts.len()
    }

    pub(super) fn num_rows(&self) -> usize {
        self.starts[self.texts.len()]
    }

    /// Rows of a text.
    pub(super) fn rows(&self, text: usize) -> Range<usize> {
        self.starts[text]..self.starts[text + 1]
    }

    /// The rows of each text in `values`, where rows are `stride` long.
    pub(super) fn texts_of<'v, T>(&self, values: &'v mut [T], stride: usize) -> Vec<&'v mut [T]> {
        let mut rest = values;
        let texts = (0..self.num_texts()).map(|text| {
            let (rows, others) =
                std::mem::take(&mut rest).split_at_mut(self.rows(text).len() * stride);
            rest = others;
            rows
        });
        texts.collect()
    }

    /// Token ids of a text.
    pub(super) fn ids(&self, text: usize) -> &'a [u32] {
        &self.texts[text].ids
    }

    /// What is added to the attention scores of a text's tokens.
    pub(super) fn mask(&self, text: usize) -> &[f32] {
        &self.mask[self.rows(text)]
    }
}

/// `rows` end to end, `len` values at most.
pub(super) fn concatenated<'a>(len: usize, rows: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
    let mut all = Vec::with_capacity(len);
    rows.for_each(|row| all.extend_from_slice(row));
    all
}
