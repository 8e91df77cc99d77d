//! The vector of a text from its hidden states.

use crate::SentencePooling;
use crate::formula::MIN_NORM;

/// `normalize(pool(hidden))` of the hidden states `[tokens, hidden]` of one text, which has at least one token: the mean
/// of all rows, or the first row; then `x / max(‖x‖, 1e-12)`.
pub(super) fn unit_vector(states: &[f32], hidden: usize, pooling: SentencePooling) -> Vec<f32> {
    let pooled = match pooling {
        SentencePooling::Mean => mean(states, hidden),
        SentencePooling::Cls => states[..hidden].iter().copied().map(f64::from).collect(),
    };
    let norm = pooled.iter().map(|x| x * x).sum::<f64>().sqrt().max(MIN_NORM);
    pooled.into_iter().map(|x| (x / norm) as f32).collect()
}

fn mean(states: &[f32], hidden: usize) -> Vec<f64> {
    let mut sum = vec![0.0; hidden];
    let rows = states.chunks_exact(hidden);
    let count = rows.len() as f64;
    for row in rows {
        sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
    }
    sum.iter_mut().for_each(|sum| *sum /= count);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_the_normalized_mean_or_first_row() {
        let check = |states: &[f32], pooling, expected: [f32; 2]| {
            assert_eq!(unit_vector(states, 2, pooling), expected);
        };
        let states = [3.0, 4.0, 3.0, -4.0];
        check(&states, SentencePooling::Mean, [1.0, 0.0]);
        check(&states, SentencePooling::Cls, [0.6, 0.8]);
        check(&[0.0, 0.0], SentencePooling::Mean, [0.0, 0.0]);
    }
}
