//! Metrics and their names.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::Error;

/// A measure of one query's ranking, averaged over queries.
///
/// Every metric has one name, such as `recall@10` or `map`, which it is parsed from and displayed
/// as. In the formulas, `g_i` is the grade of the document at rank `i` (from 1), `rel_i` is 1 if
/// that grade reaches the threshold and else 0, `R` is the number of relevant documents in the
/// qrels, `n` the number of results, and sums run over the ranks `i <= k`, or over all results
/// without a cutoff. A document that is not judged is not relevant and has no gain. All values lie
/// between 0 and 1, and a query with `R = 0` gets 0.
///
/// The definitions are those of [trec_eval](https://github.com/usnistgov/trec_eval) and
/// [ranx](https://github.com/AmenRa/ranx) where these have the metric.
///
/// ```
/// use jacolbert_eval::{Cutoff, Metric};
///
/// let metric: Metric = "recall@10".parse()?;
/// assert_eq!(metric, Metric::Recall(Cutoff::at(10)));
/// assert_eq!(metric.to_string(), "recall@10");
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

impl Metric {
    /// Names to show to somebody who asks what there is.
    pub const EXAMPLES: &str = "recall@10, success@10, precision@10, mrr@10, map, ndcg@10, \
                                ndcg_exp@10, r_precision, judged@10";

    /// The metrics of a list of names, separated by commas or white space.
    ///
    /// # Errors
    ///
    /// The first name that is unknown.
    pub fn parse_list(names: &str) -> Result<Vec<Self>, Error> {
        let separator = |c: char| c == ',' || c.is_whitespace();
        names.split(separator).filter(|name| !name.is_empty()).map(str::parse).collect()
    }

    fn parts(self) -> (&'static str, Cutoff) {
        match self {
            Self::Recall(cutoff) => ("recall", cutoff),
            Self::Success(cutoff) => ("success", cutoff),
            Self::Precision(cutoff) => ("precision", cutoff),
            Self::Mrr(cutoff) => ("mrr", cutoff),
            Self::Map(cutoff) => ("map", cutoff),
            Self::Ndcg(Gain::Linear, cutoff) => ("ndcg", cutoff),
            Self::Ndcg(Gain::Exponential, cutoff) => ("ndcg_exp", cutoff),
            Self::RPrecision => ("r_precision", Cutoff::Full),
            Self::Judged(cutoff) => ("judged", cutoff),
        }
    }

    fn from_parts(name: &str, cutoff: Cutoff) -> Option<Self> {
        Some(match name {
            "recall" => Self::Recall(cutoff),
            "success" | "hit_rate" => Self::Success(cutoff),
            "precision" => Self::Precision(cutoff),
            "mrr" => Self::Mrr(cutoff),
            "map" => Self::Map(cutoff),
            "ndcg" => Self::Ndcg(Gain::Linear, cutoff),
            "ndcg_exp" => Self::Ndcg(Gain::Exponential, cutoff),
            "r_precision" if cutoff == Cutoff::Full => Self::RPrecision,
            "judged" => Self::Judged(cutoff),
            _ => return None,
        })
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, cutoff) = self.parts();
        match cutoff {
            Cutoff::At(k) => f.pad(&format!("{name}@{k}")),
            Cutoff::Full => f.pad(name),
        }
    }
}

/// Upper and lower case are the same.
impl FromStr for Metric {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let lower = text.to_ascii_lowercase();
        let metric = match lower.split_once('@') {
            Some((name, k)) => k.parse().ok().and_then(|k| Self::from_parts(name, Cutoff::At(k))),
            None => Self::from_parts(&lower, Cutoff::Full),
        };
        metric.ok_or_else(|| Error::UnknownMetric { name: text.to_owned() })
    }
}

/// As its name.
impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How many of the results count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cutoff {
    /// The best `k`.
    At(NonZeroUsize),
    /// All of them.
    Full,
}

impl Cutoff {
    /// The best `k`.
    ///
    /// # Panics
    ///
    /// If `k` is 0. A cutoff that a user types is better parsed as part of a metric's name.
    pub const fn at(k: usize) -> Self {
        match NonZeroUsize::new(k) {
            Some(k) => Self::At(k),
            None => panic!("a cutoff is at least 1"),
        }
    }

    /// How many of `len` results count.
    pub(crate) fn clip(self, len: usize) -> usize {
        match self {
            Self::At(k) => len.min(k.get()),
            Self::Full => len,
        }
    }
}

/// What a grade is worth in nDCG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gain {
    /// `g`, as trec_eval and ranx have it (Järvelin and Kekäläinen 2002).
    Linear,
    /// `2^g - 1`, which tells high grades further apart (Burges et al. 2005).
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
