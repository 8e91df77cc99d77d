//! Reranking the results of another engine: here, the passages that contain a keyword, in the order of
//! the file.
//!
//!     cargo run --release -p jacolbert --example rerank

use std::path::Path;

use jacolbert::{Retriever, read_jsonl};

fn main() -> anyhow::Result<()> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = read_jsonl(home.join("examples/collection/passages.jsonl"))?;
    let retriever = Retriever::from_dir(home.join("assets/mini"))?;

    for (question, keyword) in [
        ("日本で最も深い湖は何という湖か？", "湖"),
        ("日光を遮って育てた葉で作る高級な緑茶は何か？", "茶"),
        ("白鷺城とも呼ばれる、白い漆喰で塗られた城はどこか？", "城"),
    ] {
        let texts = documents.iter().map(|document| document.text.as_str());
        let found: Vec<&str> = texts.filter(|text| text.contains(keyword)).collect();
        println!("{question}\n{} passages contain {keyword}; the best of them:", found.len());
        for best in &retriever.rerank(question, &found, 3)? {
            let was = best.position + 1;
            println!("{} (was {was:2}) {:.2}  {}", best.rank, best.score, best.content);
        }
        println!();
    }
    Ok(())
}
