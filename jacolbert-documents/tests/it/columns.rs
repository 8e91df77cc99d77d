//! Columns of metadata beside the same filters without them.

use std::path::Path;

use jacolbert_documents::{Companions, DocumentBlockBuilder, Documents, Error, Filter, block_name};
use jacolbert_index::{EmbeddingsRef, Index, IndexBuilder, PassageId};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::TestResult;
use crate::filters::filter_of;

/// Documents in memory with these metadata, one passage each.
fn documents(metadata: &[Value]) -> Result<Documents<Vec<u8>>, Error> {
    let mut documents = Documents::new();
    documents.push(Path::new("block"), block(metadata))?;
    Ok(documents)
}

fn block(metadata: &[Value]) -> Vec<u8> {
    let mut builder = DocumentBlockBuilder::new(0);
    for (n, metadata) in metadata.iter().enumerate() {
        builder.add(&format!("d{n}"), &metadata.to_string(), [""]);
    }
    builder.build()
}

fn passing(documents: &Documents<Vec<u8>>, filter: &Filter) -> Result<Vec<PassageId>, Error> {
    documents.matching(filter, &|_| true)?.passages(&|_| true)
}

/// Checks that `filter` finds the same with columns as without.
fn check(metadata: &[Value], filter: &Filter) -> TestResult {
    let scanned = documents(metadata)?;
    let with_columns = scanned.clone().with_companions(&Companions::default())?;
    let expected = passing(&scanned, filter)?;
    assert_eq!(passing(&with_columns, filter)?, expected, "{filter} of {metadata:?}");
    let negated = !filter.clone();
    assert_eq!(passing(&with_columns, &negated)?, passing(&scanned, &negated)?, "{negated}");
    Ok(())
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..4).prop_map(Value::from),
        prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(1 << 53), Just((1 << 53) + 1)]
            .prop_map(Value::from),
        Just(Value::from(u64::MAX)),
        prop_oneof![Just(-0.0), Just(0.5), Just(2.0), Just(1e300), Just((1u64 << 53) as f64)]
            .prop_map(Value::from),
        "[aA山 %_']{0,3}".prop_map(Value::from),
        Just(Value::from("長".repeat(400))),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[ab]", inner, 0..3).prop_map(Value::from_iter),
        ]
    })
}

fn metadata() -> impl Strategy<Value = Value> {
    prop_oneof![
        9 => prop::collection::hash_map("[ab]", tree(), 0..3).prop_map(Value::from_iter),
        1 => tree(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn columns_give_the_answers_of_scanning(
        metadata in prop::collection::vec(metadata(), 0..90),
        filter in filter_of("[ab]"),
    ) {
        check(&metadata, &filter).map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}

#[test]
fn columns_of_full_and_sparse_paths_give_the_answers_of_scanning() -> TestResult {
    let metadata: Vec<Value> = (0..3_000i64)
        .map(|n| match n % 7 {
            0 => json!({"n": n, "t": format!("t{}", n % 50), "sparse": n / 100, "tags": [n % 5, "x"]}),
            1 => json!({"n": n, "t": format!("t{}", n % 50), "tags": [[n % 3], "y"]}),
            _ => json!({"n": n, "t": format!("t{}", n % 50), "half": n as f64 / 2.0}),
        })
        .collect();
    for text in [
        "n >= 0",
        "n > 2999",
        "n BETWEEN 100 AND 200.5",
        "n != 17 AND n < 64",
        "n IN (1, 2.0, 3.5, '4', 9000)",
        "n < 'a'",
        "n LIKE '%99'",
        "t = 't7' OR t > 't48'",
        "t < 't1' OR t <= 't10'",
        "t >= 'zz' OR t < 'a'",
        "t IN ('t1', 't2', 'none', NULL)",
        "t LIKE 'T_9'",
        "sparse = 3 OR sparse IS NULL AND n < 10",
        "half > 1000 AND half <= 1400.5",
        "tags HAS 3 OR tags HAS 'y'",
        "tags HAS '[1]'",
        "tags[0] = 1 OR tags[0][0] = 2",
        "tags = '[0,\"x\"]'",
        "missing IS NULL",
        "NOT (t = 't3' OR missing = 1)",
    ] {
        check(&metadata, &text.parse()?)?;
    }
    Ok(())
}

#[test]
fn more_paths_and_deeper_ones_than_have_columns_give_the_answers_of_scanning() -> TestResult {
    let mut metadata: Vec<Value> = (0..1_200).map(|n| json!({format!("key{n}"): n})).collect();
    metadata.push(json!({"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":{"j":5}}}}}}}}}}));
    let deep = "a.b.c.d.e.f.g.h.i.j = 5";
    check(&metadata, &format!("key3 = 3 OR key1199 = 1199 OR {deep}").parse()?)?;
    check(&metadata[1_200..], &deep.parse()?)?;
    check(&metadata[1_200..], &"key7 IS NULL AND a.b.c IS NOT NULL".parse()?)
}

