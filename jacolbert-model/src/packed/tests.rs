//! The packed model against the module, and against itself in other company.

use burn::module::{ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::*;
use crate::engine::{CpuEngine, Engine};
use crate::{Activation, FreshWeights};

/// Largest difference of a component of an embedding.
const WITHIN: f32 = 1e-5;

const TOKENS: usize = 50;

/// A shape with odd sizes everywhere.
fn shape() -> BertConfig {
    BertConfig {
        vocab_size: TOKENS,
        hidden_size: 21,
        num_hidden_layers: 2,
        num_attention_heads: 3,
        intermediate_size: 37,
        initializer_range: 0.2,
        ..Default::default()
    }
}

/// Draws weights of its own, the same in every run, and biases and norms other than a fresh model's.
struct Drawn {
    state: u32,
}

impl Drawn {
    /// From -0.5 to 0.5.
    fn next(&mut self) -> f32 {
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.state >> 8) as f32 / (1 << 24) as f32 - 0.5
    }
}

impl ModuleMapper for Drawn {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|fresh| {
            let dims = fresh.dims();
            let drawn = (0..dims.iter().product()).map(|_| 0.7 * self.next()).collect::<Vec<_>>();
            let drawn = Tensor::from_data(TensorData::new(drawn, dims), &fresh.device());
            let begin = if D == 1 { fresh.detach() } else { fresh.zeros_like() };
            begin + drawn
        })
    }
}

fn module(config: &BertConfig, dim: usize) -> Colbert {
    use burn::module::Module;
    let colbert = Colbert::drawn(config, dim, FreshWeights::BERT, &Device::flex());
    colbert.map(&mut Drawn { state: 1 })
}

#[test]
fn multiplying_only_applies_every_weight_of_the_layers_to_every_token() {
    let config = shape();
    let (hidden, inner) = (config.hidden_size, config.intermediate_size);
    let weights = config.num_hidden_layers * (4 * hidden * hidden + 2 * hidden * inner);
    for packing in [Packing::F32, Packing::Bf16, Packing::Int8] {
        let packed = packed_in(&config, &module(&config, 5), packing);
        for tokens in [0, 1, 40, 300] {
            assert_eq!(packed.multiply_only(tokens), tokens * weights, "{packing:?}");
        }
    }
}

fn packed(config: &BertConfig, colbert: &Colbert) -> PackedColbert {
    packed_in(config, colbert, Packing::F32)
}

fn packed_in(config: &BertConfig, colbert: &Colbert, packing: Packing) -> PackedColbert {
    PackedColbert::new(config, colbert.clone(), packing).expect("weights on the CPU")
}

/// A text of some tokens, of which all are seen and kept.
fn text(num_tokens: usize) -> Encoding {
    let ids = (0..num_tokens).map(|n| (n * 7 + num_tokens) % TOKENS);
    Encoding {
        ids: ids.map(|id| id as u32).collect(),
        attention: vec![true; num_tokens],
        keep: vec![true; num_tokens],
        tokens_cut: 0,
    }
}

/// The same with every `n`th token out of sight, and another dropped.
fn masked(num_tokens: usize, n: usize) -> Encoding {
    let mut text = text(num_tokens);
    text.attention.iter_mut().skip(2).step_by(n).for_each(|seen| *seen = false);
    text.keep.iter_mut().skip(1).step_by(n).for_each(|keep| *keep = false);
    text
}

fn check(config: &BertConfig, dim: usize, texts: &[Encoding]) {
    let colbert = module(config, dim);
    let packed = packed(config, &colbert);
    let module = Engine::new(config, colbert, CpuEngine::Module).expect("the module as it is");
    for texts in texts.chunks(8) {
        let texts: Vec<&Encoding> = texts.iter().collect();
        let (found, expected) = (packed.forward(&texts), module.embed(&texts).expect("on flex"));
        for ((text, found), expected) in texts.iter().zip(&found).zip(&expected) {
            assert_eq!(found.len(), expected.len());
            let mut apart = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
            let is_near = apart.all(|apart| apart <= WITHIN);
            assert!(is_near, "{config:?}, {} tokens: {found:?}", text.ids.len());
        }
    }
}

#[test]
fn texts_of_every_length_are_as_the_module_has_them() {
    let config = BertConfig { num_hidden_layers: 1, ..shape() };
    check(&config, 5, &(1..=512).map(text).collect::<Vec<_>>());
}

#[test]
fn models_of_every_shape_are_as_the_module_has_them() {
    let texts: Vec<Encoding> = [1, 2, 15, 16, 17, 31, 49, 97].map(text).into();
    for (hidden, heads) in [(1, 1), (2, 1), (15, 5), (16, 2), (17, 1), (48, 4), (64, 2), (130, 2)] {
        // Rows of 1,024 values lie further apart.
        for (inner, dim, layers) in
            [(1_024, 1, 1), (1, 1, 1), (16, 16, 2), (33, 17, 3), (270, 128, 1)]
        {
            let config = BertConfig {
                hidden_size: hidden,
                num_attention_heads: heads,
                intermediate_size: inner,
                num_hidden_layers: layers,
                // Of one or two values a norm without it is all signs, and a rounding turns them.
                layer_norm_eps: if hidden < 3 { 0.1 } else { 1e-12 },
                ..shape()
            };
            check(&config, dim, &texts);
        }
    }
}

