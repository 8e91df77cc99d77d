//! Systems on one test collection: their runs, kept, and the table of them.

use std::collections::HashMap;
use std::ops::ControlFlow;

use jacolbert::eval::{EvaluateOptions, Metric, Run, TieRule, evaluate};
use jacolbert::{Bits, Collection, Device, IndexProgress, Query, Retriever, Splitting};
use jacolbert_baselines::{Analyser, Bm25Index, Bm25Options};
use serde_json::{Value, json};

use crate::dense::dense_run;
use crate::published::Published;
use crate::{
    Bm25, ColbertModel, DenseModel, Error, Kept, SearchBy, System, Table, TestCollection,
    check_systems,
};

/// Documents that a run has for a query, at most, where there are no candidates.
const DEPTH: usize = 100;

/// Another version of these crates may search or build otherwise.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How far an experiment is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The row of the table that is being made.
    pub system: &'a str,
    /// Parts of the current step that are done.
    pub done: usize,
    /// Parts of the current step.
    pub of: usize,
}

/// Told how far an experiment is.
type Report<'p> = dyn FnMut(Progress<'_>) + 'p;

/// A test collection on which systems are measured.
///
/// Runs and indexes that are finished are kept, and taken up again by whoever asks for the same.
#[derive(Debug)]
pub struct Experiment<'a> {
    collection: &'a TestCollection,
    published: &'a Published,
    kept: &'a Kept,
    digest: String,
}

impl<'a> Experiment<'a> {
    /// An experiment on `collection`, whose metrics are those of `published`.
    pub fn new(collection: &'a TestCollection, published: &'a Published, kept: &'a Kept) -> Self {
        Self { collection, published, kept, digest: collection.digest() }
    }

    /// The table of `systems`, of which models compute on `device`.
    ///
    /// # Errors
    /// A model that cannot be loaded, a search that fails, a kept file that is damaged.
    pub fn table(
        &self,
        systems: &[System],
        device: &Device,
        progress: &mut Report<'_>,
    ) -> Result<Table, Error> {
        let metrics = self.published.metrics.iter().map(|name| name.parse());
        let metrics = metrics.collect::<Result<Vec<Metric>, _>>()?;
        check_systems(systems, device)?;
        let mut reports = Vec::with_capacity(systems.len());
        for system in systems {
            let run = self.run(system, device, progress)?;
            let qrels = &self.collection.qrels;
            let report = evaluate(qrels, &run, &metrics, &EvaluateOptions::default())?;
            reports.push((system.published_name().to_owned(), report));
        }
        Table::new(&reports, self.published)
    }

    /// The run of one system, kept or made now.
    ///
    /// # Errors
    /// As [`table`](Self::table).
    pub fn run(
        &self,
        system: &System,
        device: &Device,
        progress: &mut Report<'_>,
    ) -> Result<Run, Error> {
        match system {
            System::Colbert(model) => self.colbert_run(model, device, progress),
            System::Dense(model) => self.dense_run(model, device, progress),
            System::Bm25(bm25) => self.bm25_run(bm25, DEPTH, progress),
        }
    }

    /// The run of BM25, `depth` documents a query.
    ///
    /// # Errors
    /// As [`table`](Self::table).
    pub fn bm25_run(
        &self,
        bm25: &Bm25,
        depth: usize,
        progress: &mut Report<'_>,
    ) -> Result<Run, Error> {
        let description = self.described(&bm25.description()?, json!({ "depth": depth }));
        let run = self.kept.run(&description, &mut || {
            let analyser = bm25.analyser()?;
            let mut tell = |done, of| progress(Progress { system: bm25.row(), done, of });
            match &self.collection.candidates {
                Some(candidates) => self.bm25_of(candidates, &analyser, &mut tell),
                None => self.bm25_of_all(analyser, depth, &mut tell),
            }
        })?;
        Ok(run.with_name(bm25.row()))
    }

    fn colbert_run(
        &self,
        model: &ColbertModel,
        device: &Device,
        progress: &mut Report<'_>,
    ) -> Result<Run, Error> {
        let row = model.row(self.collection.candidates.is_some());
        let (retriever, description) = model.load(device)?;
        let search = match (&self.collection.candidates, model.search) {
            (Some(_), _) => json!("candidates"),
            (None, SearchBy::Exhaustive) => json!({ "depth": DEPTH }),
            (None, SearchBy::Index(bits)) => json!({ "depth": DEPTH, "bits": bits.get() }),
        };
        let keyed = self.described(&description, search);
        let mut tell = |done, of| progress(Progress { system: &row, done, of });
        let run = self.kept.run(&keyed, &mut || {
            let TestCollection { documents, queries, candidates, .. } = self.collection;
            let mut step = |step: jacolbert::Progress| {
                tell(step.done, step.of);
                ControlFlow::Continue(())
            };
            Ok(match (candidates, model.search) {
                (Some(candidates), _) => {
                    let reranker = retriever.reranker().on_progress(&mut step);
                    reranker.rerank_run("", queries, documents, candidates)?.run
                }
                (None, SearchBy::Exhaustive) => {
                    let memory = retriever.in_memory();
                    let update = memory.update().splitting(Splitting::Whole);
                    update.on_progress(&mut step).add(documents)?;
                    memory.runner(queries).k(DEPTH).on_progress(&mut step).run("")?.run
                }
                (None, SearchBy::Index(bits)) => {
                    let index = self.index(&retriever, bits, &description, &mut tell)?;
                    let mut step = |step: jacolbert::Progress| {
                        tell(step.done, step.of);
                        ControlFlow::Continue(())
                    };
                    index.runner(queries).k(DEPTH).on_progress(&mut step).run("")?.run
                }
            })
        })?;
        Ok(run.with_name(row))
    }

