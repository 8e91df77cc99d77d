//! How good a model is.

use std::path::Path;

use anyhow::bail;
use jacolbert::eval::{EvaluateOptions, Metric, Qrels, Run, evaluate};
use jacolbert::index::{Embeddings, PassageId};
use jacolbert::model::{Checkpoint, Encoder, Precision};
use jacolbert::search::exhaustive_search;
use jacolbert::train::average;
use jacolbert::{Device, LoadOptions};

use crate::split::Split;

/// Of the questions held out, one in so many is asked.
const NTH: usize = 2;

/// Questions whose passages are known, by which a model is judged.
pub(crate) struct Judge {
    passages: Vec<(String, String)>,
    queries: Vec<(String, String)>,
    qrels: Qrels,
}

impl Judge {
    pub(crate) fn new(split: &Split) -> anyhow::Result<Self> {
        let mut qrels = Qrels::default();
        let mut queries = Vec::new();
        for (query, text, passage) in split.held_out_queries(NTH) {
            qrels.insert(&query, &passage, 1)?;
            queries.push((query, text));
        }
        if queries.is_empty() {
            bail!("no question is about a passage to judge by; give a larger --held-out");
        }
        Ok(Self { passages: split.held_out_passages(), queries, qrels })
    }

    pub(crate) fn recall_at_1(&self, model: &Checkpoint) -> anyhow::Result<f64> {
        let encoder = Encoder::from_checkpoint(model.clone(), Precision::F32, &Device::cpu())?;
        let texts: Vec<&str> = self.passages.iter().map(|(_, text)| text.as_str()).collect();
        let passages = encoder.encode_passages(&texts)?.embeddings;
        let texts: Vec<&str> = self.queries.iter().map(|(_, text)| text.as_str()).collect();
        let mut hits = Run::new("exhaustive");
        for ((id, _), query) in self.queries.iter().zip(encoder.encode_queries(&texts)?.embeddings)
        {
            for hit in exhaustive_search(
                query.as_ref(),
                (0..).map(PassageId).zip(passages.iter().map(Embeddings::as_ref)),
                1,
            )? {
                hits.push(id, &self.passages[hit.passage.index()].0, hit.score.into())?;
            }
        }
        let metric: Metric = "recall@1".parse()?;
        Ok(evaluate(&self.qrels, &hits, &[metric], &EvaluateOptions::default())?.mean(metric)?)
    }

    /// The mean of the trained and the first weights, which fits these articles less closely (Wortsman et
    /// al., "Robust fine-tuning of zero-shot models", 2022), unless it is worse by more than a standard error.
    pub(crate) fn better_of(&self, trained: &Path, first: &Path) -> anyhow::Result<Checkpoint> {
        let device = Device::flex();
        let load = LoadOptions::default();
        let mean = average(&[first, trained], &load, &device)?;
        let trained = Checkpoint::from_dir(trained, &load, &device)?;
        let of_trained = self.recall_at_1(&trained)?;
        let of_mean = self.recall_at_1(&mean)?;
        println!("recall@1 {of_trained:.4}; of its mean with the start {of_mean:.4}");
        let least = of_trained - self.standard_error(of_trained);
        Ok(if of_mean < least { trained } else { mean })
    }

    /// How far a recall of these questions may be from that of all there could be, as a rule.
    fn standard_error(&self, recall: f64) -> f64 {
        (recall * (1.0 - recall) / self.queries.len() as f64).sqrt()
    }
}
