//! A set of documents of a block.

/// Documents of a block, by their numbers: one bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentSet {
    words: Vec<u64>,
}

impl DocumentSet {
    /// None of `num_documents` documents.
    pub(crate) fn empty(num_documents: usize) -> Self {
        Self { words: vec![0; num_documents.div_ceil(64)] }
    }

    /// The documents whose bits are set in `words`; those behind the last document are not.
    #[cfg(feature = "filter")]
    pub(crate) fn from_words(words: Vec<u64>, num_documents: usize) -> Self {
        debug_assert_eq!(words.len(), num_documents.div_ceil(64));
        Self { words }
    }

    /// Puts the document with this number, which is one of the block, into the set.
    pub(crate) fn insert(&mut self, document: usize) {
        self.words[document / 64] |= 1 << (document % 64);
    }

    /// Number of documents in the set.
    pub(crate) fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The numbers of the documents, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(64 * at + bit)
            })
        })
    }
}
