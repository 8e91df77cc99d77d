//! The gradient of a batch's loss, at once or chunk by chunk.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use jacolbert_model::{Colbert, Encoding, TokenEmbeddings, maxsim_all, maxsim_n_way};

use crate::by_length::ByLength;
use crate::data::{Spared, TrainingBatch};
use crate::loss::{BatchScores, Loss};
use crate::random::derived;
use crate::{Chunking, Error, parameters};

/// The stream of a batch's seed from which passages are numbered; queries begin at 0.
const PASSAGES: u64 = 1 << 32;

/// A loss and its gradient with respect to the trained parameters.
pub(crate) struct BatchGradient {
    pub(crate) loss: f32,
    /// One `[len]` a parameter, in the order of [`parameters`], without autodiff.
    pub(crate) tensors: Vec<Tensor<1>>,
}

impl BatchGradient {
    /// Of `loss` over `batch` for `model`, whose dropout draws from `seed`.
    pub(crate) fn of(
        model: &Colbert,
        batch: &TrainingBatch,
        loss: &Loss,
        chunking: Chunking,
        seed: u64,
    ) -> Result<Self, Error> {
        match chunking {
            Chunking::Whole => at_once(model, batch, loss, usize::MAX, seed),
            Chunking::ByLength { texts } => at_once(model, batch, loss, texts, seed),
            Chunking::GradCache { texts } => chunk_by_chunk(model, batch, loss, texts, seed),
        }
    }

    /// The sum of both.
    pub(crate) fn plus(self, other: Self) -> Self {
        let loss = self.loss + other.loss;
        Self { loss, tensors: summed(self.tensors, other.tensors) }
    }

    /// The mean of `n` that were summed.
    pub(crate) fn divided(self, n: usize) -> Self {
        if n == 1 {
            return self;
        }
        let loss = self.loss / n as f32;
        Self { loss, ..self.scaled(1.0 / n as f64) }
    }

    /// The same, shortened to `max_norm` if there is one and its length `norm` is more, as PyTorch's
    /// `clip_grad_norm_` does it.
    pub(crate) fn clipped(self, norm: f32, max_norm: Option<f64>) -> Self {
        const EPSILON: f64 = 1e-6;
        let factor = max_norm.map(|max_norm| max_norm / (f64::from(norm) + EPSILON));
        match factor.filter(|&factor| factor < 1.0) {
            Some(factor) => self.scaled(factor),
            None => self,
        }
    }

    fn scaled(self, factor: f64) -> Self {
        let tensors = self.tensors.into_iter().map(|tensor| tensor.mul_scalar(factor)).collect();
        Self { tensors, ..self }
    }

    /// The length of the gradient as one vector, `√ Σ g²`.
    pub(crate) fn norm(&self) -> Result<f32, Error> {
        let squares = self.tensors.iter().map(|tensor| tensor.clone().square().sum()).collect();
        Tensor::cat(squares, 0).sum().sqrt().try_into_scalar().map_err(Error::device)
    }
}

/// Loss and gradient in one graph, whose memory grows with the batch; at most `texts` go through the
/// model together.
fn at_once(
    model: &Colbert,
    batch: &TrainingBatch,
    loss: &Loss,
    texts: usize,
    seed: u64,
) -> Result<BatchGradient, Error> {
    let embedded = |encodings: &[Encoding], seed| {
        let texts = ByLength::new(encodings, texts);
        texts.restored(joined(texts.chunks(seed).map(|chunk| chunk.embed(model))))
    };
    let queries = embedded(&batch.queries, seed);
    let passages = embedded(&batch.passages, derived(seed, PASSAGES));
    let loss = loss_of(loss, &queries, &passages, batch)?;
    let gradients = loss.backward();
    let loss = loss.try_into_scalar().map_err(Error::device)?;
    Ok(BatchGradient { loss, tensors: parameters::gradients(model, gradients) })
}

