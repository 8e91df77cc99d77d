//! Passages that may be among the best, by the centroids of their tokens.

use jacolbert_index::{CentroidScores, Index, PassageId, Scorer, Segment};

use crate::hit::{Hit, ranked};
use crate::{Error, PassageSubset, SearchOptions};

/// Up to so many tokens, the codes of all passages are looked at; inverted lists save nothing.
const MOST_SCANNED: usize = 1 << 20;
/// Passages of the lists whose codes are looked at, for each that is rescored.
const LISTED_PER_RESCORED: usize = 8;

/// What a search is limited to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope<'s> {
    All,
    Subset(&'s PassageSubset),
}

impl Scope<'_> {
    /// Whether a passage may be a hit.
    pub(crate) fn admits(self, index: &Index, passage: PassageId) -> bool {
        let within = match self {
            Self::All => true,
            Self::Subset(subset) => subset.contains(passage),
        };
        within && index.contains(passage)
    }
}

/// The passages of clustered segments that promise most, at most `n_rescored`, with the scores of their
/// centroids, best first.
pub(crate) fn shortlist(
    index: &Index,
    scorer: &Scorer<'_>,
    scope: Scope<'_>,
    options: &SearchOptions,
) -> Result<Vec<Hit>, Error> {
    let Some(scores) = scorer.centroid_scores() else { return Ok(Vec::new()) };
    let looked_at = match scope {
        Scope::Subset(subset) => members(index, subset, scope),
        Scope::All if num_clustered_tokens(index) <= MOST_SCANNED => everything(index, scope),
        Scope::All => {
            let listed = listed(index, scores, scope, options)?;
            if listed.len() < options.k { everything(index, scope) } else { listed }
        }
    };
    let mut coarse = Vec::with_capacity(looked_at.len());
    for (segment, position) in looked_at {
        if let Some(score) = scorer.coarse_score(segment, position)? {
            let score = score as f32 * scores.coarse_step();
            coarse.push(Hit { passage: segment.passage_id(position), score });
        }
    }
    Ok(ranked(coarse, options.n_rescored(index.num_passages())))
}

/// A passage where it is stored.
type Place<'i> = (&'i Segment, usize);

fn num_clustered_tokens(index: &Index) -> usize {
    clustered(index).map(Segment::num_tokens).sum()
}

fn clustered(index: &Index) -> impl Iterator<Item = &Segment> {
    index.segments().iter().filter(|segment| !segment.is_flat())
}

fn everything<'i>(index: &'i Index, scope: Scope<'_>) -> Vec<Place<'i>> {
    let all = clustered(index)
        .flat_map(|segment| (0..segment.num_passages()).map(move |position| (segment, position)));
    all.filter(|&(segment, at)| scope.admits(index, segment.passage_id(at))).collect()
}

fn members<'i>(index: &'i Index, subset: &PassageSubset, scope: Scope<'_>) -> Vec<Place<'i>> {
    let present = subset.iter().filter(|&passage| scope.admits(index, passage));
    let places = present.filter_map(|passage| index.locate(passage).ok());
    places.filter(|(segment, _)| !segment.is_flat()).collect()
}

/// The passages that score best by the lists of the best cells alone.
///
/// Each query token adds to a passage the score of the best of its cells that holds the passage, less
/// the score of the last of its cells: what the passages that none of its cells holds may have at
/// most (WARP's missing similarity, arXiv 2501.17788, section 4.2).
fn listed<'i>(
    index: &'i Index,
    scores: &CentroidScores,
    scope: Scope<'_>,
    options: &SearchOptions,
) -> Result<Vec<Place<'i>>, Error> {
    let cells = scores.best_cells(options.n_probe());
    let mut promising = Vec::new();
    for segment in clustered(index) {
        let mut sums = vec![Sum::default(); segment.num_passages()];
        for (token, cells) in cells.iter().enumerate() {
            let missing = cells.last().map_or(0.0, |&cell| scores.score(cell, token));
            for &cell in cells {
                let gain = scores.score(cell, token) - missing;
                segment.cell(cell)?.for_each(|position| sums[position].add(token, gain));
            }
        }
        for (position, sum) in sums.iter().enumerate().filter(|(_, sum)| sum.seen()) {
            let passage = segment.passage_id(position);
            if scope.admits(index, passage) {
                promising.push(Hit { passage, score: sum.score });
            }
        }
    }
    let wanted = options.n_rescored(index.num_passages()).saturating_mul(LISTED_PER_RESCORED);
    let best = ranked(promising, wanted).into_iter();
    Ok(best.map(|hit| index.locate(hit.passage)).collect::<Result<_, _>>()?)
}

/// What the cells of the query tokens so far give a passage.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    score: f32,
    /// One more than the last query token that a cell was seen of.
    last: u32,
}

impl Sum {
    /// Cells of a token come best first: only the first counts.
    fn add(&mut self, token: usize, gain: f32) {
        let token = token as u32 + 1;
        if self.last != token {
            self.score += gain;
            self.last = token;
        }
    }

    fn seen(&self) -> bool {
        self.last > 0
    }
}
