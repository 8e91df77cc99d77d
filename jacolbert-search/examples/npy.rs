//! Index and search token embeddings that somebody else computed, without any neural network.
//!
//! Takes a folder with three NumPy files, `float32` and `int64`:
//! `tokens.npy` `[tokens of all passages, dim]`, `lengths.npy` `[passages]` (tokens of each), and
//! `queries.npy` `[queries, query tokens, dim]`. Without a folder it makes a small one first.
//!
//!     cargo run --release -p jacolbert-search --example npy -- FOLDER

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jacolbert_index::{BuildOptions, EmbeddingsRef, Index, IndexBuilder};
use jacolbert_search::{SearchOptions, Searcher};
use npyz::{NpyFile, WriterBuilder};

fn main() -> anyhow::Result<()> {
    let scratch = tempfile::tempdir()?;
    let folder = match std::env::args().nth(1) {
        Some(folder) => PathBuf::from(folder),
        None => made_up(scratch.path())?,
    };
    let (shape, tokens) = read::<f32>(&folder.join("tokens.npy"))?;
    let (_, lengths) = read::<i64>(&folder.join("lengths.npy"))?;
    let dim = *shape.last().context("tokens.npy has no shape")?;

    let place = scratch.path().join("index");
    let mut builder = IndexBuilder::create(&place, dim, BuildOptions::default())?;
    let mut rest = tokens.as_slice();
    for &length in &lengths {
        let values = usize::try_from(length)?.checked_mul(dim).filter(|&n| n <= rest.len());
        let (passage, after) =
            rest.split_at(values.context("lengths.npy does not fit tokens.npy")?);
        builder.add(EmbeddingsRef::new(passage, dim)?)?;
        rest = after;
    }
    builder.build_reporting(&mut |progress| {
        eprintln!("{progress:?}");
        ControlFlow::Continue(())
    })?;

    let index = Index::open(&place)?;
    let bytes_per_token = index.num_bytes() as f64 / index.num_tokens() as f64;
    println!("{} passages, {bytes_per_token:.1} bytes a token", index.num_passages());
    let (shape, queries) = read::<f32>(&folder.join("queries.npy"))?;
    let &[_, query_tokens, _] = shape.as_slice() else {
        bail!("queries.npy is not [queries, query tokens, dim]");
    };
    for (n, query) in queries.chunks((query_tokens * dim).max(1)).enumerate() {
        let options = SearchOptions { k: 3, ..Default::default() };
        let hits = Searcher::new(&index).search(EmbeddingsRef::new(query, dim)?, &options)?;
        let hits: Vec<_> = hits.iter().map(|hit| (hit.passage.0, hit.score)).collect();
        println!("query {n}: {hits:?}");
    }
    Ok(())
}

fn read<T: npyz::Deserialize>(path: &Path) -> anyhow::Result<(Vec<usize>, Vec<T>)> {
    let npy = NpyFile::new(BufReader::new(File::open(path)?))?;
    let shape =
        npy.shape().iter().map(|&n| Ok(usize::try_from(n)?)).collect::<anyhow::Result<_>>()?;
    Ok((shape, npy.into_vec()?))
}

/// 200 passages of 8 tokens around 16 axes; query n is passage 20 n.
fn made_up(folder: &Path) -> anyhow::Result<PathBuf> {
    let component = |token: usize, d: usize| {
        let axis = ((token * 2_654_435_761) >> 7) % 16;
        let noise = (((token * 31 + d) * 2_246_822_519) >> 9) % 1_000;
        if d == axis { 0.9 } else { noise as f32 / 1_000.0 * 0.2 - 0.1 }
    };
    let rows = |tokens: std::ops::Range<usize>| {
        tokens.flat_map(move |t| (0..16).map(move |d| component(t, d)))
    };
    write(&folder.join("tokens.npy"), &[1_600, 16], rows(0..1_600))?;
    write(&folder.join("lengths.npy"), &[200], std::iter::repeat_n(8i64, 200))?;
    let queries = (0..10).flat_map(|n| rows(n * 160..n * 160 + 8));
    write(&folder.join("queries.npy"), &[10, 8, 16], queries)?;
    Ok(folder.into())
}

fn write<T: npyz::AutoSerialize>(
    path: &Path,
    shape: &[u64],
    values: impl Iterator<Item = T>,
) -> anyhow::Result<()> {
    let file = BufWriter::new(File::create(path)?);
    let mut npy = npyz::WriteOptions::new().default_dtype().shape(shape).writer(file).begin_nd()?;
    npy.extend(values)?;
    Ok(npy.finish()?)
}
