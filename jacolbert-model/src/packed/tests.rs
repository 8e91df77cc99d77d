//! The packed model against the module, and against itself in other company.

use super::kernels::Machine;
use super::*;
use crate::{Activation, TensorFile};

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

/// Names and shapes of the tensors of a model.
fn tensors(config: &BertConfig, dim: usize) -> Vec<(String, Vec<usize>)> {
    let hidden = config.hidden_size;
    let inner = config.intermediate_size;
    let embeddings = |name| format!("bert.embeddings.{name}");
    let mut all = vec![
        (embeddings("word_embeddings.weight"), vec![config.vocab_size, hidden]),
        (embeddings("position_embeddings.weight"), vec![config.max_position_embeddings, hidden]),
        (embeddings("token_type_embeddings.weight"), vec![config.type_vocab_size, hidden]),
        (embeddings("LayerNorm.weight"), vec![hidden]),
        (embeddings("LayerNorm.bias"), vec![hidden]),
        ("linear.weight".into(), vec![dim, hidden]),
    ];
    for layer in 0..config.num_hidden_layers {
        for (name, outputs, inputs) in [
            ("attention.self.query", hidden, hidden),
            ("attention.self.key", hidden, hidden),
            ("attention.self.value", hidden, hidden),
            ("attention.output.dense", hidden, hidden),
            ("intermediate.dense", inner, hidden),
            ("output.dense", hidden, inner),
        ] {
            let name = format!("bert.encoder.layer.{layer}.{name}");
            all.push((format!("{name}.weight"), vec![outputs, inputs]));
            all.push((format!("{name}.bias"), vec![outputs]));
        }
        for name in ["attention.output.LayerNorm", "output.LayerNorm"] {
            let name = format!("bert.encoder.layer.{layer}.{name}");
            all.push((format!("{name}.weight"), vec![hidden]));
            all.push((format!("{name}.bias"), vec![hidden]));
        }
    }
    all
}

/// Weights from -0.35 to 0.35, the same in every run; the scales of norms lie around 1.
fn drawn(config: &BertConfig, dim: usize) -> TensorFile {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.7 * ((state >> 8) as f32 / (1 << 24) as f32 - 0.5)
    };
    let mut file = TensorFile::default();
    for (name, shape) in tensors(config, dim) {
        let begin = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
        let values = (0..shape.iter().product()).map(|_| begin + next()).collect();
        file.insert(&name, &shape, values);
    }
    file
}

/// All weights the same.
fn filled(config: &BertConfig, dim: usize, value: f32) -> TensorFile {
    let mut file = TensorFile::default();
    for (name, shape) in tensors(config, dim) {
        file.insert(&name, &shape, vec![value; shape.iter().product()]);
    }
    file
}

#[test]
fn multiplying_only_applies_every_weight_of_the_layers_to_every_token() {
    let config = shape();
    let hidden = config.hidden_size;
    let inner = config.intermediate_size;
    let weights = config.num_hidden_layers * (4 * hidden * hidden + 2 * hidden * inner);
    for packing in [Packing::F32, Packing::Bf16, Packing::Int8] {
        let packed = packed_in(&config, 5, packing);
        for tokens in [0, 1, 40, 300] {
            assert_eq!(packed.multiply_only(tokens), tokens * weights, "{packing:?}");
        }
    }
}

fn packed(config: &BertConfig, dim: usize) -> PackedColbert {
    packed_in(config, dim, Packing::F32)
}

fn packed_in(config: &BertConfig, dim: usize, packing: Packing) -> PackedColbert {
    pack(config, dim, drawn(config, dim), packing)
}

fn pack(config: &BertConfig, dim: usize, weights: TensorFile, packing: Packing) -> PackedColbert {
    let mut weights = Weights::of_memory(weights);
    PackedColbert::take(config, dim, &mut weights, packing).expect("every tensor")
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
        for packing in [Packing::F32, Packing::Bf16, Packing::Int8] {
            keeps_its_bits(&packed_in(&config, 20, packing));
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
        let text = masked(60, 4);
        let exact = packed(&config, 16).forward(&[&text]);
        for (packing, least) in [(Packing::Bf16, 0.999), (Packing::Int8, 0.997)] {
            let found = packed_in(&config, 16, packing).forward(&[&text]);
            for (found, exact) in found[0].chunks(16).zip(exact[0].chunks(16)) {
                let cosine: f32 = found.iter().zip(exact).map(|(a, b)| a * b).sum();
                assert!(cosine > least, "{packing:?}, {hidden}: {cosine}");
            }
        }
    }
}

