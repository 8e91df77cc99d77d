//! Histories of changes: BM25 counts what is there now, and nothing else.

use std::collections::BTreeMap;

use jacolbert::{
    Analyser, Collection, Document, Error, MemoryCollection, PassageId, Splitting, Storage,
};

use crate::sample::{TestResult, retriever};

const QUERIES: [&str; 5] = ["富士山は高い", "湖", "3番の川", "高い山、長い川", "は"];

/// Numbers below a bound, the same for every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        let multiplied = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = multiplied.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

fn document(id: usize, numbers: &mut Numbers) -> Document {
    let parts = ["富士山は高い山。", "琵琶湖は湖。", "信濃川は長い川。", "それは3番の川。"];
    let text = (0..numbers.below(4)).map(|_| parts[numbers.below(parts.len())]);
    Document::new(format!("d{id}"), text.collect::<String>())
}

/// A change that every storage knows.
fn change<S: Storage>(collection: &Collection<S>, numbers: &mut Numbers) -> Result<(), Error> {
    let mut ids: Vec<usize> = (0..8).collect();
    ids.truncate(1 + numbers.below(3));
    let shift = numbers.below(8);
    let documents: Vec<Document> =
        ids.iter().map(|id| document((id + shift) % 8, numbers)).collect();
    if numbers.below(3) == 0 {
        let known = documents.iter().map(|document| document.id.as_str());
        let known: Vec<&str> =
            known.filter(|id| collection.contains(id).is_ok_and(|is_there| is_there)).collect();
        collection.delete(known)
    } else {
        collection.upsert(&documents).map(|_| ())
    }
}

/// The passages that each query finds, best first, with the bits of their scores.
fn found<S: Storage>(collection: &Collection<S>) -> Result<Vec<Vec<(PassageId, u64)>>, Error> {
    let search = |query: &&str| {
        let hits = collection.query(query).k(1_000).words_only().search()?;
        let score = |hit: &jacolbert::Hit| hit.scores.bm25.map_or(0, f64::to_bits);
        Ok(hits.iter().map(|hit| (hit.passage_id, score(hit))).collect())
    };
    QUERIES.iter().map(search).collect()
}

/// The documents, of which each has one passage, in the order of the passages' ids.
fn documents<S: Storage>(
    collection: &Collection<S>,
) -> Result<BTreeMap<PassageId, Document>, Error> {
    let mut documents = BTreeMap::new();
    for stored in collection.documents() {
        let stored = stored?;
        let passage = &stored.passages[0];
        documents.insert(passage.passage_id, Document::new(&stored.id, &passage.content));
    }
    Ok(documents)
}

/// Checks that the scores are those of a new collection of the same documents in the same order.
fn compare<S: Storage>(collection: &Collection<S>, fresh: &MemoryCollection) -> TestResult {
    let documents = documents(collection)?;
    fresh.clear()?;
    fresh.add(documents.values())?;
    let ids: Vec<PassageId> = documents.keys().copied().collect();
    let expected = found(fresh)?.into_iter().map(|hits| {
        hits.into_iter().map(|(id, score)| (ids[id.index()], score)).collect::<Vec<_>>()
    });
    assert_eq!(found(collection)?, expected.collect::<Vec<_>>());
    Ok(())
}

fn memory() -> Result<MemoryCollection, Error> {
    retriever().in_memory().with_splitting(Splitting::Whole).with_words(Analyser::default())
}

#[test]
fn after_any_history_scores_have_the_bits_of_a_new_collection() -> TestResult {
    let fresh = memory()?;
    for seed in 0..4 {
        let mut numbers = Numbers(seed);
        let folder = tempfile::tempdir()?;
        let first = [document(0, &mut numbers)];
        let indexer = retriever().indexer(folder.path()).splitting(Splitting::Whole);
        let on_disk = indexer.words(Analyser::default()).run(&first)?.collection;
        let in_memory = memory()?;
        in_memory.add(&first)?;
        for n in 0..12 {
            let before = numbers.0;
            change(&on_disk, &mut numbers)?;
            numbers.0 = before;
            change(&in_memory, &mut numbers)?;
            if n % 5 == 4 {
                on_disk.compact()?;
            }
            compare(&on_disk, &fresh)?;
            assert_eq!(found(&in_memory)?, found(&on_disk)?);
        }
        on_disk.index().verify()?;
        let reopened = retriever().open(folder.path())?;
        assert_eq!(found(&reopened)?, found(&on_disk)?);
    }
    Ok(())
}
