//! Names of metrics, such as `recall@10`: parsed, displayed and serialised.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Error;
use crate::metric::{Cutoff, Gain, Metric};

impl Metric {
    /// Names of all metrics, for messages.
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

    /// The number of results that the metric looks at.
    ///
    /// ```
    /// use jacolbert_eval::{Cutoff, Metric};
    ///
    /// assert_eq!("recall@100".parse::<Metric>()?.cutoff(), Cutoff::at(100));
    /// # Ok::<(), jacolbert_eval::Error>(())
    /// ```
    pub fn cutoff(self) -> Cutoff {
        self.parts().1
    }

    /// The metric of a name of trec_eval, such as `ndcg_cut_10` or `P.10`, in lower case.
    ///
    /// Names that stand for several cuts there, such as `P` and `ndcg_cut`, are none.
    fn from_trec_eval(name: &str) -> Option<Self> {
        let without_cut = match name {
            "recip_rank" => Some(Self::Mrr(Cutoff::Full)),
            "rprec" => Some(Self::RPrecision),
            "set_p" => Some(Self::Precision(Cutoff::Full)),
            "set_recall" => Some(Self::Recall(Cutoff::Full)),
            _ => None,
        };
        without_cut.or_else(|| {
            let (name, k) = name.rsplit_once(['_', '.'])?;
            let cutoff = Cutoff::At(k.parse().ok()?);
            Some(match name {
                "p" => Self::Precision(cutoff),
                "recall" => Self::Recall(cutoff),
                "success" => Self::Success(cutoff),
                "map_cut" => Self::Map(cutoff),
                "ndcg_cut" => Self::Ndcg(Gain::Linear, cutoff),
                _ => return None,
            })
        })
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

/// Ignores case. Names of trec_eval are read as well; see [`Metric`].
impl FromStr for Metric {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let lower = text.to_ascii_lowercase();
        let metric = match lower.split_once('@') {
            Some((name, k)) => k.parse().ok().and_then(|k| Self::from_parts(name, Cutoff::At(k))),
            None => Self::from_parts(&lower, Cutoff::Full).or_else(|| Self::from_trec_eval(&lower)),
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

/// From its name.
impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(de::Error::custom)
    }
}
