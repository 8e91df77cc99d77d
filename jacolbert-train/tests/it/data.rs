//! Rows of every format, and which of their passages are taken.

use std::collections::HashSet;
use std::path::PathBuf;

use jacolbert_train::{
    BadTexts, Choice, Error, ExampleOptions, Examples, IdFormat, Order, RowSource, Skipped,
    TextFormat, TooFewNegatives,
};

use crate::TestResult;
use crate::scratch::Scratch;

/// The first passages, `n_way` of them.
fn first(n_way: usize) -> ExampleOptions {
    ExampleOptions { n_way, order: Order::AsStored, choice: Choice::First, ..Default::default() }
}

struct Tables {
    scratch: Scratch,
    queries: PathBuf,
    collection: PathBuf,
}

fn tables(queries: &str, collection: &str) -> std::io::Result<Tables> {
    let scratch = Scratch::new()?;
    let queries = scratch.file("queries.tsv", queries)?;
    let collection = scratch.file("collection.tsv", collection)?;
    Ok(Tables { scratch, queries, collection })
}

impl Tables {
    fn usual() -> std::io::Result<Self> {
        tables("q1\t何?\nq2\t誰?\n", "0\t零\n1\t一\n2\t二\n3\t三\n")
    }

    fn open(
        &self,
        rows: &str,
        format: IdFormat,
        options: &ExampleOptions,
    ) -> Result<Examples, Error> {
        let path = self.scratch.file("rows", rows).expect("the folder can be written");
        Examples::with_ids(&path, format, &self.queries, &self.collection, options)
    }
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| id.to_string()).collect()
}

/// Query and passages of row `row`.
fn texts(examples: &mut Examples, row: usize) -> Result<(String, String), Error> {
    let example = examples.read(row, 0)?;
    Ok((example.query, example.passages.join(" ")))
}

fn expect(examples: &mut Examples, expected: &[(&str, &str)]) -> TestResult {
    assert_eq!(examples.num_rows(), expected.len());
    for (row, (query, passages)) in expected.iter().enumerate() {
        assert_eq!(texts(examples, row)?, (query.to_string(), passages.to_string()), "{row}");
    }
    Ok(())
}

#[test]
fn triples_of_ids_become_texts() -> TestResult {
    let rows = "[\"q2\", 3, 1, 0]\n[\"q1\", \"0\", \"2\", \"1\"]";
    let mut examples = Tables::usual()?.open(rows, IdFormat::Triples, &first(3))?;
    expect(&mut examples, &[("誰?", "三 一 零"), ("何?", "零 二 一")])?;
    assert!(!examples.has_scores());
    assert_eq!(examples.read(1, 0)?.source, RowSource { line: 2, query: "q1".into() });
    Ok(())
}

#[test]
fn scores_stay_with_their_passages() -> TestResult {
    let rows = "[\"q2\", [3, 9.5], [1, -1], [0, 2.5]]\n";
    let tables = Tables::usual()?;
    let mut examples = tables.open(rows, IdFormat::Triples, &first(3))?;
    assert!(examples.has_scores());
    assert_eq!(examples.read(0, 0)?.teacher, [9.5, -1.0, 2.5]);
    let random = ExampleOptions { choice: Choice::Random, ..first(2) };
    let mut examples = tables.open(rows, IdFormat::Triples, &random)?;
    let found: HashSet<(String, String)> = (0..50)
        .map(|seed| examples.read(0, seed))
        .map(|example| example.map(|e| (e.passages.join(" "), format!("{:?}", e.teacher))))
        .collect::<Result<_, _>>()?;
    let expected = [("三 一", "[9.5, -1.0]"), ("三 零", "[9.5, 2.5]")];
    assert_eq!(found, expected.map(|(a, b)| (a.to_string(), b.to_string())).into());
    Ok(())
}

#[test]
fn hard_negatives_by_id_may_have_several_positives_and_further_keys() -> TestResult {
    let rows =
        r#"{"query_id": "q1", "source_id": "x", "positive_ids": [2, 0], "negative_ids": [1, 3]}"#;
    let tables = Tables::usual()?;
    let mut examples = tables.open(rows, IdFormat::HardNegatives, &first(3))?;
    expect(&mut examples, &[("何?", "二 一 三")])?;
    let example = examples.read(0, 0)?;
    assert_eq!((example.names, example.positives), (ids(&["2", "1", "3"]), ids(&["2", "0"])));
    let random = ExampleOptions { choice: Choice::Random, ..first(2) };
    let mut examples = tables.open(rows, IdFormat::HardNegatives, &random)?;
    let found: HashSet<String> = (0..100)
        .map(|seed| Ok(examples.read(0, seed)?.passages.join(" ")))
        .collect::<Result<_, Error>>()?;
    assert_eq!(found, ["二 一", "二 三", "零 一", "零 三"].map(str::to_string).into());
    Ok(())
}

#[test]
fn rows_of_texts_have_three_forms() -> TestResult {
    let check = |format, rows: &str, expected: &[(&str, &str)]| -> TestResult {
        let scratch = Scratch::new()?;
        let path = scratch.file("rows", rows)?;
        expect(&mut Examples::with_texts(&path, format, &first(3))?, expected)
    };
    check(TextFormat::Lists, "[\"問\", \"正\", \"負\", \"悪\"]\n", &[("問", "正 負 悪")])?;
    check(
        TextFormat::Tabbed,
        "問\t正\t負\t悪\r\n問 2\t正\t負\t悪",
        &[("問", "正 負 悪"), ("問 2", "正 負 悪")],
    )?;
    let rows =
        r#"{"query": "問", "positives": ["正"], "negatives": ["負"], "bm25_negatives": ["悪"]}"#;
    check(TextFormat::HardNegatives, rows, &[("問", "正 負 悪")])?;
    let rows = r#"{"query": "問", "positives": ["正"], "negatives": ["負", "悪"]}"#;
    check(TextFormat::HardNegatives, rows, &[("問", "正 負 悪")])
}

