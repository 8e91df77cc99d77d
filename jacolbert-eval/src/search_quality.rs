//! What a search loses against an exhaustive one.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Run, TieRule};

/// How many of the best documents a search finds, compared with an exhaustive search for the same
/// queries.
///
/// ```
/// use jacolbert_eval::{Run, SearchQuality};
///
/// let (mut exhaustive, mut found) = (Run::new("exhaustive"), Run::new("2 bits"));
/// for (document, score) in [("fuji", 9.0), ("biwa", 8.0)] {
///     exhaustive.push("q1", document, score)?;
/// }
/// found.push("q1", "fuji", 8.9)?;
///
/// let quality = SearchQuality::new(&exhaustive, &found, 2);
/// assert_eq!((quality.recall, quality.share_with_losses), (0.5, 1.0));
/// # Ok::<(), jacolbert_eval::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchQuality {
    /// Number of documents per query that were compared.
    pub k: usize,
    /// Share of the exhaustive search's best `k` documents that are among the best `k` found, as a mean
    /// over the queries; 1 if there are no queries.
    pub recall: f64,
    /// Share of the queries that lost at least one of them.
    pub share_with_losses: f64,
    /// The queries that lost documents, with the lost documents, best first.
    pub losses: Vec<(String, Vec<String>)>,
    /// Number of queries that were compared: those for which the exhaustive search found something.
    pub num_queries: usize,
}

impl SearchQuality {
    /// Compares the best `k` documents of `found` with those of `exhaustive`.
    ///
    /// With the run of uncompressed vectors as `exhaustive`, and that of a compressed index of the same
    /// documents as `found`, it is the loss by compression and search together.
    ///
    /// ```
    /// use jacolbert_eval::{Run, SearchQuality};
    ///
    /// let quality = SearchQuality::new(&Run::new("exhaustive"), &Run::new("found"), 10);
    /// assert_eq!(quality.num_queries, 0);
    /// ```
    pub fn new(exhaustive: &Run, found: &Run, k: usize) -> Self {
        let mut losses = Vec::new();
        let mut num_queries = 0;
        let mut sum = 0.0;
        for (query, _) in exhaustive.iter() {
            let wanted = best(exhaustive, query, k);
            if wanted.is_empty() {
                continue;
            }
            let found: HashSet<&str> = best(found, query, k).into_iter().collect();
            let is_lost = |document: &&&str| !found.contains(**document);
            let lost: Vec<String> =
                wanted.iter().filter(is_lost).map(|id| id.to_string()).collect();
            num_queries += 1;
            sum += (wanted.len() - lost.len()) as f64 / wanted.len() as f64;
            if !lost.is_empty() {
                losses.push((query.to_owned(), lost));
            }
        }
        let mean =
            |sum: f64, of_none| if num_queries == 0 { of_none } else { sum / num_queries as f64 };
        let recall = mean(sum, 1.0);
        let share_with_losses = mean(losses.len() as f64, 0.0);
        Self { k, recall, share_with_losses, losses, num_queries }
    }
}

impl fmt::Display for SearchQuality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { k, recall, share_with_losses, num_queries, .. } = self;
        let percent = 100.0 * share_with_losses;
        write!(
            f,
            "recall@{k} against exhaustive search {recall:.4}; {percent:.1} % of {num_queries} queries miss at least one document",
        )
    }
}

fn best<'r>(run: &'r Run, query: &str, k: usize) -> Vec<&'r str> {
    let ranking = run.ranking(query).map(|ranking| ranking.best_first(TieRule::InputOrder));
    ranking.into_iter().flatten().take(k).map(|(document, _)| document).collect()
}
