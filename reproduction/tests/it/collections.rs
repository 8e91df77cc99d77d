//! What is read of each collection.

use jacolbert::eval::Run;
use jacolbert_reproduction::miracl::MiraclFolder;
use jacolbert_reproduction::{TestCollection, jacwir, jqara, jsquad, mr_tydi};

use crate::TestResult;
use crate::folder::{SQUAD, folder, folder_of};

fn texts(collection: &TestCollection) -> Vec<(&str, &str)> {
    collection.documents.iter().map(|document| (&*document.id, &*document.text)).collect()
}

fn grade(collection: &TestCollection, query: &str, document: &str) -> Option<i32> {
    collection.qrels.judgements(query)?.grade(document)
}

#[test]
fn jsquad_has_each_context_once_and_the_questions_with_answers() -> TestResult {
    let folder = folder(&[("jsquad/valid-v1.1.json", SQUAD), ("jsquad/train-v1.1.json", "{}")])?;
    let collection = jsquad::open(folder.path())?;
    let ids: Vec<&str> = collection.queries.iter().map(|query| &*query.id).collect();
    assert_eq!(ids, ["a1", "a3", "a4", "a5"]);
    assert_eq!(collection.documents.len(), 3);
    assert!(collection.documents[0].text.starts_with("富士山 [SEP] 富士山は"));
    assert_eq!(grade(&collection, "a1", "context-0"), Some(1));
    assert_eq!(grade(&collection, "a5", "context-0"), Some(1));
    assert_eq!(grade(&collection, "a4", "context-2"), Some(1));
    let file = jsquad::open(&folder.path().join("jsquad/valid-v1.1.json"))?;
    assert_eq!(file.digest(), collection.digest());
    Ok(())
}

