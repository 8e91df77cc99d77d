//! The gradient of a batch's loss, in one graph or chunk by chunk.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use jacolbert_model::{Colbert, Encoding, TokenEmbeddings, maxsim_all, maxsim_n_way};

use crate::by_length::ByLength;
use crate::data::{Spared, TrainingBatch};
use crate::loss::{BatchScores, Loss};
use crate::random::derive_seed;
use crate::{Chunking, Error, parameters};

/// The first stream of a batch's seed for passages; queries begin at 0.
const PASSAGES: u64 = 1 << 32;

/// A loss and its gradient with respect to the trained parameters.
pub(crate) struct BatchGradient {
    pub(crate) loss: f32,
    /// One `[len]` per parameter, in the order of [`parameters`], without autodiff.
    pub(crate) tensors: Vec<Tensor<1>>,
}

impl BatchGradient {
    /// Computes the gradient of `loss` over `batch` for `model`; dropout draws from `seed`.
    pub(crate) fn compute(
        model: &Colbert,
        batch: &TrainingBatch,
        loss: &Loss,
        chunking: Chunking,
        seed: u64,
    ) -> Result<Self, Error> {
        match chunking {
            Chunking::Whole => in_one_graph(model, batch, loss, usize::MAX, seed),
            Chunking::ByLength { texts } => in_one_graph(model, batch, loss, texts, seed),
            Chunking::GradCache { texts } => by_grad_cache(model, batch, loss, texts, seed),
        }
    }

    /// The sum of both gradients and losses.
    pub(crate) fn add(self, other: Self) -> Self {
        let loss = self.loss + other.loss;
        Self { loss, tensors: add_tensors(self.tensors, other.tensors) }
    }

    /// The mean of a sum of `n`.
    pub(crate) fn divide(self, n: usize) -> Self {
        if n == 1 {
            return self;
        }
        let loss = self.loss / n as f32;
        Self { loss, ..self.scale(1.0 / n as f64) }
    }

    /// Scales the gradient down to the norm `max_norm`, if its norm `norm` is larger, like PyTorch's
    /// `clip_grad_norm_`.
    pub(crate) fn clip(self, norm: f32, max_norm: Option<f64>) -> Self {
        const EPSILON: f64 = 1e-6;
        let factor = max_norm.map(|max_norm| max_norm / (f64::from(norm) + EPSILON));
        match factor.filter(|&factor| factor < 1.0) {
            Some(factor) => self.scale(factor),
            None => self,
        }
    }

    fn scale(self, factor: f64) -> Self {
        let tensors = self.tensors.into_iter().map(|tensor| tensor.mul_scalar(factor)).collect();
        Self { tensors, ..self }
    }

    /// The norm of the gradient as one vector, `√ Σ g²`.
    pub(crate) fn norm(&self) -> Result<f32, Error> {
        let squares = self.tensors.iter().map(|tensor| tensor.clone().square().sum()).collect();
        Tensor::cat(squares, 0).sum().sqrt().try_into_scalar().map_err(Error::device)
    }
}

/// Computes loss and gradient in one graph, whose memory grows with the batch. At most `texts` texts go
/// through the model together.
fn in_one_graph(
    model: &Colbert,
    batch: &TrainingBatch,
    loss: &Loss,
    texts: usize,
    seed: u64,
) -> Result<BatchGradient, Error> {
    let embed = |encodings: &[Encoding], seed| {
        let by_length = ByLength::new(encodings, texts);
        let chunks = by_length.chunks(seed).map(|chunk| chunk.embed(model));
        by_length.restore_order(concatenate(chunks))
    };
    let queries = embed(&batch.queries, seed);
    let passages = embed(&batch.passages, derive_seed(seed, PASSAGES));
    let loss = batch_loss(loss, &queries, &passages, batch)?;
    let gradients = loss.backward();
    let loss = loss.try_into_scalar().map_err(Error::device)?;
    Ok(BatchGradient { loss, tensors: parameters::gradients(model, gradients) })
}

