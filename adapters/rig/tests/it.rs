//! What users of rig may rely on, with rig itself and the demonstration model.

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use jacolbert::{Collection, Document, DocumentHit, Hit, InMemory, Retriever, Splitting};
use jacolbert_rig::{CollectionIndex, InvalidFilter, MetadataFilter, rerank_model};
use rig_core::DynModel;
use rig_core::effect::{EffectKind, Outcome, RetrieveQuery, RetrievedDocuments};
use rig_core::operation::{Rerank, RerankRequest};
use rig_core::serve::adapters::RetrieveAdapter;
use rig_core::serve::{ErasedHandler, serve_inline};
use rig_core::tool::{Tool, ToolContext};
use rig_core::vector_store::request::{Filter, FilterError, SearchFilter};
use rig_core::vector_store::{VectorSearchRequest, VectorStoreError, VectorStoreIndex};
use serde_json::{Value, json};

type TestResult = Result<(), Box<dyn Error>>;

const QUESTION: &str = "日本で一番高い山は何ですか？";

fn retriever() -> &'static Retriever {
    static RETRIEVER: OnceLock<Retriever> = OnceLock::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/mini");
    RETRIEVER.get_or_init(|| Retriever::from_dir(folder).expect("the demonstration model loads"))
}

fn documents() -> Vec<Document> {
    let document = |id: &str, year: u64, lang: Value, text: &str| {
        Document::new(id, text).with_metadata(json!({ "year": year, "lang": lang }))
    };
    vec![
        document(
            "fuji",
            2020,
            json!("ja"),
            "富士山は静岡県と山梨県にまたがる火山で、日本で最も高い山である。",
        ),
        document("kita", 2021, json!("ja"), "北岳は南アルプスの奥にそびえ、夏には花が咲く。"),
        document("biwa", 2022, json!("en"), "琵琶湖は滋賀県にある日本で最も大きな湖である。"),
        document("rikyu", 2023, json!(null), "千利休はわび茶を大成した茶人である。"),
    ]
}

fn index() -> Result<CollectionIndex<InMemory>, jacolbert::Error> {
    let collection = retriever().in_memory();
    collection.add(documents())?;
    Ok(CollectionIndex::new(collection))
}

fn request(samples: u64, filter: Option<MetadataFilter>) -> VectorSearchRequest<MetadataFilter> {
    let builder = VectorSearchRequest::builder().query(QUESTION).samples(samples);
    match filter {
        Some(filter) => builder.filter(filter).build(),
        None => builder.build(),
    }
}

