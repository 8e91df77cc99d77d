//! Options of an evaluation: what changes its figures.

use serde::{Deserialize, Serialize};

use crate::TieRule;
use crate::gap::Gap;

/// How a run is evaluated against qrels.
///
/// By default every query of the qrels counts, with the value zero if it has no results, and results
/// of queries that are not in the qrels are ignored.
///
/// ```
/// use jacolbert_eval::{EvaluateOptions, Policy};
///
/// // Only grades from 2 on are relevant, and a query without results is an error.
/// let options =
///     EvaluateOptions { threshold: 2, unanswered: Policy::Fail, ..Default::default() };
/// let read: EvaluateOptions = serde_json::from_str(r#"{"threshold": 2, "unanswered": "fail"}"#)?;
/// assert_eq!(read, options);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluateOptions {
    /// Least grade of a relevant document. Default: 1; choose 2 for collections in which grade 1
    /// means "related". nDCG ignores it.
    pub threshold: i32,
    /// Order of documents with equal scores. Default: [`TieRule::InputOrder`].
    pub ties: TieRule,
    /// What to do with a query that the run has no results for. Default: [`Policy::Count`].
    pub unanswered: Policy,
    /// What to do with a query without a relevant document. Default: [`Policy::Count`].
    pub irrelevant: Policy,
    /// What to do with a query of the run that has no judgements. Default: [`Policy::Skip`].
    pub unjudged: Policy,
    /// Whether a document with the id of the query is dropped from its results, as BEIR does where queries
    /// are documents themselves (ArguAna, Quora). Default: `false`. [`Coverage::identical`] counts them.
    ///
    /// It takes a result from a run: search `k + 1` documents for metrics up to `k`.
    ///
    /// [`Coverage::identical`]: crate::Coverage::identical
    pub ignore_identical_ids: bool,
}

impl Default for EvaluateOptions {
    fn default() -> Self {
        Self {
            threshold: 1,
            ties: TieRule::InputOrder,
            unanswered: Policy::Count,
            irrelevant: Policy::Count,
            unjudged: Policy::Skip,
            ignore_identical_ids: false,
        }
    }
}

impl EvaluateOptions {
    /// The options of trec_eval and pytrec_eval: their tie rule, and queries without results are
    /// skipped, as by trec_eval without `-c`.
    pub fn trec_eval() -> Self {
        Self { ties: TieRule::DocumentDescending, unanswered: Policy::Skip, ..Self::default() }
    }

    /// The policy for a query with a gap.
    pub fn policy(&self, gap: Gap) -> Policy {
        match gap {
            Gap::Unanswered => self.unanswered,
            Gap::Irrelevant => self.irrelevant,
            Gap::Unjudged => self.unjudged,
        }
    }
}

/// What to do with a query that lacks results or judgements. A query that lacks both counts only if
/// both policies say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// It counts like any other, with the value zero.
    Count,
    /// It is left out of the means.
    Skip,
    /// The evaluation fails.
    Fail,
}