/// GradCache (Gao et al., 2021): embeddings first, without keeping how they came about; then the
/// loss's gradient at the embeddings; then each chunk once more under the same random numbers, and
/// from its share of that gradient to the parameters.
///
/// `dL/dθ = Σ over chunks c of d(E_c(θ) · G_c)/dθ`, with `G = dL/dE` held constant.
fn chunk_by_chunk(
    model: &Colbert,
    batch: &TrainingBatch,
    loss: &Loss,
    texts: usize,
    seed: u64,
) -> Result<BatchGradient, Error> {
    let queries_by_length = ByLength::new(&batch.queries, texts);
    let passages_by_length = ByLength::new(&batch.passages, texts);
    let of_queries = || queries_by_length.chunks(seed);
    let of_passages = || passages_by_length.chunks(derived(seed, PASSAGES));
    // Nothing is recorded when it runs, and dropout goes on.
    let constant = model.clone().no_grad();
    let queries = leaf(joined(of_queries().map(|chunk| chunk.embed(&constant))));
    let passages = leaf(joined(of_passages().map(|chunk| chunk.embed(&constant))));

    let queries_in_order = queries_by_length.restored(queries.clone());
    let passages_in_order = passages_by_length.restored(passages.clone());
    let loss = loss_of(loss, &queries_in_order, &passages_in_order, batch)?;
    let gradients = loss.backward();
    let gradient_at = |embeddings: &TokenEmbeddings| match embeddings.tensor.grad(&gradients) {
        Some(gradient) => gradient,
        None => embeddings.tensor.clone().without_autodiff().zeros_like(),
    };
    let (at_queries, at_passages) = (gradient_at(&queries), gradient_at(&passages));

    let queries = of_queries().map(|chunk| chunk.gradients(model, &at_queries));
    let passages = of_passages().map(|chunk| chunk.gradients(model, &at_passages));
    let tensors = queries.chain(passages).reduce(summed).unwrap_or_default();
    let loss = loss.try_into_scalar().map_err(Error::device)?;
    Ok(BatchGradient { loss, tensors })
}

/// The same as a leaf of a graph, which keeps its gradient.
fn leaf(embeddings: TokenEmbeddings) -> TokenEmbeddings {
    TokenEmbeddings { tensor: embeddings.tensor.detach().require_grad(), keep: embeddings.keep }
}

pub(crate) fn joined(chunks: impl Iterator<Item = TokenEmbeddings>) -> TokenEmbeddings {
    let (tensors, keeps) = chunks.map(|chunk| (chunk.tensor, chunk.keep)).unzip();
    TokenEmbeddings { tensor: Tensor::cat(tensors, 0), keep: Tensor::cat(keeps, 0) }
}

/// The loss, `[1]`, of queries `[B, tokens, dim]` and their passages `[B * nway, tokens, dim]`.
pub(crate) fn loss_of(
    loss: &Loss,
    queries: &TokenEmbeddings,
    passages: &TokenEmbeddings,
    batch: &TrainingBatch,
) -> Result<Tensor<1>, Error> {
    let scores = match loss.in_batch {
        Some(_) => BatchScores::all(sparing(maxsim_all(queries, passages), &batch.spared))?,
        None => BatchScores::own(maxsim_n_way(queries, passages))?,
    };
    if batch.teacher.is_empty() {
        return loss.of(scores);
    }
    let [n_queries, ..] = queries.tensor.dims();
    let shape = [n_queries, batch.teacher.len() / n_queries];
    let device = queries.tensor.device();
    let teacher = Tensor::from_data(TensorData::new(batch.teacher.clone(), shape), &device);
    loss.of(scores.with_teacher(teacher)?)
}

/// Added to a score that is not to count: no score is as high, and `exp` of it is 0.
const OUT_OF_REACH: f32 = -1e4;

/// `scores`, `[B, B * nway]`, with those of `spared` out of the reach of a softmax.
fn sparing(scores: Tensor<2>, spared: &[Spared]) -> Tensor<2> {
    if spared.is_empty() {
        return scores;
    }
    let shape @ [_, columns] = scores.dims();
    let mut penalties = vec![0.0; shape.iter().product()];
    spared.iter().for_each(|pair| penalties[pair.query * columns + pair.passage] = OUT_OF_REACH);
    let penalties = Tensor::<2>::from_data(TensorData::new(penalties, shape), &scores.device());
    scores + penalties
}

