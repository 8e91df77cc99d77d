//! Which parts of a passage match a question.

use jacolbert::Explanation;
use jacolbert::model::TokenRole;

use crate::snippet::Mark;

/// The least weight of a match that is marked, of 1 for the strongest.
const LEAST_WEIGHT: f32 = 0.3;

/// The parts of a passage that the words of a question match best. The strongest match weighs 1 and the weakest nothing,
/// and weak ones are no marks.
pub(crate) fn marks(explanation: &Explanation) -> Vec<Mark> {
    let telling = explanation.matches.iter().filter(|found| {
        found.query_role == TokenRole::Text
            && explanation
                .passage_surface(found)
                .is_some_and(|surface| surface.chars().any(is_telling))
            && explanation
                .query_surface(found)
                .is_some_and(|surface| surface.chars().any(is_telling))
    });
    let found = telling.filter_map(|found| Some((found.passage_range.clone()?, found.score)));
    let found: Vec<_> = found.collect();
    let weakest = found.iter().map(|(_, score)| *score).fold(f32::INFINITY, f32::min);
    let strongest = found.iter().map(|(_, score)| *score).fold(f32::NEG_INFINITY, f32::max);
    let weight = |score: f32| {
        if strongest > weakest { (score - weakest) / (strongest - weakest) } else { 1.0 }
    };
    let marks = found.into_iter().map(|(range, score)| Mark { range, weight: weight(score) });
    marks.filter(|mark| mark.weight >= LEAST_WEIGHT).collect()
}

/// Whether a character says what a text is about. Hiragana and punctuation stand in every text.
fn is_telling(c: char) -> bool {
    c.is_alphanumeric() && !('ぁ'..='ゖ').contains(&c)
}
