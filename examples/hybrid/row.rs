//! A row of the table: a way of ranking.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, bail};
use jacolbert::Fusion;

/// A way of ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Row {
    Words,
    LateInteraction,
    Both(Fusion),
}

impl FromStr for Row {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> anyhow::Result<Self> {
        let mut parts = name.split(':');
        let kind = parts.next().unwrap_or_default();
        let numbers: Result<Vec<f64>, _> = parts.map(str::parse).collect();
        let numbers = numbers.with_context(|| format!("numbers of the row {name:?}"))?;
        Ok(match (kind, &numbers[..]) {
            ("bm25", []) => Self::Words,
            ("late", []) => Self::LateInteraction,
            ("default", []) => Self::Both(Fusion::default()),
            ("maxsim", []) => Self::Both(Fusion::MaxSim),
            ("weighted", &[words]) => Self::Both(Fusion::Weighted { words }),
            ("rrf", &[constant, words]) => Self::Both(Fusion::ReciprocalRank { constant, words }),
            _ => {
                bail!("row {name:?} is none of bm25, late, default, maxsim, weighted:W and rrf:C:W")
            }
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words => f.write_str("BM25"),
            Self::LateInteraction => f.write_str("late interaction"),
            Self::Both(Fusion::MaxSim) => f.write_str("MaxSim of both"),
            Self::Both(Fusion::Weighted { words }) => write!(f, "weighted {words}"),
            Self::Both(Fusion::ReciprocalRank { constant, words }) => {
                write!(f, "reciprocal rank {constant} {words}")
            }
            Self::Both(other) => write!(f, "{other:?}"),
        }
    }
}
