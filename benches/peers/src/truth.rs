//! The true neighbours: exhaustive search over all passages, streamed.

use std::error::Error;
use std::path::PathBuf;

use jacolbert_index::{Embeddings, EmbeddingsRef, PassageId};
use jacolbert_search::{Hit, exhaustive_search};
use serde::{Deserialize, Serialize};

use crate::collection::Collection;
use crate::options::Options;

/// Neighbours kept per query.
pub const DEPTH: usize = 100;

/// Passages scored at a time; they and their copies are in memory.
const CHUNK: usize = 1_024;

/// The neighbours of each query in a collection of one size.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Truth {
    /// Passages of the collection.
    pub num_passages: usize,
    /// Tokens of the collection.
    pub num_tokens: usize,
    /// Per query, positions and scores of the best passages, best first.
    pub hits: Vec<Vec<(u32, f32)>>,
}

impl Truth {
    /// The truth for each of `sizes` (tokens, ascending), from the cache or by one pass over the
    /// passages, of which the smaller collections are the beginning.
    pub fn of(
        options: &Options,
        collection: &Collection,
        sizes: &[usize],
    ) -> Result<Vec<Self>, Box<dyn Error>> {
        let missing: Vec<usize> =
            sizes.iter().copied().filter(|&size| !path(options, size).exists()).collect();
        if !missing.is_empty() {
            eprintln!("exhaustive search, {missing:?} tokens");
            let queries = collection.queries(options.queries)?;
            Pass::new(&queries, collection.dim()).over(options, collection, &missing)?;
        }
        let read =
            |&size: &usize| Ok(serde_json::from_slice(&std::fs::read(path(options, size))?)?);
        sizes.iter().map(read).collect()
    }

    /// Score of the tenth hit less that of the eleventh, over all queries on average.
    pub fn mean_gap_at_10(&self) -> f64 {
        let gaps = self.hits.iter().filter_map(|hits| Some(hits.get(9)?.1 - hits.get(10)?.1));
        gaps.map(f64::from).sum::<f64>() / self.hits.len() as f64
    }
}

fn path(options: &Options, size: usize) -> PathBuf {
    options.cache.join(size.to_string()).join(format!("truth-{}.json", options.queries))
}

/// A pass over the passages: the best so far of every query.
struct Pass<'a> {
    queries: &'a [Vec<f32>],
    dim: usize,
    chunk: Vec<Embeddings>,
    num_passages: usize,
    num_tokens: usize,
    hits: Vec<Vec<(u32, f32)>>,
}

impl<'a> Pass<'a> {
    fn new(queries: &'a [Vec<f32>], dim: usize) -> Self {
        let hits = vec![Vec::new(); queries.len()];
        Self { queries, dim, chunk: Vec::new(), num_passages: 0, num_tokens: 0, hits }
    }

    fn over(
        mut self,
        options: &Options,
        collection: &Collection,
        sizes: &[usize],
    ) -> Result<(), Box<dyn Error>> {
        let mut sizes = sizes.iter().copied().peekable();
        let largest = sizes.clone().max().unwrap_or(0);
        for passage in collection.passages(largest) {
            let passage = Embeddings::new(passage?, self.dim)?;
            self.num_tokens += passage.num_tokens();
            self.chunk.push(passage);
            if self.chunk.len() == CHUNK {
                self.score_chunk()?;
            }
            while let Some(size) = sizes.next_if(|&size| self.num_tokens >= size) {
                self.save(&path(options, size))?;
            }
        }
        sizes.try_for_each(|size| self.save(&path(options, size)))
    }

    fn score_chunk(&mut self) -> Result<(), Box<dyn Error>> {
        for (query, best) in self.queries.iter().zip(&mut self.hits) {
            let query = EmbeddingsRef::new(query, self.dim)?;
            let found = exhaustive_search(
                query,
                (0..).map(PassageId).zip(self.chunk.iter().map(Embeddings::as_ref)),
                DEPTH,
            )?;
            let place = |passage: PassageId| self.num_passages as u32 + passage.0;
            best.extend(found.iter().map(|&Hit { passage, score }| (place(passage), score)));
            best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            best.truncate(DEPTH);
        }
        self.num_passages += self.chunk.len();
        self.chunk.clear();
        Ok(())
    }

    fn save(&mut self, path: &std::path::Path) -> Result<(), Box<dyn Error>> {
        self.score_chunk()?;
        let num_passages = self.num_passages;
        let num_tokens = self.num_tokens;
        let truth = Truth { num_passages, num_tokens, hits: self.hits.clone() };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // Under another name first, so that a run that was ended leaves no half file.
        let part = path.with_extension("part");
        std::fs::write(&part, serde_json::to_vec(&truth)?)?;
        Ok(std::fs::rename(part, path)?)
    }
}
