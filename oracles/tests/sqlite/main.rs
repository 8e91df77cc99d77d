//! Filters give the answers of SQLite: random expressions over random metadata.

mod expressions;
mod metadata;

use std::error::Error;
use std::path::Path;

use jacolbert_documents::{Companions, DocumentBlockBuilder, Documents, Filter, field};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rusqlite::Connection;

use expressions::{Expression, random_expression};
use metadata::random_metadata;

const ROUNDS: usize = 200;
const DOCUMENTS_PER_ROUND: usize = 60;
const EXPRESSIONS_PER_ROUND: usize = 50;

/// The same metadata in SQLite, in a block, and in a block with columns.
struct Collections {
    sqlite: Connection,
    scanned: Documents<Vec<u8>>,
    with_columns: Documents<Vec<u8>>,
}

impl Collections {
    fn new(metadata: &[String]) -> Result<Self, Box<dyn Error>> {
        let sqlite = Connection::open_in_memory()?;
        sqlite.execute("CREATE TABLE documents (id INTEGER PRIMARY KEY, metadata TEXT)", ())?;
        let mut block = DocumentBlockBuilder::new(0);
        for (id, metadata) in metadata.iter().enumerate() {
            sqlite.execute("INSERT INTO documents VALUES (?, ?)", (id as i64, metadata))?;
            block.add(&format!("d{id}"), metadata, [""]);
        }
        let mut scanned = Documents::new();
        scanned.push(Path::new("block"), block.build())?;
        let with_columns = scanned.clone().with_companions(&Companions::default())?;
        Ok(Self { sqlite, scanned, with_columns })
    }

    fn by_sqlite(&self, expression: &Expression) -> Result<Vec<u32>, Box<dyn Error>> {
        let sql = format!("SELECT id FROM documents WHERE {} ORDER BY id", expression.sql);
        let mut statement = self.sqlite.prepare(&sql)?;
        let ids = statement.query_map((), |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}

fn passing(documents: &Documents<Vec<u8>>, filter: &Filter) -> Result<Vec<u32>, Box<dyn Error>> {
    let passages = documents.matching(filter, &|_| true)?.passages(&|_| true)?;
    Ok(passages.into_iter().map(|passage| passage.0).collect())
}

#[test]
fn random_expressions_give_the_answers_of_sqlite() -> Result<(), Box<dyn Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(23);
    let mut num_expressions = 0;
    let mut num_divided = 0;
    for round in 0..ROUNDS {
        let metadata: Vec<String> =
            (0..DOCUMENTS_PER_ROUND).map(|_| random_metadata(&mut rng)).collect();
        let collections = Collections::new(&metadata)?;
        for _ in 0..EXPRESSIONS_PER_ROUND {
            let expression = random_expression(&mut rng);
            let filter: Filter = expression.filter.parse()?;
            let expected = collections.by_sqlite(&expression)?;
            for (how, documents) in
                [("scanning", &collections.scanned), ("columns", &collections.with_columns)]
            {
                let found = passing(documents, &filter)?;
                let different = (0..DOCUMENTS_PER_ROUND as u32)
                    .find(|id| found.contains(id) != expected.contains(id));
                if let Some(id) = different {
                    let metadata = &metadata[id as usize];
                    let Expression { filter, sql } = &expression;
                    return Err(format!(
                        "round {round}, by {how}: {filter}\nin SQL: {sql}\nof {metadata}: SQLite says {}",
                        expected.contains(&id)
                    )
                    .into());
                }
            }
            num_expressions += 1;
            num_divided += usize::from(!expected.is_empty() && expected.len() < metadata.len());
        }
    }
    let version = rusqlite::version();
    println!(
        "{num_expressions} expressions as in SQLite {version}; {num_divided} pass some of the documents"
    );
    assert_eq!(num_expressions, ROUNDS * EXPRESSIONS_PER_ROUND);
    assert!(num_divided * 3 > num_expressions, "most expressions pass all or nothing");
    Ok(())
}

/// A random decimal number of up to 15 digits.
fn random_real(rng: &mut ChaCha8Rng) -> f64 {
    let most = 10i64.pow(rng.random_range(1..16));
    let digits = rng.random_range(-most..most);
    format!("{digits}e{}", rng.random_range(-20..16)).parse().unwrap_or(0.0)
}

/// SQLite reads some decimal numbers as the neighbour of the nearest real, which shows in the last digit; one in a
/// hundred may do so here.
#[test]
fn reals_are_the_texts_of_sqlite_for_like() -> Result<(), Box<dyn Error>> {
    const NUM_REALS: usize = 50_000;
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let sqlite = Connection::open_in_memory()?;
    let mut statement = sqlite.prepare("SELECT json_extract(?, '$.a') || ''")?;
    let mut different = Vec::new();
    for _ in 0..NUM_REALS {
        let metadata = serde_json::json!({ "a": random_real(&mut rng) }).to_string();
        let text: String = statement.query_row([&metadata], |row| row.get(0))?;
        if !field("a").like(&*text).passes(&metadata)? {
            different.push(format!("{metadata} is {text} in SQLite"));
        }
    }
    println!(
        "{} of {NUM_REALS} reals have another text in SQLite: {:?}",
        different.len(),
        different.first()
    );
    assert!(different.len() < NUM_REALS / 100, "{:#?}", &different[..different.len().min(20)]);
    Ok(())
}