#[test]
fn every_activation_is_the_modules() {
    for hidden_act in [Activation::Gelu, Activation::GeluTanh, Activation::Relu] {
        let config = BertConfig { hidden_act, num_hidden_layers: 3, ..shape() };
        check(&config, 8, &[text(40)]);
    }
}

#[test]
fn unseen_and_dropped_tokens_are_the_modules() {
    let texts = [masked(32, 2), masked(32, 3), masked(7, 1), masked(200, 5)];
    check(&shape(), 8, &texts);
    let blind = Encoding { attention: vec![false; 9], ..text(9) };
    check(&shape(), 8, &[blind, masked(9, 2)]);
}

/// All texts in one pass, in a pool of so many threads.
fn forward(packed: &PackedColbert, texts: &[&Encoding], threads: usize) -> Vec<Vec<u32>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    let rows = pool.install(|| packed.forward(texts));
    rows.iter().map(|rows| rows.iter().map(|value| value.to_bits()).collect()).collect()
}

#[test]
fn neither_company_nor_threads_change_a_bit() {
    // Heads whose vectors are whole panels, and others; those that are whole lines compute in bf16, too.
    for (hidden_size, num_attention_heads) in [(48, 3), (48, 4), (96, 3), (128, 2)] {
        let config = BertConfig { hidden_size, num_attention_heads, ..shape() };
        let colbert = module(&config, 20);
        for packing in [Packing::F32, Packing::Bf16, Packing::Int8] {
            keeps_its_bits(&packed_in(&config, &colbert, packing));
        }
    }
}

fn keeps_its_bits(packed: &PackedColbert) {
    let texts: Vec<Encoding> = [3, 1, 64, 17, 130, 5, 8].map(|n| masked(n, 3)).into();
    let texts: Vec<&Encoding> = texts.iter().collect();
    let alone: Vec<Vec<u32>> = texts.iter().flat_map(|text| forward(packed, &[text], 1)).collect();
    for threads in [1, 2, 3, 5, 16] {
        assert_eq!(forward(packed, &texts, threads), alone, "{threads} threads");
        for (text, alone) in texts.iter().zip(&alone) {
            assert_eq!(forward(packed, &[text], threads), [alone.as_slice()], "{threads} threads");
        }
    }
}

#[test]
fn bf16_and_bytes_are_near_to_f32() {
    for (hidden, heads, inner) in [(21, 3, 37), (96, 4, 200), (96, 3, 200), (64, 1, 80)] {
        let config = BertConfig {
            hidden_size: hidden,
            num_attention_heads: heads,
            intermediate_size: inner,
            ..shape()
        };
        let colbert = module(&config, 16);
        let text = masked(60, 4);
        let exact = packed(&config, &colbert).forward(&[&text]);
        for (packing, least) in [(Packing::Bf16, 0.999), (Packing::Int8, 0.997)] {
            let found = packed_in(&config, &colbert, packing).forward(&[&text]);
            for (found, exact) in found[0].chunks(16).zip(exact[0].chunks(16)) {
                let cosine: f32 = found.iter().zip(exact).map(|(a, b)| a * b).sum();
                assert!(cosine > least, "{packing:?}, {hidden}: {cosine}");
            }
        }
    }
}

#[test]
fn no_text_and_no_layer_are_possible() {
    let config = BertConfig { num_hidden_layers: 0, ..shape() };
    check(&config, 8, &[text(9)]);
    assert!(packed(&config, &module(&config, 8)).forward(&[]).is_empty());
}

#[test]
fn a_text_without_tokens_changes_nothing() {
    for (hidden_size, num_attention_heads) in [(48, 3), (48, 4), (96, 3), (128, 2)] {
        let config = BertConfig { hidden_size, num_attention_heads, ..shape() };
        let colbert = module(&config, 8);
        for packing in [Packing::F32, Packing::Bf16, Packing::Int8] {
            let packed = packed_in(&config, &colbert, packing);
            let (empty, other) = (text(0), text(9));
            let alone = packed.forward(&[&other]);
            let together = packed.forward(&[&empty, &other, &empty]);
            assert_eq!(together, [vec![], alone[0].clone(), vec![]]);
            assert!(packed.forward(&[&empty])[0].is_empty());
        }
    }
}

#[test]
fn weights_that_are_no_numbers_are_borne() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        struct Fill(f32);
        impl ModuleMapper for Fill {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                param.map(|weights| weights.full_like(self.0).detach())
            }
        }
        use burn::module::Module;
        for hidden_act in [Activation::Gelu, Activation::GeluTanh, Activation::Relu] {
            let config = BertConfig { hidden_act, ..shape() };
            let colbert = module(&config, 8).map(&mut Fill(value));
            for packing in [Packing::F32, Packing::Bf16, Packing::Int8] {
                let rows = packed_in(&config, &colbert, packing).forward(&[&text(20)]);
                assert_eq!(rows[0].len(), 20 * 8);
                assert!(rows[0].iter().all(|x| x.is_nan()), "{packing:?}, {value}");
            }
        }
    }
}
