//! What the benchmarks measure of an encoder. It is no part of the public interface.

use crate::Encoder;

/// Multiplies as the linear layers of the model do for so many tokens, in batches as passages would be, and
/// nothing else: the part of encoding that `benches/encode.py` compares with the machine's peak. How many
/// multiplications those were; none if the weights are not packed.
pub fn multiply_only(encoder: &Encoder, tokens: usize) -> Option<usize> {
    let batch = encoder.batch_tokens();
    let batches = (0..tokens).step_by(batch).map(|first| batch.min(tokens - first));
    batches.map(|tokens| encoder.engine().multiply_only(tokens)).sum()
}
