//! BEIR folders to runs.

use jacolbert_baselines::{Analyser, Bm25Index, Bm25Options, Content, Error};
use jacolbert_eval::{BeirDocument, BeirFolder, BeirQuery, Qrels, TieRule};

use crate::TestResult;

fn folder(path: &std::path::Path) -> Result<BeirFolder, Box<dyn std::error::Error>> {
    let document = |id: &str, title: &str, text: &str| BeirDocument {
        id: id.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
    };
    let query = |id: &str, text: &str| BeirQuery { id: id.to_owned(), text: text.to_owned() };
    let documents =
        [document("d1", "富士山", "最も高い山"), document("d2", "琵琶湖", "最も大きい湖")];
    let queries = [query("q1", "高い山"), query("q2", "琵琶湖"), query("q3", "摩周")];
    let mut qrels = Qrels::new();
    qrels.insert("q1", "d1", 1)?;
    Ok(BeirFolder::create(path, &documents, &queries, "test", &qrels)?)
}

#[test]
fn a_run_has_every_query_and_searches_titles_only_if_asked_to() -> TestResult {
    let position = tempfile::tempdir()?;
    let folder = folder(position.path())?;
    for (content, hits_of_q2) in [(Content::Text, 0), (Content::TitleAndText, 1)] {
        let index =
            Bm25Index::from_beir(&folder, content, Analyser::Bigrams, &Bm25Options::default())?;
        let run = index.run("bm25", &folder, 10)?;
        assert_eq!((run.name(), run.num_queries()), ("bm25", 3));
        let hits =
            |query| run.ranking(query).map(|ranking| ranking.best_first(TieRule::InputOrder));
        assert_eq!(hits("q1"), Some(index.search("高い山", 10)?));
        assert_eq!(hits("q2").map(|hits| hits.len()), Some(hits_of_q2), "{content:?}");
        assert_eq!(hits("q3"), Some(Vec::new()));
    }
    Ok(())
}

#[test]
fn a_malformed_document_is_named_by_its_line() -> TestResult {
    let position = tempfile::tempdir()?;
    let folder = folder(position.path())?;
    std::fs::write(
        position.path().join("corpus.jsonl"),
        "{\"_id\": \"d1\", \"text\": \"山\"}\n{\n",
    )?;
    let options = Bm25Options::default();
    let error = Bm25Index::from_beir(&folder, Content::Text, Analyser::Bigrams, &options)
        .expect_err("the input is bad");
    assert!(matches!(&error, Error::Eval(jacolbert_eval::Error::Json { .. })), "{error:?}");
    assert!(error.to_string().contains("corpus.jsonl, line 2"), "{error}");
    Ok(())
}
