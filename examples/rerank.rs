//! Another engine's list in a better order: here, passages in the order in which a plain count of
//! shared characters found them.
//!
//!     cargo run --release --example rerank

use std::collections::HashSet;
use std::error::Error;
use std::path::Path;

use jacolbert::{Device, Retriever, read_jsonl};

fn main() -> Result<(), Box<dyn Error>> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = read_jsonl(&home.join("examples/collection/passages.jsonl"))?;
    let retriever = Retriever::from_dir(&home.join("assets/mini"), &Device::flex())?;

    for question in ["田沢湖の水深はどのくらいか？", "茶の湯を大成したのは誰か？"]
    {
        let mut found: Vec<&str> =
            documents.iter().map(|document| document.text.as_str()).collect();
        found.sort_by_key(|text| std::cmp::Reverse(shared_characters(question, text)));
        found.truncate(20);

        println!("{question}\n  before: {}", found[0]);
        for text in retriever.rerank(question, &found, 3)? {
            println!(
                "  {} (was {}) {:.2}  {}",
                text.rank,
                text.position + 1,
                text.score,
                text.content
            );
        }
    }
    Ok(())
}

/// What the other engine does.
fn shared_characters(question: &str, text: &str) -> usize {
    let characters: HashSet<char> = question.chars().collect();
    text.chars().collect::<HashSet<char>>().intersection(&characters).count()
}
