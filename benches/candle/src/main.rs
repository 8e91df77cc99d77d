//! Encodes texts on candle whenever it is told to, as the example `encode_time` does with this project's encoder.
//!
//!     jacolbert-candle --model FOLDER queries.txt passages.txt
//!
//! `encode.py` runs it; the batches are those that its other programs get. Threads are rayon's.

use std::collections::HashMap;
use std::fs::{File, read, read_to_string};
use std::io::{BufRead, BufWriter, Write, stdin};
use std::path::{Path, PathBuf};

use candle_core::{D, DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use error::Result;
use lexopt::prelude::*;
use serde_json::Value;
use texts::{Batch, Texts};
use tokenizers::Tokenizer;

mod error;
mod texts;

fn main() -> Result<()> {
    let (model, files) = args()?;
    let texts = Texts::new(Tokenizer::from_file(model.join("tokenizer.json"))?, &model)?;
    let colbert = Colbert::load(&model)?;
    let files = files.iter().map(|path| lines(path)).collect::<Result<Vec<_>>>()?;
    println!("ready");
    for line in stdin().lock().lines() {
        let line = line?;
        let mut words = line.split_whitespace();
        let number: usize = words.next().ok_or("no number")?.parse()?;
        let (are_queries, lines) = files.get(number).ok_or("no such file")?;
        let mut rows = vec![Vec::new(); lines.len()];
        for batch in texts.batches(lines, *are_queries)? {
            for (place, kept) in batch.places.iter().zip(colbert.kept_rows(&batch)?) {
                rows[*place] = kept;
            }
        }
        if let Some(out) = words.next() {
            let mut out = BufWriter::new(File::create(out)?);
            rows.iter().flatten().try_for_each(|value| out.write_all(&value.to_le_bytes()))?;
            out.flush()?;
        }
        println!("done");
    }
    Ok(())
}

fn args() -> Result<(PathBuf, Vec<PathBuf>)> {
    let mut model = None;
    let mut files = Vec::new();
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("model") => model = Some(parser.value()?.into()),
            Value(path) => files.push(path.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok((model.ok_or("--model FOLDER is missing")?, files))
}

/// Whether a file has queries, and its lines.
fn lines(path: &Path) -> Result<(bool, Vec<String>)> {
    let name = path.file_name().ok_or("no file")?.to_string_lossy().into_owned();
    let lines = read_to_string(path)?.lines().map(String::from).collect();
    Ok((name.starts_with("queries"), lines))
}

struct Colbert {
    bert: BertModel,
    /// `[hidden, dim]`.
    projection: Tensor,
}

impl Colbert {
    fn load(model: &Path) -> Result<Self> {
        let mut config: serde_json::Map<String, Value> =
            serde_json::from_slice(&read(model.join("config.json"))?)?;
        config.entry("pad_token_id").or_insert(0.into());
        let config: Config = serde_json::from_value(config.into())?;
        let path = model.join("model.safetensors");
        let tensors: HashMap<String, Tensor> = candle_core::safetensors::load(path, &Device::Cpu)?;
        let projection = tensors.get("linear.weight").ok_or("no linear.weight")?;
        let projection = projection.to_dtype(DType::F32)?.t()?.contiguous()?;
        let weights = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
        Ok(Self { bert: BertModel::load(weights.pp("bert"), &config)?, projection })
    }

    /// Per text of the batch the unit rows of its kept tokens.
    fn kept_rows(&self, batch: &Batch) -> Result<Vec<Vec<f32>>> {
        let shape = (batch.places.len(), batch.width);
        let ids = Tensor::from_slice(&batch.ids, shape, &Device::Cpu)?;
        let attention = Tensor::from_slice(&batch.attention, shape, &Device::Cpu)?;
        let hidden = self.bert.forward(&ids, &ids.zeros_like()?, Some(&attention))?;
        let rows = hidden.broadcast_matmul(&self.projection)?;
        let norms = rows.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?;
        let units = rows.broadcast_div(&norms)?.to_vec3::<f32>()?;
        let kept = units.iter().zip(&batch.kept);
        Ok(kept
            .map(|(units, kept)| kept.iter().flat_map(|&token| &units[token]).copied().collect())
            .collect())
    }
}
