//! How good a model is.

use std::error::Error;

use jacolbert::Device;
use jacolbert::eval::{EvaluateOptions, Metric, Qrels, Run, evaluate};
use jacolbert::index::{Embeddings, PassageId};
use jacolbert::model::{Checkpoint, Encoder, Precision};
use jacolbert::search::exhaustive_search;

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
    pub(crate) fn new(split: &Split) -> Result<Self, Box<dyn Error>> {
        let mut qrels = Qrels::default();
        let mut queries = Vec::new();
        for (query, text, passage) in split.held_out_queries(NTH) {
            qrels.insert(&query, &passage, 1)?;
            queries.push((query, text));
        }
        Ok(Self { passages: split.held_out_passages(), queries, qrels })
    }

    pub(crate) fn recall_at_1(
        &self,
        model: &Checkpoint,
    ) -> Result<f64, Box<dyn Error + Send + Sync>> {
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

    /// How far a recall of these questions may be from that of all there could be, as a rule.
    pub(crate) fn standard_error(&self, recall: f64) -> f64 {
        (recall * (1.0 - recall) / self.queries.len() as f64).sqrt()
    }
}
