//! Writes the token embeddings of a BEIR folder as NumPy files, for engines in any language.
//!
//!     cargo run --release -p jacolbert-benches --example encode -- \
//!         --beir PASSAGES --queries QUERIES --model assets/mini --tokens 400000 --out FOLDER
//!
//! `FOLDER` gets `embeddings.npy` (`f32 [tokens, dim]`, passage after passage in the order of the
//! corpus), `token_ids.npy` (`i64 [tokens]`, the vocabulary's number of each), `doclens.npy`
//! (`i64 [passages]`, tokens of each) and `queries.npy` (`f32 [queries, query tokens, dim]`). Whole passages are taken until `--tokens` is reached, or
//! all without it; `--queries` names the folder of the queries where it is another. Titles are not
//! used.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use indicatif::ProgressBar;
use jacolbert::eval::BeirFolder;
use jacolbert::{Device, Encoder, LoadOptions};
use lexopt::prelude::*;

use npy::NpyWriter;

#[path = "encode/npy.rs"]
mod npy;

/// Passages encoded at a time.
const CHUNK: usize = 256;

struct Args {
    passages: PathBuf,
    queries: PathBuf,
    model: PathBuf,
    tokens: usize,
    out: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let args = args()?;
    let encoder = Encoder::from_dir(&args.model, &LoadOptions::default(), &Device::cpu())?;
    std::fs::create_dir_all(&args.out)?;
    let num_queries = write_queries(&encoder, &args.queries, &args.out)?;
    let (num_passages, num_tokens) =
        write_passages(&encoder, &args.passages, args.tokens, &args.out)?;
    println!("{num_passages} passages, {num_tokens} tokens, {num_queries} queries");
    Ok(())
}

fn write_queries(encoder: &Encoder, beir: &Path, out: &Path) -> anyhow::Result<usize> {
    let queries = BeirFolder::open(beir)?.queries()?.collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<&str> = queries.iter().map(|query| query.text.as_str()).collect();
    let encoded = encoder.encode_queries(&texts)?.embeddings;
    let query_tokens = encoded.first().context("there are no queries")?.num_tokens();
    if encoded.iter().any(|query| query.num_tokens() != query_tokens) {
        bail!("the queries differ in their number of tokens");
    }
    let mut file = NpyWriter::create(&out.join("queries.npy"), &[query_tokens, encoder.dim()])?;
    encoded.iter().try_for_each(|query| file.push(query.values()))?;
    file.finish()?;
    Ok(encoded.len())
}

fn write_passages(
    encoder: &Encoder,
    beir: &Path,
    wanted: usize,
    out: &Path,
) -> anyhow::Result<(usize, usize)> {
    let passages = BeirFolder::open(beir)?.documents()?.collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
    let mut embeddings = NpyWriter::create(&out.join("embeddings.npy"), &[encoder.dim()])?;
    let mut token_ids = NpyWriter::create(&out.join("token_ids.npy"), &[])?;
    let mut doclens = NpyWriter::create(&out.join("doclens.npy"), &[])?;
    let mut num_passages = 0;
    let mut num_tokens = 0;
    let bar = ProgressBar::new(texts.len() as u64);
    for chunk in texts.chunks(CHUNK) {
        for (text, passage) in chunk.iter().zip(encoder.encode_passages(chunk)?.embeddings) {
            if num_tokens >= wanted {
                break;
            }
            token_ids.push(&kept_ids(encoder, text)?)?;
            embeddings.push(passage.values())?;
            doclens.push(&[i64::try_from(passage.num_tokens())?])?;
            (num_passages, num_tokens) = (num_passages + 1, num_tokens + passage.num_tokens());
        }
        bar.inc(chunk.len() as u64);
        if num_tokens >= wanted {
            break;
        }
    }
    bar.finish_and_clear();
    embeddings.finish()?;
    token_ids.finish()?;
    doclens.finish()?;
    Ok((num_passages, num_tokens))
}

/// Vocabulary numbers of the tokens of `passage` that have an embedding.
fn kept_ids(encoder: &Encoder, passage: &str) -> anyhow::Result<Vec<i64>> {
    let encoding = encoder.tokenizer().encode_passage(passage)?;
    let ids = encoding.ids.iter().zip(&encoding.keep);
    Ok(ids.filter(|(_, keep)| **keep).map(|(&id, _)| i64::from(id)).collect())
}

fn args() -> anyhow::Result<Args> {
    let mut passages = None;
    let mut queries = None;
    let mut out = None;
    let mut model = PathBuf::from("assets/mini");
    let mut tokens = usize::MAX;
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("beir") => passages = Some(PathBuf::from(parser.value()?)),
            Long("queries") => queries = Some(parser.value()?.into()),
            Long("model") => model = parser.value()?.into(),
            Long("tokens") => tokens = parser.value()?.parse()?,
            Long("out") => out = Some(parser.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    let passages = passages.context("--beir FOLDER is missing")?;
    let queries = queries.unwrap_or_else(|| passages.clone());
    Ok(Args { passages, queries, model, tokens, out: out.context("--out FOLDER is missing")? })
}