#[test]
fn jsquad_may_be_a_beir_folder_or_rows_with_several_contexts_a_question() -> TestResult {
    let beir = folder(&[
        (
            "corpus.jsonl",
            "{\"_id\":1,\"title\":null,\"text\":\"山\"}\n{\"_id\":2,\"text\":\"湖\"}\n",
        ),
        ("queries.jsonl", "{\"_id\":\"a\",\"text\":\"?\"}\n{\"_id\":\"b\",\"text\":\"!\"}\n"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\na\t1\t1.0\na\t2\t1\n"),
        ("qrels/train.tsv", "query-id\tcorpus-id\tscore\nb\t1\t1\n"),
    ])?;
    let beir = jsquad::open(beir.path())?;
    assert_eq!(texts(&beir), [("1", "山"), ("2", "湖")]);
    // `b` is judged in another split.
    assert_eq!(beir.queries.len(), 1);
    assert_eq!((grade(&beir, "a", "1"), grade(&beir, "a", "2")), (Some(1), Some(1)));

    let row = |id: &str, context: &str| {
        format!("{{\"id\":{id},\"question\":\"?\",\"context\":\"{context}\",\"title\":null}}\n")
    };
    let rows = row("7", "山") + &row("\"7\"", "湖") + &row("8", "山");
    let lines = jsquad::open(folder(&[("validation-0.jsonl.gz", &rows)])?.path())?;
    assert_eq!((lines.documents.len(), lines.queries.len()), (2, 2));
    assert_eq!(grade(&lines, "7", "context-1"), Some(1));
    assert_eq!(grade(&lines, "8", "context-0"), Some(1));

    let below =
        |context: &str| format!(r#"{{"context":"{context}","qas":[{{"id":"7","question":"?"}}]}}"#);
    let squad = format!(r#"{{"data":[{{"paragraphs":[{},{}]}}]}}"#, below("山"), below("湖"));
    let squad = jsquad::open(folder(&[("valid.json", &squad)])?.path())?;
    assert_eq!((squad.documents.len(), squad.queries.len()), (2, 1));
    assert_eq!(grade(&squad, "7", "context-1"), Some(1));
    Ok(())
}

const TOPICS: &str = "q1\t日本で一番高い山は？\nq2\t一番大きな湖は？\n";
const QRELS: &str = "q1\tQ0\t1#0\t1\nq1\tQ0\t2#0\t0\nq2\tQ0\t4#0\t1\n";

fn miracl() -> Result<tempfile::TempDir, std::io::Error> {
    let row = |id: &str, text: &str| {
        format!("{{\"docid\":\"{id}\",\"title\":\"題\",\"text\":\"{text}\"}}\n")
    };
    let first = row("1#0", "富士山") + &row("2#0", "浅間山") + &row("3#0", "琵琶湖");
    let second = row("4#0", "琵琶湖") + &row("5#0", "茶") + &row("6#0", "土星");
    folder(&[
        ("miracl/topics/topics.miracl-v1.0-ja-dev.tsv", TOPICS),
        ("miracl/topics/topics.miracl-v1.0-ja-test-a.tsv", "q9\tほか\n"),
        ("miracl/qrels/qrels.miracl-v1.0-ja-dev.tsv", QRELS),
        ("corpus/docs-10.jsonl.gz", &second),
        ("corpus/docs-2.jsonl.gz", &first),
    ])
}

#[test]
fn miracl_is_read_whole_in_the_order_of_its_parts_without_titles() -> TestResult {
    let folder = miracl()?;
    let full = MiraclFolder::open(folder.path())?.full()?;
    let ids: Vec<&str> = texts(&full).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["1#0", "2#0", "3#0", "4#0", "5#0", "6#0"]);
    assert_eq!((texts(&full)[0].1, full.queries.len()), ("富士山", 2));
    Ok(())
}

#[test]
fn the_pool_is_what_is_judged_and_the_first_stage_with_each_text_once() -> TestResult {
    let folder = miracl()?;
    let mut first_stage = Run::new("bm25");
    for (document, score) in [("5#0", 1.0), ("3#0", 9.0), ("6#0", 0.5)] {
        first_stage.push("q2", document, score)?;
    }
    let pool = MiraclFolder::open(folder.path())?.pool(&first_stage, 2)?;
    let expected = [("1#0", "富士山"), ("2#0", "浅間山"), ("3#0", "琵琶湖"), ("5#0", "茶")];
    assert_eq!(texts(&pool), expected);
    // 4#0 is right, and its text stands in the collection as 3#0.
    assert_eq!((grade(&pool, "q2", "3#0"), grade(&pool, "q2", "4#0")), (Some(1), None));
    assert_eq!(grade(&pool, "q1", "2#0"), Some(0));
    Ok(())
}

#[test]
fn mr_tydi_is_read_in_both_of_its_forms() -> TestResult {
    let archive = r#"{"id":"1#0","contents":"題\n\n富士山"}
{"id":"2#0","contents":"浅間山"}
{"id":"4#0","contents":"題\n\n琵琶湖\n\n滋賀県"}
"#;
    let hub = r#"{"docid":"1#0","title":"題","text":"富士山"}
{"docid":"2#0","title":"","text":"浅間山"}
{"docid":"4#0","title":"題","text":"琵琶湖\n\n滋賀県"}
"#;
    let qrels = "q1 Q0 1#0 1\nq2 Q0 4#0 1\n";
    let judged = [("topic.test.tsv", TOPICS), ("qrels.test.txt", qrels), ("qrels.dev.txt", "")];
    let open = |passages: (&str, &str)| {
        let files: Vec<_> = judged.into_iter().chain([passages]).collect();
        Ok::<_, Box<dyn std::error::Error>>(mr_tydi::open_full(folder(&files)?.path())?)
    };
    let archive = open(("collection/docs.jsonl.gz", archive))?;
    let expected = [("1#0", "富士山"), ("2#0", "浅間山"), ("4#0", "琵琶湖\n\n滋賀県")];
    assert_eq!(texts(&archive), expected);
    assert_eq!(open(("corpus.jsonl.gz", hub))?.digest(), archive.digest());
    Ok(())
}

#[test]
fn the_sample_is_pythons_with_the_right_passages() -> TestResult {
    let rows: String =
        (0..100).map(|n| format!("{{\"id\":\"{n}#0\",\"contents\":\"{n}\"}}\n")).collect();
    let folder = folder(&[
        ("topic.test.tsv", "q1\t山\n"),
        ("qrels.test.txt", "q1 Q0 50#0 1\nq1 Q0 51#0 0\n"),
        ("collection/docs.jsonl.gz", &rows),
    ])?;
    let sampled = mr_tydi::sampled(mr_tydi::open_full(folder.path())?, 10, 42)?;
    // random.seed(42); sorted(random.sample(range(100), 10) + [50])
    let expected = [3, 13, 14, 17, 28, 31, 35, 50, 81, 86, 94].map(|n| format!("{n}#0"));
    let ids: Vec<&str> = texts(&sampled).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, expected);
    Ok(())
}

#[test]
fn jqara_is_titles_and_texts_to_put_in_order() -> TestResult {
    let rows = r#"{"id":"x","title":"富士山","text":"高い山","label":1,"question":"一番高い山は？","answers":["富士山"],"q_id":"QA1","passage_row_id":"11"}
{"id":"y","title":"琵琶湖","text":"湖","label":0,"question":"一番高い山は？","answers":["富士山"],"q_id":"QA1","passage_row_id":12}
{"id":"y","title":"琵琶湖","text":"湖","label":1,"question":"大きな湖は？","answers":["琵琶湖"],"q_id":"QA2","passage_row_id":12}
"#;
    let lines = folder(&[("test.jsonl.gz", rows), ("dev.jsonl", "{}")])?;
    let collection = jqara::open(lines.path())?;
    let parquet = folder_of(&[
        ("data/dev-00000-of-00001.parquet", b""),
        ("data/test-00000-of-00001.parquet", include_bytes!("parquet/jqara.parquet")),
    ])?;
    assert_eq!(jqara::open(parquet.path())?.digest(), collection.digest());
    assert_eq!(texts(&collection), [("11", "富士山 高い山"), ("12", "琵琶湖 湖")]);
    assert_eq!(grade(&collection, "QA1", "12"), Some(0));
    assert_eq!(grade(&collection, "QA2", "12"), Some(1));
    let candidates = collection.candidates.ok_or("no candidates")?;
    assert_eq!((candidates.num_queries(), candidates.num_results()), (2, 3));
    Ok(())
}

#[test]
fn jacwir_is_the_pages_that_are_candidates() -> TestResult {
    let questions = r#"{"query":"一番高い山は？","positive":"p1","negatives":["p2","p3"]}
{"query":"大きな湖は？","positive":"p2","negatives":["p1","p3"]}
"#;
    let pages = r#"{"doc_id":"p3","title":"茶","description":"わび茶","link":"l","date":"d"}
{"doc_id":"p1","title":"富士山","description":"高い山","link":"l","date":"d"}
{"doc_id":"p9","title":"土星","description":"環","link":"l","date":"d"}
{"doc_id":"p2","title":"琵琶湖","description":"湖","link":"l","date":"d"}
"#;
    let lines = folder(&[("eval.jsonl", questions), ("collection.jsonl", pages)])?;
    let collection = jacwir::open(lines.path())?;
    let parquet = folder_of(&[
        ("eval/eval-00000-of-00001.parquet", include_bytes!("parquet/jacwir_eval.parquet")),
        (
            "collection/collection-00000-of-00002.parquet",
            include_bytes!("parquet/jacwir_collection_0.parquet"),
        ),
        (
            "collection/collection-00001-of-00002.parquet",
            include_bytes!("parquet/jacwir_collection_1.parquet"),
        ),
    ])?;
    assert_eq!(jacwir::open(parquet.path())?.digest(), collection.digest());
    let expected = [("p3", "茶 わび茶"), ("p1", "富士山 高い山"), ("p2", "琵琶湖 湖")];
    assert_eq!(texts(&collection), expected);
    assert_eq!(
        (grade(&collection, "q1", "p1"), grade(&collection, "q2", "p2")),
        (Some(1), Some(1))
    );
    let candidates = collection.candidates.ok_or("no candidates")?;
    let ids = candidates.ranking("q2").ok_or("no q2")?.iter().map(|(id, _)| id);
    assert_eq!(ids.collect::<Vec<_>>(), ["p2", "p1", "p3"]);
    Ok(())
}
