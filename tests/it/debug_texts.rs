//! What the types of the facade print for debugging: names and numbers, no contents.

use jacolbert::Query;

use crate::both_storages::both;
use crate::sample::{TestResult, retriever};

#[test]
fn debug_texts_are_short() -> TestResult {
    let (_folder, collection, memory) = both()?;
    let retriever = retriever();
    let texts = [format!("{retriever:?}"), format!("{collection:?}"), format!("{memory:?}")];
    for text in &texts {
        assert!(text.len() < 1_000 && text.contains("fingerprint"), "{} bytes", text.len());
    }
    assert!(texts[1].contains("num_documents: 5"), "{}", texts[1]);
    let index = collection.index();
    let tokenizer = retriever.encoder().tokenizer();
    for text in [
        format!("{index:?}"),
        format!("{tokenizer:?}"),
        format!("{:?}", tokenizer.text_tokenizer()),
        format!("{:?}", collection.query("山").among(["湖"])),
        format!("{:?}", collection.runner([Query::new("q", "山")])),
        format!("{:?}", collection.update()),
        format!("{:?}", retriever.reranker()),
        format!("{:?}", collection.documents()),
        format!("{:?}", collection.documents().into_iter()),
    ] {
        assert!(text.len() < 1_000, "{} bytes: {text:.300}", text.len());
    }
    Ok(())
}
