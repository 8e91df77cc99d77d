//! Probing: which clustered passages are worth a look at their codes.

use jacolbert_index::{CentroidId, CentroidScores, Index, Scorer, Segment};

use crate::candidate::Candidate;
use crate::ranking::best_first;
use crate::scope::Scope;
use crate::{Error, SearchOptions};

/// With at most so many clustered tokens, the codes of all passages are scored: inverted lists would
/// save nothing.
const MOST_SCANNED: usize = 1 << 20;
/// Passages kept from the inverted lists, for each one that may be rescored.
const LISTED_PER_RESCORED: usize = 8;

/// The clustered passages whose codes are to be scored: all within the scope if they are few, else the best by
/// the inverted lists.
pub(crate) fn probe(
    index: &Index,
    scorer: &Scorer<'_>,
    scope: Scope<'_>,
    options: &SearchOptions,
) -> Result<Vec<Candidate>, Error> {
    let Some(scores) = scorer.centroid_scores() else { return Ok(Vec::new()) };
    let share = scope.share(index);
    if num_clustered_tokens(index) as f64 * share > MOST_SCANNED as f64 {
        let cells = scores.best_cells(num_cells(options.n_probe(), share));
        let listed = best_listed(index, scores, &cells, scope, options)?;
        if listed.len() >= options.k {
            return Ok(listed);
        }
    }
    scope.passages_of(index, is_clustered)
}

/// Number of cells to read per query token where only a `share` of the passages counts. The best passages of
/// a part are further from the query than those of the whole.
fn num_cells(n_probe: usize, share: f64) -> usize {
    (n_probe as f64 / share.sqrt()).ceil() as usize
}

fn is_clustered(segment: &Segment) -> bool {
    !segment.is_flat()
}

fn num_clustered_tokens(index: &Index) -> usize {
    let clustered = index.segments().iter().filter(|segment| is_clustered(segment));
    clustered.map(Segment::num_tokens).sum()
}

/// The passages that score best by the inverted lists of the best cells alone.
///
/// Each query token adds the score of its best cell that holds the passage, less the score of the last
/// of its cells. That last score is an upper bound for the passages that none of its cells holds (WARP's
/// missing similarity, arXiv 2501.17788, section 4.2).
fn best_listed(
    index: &Index,
    scores: &CentroidScores,
    cells: &[Vec<CentroidId>],
    scope: Scope<'_>,
    options: &SearchOptions,
) -> Result<Vec<Candidate>, Error> {
    let mut listed = Vec::new();
    let segments = index.segments().iter().enumerate();
    for (number, segment) in segments.filter(|(_, segment)| is_clustered(segment)) {
        let mut sums = vec![ListedScore::default(); segment.num_passages()];
        for (token, cells) in cells.iter().enumerate() {
            let missing = cells.last().map_or(0.0, |&cell| scores.score(cell, token));
            for &cell in cells {
                let gain = scores.score(cell, token) - missing;
                segment.cell(cell)?.for_each(|position| sums[position].add(token, gain));
            }
        }
        let seen = sums.iter().enumerate().filter(|(_, sum)| sum.is_listed());
        let seen = seen.map(|(at, sum)| Candidate::new(number, at).with_score(sum.score));
        listed.extend(seen.filter(|&candidate| scope.admits(index, candidate)));
    }
    let wanted = options.n_rescored(index.num_passages()).saturating_mul(LISTED_PER_RESCORED);
    Ok(best_first(listed, wanted))
}

/// The score of a passage by the inverted lists read so far.
#[derive(Debug, Clone, Copy, Default)]
struct ListedScore {
    score: f32,
    /// The last query token that added to the score, plus one; 0 before any has.
    last_token: u32,
}

impl ListedScore {
    /// Adds the gain of a cell of query token `token`. The cells of a token come best first, and only
    /// the first of them counts.
    fn add(&mut self, token: usize, gain: f32) {
        let token = token as u32 + 1;
        if self.last_token != token {
            self.score += gain;
            self.last_token = token;
        }
    }

    /// Whether any list holds the passage.
    fn is_listed(&self) -> bool {
        self.last_token > 0
    }
}