async fn ids(index: &CollectionIndex<InMemory>, filter: MetadataFilter) -> Vec<String> {
    let results = index.top_n_ids(request(10, Some(filter))).await.expect("the search succeeds");
    let mut ids: Vec<String> = results.into_iter().map(|result| result.id).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn the_results_are_the_hits_of_the_collection() -> TestResult {
    let index = index()?;
    let expected: Vec<Hit> = index.collection().search(QUESTION, 3)?.into_iter().collect();
    let found = index.top_n::<Hit>(request(3, None)).await?;
    assert_eq!(found[0].id, "fuji");
    assert_eq!(
        found.iter().map(|result| &result.document).collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
    for (result, hit) in found.iter().zip(&expected) {
        assert_eq!((result.score, &result.id), (hit.normalised_score.into(), &hit.document_id));
    }
    let ids = index.top_n_ids(request(3, None)).await?;
    assert!(
        ids.iter().zip(&found).all(|(id, result)| (id.score, &id.id) == (result.score, &result.id))
    );
    Ok(())
}

#[tokio::test]
async fn a_collection_in_a_folder_is_searched_while_it_is_changed() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection: Arc<Collection> =
        Arc::new(retriever().index(folder.path(), documents())?.collection);
    let index = CollectionIndex::new(collection.clone());
    collection.add([Document::new("aino", "間ノ岳は日本で三番目に高い山である。")])?;
    let found = index.top_n_ids(request(u64::MAX, None)).await?;
    assert_eq!(found.len(), 5);
    assert!(found.iter().any(|result| result.id == "aino"));
    Ok(())
}

#[tokio::test]
async fn documents_come_once_with_their_best_passages() -> TestResult {
    let splitting = Splitting::Sentences { max_tokens: 14, overlap: 0 };
    let collection = retriever().in_memory().with_splitting(splitting);
    let text = "富士山は日本で最も高い山である。日本で一番高い山は富士山だ。富士山より高い山は日本にない。湖は低い。";
    collection
        .add([Document::new("fuji", text), Document::new("biwa", "琵琶湖は大きな湖である。")])?;
    assert!(collection.num_passages() > 4, "{}", collection.num_passages());
    let passages = CollectionIndex::new(collection);
    let twice = passages.top_n_ids(request(3, None)).await?;
    assert!(twice.iter().all(|result| result.id == "fuji"), "{twice:?}");
    let documents = passages.by_document();
    let found = documents.top_n::<DocumentHit>(request(3, None)).await?;
    assert_eq!(found.iter().map(|result| result.id.as_str()).collect::<Vec<_>>(), ["fuji", "biwa"]);
    assert_eq!(found[0].document.passages.len(), 3);
    Ok(())
}

#[cfg(feature = "words")]
#[tokio::test]
async fn a_hybrid_search_ranks_and_cuts_by_the_fused_score() -> TestResult {
    use jacolbert::{Analyser, Fusion};

    let collection = retriever().in_memory().with_words(Analyser::Characters)?;
    collection.add(documents())?;
    let index = CollectionIndex::new(collection).hybrid(Fusion::default());
    let expected = index.collection().query(QUESTION).k(4).hybrid(Fusion::default()).search()?;
    let found = index.top_n::<Hit>(request(4, None)).await?;
    let scores = |hits: &[Hit]| hits.iter().map(|hit| f64::from(hit.score)).collect::<Vec<_>>();
    assert_eq!(found.iter().map(|result| result.score).collect::<Vec<_>>(), scores(&expected));
    assert!(expected.iter().any(|hit| hit.scores.bm25 > Some(0.0)), "no passage has a word");
    let request = VectorSearchRequest::<MetadataFilter>::builder()
        .query(QUESTION)
        .samples(4)
        .threshold(found[1].score)
        .build();
    assert_eq!(index.top_n_ids(request).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn filters_from_rigs_builders_select_by_metadata() -> TestResult {
    let index = index()?;
    assert_eq!(ids(&index, MetadataFilter::eq("lang", json!("ja"))).await, ["fuji", "kita"]);
    assert_eq!(ids(&index, MetadataFilter::eq("lang", Value::Null)).await, ["rikyu"]);
    assert_eq!(ids(&index, MetadataFilter::gt("year", json!(2021.5))).await, ["biwa", "rikyu"]);
    assert_eq!(ids(&index, MetadataFilter::lt("year", json!(u64::MAX))).await.len(), 4);
    let either =
        MetadataFilter::eq("year", json!(2020)).or(MetadataFilter::eq("year", json!(2022)));
    assert_eq!(ids(&index, either.clone()).await, ["biwa", "fuji"]);
    assert_eq!(ids(&index, either.and("lang = 'en'".parse()?)).await, ["biwa"]);
    assert_eq!(ids(&index, jacolbert::field("year").is_in([2023]).into()).await, ["rikyu"]);
    Ok(())
}

#[tokio::test]
async fn a_field_compared_with_an_array_or_an_object_is_an_error_of_the_search() -> TestResult {
    let index = index()?;
    for (value, kind) in [(json!([1]), "an array"), (json!({ "a": 1 }), "an object")] {
        let filter = MetadataFilter::eq("year", json!(2020)).and(MetadataFilter::eq("tags", value));
        assert_eq!(filter.get().err(), Some(InvalidFilter { field: "tags".into(), found: kind }));
        let error = index.top_n_ids(request(1, Some(filter))).await.err();
        let Some(VectorStoreError::FilterError(FilterError::Expected { expected, got })) = error
        else {
            return Err(format!("{error:?}").into());
        };
        assert!(expected.contains("`tags`"), "{expected}");
        assert_eq!(got, kind);
    }
    Ok(())
}

#[test]
fn filters_are_written_as_text_and_read_from_text_and_rigs_own_form() -> TestResult {
    let filter: MetadataFilter = "year >= 2020 AND lang = 'ja'".parse()?;
    let written = serde_json::to_value(&filter)?;
    assert_eq!(written, json!("year >= 2020 AND lang = 'ja'"));
    assert_eq!(serde_json::from_value::<MetadataFilter>(written)?.to_string(), filter.to_string());
    let built = Filter::eq("lang", json!("ja")).and(Filter::gt("year", json!(2019)));
    let read: MetadataFilter = serde_json::from_value(serde_json::to_value(built)?)?;
    assert_eq!(read.to_string(), "lang = 'ja' AND year > 2019");
    for wrong in
        [json!("year >"), json!(3), json!({ "eq": ["tags", [1]] }), json!({ "near": ["a", 1] })]
    {
        assert!(serde_json::from_value::<MetadataFilter>(wrong.clone()).is_err(), "{wrong}");
    }
    let error =
        serde_json::from_value::<MetadataFilter>(json!("year >")).err().ok_or("no error")?;
    assert!(error.to_string().contains('7'), "no position in: {error}");
    Ok(())
}

#[tokio::test]
async fn nothing_below_the_threshold_is_returned() -> TestResult {
    let index = index()?;
    let all = index.top_n_ids(request(10, None)).await?;
    let threshold = all[1].score;
    let request = VectorSearchRequest::<MetadataFilter>::builder()
        .query(QUESTION)
        .samples(10)
        .threshold(threshold)
        .build();
    let found = index.top_n_ids(request).await?;
    let expected: Vec<_> = all.iter().filter(|result| result.score >= threshold).collect();
    assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    assert_eq!(found.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_model_calls_the_index_as_a_tool() -> TestResult {
    let index = index()?;
    let arguments =
        json!({ "query": QUESTION, "samples": 1, "threshold": null, "filter": "lang = 'ja'" });
    let output =
        Tool::call(&index, &mut ToolContext::default(), serde_json::from_value(arguments)?).await?;
    assert_eq!(output.len(), 1);
    assert_eq!(output[0].document["document_id"], "fuji");
    assert_eq!(output[0].document["metadata"]["year"], 2020);
    Ok(())
}

#[tokio::test]
async fn a_type_erased_search_takes_rigs_own_filters() -> TestResult {
    let request = VectorSearchRequest::builder()
        .query(QUESTION)
        .samples(5)
        .filter(Filter::eq("lang", json!("en")))
        .build();
    let handler = ErasedHandler::new(RetrieveAdapter::new(index()?));
    let answer = serve_inline(
        &handler,
        EffectKind::Retrieve { query: RetrieveQuery::TopN { req: request } },
    )
    .await;
    let Ok(Outcome::Documents(RetrievedDocuments::Scored(results))) = answer else {
        return Err("no scored documents".into());
    };
    assert_eq!(results.len(), 1);
    assert_eq!((results[0].1.as_str(), &results[0].2["metadata"]["year"]), ("biwa", &json!(2022)));
    Ok(())
}

#[test]
fn outside_a_runtime_of_tokio_the_search_computes_in_place() -> TestResult {
    let index = index()?;
    let found = futures_executor::block_on(index.top_n_ids(request(1, None)))?;
    assert_eq!(found[0].id, "fuji");
    Ok(())
}

#[tokio::test]
async fn nothing_is_asked_for_and_nothing_is_found() -> TestResult {
    assert!(index()?.top_n_ids(request(0, None)).await?.is_empty());
    let empty = CollectionIndex::new(retriever().in_memory());
    assert!(empty.top_n::<Hit>(request(3, None)).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_error_of_the_collection_keeps_its_type() -> TestResult {
    let strict = jacolbert::field("yaer").eq(2020).strict();
    let error = index()?.top_n_ids(request(1, Some(strict.into()))).await.err();
    let Some(VectorStoreError::DatastoreError(error)) = error else {
        return Err(format!("{error:?}").into());
    };
    assert!(matches!(error.downcast_ref(), Some(jacolbert::Error::Documents(_))), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_text_that_is_not_what_the_caller_deserialises_is_a_json_error() -> TestResult {
    let error = index()?.top_n::<Vec<i32>>(request(1, None)).await.err();
    assert!(matches!(error, Some(VectorStoreError::JsonError(_))), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn reranking_orders_texts_as_the_retriever_does() -> TestResult {
    let texts: Vec<String> = documents().into_iter().rev().map(|document| document.text).collect();
    let expected = retriever().rerank(QUESTION, &texts, texts.len())?;
    let model: DynModel<Rerank> = rerank_model(retriever().clone()).into();
    let response =
        model.call(RerankRequest { query: QUESTION.into(), documents: texts.clone() }).await?;
    assert_eq!(response.results.len(), texts.len());
    for (result, best) in response.results.iter().zip(&expected) {
        assert_eq!(result.index, best.position);
        assert_eq!(result.relevance_score, f64::from(best.normalised_score));
    }
    assert_eq!(texts[response.results[0].index], documents()[0].text);
    assert_eq!(
        (response.provider.as_str(), response.model.as_deref()),
        ("jacolbert", Some("mini"))
    );
    let none = model.call(RerankRequest { query: QUESTION.into(), documents: Vec::new() }).await?;
    assert!(none.results.is_empty());
    Ok(())
}