    fn dense_run(
        &self,
        model: &DenseModel,
        device: &Device,
        progress: &mut Report<'_>,
    ) -> Result<Run, Error> {
        let row = model.row();
        let (encoder, description) = model.load(device)?;
        let search = match &self.collection.candidates {
            Some(_) => json!("candidates"),
            None => json!({ "depth": DEPTH }),
        };
        let mut tell = |done, of| progress(Progress { system: row, done, of });
        let run = self.kept.run(&self.described(&description, search), &mut || {
            dense_run(&encoder, self.collection, DEPTH, &mut tell)
        })?;
        Ok(run.with_name(row))
    }

    /// The index of the documents, kept or built now; a document is a passage, as in the reports.
    fn index(
        &self,
        retriever: &Retriever,
        bits: Bits,
        model: &Value,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<Collection, Error> {
        let documents = &self.collection.documents;
        let description = json!({
            "documents": self.collection.digest_of_documents(), "model": model, "bits": bits.get(),
            "version": VERSION,
        });
        let (folder, is_finished) = self.kept.index(&description)?;
        if is_finished {
            return Ok(retriever.open(&folder)?);
        }
        let indexer = retriever.indexer(&folder).splitting(Splitting::Whole).bits(bits);
        let indexer = indexer.on_progress(|progress| {
            if let IndexProgress::Encoding { done, of: Some(of) } = progress {
                tell(done, of);
            }
            ControlFlow::Continue(())
        });
        let indexed = indexer.run(documents)?;
        self.kept.finish(&folder, &description)?;
        Ok(indexed.collection)
    }

    /// BM25 over all documents.
    fn bm25_of_all(
        &self,
        analyser: Analyser,
        depth: usize,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<Run, Error> {
        let TestCollection { documents, queries, .. } = self.collection;
        let passages = documents.iter().map(|document| (&*document.id, &*document.text));
        let index = Bm25Index::new(passages, analyser, &Bm25Options::default())?;
        let mut run = Run::new("");
        for (n, query) in queries.iter().enumerate() {
            run.push_query(&query.id)?;
            for (id, score) in index.search(&query.text, depth)? {
                run.push(&query.id, id, score)?;
            }
            tell(n + 1, queries.len());
        }
        Ok(run)
    }

    /// BM25 over the candidates of each query by themselves, as JQaRA's and JaCWIR's own evaluations have
    /// it. Candidates that share no term with the query come last, with 0.
    fn bm25_of(
        &self,
        candidates: &Run,
        analyser: &Analyser,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<Run, Error> {
        let TestCollection { documents, queries, .. } = self.collection;
        let texts = documents.iter().map(|document| (&*document.id, &*document.text));
        let texts: HashMap<&str, &str> = texts.collect();
        let mut run = Run::new("");
        for (n, query) in queries.iter().enumerate() {
            self.add_candidates(query, candidates, &texts, analyser, &mut run)?;
            tell(n + 1, queries.len());
        }
        Ok(run)
    }

    fn add_candidates(
        &self,
        query: &Query,
        candidates: &Run,
        texts: &HashMap<&str, &str>,
        analyser: &Analyser,
        run: &mut Run,
    ) -> Result<(), Error> {
        run.push_query(&query.id)?;
        let ranking = candidates.ranking(&query.id);
        let ranking = ranking.map(|ranking| ranking.best_first(TieRule::InputOrder));
        let ids: Vec<&str> = ranking.into_iter().flatten().map(|(id, _)| id).collect();
        let passages = ids.iter().map(|id| (*id, texts.get(id).copied().unwrap_or_default()));
        let index = Bm25Index::new(passages, analyser.clone(), &Bm25Options::default())?;
        let mut scores: HashMap<&str, f64> = HashMap::new();
        scores.extend(index.search(&query.text, ids.len())?);
        for id in &ids {
            run.push(&query.id, id, scores.get(id).copied().unwrap_or(0.0))?;
        }
        Ok(())
    }

    /// What a run depends on.
    fn described(&self, system: &Value, search: Value) -> Value {
        json!({ "data": self.digest, "system": system, "search": search, "version": VERSION })
    }
}
