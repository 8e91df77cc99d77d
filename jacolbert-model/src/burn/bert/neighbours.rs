//! A first layer that adds the neighbours of each token.

use std::f32::consts::PI;

use burn::tensor::{Device, Distribution, Tensor, TensorData};

use super::Bert;
use super::attention::Attention;
use super::redrawn::redrawn;

/// Length of a position vector relative to that of a word.
const POSITION_LENGTH: f32 = 0.5;

/// The attention score of the position that a head looks for. Other scores spread around 0.
const SHARPNESS: f32 = 16.0;

/// The relative positions that the heads look at, in turn.
const STEPS: [f32; 2] = [-1.0, 1.0];

impl Bert {
    /// Whether there are two heads, one for each side, with enough columns to distinguish positions.
    pub(crate) fn can_blend_neighbours(&self) -> bool {
        let columns = self.columns();
        !self.layers.is_empty() && columns.heads >= STEPS.len() && columns.of_positions() >= 2
    }

    /// Columns of each head of the first layer.
    pub(crate) fn head_widths(&self) -> Vec<usize> {
        let Columns { heads, .. } = self.columns();
        let num_heads = if self.layers.is_empty() { 0 } else { heads };
        vec![self.columns().of_positions(); num_heads]
    }

    /// See [`Colbert::blend_neighbours`](crate::Colbert::blend_neighbours).
    pub(crate) fn blend_neighbours(mut self, share: f64, device: &Device) -> Self {
        let columns = self.columns();
        let code = RotaryCode::drawn(columns.of_positions() / 2, device);
        redrawn(&mut self.embeddings.words.weight, |words| columns.words_only(words, 1));
        let words = self.embeddings.words.weight.val();
        let length = (words.square().mean() * columns.hidden as f64).sqrt() * POSITION_LENGTH;
        redrawn(&mut self.embeddings.positions.weight, |positions| {
            let [places, _] = positions.dims();
            code.table(places, columns.hidden, device) * length.unsqueeze()
        });
        self.layers[0].attention.blend_neighbours(&code, &columns, share, device);
        self
    }

    pub(crate) fn columns(&self) -> Columns {
        let [_, hidden] = self.embeddings.words.weight.lazy_shape().dims();
        Columns { hidden, heads: self.layers.first().map_or(1, |layer| layer.attention.num_heads) }
    }
}

impl Attention {
    /// Makes each head look for the rotary position code one step away and pass on a part of the word there.
    fn blend_neighbours(
        &mut self,
        code: &RotaryCode,
        columns: &Columns,
        share: f64,
        device: &Device,
    ) {
        let Columns { hidden, heads } = *columns;
        let length = (hidden as f32).sqrt() * POSITION_LENGTH / POSITION_LENGTH.hypot(1.0);
        let gain = (SHARPNESS * (columns.of_positions() as f32).sqrt()).sqrt() / length;
        let steps = STEPS.into_iter().cycle().take(heads);
        redrawn(&mut self.query.weight, |_| code.reader(steps, columns, device) * gain);
        let here = std::iter::repeat_n(0.0, heads);
        redrawn(&mut self.key.weight, |_| code.reader(here, columns, device) * gain);

        let drawn = |square: f64| {
            let normal = Distribution::Normal(0.0, square.sqrt());
            Tensor::random([hidden, hidden], normal, device)
        };
        let of_a_word = 1.0 / columns.of_words() as f64;
        redrawn(&mut self.value.weight, |_| columns.words_only(drawn(of_a_word), 0));
        let shares = columns.shares(share);
        redrawn(&mut self.output.weight, |_| {
            let lengths = Tensor::from_data(TensorData::new(shares, [hidden, 1]), device).sqrt();
            columns.words_only(drawn(1.0) * lengths, 1)
        });
    }
}

/// The columns of a hidden vector. The first ones, as many as a head has, hold the position code, the others the word.
pub(crate) struct Columns {
    hidden: usize,
    heads: usize,
}

impl Columns {
    fn of_positions(&self) -> usize {
        self.hidden / self.heads
    }

    fn of_words(&self) -> usize {
        self.hidden - self.of_positions()
    }

    /// The squared factor of each column of the heads' output, so that each side adds `share`, also where one side has
    /// one head more than the other.
    fn shares(&self, share: f64) -> Vec<f32> {
        let heads_beside =
            |head: usize| (head % STEPS.len()..self.heads).step_by(STEPS.len()).count();
        let of_head = |head| share / (heads_beside(head) * self.of_positions()) as f64;
        let columns = (0..self.hidden).map(|column| column / self.of_positions());
        columns.map(|head| of_head(head) as f32).collect()
    }

    /// `matrix` with zeros in the columns of positions along `axis`.
    pub(crate) fn words_only(&self, matrix: Tensor<2>, axis: usize) -> Tensor<2> {
        let words = matrix.clone().narrow(axis, self.of_positions(), self.of_words());
        let positions = matrix.narrow(axis, 0, self.of_positions()).zeros_like();
        Tensor::cat(vec![positions, words], axis)
    }
}

/// A rotary position code: a unit vector for each position. Each pair of its components rotates by its own angle from
/// one position to the next, so that the codes of different positions are nearly orthogonal.
struct RotaryCode {
    angles: Vec<f32>,
}

impl RotaryCode {
    fn drawn(num_pairs: usize, device: &Device) -> Self {
        let angles =
            Tensor::<1>::random([num_pairs], Distribution::Uniform(0.0, PI.into()), device);
        Self { angles: angles.into_data().iter::<f32>().collect() }
    }

