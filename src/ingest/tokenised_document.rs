//! The first stage: a document becomes tokenised passages.

use std::borrow::Borrow;
use std::ops::Range;

use jacolbert_documents::{Document, Splitting, check_passages};
use jacolbert_model::{Encoder, Encoding, Error as ModelError, TokenisedPassage};

use super::splitter::Splitter;
use crate::Error;

/// What the later stages need to know about a passage.
pub(super) struct PassageMeta<D> {
    /// With the first passage of a document: the document, and where its passages lie in its text.
    pub(super) begins: Option<(D, Vec<Range<usize>>)>,
    /// Its place among the passages of the document, from 0.
    pub(super) number: usize,
}

/// The passages of `document`, which is the `position`th of all.
pub(super) fn tokenise_document<D: Borrow<Document>>(
    encoder: &Encoder,
    splitter: &Splitter<'_>,
    position: usize,
    document: D,
) -> Result<Vec<TokenisedPassage<PassageMeta<D>>>, Error> {
    let text = &document.borrow().text;
    let passages = match splitter {
        Splitter::Rule(splitting) => tokenise_passages(encoder, *splitting, text),
        Splitter::Own(split) => {
            let mut ranges = split(text);
            check_passages(document.borrow(), &ranges)?;
            if ranges.is_empty() {
                // Of an empty text; every document has a passage.
                ranges.push(0..0);
            }
            tokenise_ranges(encoder, text, ranges)
        }
    };
    let passages = passages.map_err(|error| name_document(position, error))?;
    let (ranges, encodings): (Vec<_>, Vec<_>) = passages.into_iter().unzip();
    let mut begins = Some((document, ranges));
    let numbered = encodings.into_iter().enumerate().map(|(number, encoding)| {
        let passage = PassageMeta { begins: begins.take(), number };
        TokenisedPassage { passage, encoding }
    });
    Ok(numbered.collect())
}

/// Each passage of `text`: where it lies, and its tokens.
fn tokenise_passages(
    encoder: &Encoder,
    splitting: Splitting,
    text: &str,
) -> Result<Vec<(Range<usize>, Encoding)>, ModelError> {
    let tokenizer = encoder.tokenizer();
    let whole = tokenizer.encode_passage(text)?;
    // The whole text is tokenised already.
    let whole_tokens = tokenizer.num_tokens_of(&whole);
    let num_tokens = |part: &str| {
        if part.len() == text.len() { Ok(whole_tokens) } else { tokenizer.num_tokens(part) }
    };
    let ranges = splitting.ranges(text, num_tokens)?;
    if ranges.len() == 1 {
        return Ok(vec![(0..text.len(), whole)]);
    }
    tokenise_ranges(encoder, text, ranges)
}

/// The passages of `text` in `ranges`.
fn tokenise_ranges(
    encoder: &Encoder,
    text: &str,
    ranges: Vec<Range<usize>>,
) -> Result<Vec<(Range<usize>, Encoding)>, ModelError> {
    let encoded = ranges.into_iter().map(|range| {
        let encoding = encoder.tokenizer().encode_passage(&text[range.clone()])?;
        Ok((range, encoding))
    });
    encoded.collect()
}

/// Puts the number of the document into the error of a text that cannot be tokenised.
fn name_document(position: usize, error: ModelError) -> Error {
    match error {
        ModelError::Text { source, .. } => ModelError::Text { text: position, source }.into(),
        other => other.into(),
    }
}