fn summed(left: Vec<Tensor<1>>, right: Vec<Tensor<1>>) -> Vec<Tensor<1>> {
    left.into_iter().zip(right).map(|(left, right)| left + right).collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use jacolbert_model::{Activation, BertConfig};

    use super::*;
    use crate::chunk::Chunk;
    use crate::loss::{NWayTerm, Normalisation};
    use crate::parameters::numbers;
    use crate::random::{Random, seeded};

    const B: usize = 5;
    const N_WAY: usize = 2;

    fn model(dropout: f64) -> Colbert {
        let config = BertConfig {
            vocab_size: 40,
            hidden_size: 16,
            num_hidden_layers: 2,
            num_attention_heads: 2,
            intermediate_size: 24,
            hidden_act: Activation::Gelu,
            max_position_embeddings: 16,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            hidden_dropout_prob: dropout,
            attention_probs_dropout_prob: dropout,
            initializer_range: 0.2,
        };
        let device = Device::flex();
        seeded(&device, 5, || {
            let model = Colbert::new(&config, 8, &device).train();
            parameters::values(&model);
            model
        })
    }

    /// Texts of 4 to 9 tokens.
    fn encodings(n: usize, random: &mut Random) -> Vec<Encoding> {
        let mut text = || {
            let ids: Vec<u32> = (0..4 + random.below(6)).map(|_| random.below(40) as u32).collect();
            let keep: Vec<bool> =
                (0..ids.len()).map(|token| token == 0 || random.below(4) > 0).collect();
            Encoding { attention: vec![true; ids.len()], keep, ids, tokens_cut: 0 }
        };
        (0..n).map(|_| text()).collect()
    }

    fn batch() -> TrainingBatch {
        let mut random = Random::new(1);
        let (queries, passages) = (encodings(B, &mut random), encodings(B * N_WAY, &mut random));
        let teacher = (0..B * N_WAY).map(|_| random.below(9) as f32).collect();
        // The fourth query's positive answers the first one too.
        let spared = vec![Spared { query: 0, passage: 3 * N_WAY }];
        TrainingBatch { sources: Vec::new(), queries, passages, teacher, spared }
    }

    fn assert_same(left: BatchGradient, right: BatchGradient, of: &str) -> Result<(), Error> {
        assert!((left.loss - right.loss).abs() <= 1e-5 * right.loss.abs(), "{of}");
        let norm = right.norm()?;
        assert!(norm > 1e-2, "{of}: a gradient of {norm} says nothing");
        for (left, right) in left.tensors.into_iter().zip(right.tensors) {
            for (left, right) in numbers(left)?.into_iter().zip(numbers(right)?) {
                assert!((left - right).abs() <= 1e-5 * norm, "{of}: {left}, not {right}");
            }
        }
        Ok(())
    }

    fn losses() -> [Loss; 3] {
        let n_way = Some(NWayTerm::Distillation(Normalisation::None));
        [
            Loss::default(),
            Loss { in_batch: None, ..Loss::default() },
            Loss { n_way, in_batch: None },
        ]
    }

    #[test]
    fn gradient_by_chunks_is_the_gradient_at_once() -> Result<(), Error> {
        let (model, batch) = (model(0.0), batch());
        for loss in losses() {
            let whole = |seed| BatchGradient::of(&model, &batch, &loss, Chunking::Whole, seed);
            let in_turn = [1, 2, 3, 100].into_iter();
            let by = in_turn
                .flat_map(|texts| [Chunking::ByLength { texts }, Chunking::GradCache { texts }]);
            for chunking in by {
                let found = BatchGradient::of(&model, &batch, &loss, chunking, 3)?;
                assert_same(found, whole(4)?, &format!("{loss:?}, {chunking:?}"))?;
            }
        }
        Ok(())
    }

    #[test]
    fn second_pass_over_a_chunk_drops_what_the_first_dropped() -> Result<(), Error> {
        let (model, batch) = (model(0.3), batch());
        for loss in losses() {
            for texts in [1, 2, 3, 100] {
                let whole = at_once(&model, &batch, &loss, texts, 3)?;
                let cached = chunk_by_chunk(&model, &batch, &loss, texts, 3)?;
                assert_same(cached, whole, &format!("{loss:?} by {texts}"))?;
            }
        }
        Ok(())
    }

    #[test]
    fn a_spared_passage_counts_as_if_it_were_not_there() -> Result<(), Error> {
        let scores = |rows: [[f32; 4]; 2]| Tensor::<2>::from_floats(rows, &Device::flex());
        let loss = |scores| Loss::default().of(BatchScores::all(scores)?);
        let number = |loss: Tensor<1>| loss.try_into_scalar::<f32>().map_err(Error::device);
        let rows = [[20.0, 17.0, 21.0, 11.0], [8.0, 10.0, 21.0, 19.0]];
        let found = loss(sparing(scores(rows), &[Spared { query: 0, passage: 2 }]))?;
        // Without its column the first query's candidates are 20 and 11.
        let expected = [
            (17f64 - 20.0).exp().ln_1p(),
            (11f64 - 20.0).exp().ln_1p(),
            (19f64 - 21.0).exp().ln_1p(),
            ((8f64 - 21.0).exp() + (10f64 - 21.0).exp()).ln_1p(),
        ];
        let expected = expected.iter().sum::<f64>() / 2.0;
        assert!((f64::from(number(found)?) - expected).abs() < 1e-6);
        assert_eq!(number(loss(sparing(scores(rows), &[]))?)?, number(loss(scores(rows))?)?);
        Ok(())
    }

    #[test]
    fn first_pass_over_a_chunk_records_nothing() -> Result<(), Error> {
        let (model, batch) = (model(0.3), batch());
        let constant = model.clone().no_grad();
        for chunk in Chunk::all(&batch.passages, 3, 7) {
            let (first, second) = (chunk.embed(&constant).tensor, chunk.embed(&model).tensor);
            assert!(!first.is_tracked() && second.is_tracked());
            let same = first.without_autodiff().equal(second.without_autodiff());
            assert!(same.all().try_into_scalar::<bool>().map_err(Error::device)?);
        }
        Ok(())
    }

    #[test]
    fn every_chunk_drops_by_a_seed_of_its_own() {
        let (model, batch) = (model(0.3), batch());
        let twice = vec![batch.passages[0].clone(); 2];
        let chunks = Chunk::all(&twice, 1, 7).map(|chunk| chunk.embed(&model).tensor.into_data());
        let chunks: Vec<TensorData> = chunks.collect();
        assert_ne!(chunks[0], chunks[1]);
    }

    #[test]
    fn dropout_follows_from_the_seed() -> Result<(), Error> {
        let (model, batch) = (model(0.3), batch());
        let loss = |seed| {
            let gradient =
                BatchGradient::of(&model, &batch, &Loss::default(), Chunking::Whole, seed)?;
            Ok::<_, Error>(gradient.loss.to_bits())
        };
        assert_eq!(loss(1)?, loss(1)?);
        assert_ne!(loss(1)?, loss(2)?);
        Ok(())
    }

    #[test]
    fn a_clipped_gradient_has_the_length_asked_for_and_a_short_one_stays() -> Result<(), Error> {
        let gradient =
            || BatchGradient::of(&model(0.0), &batch(), &Loss::default(), Chunking::Whole, 0);
        let norm = gradient()?.norm()?;
        let clipped = gradient()?.clipped(norm, Some(f64::from(norm) / 4.0)).norm()?;
        assert!((clipped - norm / 4.0).abs() <= 1e-4 * norm);
        for max_norm in [None, Some(f64::from(norm) * 1.01)] {
            assert_eq!(gradient()?.clipped(norm, max_norm).norm()?, norm);
        }
        Ok(())
    }
}