    /// The codes of the first `places` positions, `[places, hidden]`, padded with 0.
    fn table(&self, places: usize, hidden: usize, device: &Device) -> Tensor<2> {
        let length = (self.angles.len() as f32).sqrt().recip();
        let code = |place| {
            let pairs = self.angles.iter().flat_map(move |angle| {
                let (sine, cosine) = (angle * place as f32).sin_cos();
                [cosine * length, sine * length]
            });
            pairs.chain(std::iter::repeat(0.0)).take(hidden)
        };
        let values: Vec<f32> = (0..places).flat_map(code).collect();
        Tensor::from_data(TensorData::new(values, [places, hidden]), device)
    }

    /// The matrix `[hidden, hidden]` that turns the code in a hidden vector by each head's step.
    fn reader(
        &self,
        steps: impl Iterator<Item = f32>,
        columns: &Columns,
        device: &Device,
    ) -> Tensor<2> {
        let hidden = columns.hidden;
        let mut values = vec![0.0; hidden * hidden];
        for (head, step) in steps.enumerate() {
            for (pair, angle) in self.angles.iter().enumerate() {
                let (sine, cosine) = (angle * step).sin_cos();
                let row = 2 * pair;
                let column = head * columns.of_positions() + row;
                values[row * hidden + column..][..2].copy_from_slice(&[cosine, sine]);
                values[(row + 1) * hidden + column..][..2].copy_from_slice(&[-sine, cosine]);
            }
        }
        Tensor::from_data(TensorData::new(values, [hidden, hidden]), device)
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use burn::nn::Linear;

    use super::*;
    use crate::{BertConfig, FreshWeights};

    const PLACES: usize = 300;

    fn bert(hidden_size: usize, num_attention_heads: usize, share: f64) -> Bert {
        let config = BertConfig {
            hidden_size,
            num_attention_heads,
            vocab_size: 50,
            num_hidden_layers: 2,
            intermediate_size: 8,
            max_position_embeddings: PLACES,
            ..BertConfig::default()
        };
        let device = Device::flex();
        config.init(FreshWeights::LEXICAL, &device).blend_neighbours(share, &device)
    }

    fn values(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    /// The output of `linear` for the positions alone, `[PLACES, hidden]`.
    fn read(bert: &Bert, linear: &Linear) -> Vec<Vec<f32>> {
        let positions = bert.embeddings.positions.weight.val();
        let [_, hidden] = positions.dims();
        let length = positions.clone().square().sum_dim(1).mean().sqrt();
        let in_a_layer = (hidden as f32).sqrt() * POSITION_LENGTH / POSITION_LENGTH.hypot(1.0);
        let positions = positions / length.unsqueeze() * in_a_layer;
        values(positions.matmul(linear.weight.val())).chunks(hidden).map(Vec::from).collect()
    }

    #[test]
    fn each_head_looks_one_place_before_or_behind_its_own() {
        [64, 32].into_iter().for_each(heads_look_beside);
    }

    fn heads_look_beside(width: usize) {
        let bert = bert(4 * width, 4, 0.25);
        let attention = &bert.layers[0].attention;
        let queries = read(&bert, &attention.query);
        let keys = read(&bert, &attention.key);
        for head in 0..4 {
            let part = head * width..(head + 1) * width;
            for (place, query) in queries.iter().enumerate().take(PLACES - 1).skip(1) {
                let score = |key: &Vec<f32>| -> f32 {
                    let query = &query[part.clone()];
                    let key = &key[part.clone()];
                    query.iter().zip(key).map(|(q, k)| q * k).sum::<f32>() / (width as f32).sqrt()
                };
                let scores: Vec<f32> = keys.iter().map(score).collect();
                let sought = if head % 2 == 0 { place - 1 } else { place + 1 };
                assert!((scores[sought] - SHARPNESS).abs() < 0.01, "{}", scores[sought]);
                let seen = scores.iter().map(|score| score.exp()).sum::<f32>();
                let share = scores[sought].exp() / seen;
                assert!(share > 0.9, "head {head}, place {place}: {share}");
            }
        }
    }

    #[test]
    fn words_and_what_heads_hand_on_leave_the_positions_alone() {
        let bert = bert(24, 3, 0.25);
        let columns = bert.columns();
        let attention = &bert.layers[0].attention;
        let front =
            |tensor: Tensor<2>, axis| values(tensor.narrow(axis, 0, columns.of_positions()));
        for (tensor, axis) in [
            (bert.embeddings.words.weight.val(), 1),
            (attention.value.weight.val(), 0),
            (attention.output.weight.val(), 1),
        ] {
            assert!(front(tensor, axis).into_iter().all(|value| value == 0.0));
        }
        let positions = bert.embeddings.positions.weight.val();
        let behind = positions.narrow(1, columns.of_positions(), columns.of_words());
        assert!(values(behind).into_iter().all(|value| value == 0.0));
    }

    #[test]
    fn each_side_hands_on_the_share_that_was_asked_for() {
        for heads in [4, 3] {
            let bert = bert(heads * 64, heads, 0.25);
            let attention = &bert.layers[0].attention;
            let words = bert.embeddings.words.weight.val();
            let value = words.clone().matmul(attention.value.weight.val());
            for side in 0..2 {
                let of_side = |matrix: Tensor<2>, axis| {
                    let looking = (side..heads).step_by(2);
                    let parts = looking.map(|head| matrix.clone().narrow(axis, head * 64, 64));
                    Tensor::cat(parts.collect(), axis)
                };
                let output = attention.output.weight.val();
                let added = of_side(value.clone(), 1).matmul(of_side(output, 0));
                let square =
                    |tensor: Tensor<2>| f64::from(tensor.square().mean().into_scalar::<f32>());
                let share = square(added) / square(words.clone());
                assert!((share / 0.25 - 1.0).abs() < 0.15, "{heads} heads, side {side}: {share}");
            }
        }
    }
}