#[test]
fn the_columns_of_a_block_have_one_form() -> TestResult {
    let metadata: Vec<Value> =
        (0..200).map(|n| json!({"b": n, "a": [n], "c": {"d": n % 3}})).collect();
    let block = block(&metadata);
    let files = Companions::default().files_of(&block)?;
    assert_eq!(files, Companions::default().files_of(&block)?);
    assert_eq!(files[0].name, "columns-from-0");
    Ok(())
}

/// An index in memory of one document, with these bytes as its columns.
fn index(metadata: &Value, columns: &[u8]) -> Result<Index, jacolbert_index::Error> {
    let mut builder = IndexBuilder::new(2, Default::default())?;
    builder.add(EmbeddingsRef::new(&[0.6, 0.8], 2)?)?;
    builder.attach(&block_name(0), &block(std::slice::from_ref(metadata)));
    builder.attach("columns-from-0", columns);
    builder.build()
}

#[test]
fn every_altered_byte_of_the_columns_is_an_error_or_does_no_harm() -> TestResult {
    let metadata = json!({"year": 2021, "tags": ["a", 1]});
    let block = block(std::slice::from_ref(&metadata));
    let good = Companions::default().files_of(&block)?.remove(0).content;
    let filter: Filter = "year = 2021 AND tags HAS 'a'".parse()?;
    let find = |columns: &[u8]| {
        let index = index(&metadata, columns)?;
        let documents = Documents::from_index(Path::new("folder"), &index)?;
        documents.matching(&filter, &|_| true)?.num_documents(&|_| true)
    };
    assert_eq!(find(&good)?, 1);
    let mut num_errors = 0;
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x21;
        match find(&bad) {
            Ok(found) => assert_eq!(found, 1, "byte {at}"),
            Err(Error::Corrupt { .. } | Error::Version { .. }) => num_errors += 1,
            Err(other) => return Err(format!("byte {at}: {other}").into()),
        }
    }
    // What is left are the gaps between parts, and the settings, which only a compaction reads.
    assert!(num_errors > good.len() * 9 / 10, "{num_errors} of {}", good.len());
    for len in 0..good.len() {
        assert!(matches!(find(&good[..len]), Err(Error::Corrupt { .. })), "{len} bytes");
    }
    let other = Companions::default().files_of(documents(&[Value::Null])?.blocks()[0].bytes())?;
    assert!(matches!(find(&other[0].content), Err(Error::Corrupt { .. })), "of another block");
    Ok(())
}

#[test]
fn columns_beside_no_block_are_damage() -> TestResult {
    let block = block(&[Value::Null]);
    let columns = Companions::default().files_of(&block)?.remove(0).content;
    let mut builder = IndexBuilder::new(2, Default::default())?;
    builder.add(EmbeddingsRef::new(&[0.6, 0.8], 2)?)?;
    builder.attach(&block_name(0), &block);
    builder.attach("columns-from-7", &columns);
    let opened = Documents::from_index(Path::new("folder"), &builder.build()?);
    assert!(matches!(opened, Err(Error::Corrupt { .. })), "{opened:?}");
    Ok(())
}
