//! A checkpoint of a few kilobytes, written by the test that needs it and spoilt at will.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use jacolbert_model::{Device, Encoder, Error};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};
use tempfile::TempDir;

const LAYERS: usize = 2;
const HIDDEN: usize = 8;
const INNER: usize = 12;
pub(crate) const DIM: usize = 4;

/// Tokens of the vocabulary, in the order of their ids. `!` and `-` are its only marks.
pub(crate) const VOCABULARY: [&str; 14] = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "[unused0]",
    "[unused1]",
    "東",
    "京",
    "##京",
    "a",
    "##b",
    "!",
    "-",
];

/// The files of a checkpoint, before they are written.
#[derive(Clone)]
pub(crate) struct Tiny {
    pub(crate) config: Value,
    pub(crate) metadata: Value,
    pub(crate) tokenizer: Value,
    pub(crate) tensors: BTreeMap<String, Tensor>,
}

/// A tensor of a checkpoint.
#[derive(Clone)]
pub(crate) struct Tensor {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

impl Tensor {
    pub(crate) fn of_f32(shape: &[usize], values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self { dtype: Dtype::F32, shape: shape.into(), bytes }
    }

    pub(crate) fn values(&self) -> Vec<f32> {
        self.bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
    }
}

impl Tiny {
    pub(crate) fn new() -> Self {
        Self { config: config(), metadata: metadata(), tokenizer: tokenizer(), tensors: tensors() }
    }

    /// The same after `change`.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Writes the files to a folder that lives as long as the returned value.
    pub(crate) fn write(&self) -> io::Result<TempDir> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("config.json"), self.config.to_string())?;
        std::fs::write(folder.path().join("artifact.metadata"), self.metadata.to_string())?;
        std::fs::write(folder.path().join("tokenizer.json"), self.tokenizer.to_string())?;
        std::fs::write(folder.path().join("model.safetensors"), self.weights()?)?;
        Ok(folder)
    }

    pub(crate) fn load(&self) -> Result<Encoder, Error> {
        self.load_on(&Device::cpu())
    }

    pub(crate) fn load_on(&self, device: &Device) -> Result<Encoder, Error> {
        let folder = self.write().expect("the temporary folder can be written");
        Encoder::from_dir(folder.path(), &Default::default(), device)
    }

    fn weights(&self) -> io::Result<Vec<u8>> {
        let views = self.tensors.iter().map(|(name, tensor)| {
            let view = TensorView::new(tensor.dtype, tensor.shape.clone(), &tensor.bytes);
            view.map(|view| (name.as_str(), view))
        });
        let views = views.collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
        safetensors::serialize(views, None).map_err(io::Error::other)
    }
}

pub(crate) fn load(folder: &Path) -> Result<Encoder, Error> {
    Encoder::from_dir(folder, &Default::default(), &Device::cpu())
}

fn config() -> Value {
    json!({
        "model_type": "bert", "hidden_act": "gelu", "vocab_size": VOCABULARY.len() + 2,
        "hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": 2,
        "intermediate_size": INNER, "max_position_embeddings": 40, "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
    })
}

fn metadata() -> Value {
    json!({ "dim": DIM, "query_maxlen": 8, "doc_maxlen": 10, "similarity": "cosine" })
}

fn tokenizer() -> Value {
    let ids = VOCABULARY.iter().enumerate().map(|(id, token)| (token.to_string(), json!(id)));
    let added = VOCABULARY[..5].iter().enumerate().map(|(id, token)| {
        json!({ "id": id, "content": token, "special": true, "single_word": false,
                "lstrip": false, "rstrip": false, "normalized": false })
    });
    json!({
        "version": "1.0", "truncation": null, "padding": null, "normalizer": { "type": "NFKC" },
        "added_tokens": added.collect::<Value>(),
        "pre_tokenizer": { "type": "BertPreTokenizer" }, "post_processor": null, "decoder": null,
        "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                   "max_input_chars_per_word": 100,
                   "vocab": ids.collect::<serde_json::Map<_, _>>() },
    })
}

fn tensors() -> BTreeMap<String, Tensor> {
    let mut shapes = vec![
        ("bert.embeddings.word_embeddings.weight".to_string(), vec![VOCABULARY.len() + 2, HIDDEN]),
        ("bert.embeddings.position_embeddings.weight".into(), vec![40, HIDDEN]),
        ("bert.embeddings.token_type_embeddings.weight".into(), vec![2, HIDDEN]),
        ("bert.embeddings.LayerNorm.weight".into(), vec![HIDDEN]),
        ("bert.embeddings.LayerNorm.bias".into(), vec![HIDDEN]),
        ("linear.weight".into(), vec![DIM, HIDDEN]),
    ];
    for layer in 0..LAYERS {
        let linears = [
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", INNER, HIDDEN),
            ("output.dense", HIDDEN, INNER),
        ];
        for (name, outputs, inputs) in linears {
            let name = format!("bert.encoder.layer.{layer}.{name}");
            shapes.push((format!("{name}.weight"), vec![outputs, inputs]));
            shapes.push((format!("{name}.bias"), vec![outputs]));
        }
        for name in ["attention.output.LayerNorm", "output.LayerNorm"] {
            shapes.push((format!("bert.encoder.layer.{layer}.{name}.weight"), vec![HIDDEN]));
            shapes.push((format!("bert.encoder.layer.{layer}.{name}.bias"), vec![HIDDEN]));
        }
    }
    shapes
        .into_iter()
        .enumerate()
        .map(|(seed, (name, shape))| (name, noise(seed, &shape)))
        .collect()
}

/// Multiples of 1/64 between -1 and 1, which every float type holds exactly.
fn noise(seed: usize, shape: &[usize]) -> Tensor {
    let mut state = seed as u64 + 1;
    let values = (0..shape.iter().product()).map(|_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 57) as f32 / 64.0 - 1.0
    });
    Tensor::of_f32(shape, &values.collect::<Vec<_>>())
}