#[test]
fn without_fused_multiply_add_embeddings_are_near() {
    for (hidden_size, num_attention_heads) in [(21, 3), (96, 3)] {
        let config = BertConfig { hidden_size, num_attention_heads, ..shape() };
        for (packing, within) in
            [(Packing::F32, 1e-5), (Packing::Bf16, 0.05), (Packing::Int8, 0.05)]
        {
            let texts = [text(9), masked(40, 3)];
            let texts: Vec<&Encoding> = texts.iter().collect();
            let fused = packed_in(&config, 16, packing);
            let expected = fused.forward(&texts).concat();
            let unfused = PackedColbert { bert: fused.bert.on(Machine::unfused()), ..fused };
            let found = unfused.forward(&texts).concat();
            let apart = found.iter().zip(&expected).map(|(a, b)| (a - b).abs());
            let apart = apart.fold(0.0, f32::max);
            assert!(apart < within, "{packing:?}, {hidden_size}: {apart}");
        }
    }
}

#[test]
fn no_text_is_possible() {
    assert!(packed(&shape(), 8).forward(&[]).is_empty());
}

#[test]
fn a_text_without_tokens_changes_nothing() {
    for (hidden_size, num_attention_heads) in [(48, 3), (48, 4), (96, 3), (128, 2)] {
        let config = BertConfig { hidden_size, num_attention_heads, ..shape() };
        for packing in [Packing::F32, Packing::Bf16, Packing::Int8] {
            let packed = packed_in(&config, 8, packing);
            let empty = text(0);
            let other = text(9);
            let alone = packed.forward(&[&other]);
            let together = packed.forward(&[&empty, &other, &empty]);
            assert_eq!(together, [vec![], alone[0].clone(), vec![]]);
            assert!(packed.forward(&[&empty])[0].is_empty());
        }
    }
}

#[test]
fn weights_that_are_no_numbers_give_embeddings_that_are_none() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        for hidden_act in [Activation::Gelu, Activation::GeluTanh, Activation::Relu] {
            let config = BertConfig { hidden_act, ..shape() };
            for packing in [Packing::F32, Packing::Bf16, Packing::Int8] {
                let packed = pack(&config, 8, filled(&config, 8, value), packing);
                let rows = packed.forward(&[&text(20)]);
                assert_eq!(rows[0].len(), 20 * 8);
                assert!(rows[0].iter().all(|x| x.is_nan()), "{packing:?}, {value}");
            }
        }
    }
}

#[cfg(feature = "flex")]
mod against_the_module {
    use super::*;
    use crate::Precision;
    use crate::burn::ModuleEngine;

    /// Largest difference of a component of an embedding.
    const WITHIN: f32 = 1e-5;

    fn check(config: &BertConfig, dim: usize, texts: &[Encoding]) {
        let packed = packed(config, dim);
        let mut weights = Weights::of_memory(drawn(config, dim));
        let flex = burn::tensor::Device::flex();
        let module = ModuleEngine::take(config, dim, &mut weights, Precision::F32, &flex);
        let module = module.expect("every tensor");
        for texts in texts.chunks(8) {
            let texts: Vec<&Encoding> = texts.iter().collect();
            let (found, expected) =
                (packed.forward(&texts), module.embed(&texts).expect("on flex"));
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
        for (hidden, heads) in
            [(1, 1), (2, 1), (15, 5), (16, 2), (17, 1), (48, 4), (64, 2), (130, 2)]
        {
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

    #[test]
    fn no_layer_is_possible() {
        let config = BertConfig { num_hidden_layers: 0, ..shape() };
        check(&config, 8, &[text(9)]);
    }
}
