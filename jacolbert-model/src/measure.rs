//! Work of an encoder that the benchmarks time. It is not part of the public interface.

use crate::Encoder;

/// Applies only the linear layers to `tokens` tokens, in batches like those of passages. Returns the number of
/// multiplications; `None` if the weights are not packed.
///
/// `benches/encode.py` compares this part of encoding with the machine's peak.
pub fn multiply_only(encoder: &Encoder, tokens: usize) -> Option<usize> {
    let batch = encoder.batch_tokens();
    let batches = (0..tokens).step_by(batch).map(|first| batch.min(tokens - first));
    batches.map(|tokens| encoder.engine().multiply_only(tokens)).sum()
}
