//! By what a search ranks: by late interaction, by words, or by both.

use clap::{Args, ValueEnum};
use jacolbert::{Fusion, OnDisk, SearchBuilder};

/// By what a search ranks.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Ranking")]
pub(crate) struct RankingChoice {
    /// Find candidates by words, too, and rank by both scores. Needs a collection with words
    ///
    /// FUSION says how both scores become one; docs/hybrid.md compares the fusions.
    #[arg(long, value_name = "FUSION", num_args = 0..=1, default_missing_value = "weighted")]
    hybrid: Option<FusionName>,
    /// Rank by words alone (BM25), without the model's scores. Needs a collection with words
    #[arg(long, conflicts_with_all = ["hybrid", "exact", "n_probe"])]
    words: bool,
}

/// How both scores become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FusionName {
    /// The sum of both scores, each standardised
    Weighted,
    /// The sum of reciprocal ranks
    Rank,
    /// The score of late interaction; words only add candidates
    Maxsim,
}

impl RankingChoice {
    pub(crate) fn apply<'c, Q>(
        &self,
        query: SearchBuilder<'c, OnDisk, Q>,
    ) -> SearchBuilder<'c, OnDisk, Q> {
        match self.hybrid {
            _ if self.words => query.words_only(),
            Some(fusion) => query.hybrid(fusion.fusion()),
            None => query,
        }
    }
}

impl FusionName {
    fn fusion(self) -> Fusion {
        match self {
            Self::Weighted => Fusion::default(),
            Self::Rank => Fusion::ReciprocalRank { constant: 60.0, words: 1.0 },
            Self::Maxsim => Fusion::MaxSim,
        }
    }
}
