//! A collection as a tool of an agent, and its model as a reranker: `cargo run --release --example search_and_rerank`.

use std::path::Path;

use anyhow::Result;
use jacolbert::{Document, Hit, Retriever};
use jacolbert_rig::{CollectionIndex, MetadataFilter, rerank_model};
use rig_core::operation::RerankRequest;
use rig_core::tool::{Tool, ToolContext};
use rig_core::vector_store::request::SearchFilter;
use rig_core::vector_store::{VectorSearchRequest, VectorStoreIndex};
use serde_json::json;

const QUESTION: &str = "日本で一番高い山は何ですか？";

#[tokio::main]
async fn main() -> Result<()> {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/mini");
    let retriever = Retriever::from_dir(model)?;
    let collection = retriever.in_memory();
    collection.add([
        Document::new("fuji", "富士山は日本で最も高い山である。")
            .with_metadata(json!({ "kind": "mountain" })),
        Document::new("biwa", "琵琶湖は日本で最も大きな湖である。")
            .with_metadata(json!({ "kind": "lake" })),
        Document::new("kita", "北岳は南アルプスにそびえる山である。")
            .with_metadata(json!({ "kind": "mountain" })),
    ])?;
    let index = CollectionIndex::new(collection);

    println!("A search of a program:");
    let filter = MetadataFilter::eq("kind", json!("mountain"));
    let request = VectorSearchRequest::builder().query(QUESTION).samples(2).filter(filter).build();
    for result in index.top_n::<Hit>(request).await? {
        println!("  {:.3} {} {}", result.score, result.id, result.document.content);
    }

    println!("The same as a model calls it:");
    let arguments = json!({ "query": QUESTION, "samples": 1, "filter": "kind = 'lake'" });
    let output =
        Tool::call(&index, &mut ToolContext::default(), serde_json::from_value(arguments)?).await?;
    println!("  {}", serde_json::to_string(&output)?);

    println!("Reranked:");
    let documents = vec!["海は広い。".into(), "富士山は高い。".into()];
    let request = RerankRequest { query: QUESTION.into(), documents: documents.clone() };
    for result in rerank_model(retriever).call(request).await?.results {
        println!("  {:.3} {}", result.relevance_score, documents[result.index]);
    }
    Ok(())
}
