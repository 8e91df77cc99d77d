//! How strong a match is among the matches of a query.

use jacolbert_model::TokenRole;

use super::data::{Explanation, TokenMatch};

/// The weakest and the strongest match of the tokens of the text. Cosines of one query often differ by few
/// hundredths, so that they are compared with each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strength {
    weakest: f32,
    strongest: f32,
}

impl Strength {
    pub(super) fn of(explanation: &Explanation) -> Self {
        let of_text = explanation.matches.iter().filter(|m| m.query_role == TokenRole::Text);
        let scores = of_text.map(|found| found.score);
        let ends = Self { weakest: f32::INFINITY, strongest: f32::NEG_INFINITY };
        scores.fold(ends, |ends, score| Self {
            weakest: ends.weakest.min(score),
            strongest: ends.strongest.max(score),
        })
    }

    /// From 0, the weakest, to 1, the strongest; 1 if all are equal.
    pub(super) fn share(self, found: &TokenMatch) -> f32 {
        let range = self.strongest - self.weakest;
        if range > 0.0 { ((found.score - self.weakest) / range).clamp(0.0, 1.0) } else { 1.0 }
    }
}