/// Computes loss and gradient by GradCache (Gao et al., 2021): first the embeddings without a graph, then
/// the loss's gradient with respect to the embeddings, then each chunk again with the same random
/// numbers, and from its part of that gradient the gradient of the parameters.
///
/// `dL/dθ = Σ over chunks c of d(E_c(θ) · G_c)/dθ`, with `G = dL/dE` held constant.
fn by_grad_cache(
    model: &Colbert,
    batch: &TrainingBatch,
    loss: &Loss,
    texts: usize,
    seed: u64,
) -> Result<BatchGradient, Error> {
    let queries_by_length = ByLength::new(&batch.queries, texts);
    let passages_by_length = ByLength::new(&batch.passages, texts);
    let query_chunks = || queries_by_length.chunks(seed);
    let passage_chunks = || passages_by_length.chunks(derive_seed(seed, PASSAGES));
    // It records nothing, but still drops out.
    let constant = model.clone().no_grad();
    let queries = as_leaf(concatenate(query_chunks().map(|chunk| chunk.embed(&constant))));
    let passages = as_leaf(concatenate(passage_chunks().map(|chunk| chunk.embed(&constant))));

    let queries_in_order = queries_by_length.restore_order(queries.clone());
    let passages_in_order = passages_by_length.restore_order(passages.clone());
    let loss = batch_loss(loss, &queries_in_order, &passages_in_order, batch)?;
    let gradients = loss.backward();
    let gradient_at = |embeddings: &TokenEmbeddings| match embeddings.tensor.grad(&gradients) {
        Some(gradient) => gradient,
        None => embeddings.tensor.clone().without_autodiff().zeros_like(),
    };
    let at_queries = gradient_at(&queries);
    let at_passages = gradient_at(&passages);

    let by_queries = query_chunks().map(|chunk| chunk.gradients(model, &at_queries));
    let by_passages = passage_chunks().map(|chunk| chunk.gradients(model, &at_passages));
    let tensors = by_queries.chain(by_passages).reduce(add_tensors).unwrap_or_default();
    let loss = loss.try_into_scalar().map_err(Error::device)?;
    Ok(BatchGradient { loss, tensors })
}

/// The embeddings as a leaf of a graph, which keeps its gradient.
fn as_leaf(embeddings: TokenEmbeddings) -> TokenEmbeddings {
    TokenEmbeddings { tensor: embeddings.tensor.detach().require_grad(), keep: embeddings.keep }
}

/// Concatenates the embeddings of chunks.
pub(crate) fn concatenate(chunks: impl Iterator<Item = TokenEmbeddings>) -> TokenEmbeddings {
    let (tensors, keeps) = chunks.map(|chunk| (chunk.tensor, chunk.keep)).unzip();
    TokenEmbeddings { tensor: Tensor::cat(tensors, 0), keep: Tensor::cat(keeps, 0) }
}

/// Computes the loss, `[1]`, of queries `[B, tokens, dim]` and their passages `[B * nway, tokens, dim]`.
pub(crate) fn batch_loss(
    loss: &Loss,
    queries: &TokenEmbeddings,
    passages: &TokenEmbeddings,
    batch: &TrainingBatch,
) -> Result<Tensor<1>, Error> {
    let scores = match loss.in_batch {
        Some(_) => BatchScores::all(exclude(maxsim_all(queries, passages), &batch.spared))?,
        None => BatchScores::own(maxsim_n_way(queries, passages))?,
    };
    if batch.teacher.is_empty() {
        return loss.compute(scores);
    }
    let [n_queries, ..] = queries.tensor.dims();
    let shape = [n_queries, batch.teacher.len() / n_queries];
    let device = queries.tensor.device();
    let teacher = Tensor::from_data(TensorData::new(batch.teacher.clone(), shape), &device);
    loss.compute(scores.with_teacher(teacher)?)
}

/// Summand of an excluded score: no score is as large, so that a softmax gives 0.
const EXCLUSION: f32 = -1e4;

/// Excludes the pairs `spared` from a softmax over `scores`, `[B, B * nway]`.
fn exclude(scores: Tensor<2>, spared: &[Spared]) -> Tensor<2> {
    if spared.is_empty() {
        return scores;
    }
    let shape @ [_, columns] = scores.dims();
    let mut penalties = vec![0.0; shape.iter().product()];
    spared.iter().for_each(|pair| penalties[pair.query * columns + pair.passage] = EXCLUSION);
    let data = TensorData::new(penalties, shape);
    let device = scores.device();
    scores + Tensor::from_data(data, &device)
}

