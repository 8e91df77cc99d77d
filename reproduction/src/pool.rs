//! The pool rule of the reports of 2023: a small collection in the place of millions of passages.
//!
//! It holds what is judged for any query, relevant or not, and the best passages of a first stage for
//! every query. Passages whose text another has already are left out, and judged in its place.

use std::collections::{HashMap, HashSet};

use jacolbert::Query;
use jacolbert::eval::{Qrels, Run, TieRule};

use crate::{Error, TestCollection};

/// Passages of the first stage that each query puts into the pool.
pub const DEPTH: usize = 200;

/// The ids of the pool's passages.
pub fn ids(queries: &[Query], qrels: &Qrels, first_stage: &Run, depth: usize) -> HashSet<String> {
    let mut ids = HashSet::new();
    for query in queries {
        let judged = qrels.judgements(&query.id).into_iter().flat_map(|judged| judged.iter());
        ids.extend(judged.map(|(id, _)| id.to_owned()));
        let ranking = first_stage.ranking(&query.id);
        let best = ranking.map(|ranking| ranking.best_first(TieRule::InputOrder));
        let best = best.into_iter().flatten().take(depth);
        ids.extend(best.map(|(id, _)| id.to_owned()));
    }
    ids
}

/// The collection with one passage of each text, the first, which has the highest grade of them all.
///
/// # Errors
/// None with qrels that were read; those in memory may have an empty id.
pub fn without_repeated_texts(collection: TestCollection) -> Result<TestCollection, Error> {
    let TestCollection { documents, queries, qrels, candidates } = collection;
    let mut first = HashMap::new();
    let mut stands_for = HashMap::new();
    let mut kept = Vec::with_capacity(documents.len());
    for document in documents {
        let id = first.entry(document.text.clone()).or_insert_with(|| document.id.clone());
        stands_for.insert(document.id.clone(), id.clone());
        if *id == document.id {
            kept.push(document);
        }
    }
    let qrels = judged_in_place(&qrels, &stands_for)?;
    Ok(TestCollection { documents: kept, queries, qrels, candidates })
}

fn judged_in_place(qrels: &Qrels, stands_for: &HashMap<String, String>) -> Result<Qrels, Error> {
    let mut replaced = Qrels::new();
    for (query, judgements) in qrels.iter() {
        let mut order = Vec::new();
        let mut grades = HashMap::new();
        for (id, grade) in judgements.iter() {
            let id = stands_for.get(id).map_or(id, String::as_str);
            match grades.get_mut(id) {
                Some(highest) => *highest = grade.max(*highest),
                None => {
                    order.push(id);
                    grades.insert(id, grade);
                }
            }
        }
        order.into_iter().try_for_each(|id| replaced.insert(query, id, grades[id]))?;
    }
    Ok(replaced)
}
