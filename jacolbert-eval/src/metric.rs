//! Metrics, their cutoffs and gains.

use std::num::NonZeroUsize;

/// A measure of one query's ranking, averaged over queries.
///
/// Every metric has one name, such as `recall@10` or `map`: it is parsed from that name and displayed
/// as it. In the formulas, `g_i` is the grade of the document at rank `i` (from 1), `rel_i` is 1 if
/// that grade reaches the threshold and else 0, `R` is the number of relevant documents in the
/// qrels, `n` the number of results, and sums run over the ranks `i <= k`, or over all results
/// without a cutoff. A document that is not judged is not relevant and has no gain. All values lie
/// between 0 and 1, and a query with `R = 0` gets 0.
///
/// The definitions are those of [trec_eval](https://github.com/usnistgov/trec_eval) and
/// [ranx](https://github.com/AmenRa/ranx) where these have the metric.
///
/// Names of trec_eval are read with the meaning that they have there, and displayed as ours: `map`, `ndcg`
/// and `recip_rank` have no cutoff, nor have `set_P`, `set_recall` and `Rprec`; `P_10`, `recall_10`,
/// `success_10`, `map_cut_10` and `ndcg_cut_10` have one, and may have a dot in the place of the last `_`.
///
/// ```
/// use jacolbert_eval::{Cutoff, Metric};
///
/// let metric: Metric = "recall@10".parse()?;
/// assert_eq!(metric, Metric::Recall(Cutoff::at(10)));
/// assert_eq!(metric.to_string(), "recall@10");
/// assert_eq!("recip_rank".parse::<Metric>()?, Metric::Mrr(Cutoff::Full));
/// assert_eq!("ndcg_cut_10".parse::<Metric>()?.to_string(), "ndcg@10");
/// assert!("recall@ten".parse::<Metric>().is_err());
/// # Ok::<(), jacolbert_eval::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Metric {
    /// `recall@k`: the share of the relevant documents that is found, `sum(rel_i) / R`.
    Recall(Cutoff),
    /// `success@k`, the hit rate: 1 if a relevant document is found, `max(rel_i)`.
    ///
    /// The name `hit_rate` is read as well.
    Success(Cutoff),
    /// `precision@k`: the share of the results that is relevant, `sum(rel_i) / k`, where missing
    /// results count as irrelevant; without a cutoff `sum(rel_i) / n`.
    Precision(Cutoff),
    /// `mrr@k`: the reciprocal of the first relevant document's rank, 0 if there is none.
    Mrr(Cutoff),
    /// `map@k`, average precision: `sum(rel_i * precision@i) / R`.
    Map(Cutoff),
    /// `ndcg@k` with linear gain, `ndcg_exp@k` with exponential gain: `DCG / IDCG`, where
    /// `DCG = sum(gain(g_i) / log2(i + 1))` and `IDCG` is the `DCG` of the judged documents in
    /// descending order of grade (Järvelin and Kekäläinen 2002).
    ///
    /// Grades count as they are, whatever the threshold; negative ones count as 0.
    Ndcg(Gain, Cutoff),
    /// `r_precision`: the precision at rank `R`, `sum(rel_i for i <= R) / R`. It has no cutoff.
    RPrecision,
    /// `judged@k`: the share of the results that is judged, `judged / min(k, n)`, as in
    /// ir_measures; 0 without results.
    Judged(Cutoff),
}

/// The number of results that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cutoff {
    /// The best `k`.
    At(NonZeroUsize),
    /// All results.
    Full,
}

impl Cutoff {
    /// The best `k`.
    ///
    /// # Panics
    ///
    /// If `k` is 0. Parse what a user types as part of a metric's name instead.
    pub const fn at(k: usize) -> Self {
        match NonZeroUsize::new(k) {
            Some(k) => Self::At(k),
            None => panic!("a cutoff is at least 1"),
        }
    }

    /// The number of `len` results that count.
    pub(crate) fn clip(self, len: usize) -> usize {
        match self {
            Self::At(k) => len.min(k.get()),
            Self::Full => len,
        }
    }
}

/// The gain of a grade in nDCG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gain {
    /// `g`, as in trec_eval and ranx (Järvelin and Kekäläinen 2002).
    Linear,
    /// `2^g - 1`, which separates high grades more (Burges et al. 2005).
    Exponential,
}

impl Gain {
    pub(crate) fn of(self, grade: i32) -> f64 {
        let grade = f64::from(grade.max(0));
        match self {
            Self::Linear => grade,
            Self::Exponential => grade.exp2() - 1.0,
        }
    }
}
