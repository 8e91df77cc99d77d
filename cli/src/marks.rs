//! Which parts of a passage match a question.

use jacolbert::model::TokenRole;
use jacolbert::{Explanation, TokenMatch};

use crate::snippet::Mark;

/// The least weight of a match that is marked, of 1 for the strongest.
const LEAST_WEIGHT: f32 = 0.3;

/// The parts of a passage that the words of a question match best. The strongest match of the question weighs 1 and the
/// weakest nothing, and weak ones are no marks.
pub(crate) fn marks(explanation: &Explanation) -> Vec<Mark> {
    let of_text = |found: &&TokenMatch| found.query_role == TokenRole::Text;
    let scores = || explanation.matches.iter().filter(of_text).map(|found| found.score);
    let weakest = scores().fold(f32::INFINITY, f32::min);
    let strongest = scores().fold(f32::NEG_INFINITY, f32::max);
    let weight = |score: f32| {
        if strongest > weakest { (score - weakest) / (strongest - weakest) } else { 1.0 }
    };
    let telling = explanation.matches.iter().filter(of_text).filter(|found| {
        is_telling(explanation.query_surface(found))
            && is_telling(explanation.passage_surface(found))
    });
    let marks = telling.filter_map(|found| {
        Some(Mark { range: found.passage_range.clone()?, weight: weight(found.score) })
    });
    marks.filter(|mark| mark.weight >= LEAST_WEIGHT).collect()
}

/// Whether a token says what a text is about. Hiragana and punctuation stand in every text.
fn is_telling(surface: Option<&str>) -> bool {
    let is_telling = |c: char| c.is_alphanumeric() && !('ぁ'..='ゖ').contains(&c);
    surface.is_some_and(|surface| surface.chars().any(is_telling))
}