fn add_tensors(left: Vec<Tensor<1>>, right: Vec<Tensor<1>>) -> Vec<Tensor<1>> {
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
    use crate::random::{Random, with_seed};

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
        with_seed(&device, 5, || {
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
        let queries = encodings(B, &mut random);
        let passages = encodings(B * N_WAY, &mut random);
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
    fn gradient_by_chunks_is_the_gradient_in_one_graph() -> Result<(), Error> {
        let model = model(0.0);
        let batch = batch();
        for loss in losses() {
            let whole = |seed| BatchGradient::compute(&model, &batch, &loss, Chunking::Whole, seed);
            let in_turn = [1, 2, 3, 100].into_iter();
            let by = in_turn
                .flat_map(|texts| [Chunking::ByLength { texts }, Chunking::GradCache { texts }]);
            for chunking in by {
                let found = BatchGradient::compute(&model, &batch, &loss, chunking, 3)?;
                assert_same(found, whole(4)?, &format!("{loss:?}, {chunking:?}"))?;
            }
        }
        Ok(())
    }

    #[test]
    fn second_pass_over_a_chunk_drops_what_the_first_dropped() -> Result<(), Error> {
        let model = model(0.3);
        let batch = batch();
        for loss in losses() {
            for texts in [1, 2, 3, 100] {
                let whole = in_one_graph(&model, &batch, &loss, texts, 3)?;
                let cached = by_grad_cache(&model, &batch, &loss, texts, 3)?;
                assert_same(cached, whole, &format!("{loss:?} by {texts}"))?;
            }
        }
        Ok(())
    }

    #[test]
    fn a_spared_passage_counts_as_if_it_were_not_there() -> Result<(), Error> {
        let scores = |rows: [[f32; 4]; 2]| Tensor::<2>::from_floats(rows, &Device::flex());
        let loss = |scores| Loss::default().compute(BatchScores::all(scores)?);
        let number = |loss: Tensor<1>| loss.try_into_scalar::<f32>().map_err(Error::device);
        let rows = [[20.0, 17.0, 21.0, 11.0], [8.0, 10.0, 21.0, 19.0]];
        let found = loss(exclude(scores(rows), &[Spared { query: 0, passage: 2 }]))?;
        // Without its column the first query's candidates are 20 and 11.
        let expected = [
            (17f64 - 20.0).exp().ln_1p(),
            (11f64 - 20.0).exp().ln_1p(),
            (19f64 - 21.0).exp().ln_1p(),
            ((8f64 - 21.0).exp() + (10f64 - 21.0).exp()).ln_1p(),
        ];
        let expected = expected.iter().sum::<f64>() / 2.0;
        assert!((f64::from(number(found)?) - expected).abs() < 1e-6);
        assert_eq!(number(loss(exclude(scores(rows), &[]))?)?, number(loss(scores(rows))?)?);
        Ok(())
    }

    #[test]
    fn first_pass_over_a_chunk_records_nothing() -> Result<(), Error> {
        let model = model(0.3);
        let batch = batch();
        let constant = model.clone().no_grad();
        for chunk in Chunk::split(&batch.passages, 3, 7) {
            let first = chunk.embed(&constant).tensor;
            let second = chunk.embed(&model).tensor;
            assert!(!first.is_tracked() && second.is_tracked());
            let same = first.without_autodiff().equal(second.without_autodiff());
            assert!(same.all().try_into_scalar::<bool>().map_err(Error::device)?);
        }
        Ok(())
    }

    #[test]
    fn every_chunk_drops_by_a_seed_of_its_own() {
        let model = model(0.3);
        let batch = batch();
        let twice = vec![batch.passages[0].clone(); 2];
        let chunks = Chunk::split(&twice, 1, 7).map(|chunk| chunk.embed(&model).tensor.into_data());
        let chunks: Vec<TensorData> = chunks.collect();
        assert_ne!(chunks[0], chunks[1]);
    }

    #[test]
    fn dropout_follows_from_the_seed() -> Result<(), Error> {
        let model = model(0.3);
        let batch = batch();
        let loss = |seed| {
            let gradient =
                BatchGradient::compute(&model, &batch, &Loss::default(), Chunking::Whole, seed)?;
            Ok::<_, Error>(gradient.loss.to_bits())
        };
        assert_eq!(loss(1)?, loss(1)?);
        assert_ne!(loss(1)?, loss(2)?);
        Ok(())
    }

    #[test]
    fn a_clipped_gradient_has_the_length_asked_for_and_a_short_one_stays() -> Result<(), Error> {
        let gradient =
            || BatchGradient::compute(&model(0.0), &batch(), &Loss::default(), Chunking::Whole, 0);
        let norm = gradient()?.norm()?;
        let clipped = gradient()?.clip(norm, Some(f64::from(norm) / 4.0)).norm()?;
        assert!((clipped - norm / 4.0).abs() <= 1e-4 * norm);
        for max_norm in [None, Some(f64::from(norm) * 1.01)] {
            assert_eq!(gradient()?.clip(norm, max_norm).norm()?, norm);
        }
        Ok(())
    }
}
