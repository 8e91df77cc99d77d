//! Encoded tokens: centroid ids and packed residuals.

use half::f16;

/// Encoded tokens of one or more passages, with one entry per token in each column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Codes {
    pub(crate) centroids: Vec<u32>,
    pub(crate) scales: Vec<f16>,
    pub(crate) factors: Vec<f16>,
    pub(crate) residuals: Vec<u8>,
}

impl Codes {
    pub(crate) fn extend(&mut self, other: Self) {
        self.centroids.extend(other.centroids);
        self.scales.extend(other.scales);
        self.factors.extend(other.factors);
        self.residuals.extend(other.residuals);
    }

    /// All tokens, as those of one passage.
    #[cfg(feature = "import")]
    pub(crate) fn as_ref(&self) -> CodesRef<'_> {
        CodesRef {
            centroids: CentroidCodes::Wide(&self.centroids),
            scales: &self.scales,
            factors: &self.factors,
            residuals: &self.residuals,
        }
    }

    /// Appends the tokens of a passage as they are.
    pub(crate) fn extend_from(&mut self, passage: CodesRef<'_>) {
        self.centroids.extend((0..passage.num_tokens()).map(|t| passage.centroids.at(t) as u32));
        self.scales.extend_from_slice(passage.scales);
        self.factors.extend_from_slice(passage.factors);
        self.residuals.extend_from_slice(passage.residuals);
    }
}

/// Encoded tokens of one passage, borrowed from an index.
///
/// Each token has the id of its centroid and a residual.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CodesRef<'a> {
    pub(crate) centroids: CentroidCodes<'a>,
    pub(crate) scales: &'a [f16],
    pub(crate) factors: &'a [f16],
    pub(crate) residuals: &'a [u8],
}

impl CodesRef<'_> {
    /// Number of tokens.
    pub(crate) fn num_tokens(&self) -> usize {
        self.scales.len()
    }
}

/// Centroid ids as they are stored: two bytes each if the codebook is small enough, else four.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CentroidCodes<'a> {
    Narrow(&'a [u16]),
    Wide(&'a [u32]),
}

impl<'a> CentroidCodes<'a> {
    pub(crate) fn at(self, token: usize) -> usize {
        match self {
            Self::Narrow(codes) => codes[token].into(),
            Self::Wide(codes) => codes[token] as usize,
        }
    }

    pub(crate) fn slice(self, tokens: std::ops::Range<usize>) -> CentroidCodes<'a> {
        match self {
            Self::Narrow(codes) => Self::Narrow(&codes[tokens]),
            Self::Wide(codes) => Self::Wide(&codes[tokens]),
        }
    }
}

/// What is wrong with the codes of a damaged file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadCode {
    #[error("token {token} has a centroid that the codebook lacks")]
    Centroid { token: usize },
    #[error("token {token} has a scale or factor that is no number")]
    Scale { token: usize },
    #[error("a score is no number")]
    NotFinite,
}