#[test]
fn ids_need_not_be_numbers_of_lines() -> TestResult {
    let rows = "[\"7\", \"05\", \"x\"]";
    for collection in
        ["05\t五\nx\t未知\n", "0\t零\nx\t未知\n05\t五\n", "0\t零\n1\t一\n05\t五\nx\t未知\n"]
    {
        let tables = tables("0\t零?\n1\t一?\n7\t七?\n", collection)?;
        expect(&mut tables.open(rows, IdFormat::Triples, &first(2))?, &[("七?", "五 未知")])?;
    }
    Ok(())
}

#[test]
fn negatives_are_drawn_without_repetition_and_all_of_them_at_times() -> TestResult {
    let rows = r#"["q1", 0, 1, 2, 3]"#;
    let options = ExampleOptions { choice: Choice::Random, ..first(3) };
    let mut examples = Tables::usual()?.open(rows, IdFormat::Triples, &options)?;
    let mut seen = HashSet::new();
    for seed in 0..100 {
        let passages = examples.read(0, seed)?.passages;
        assert_eq!(passages[0], "零");
        assert_ne!(passages[1], passages[2]);
        assert_eq!(examples.read(0, seed)?.passages, passages, "the seed decides");
        seen.extend(passages);
    }
    assert_eq!(seen.len(), 4);
    Ok(())
}

#[test]
fn rows_short_of_negatives_are_skipped_if_asked_for() -> TestResult {
    let rows = "[\"q1\", 0, 1]\n[\"q2\", 0, 1, 2]\n[\"q1\", 3]\n";
    let options = ExampleOptions { too_few_negatives: TooFewNegatives::Skip, ..first(3) };
    let mut examples = Tables::usual()?.open(rows, IdFormat::Triples, &options)?;
    expect(&mut examples, &[("誰?", "零 一 二")])?;
    assert_eq!(examples.skipped(), Skipped { too_few_negatives: 2, ..Default::default() });
    assert_eq!(examples.read(0, 0)?.source.line, 2);
    Ok(())
}

#[test]
fn bad_texts_are_left_out_and_counted_if_asked_for() -> TestResult {
    let tables = tables("q1\t何?\nq2\t \n", "0\t零\n1\t\n2\t二\n3\t三\n3\tさん\n")?;
    let rows = "[\"q1\", 0, 1, 2]\n[\"q2\", 0, 2]\n[\"q1\", 1, 2]\n[\"q1\", 2, 3, 9, 2, 0]\n\
                [\"q1\", 0, 1]\n[\"q9\", 0, 2]\n";
    let options = ExampleOptions {
        bad_texts: BadTexts::Skip,
        too_few_negatives: TooFewNegatives::Skip,
        ..first(2)
    };
    let mut examples = tables.open(rows, IdFormat::Triples, &options)?;
    expect(&mut examples, &[("何?", "零 二"), ("何?", "二 零")])?;
    let expected =
        Skipped { too_few_negatives: 1, without_texts: 3, bad_texts: 8, has_header: false };
    assert_eq!((examples.skipped(), examples.skipped().num_rows()), (expected, 4));
    Ok(())
}

#[test]
fn scores_stay_with_the_passages_that_are_left() -> TestResult {
    let tables = tables("q1\t何?\n", "0\t零\n1\t\n2\t二\n3\t三\n")?;
    let rows = r#"["q1", [0, 9.5], [1, 4.0], [2, 2.5], [0, 1.5], [3, 0.5]]"#;
    let options = ExampleOptions { bad_texts: BadTexts::Skip, ..first(3) };
    let mut examples = tables.open(rows, IdFormat::Triples, &options)?;
    let example = examples.read(0, 0)?;
    assert_eq!((example.names, example.teacher), (ids(&["0", "2", "3"]), vec![9.5, 2.5, 0.5]));
    Ok(())
}

#[test]
fn texts_of_a_collection_may_occur_twice() -> TestResult {
    let tables = tables("0\t問\n", "0\t零\n1\t一\n0\t零\n")?;
    expect(&mut tables.open("[0, 0, 1]", IdFormat::Triples, &first(2))?, &[("問", "零 一")])
}

#[test]
fn a_query_may_do_without_negatives() -> TestResult {
    let mut examples = Tables::usual()?.open("[\"q1\", 0]", IdFormat::Triples, &first(1))?;
    expect(&mut examples, &[("何?", "零")])
}

#[test]
fn a_file_that_changed_since_is_an_error_and_no_panic() -> TestResult {
    let tables = Tables::usual()?;
    let rows = "[\"q1\", 0, 1, 2]\n[\"q2\", 0, 1, 2]\n";
    let mut examples = tables.open(rows, IdFormat::Triples, &first(3))?;
    let check =
        |examples: &mut Examples, rows: &str| -> Result<Error, Box<dyn std::error::Error>> {
            tables.scratch.file("rows", rows)?;
            Ok(examples.read(1, 0).err().ok_or("the row is gone")?)
        };
    let shorter = check(&mut examples, "[\"q1\", 0, 1, 2]\n[\"q2\", 0, 1]\n")?;
    assert!(matches!(shorter, Error::Row { line: 2, .. }), "{shorter:?}");
    let cut = check(&mut examples, "[\"q1\", 0, 1, 2]\n")?;
    assert!(matches!(cut, Error::Io { .. }), "{cut:?}");
    Ok(())
}
