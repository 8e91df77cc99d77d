//! The grade at each rank of a ranking, and its metrics.

use crate::metric::{Cutoff, Gain, Metric};
use crate::{Judgements, Ranking, TieRule};

/// The grades of one query's results, best result first.
#[derive(Debug)]
pub(crate) struct GradedRanking {
    /// Grade at each rank, `None` where the document is not judged.
    grades: Vec<Option<i32>>,
    /// All grades of the query, highest first.
    ideal: Vec<i32>,
    num_relevant: usize,
    threshold: i32,
}

impl GradedRanking {
    /// The grades of `ranking` without the document `dropped`.
    pub(crate) fn new(
        judgements: &Judgements,
        ranking: &Ranking,
        dropped: Option<&str>,
        ties: TieRule,
        threshold: i32,
    ) -> Self {
        let mut results = ranking.best_first(ties);
        results.retain(|(document, _)| Some(*document) != dropped);
        let mut ideal: Vec<_> = judgements.iter().map(|(_, grade)| grade).collect();
        ideal.sort_unstable_by(|a, b| b.cmp(a));
        Self {
            grades: results.iter().map(|(document, _)| judgements.grade(document)).collect(),
            ideal,
            num_relevant: judgements.num_relevant(threshold),
            threshold,
        }
    }

    /// The value of a metric, by the formula in its documentation.
    pub(crate) fn value(&self, metric: Metric) -> f64 {
        match metric {
            Metric::Recall(cutoff) => ratio(self.num_hits(cutoff), self.num_relevant),
            Metric::Success(cutoff) => f64::from(self.num_hits(cutoff) > 0),
            Metric::Precision(Cutoff::At(k)) => ratio(self.num_hits(Cutoff::At(k)), k.get()),
            Metric::Precision(Cutoff::Full) => {
                ratio(self.num_hits(Cutoff::Full), self.grades.len())
            }
            Metric::Mrr(cutoff) => self.hit_ranks(cutoff).next().map_or(0.0, |rank| ratio(1, rank)),
            Metric::Map(cutoff) => self.average_precision(cutoff),
            Metric::Ndcg(gain, cutoff) => self.ndcg(gain, cutoff),
            Metric::RPrecision => {
                let hits = self.hit_ranks(Cutoff::Full).take_while(|&r| r <= self.num_relevant);
                ratio(hits.count(), self.num_relevant)
            }
            Metric::Judged(cutoff) => {
                let top = self.top(cutoff);
                ratio(top.iter().flatten().count(), top.len())
            }
        }
    }

    fn top(&self, cutoff: Cutoff) -> &[Option<i32>] {
        &self.grades[..cutoff.clip(self.grades.len())]
    }

    /// Ranks of the relevant documents, from 1.
    fn hit_ranks(&self, cutoff: Cutoff) -> impl Iterator<Item = usize> {
        let is_hit = |grade: &Option<i32>| grade.is_some_and(|grade| grade >= self.threshold);
        (1..).zip(self.top(cutoff)).filter(move |(_, grade)| is_hit(grade)).map(|(rank, _)| rank)
    }

    fn num_hits(&self, cutoff: Cutoff) -> usize {
        self.hit_ranks(cutoff).count()
    }

    fn average_precision(&self, cutoff: Cutoff) -> f64 {
        let precisions = (1..).zip(self.hit_ranks(cutoff)).map(|(hits, rank)| ratio(hits, rank));
        precisions.sum::<f64>() / self.num_relevant.max(1) as f64
    }

    fn ndcg(&self, gain: Gain, cutoff: Cutoff) -> f64 {
        let found = self.top(cutoff).iter().map(|grade| gain.of(grade.unwrap_or(0)));
        // Without a cutoff the ideal ranking holds all judged documents.
        let ideal_grades = &self.ideal[..cutoff.clip(self.ideal.len())];
        let ideal = dcg(ideal_grades.iter().map(|&grade| gain.of(grade)));
        if ideal == 0.0 { 0.0 } else { dcg(found) / ideal }
    }
}

/// Discounted cumulative gain, `sum(gain_i / log2(i + 1))` over the ranks `i` from 1.
fn dcg(gains: impl Iterator<Item = f64>) -> f64 {
    (1u32..).zip(gains).map(|(rank, gain)| gain / f64::from(rank + 1).log2()).sum()
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
