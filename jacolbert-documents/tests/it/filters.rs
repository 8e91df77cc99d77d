//! Filters: their language, and what they say about metadata.

use jacolbert_documents::{
    Expected, Field, Filter, FilterFault, FilterPosition, FilterValue, Quoted, field,
};
use proptest::prelude::*;

use crate::TestResult;

#[test]
fn a_filter_says_of_metadata_what_sqlite_says() -> TestResult {
    let metadata = r#"{"year":2021,"half":0.5,"lang":"ja","ok":true,"none":null,"big":9223372036854775808,
        "author":{"name":"山田","age":40},"tags":["sport",3,null,[1]],"odd key":"x","a.b":1,"text":"2021"}"#;
    let cases = [
        ("year = 2021", true),
        ("year == 2021.0", true),
        ("year = '2021'", false),
        ("year < 'a'", true),
        ("text > 99999", true),
        ("2020 <= year AND year <> 2022", true),
        ("half > 0 and half < 1", true),
        ("lang IN ('en', 'ja')", true),
        ("lang NOT IN ('en', NULL)", false),
        ("lang IN ()", false),
        ("none IN ()", false),
        ("NOT none IN ()", true),
        ("missing = 1 OR NOT missing = 1", false),
        ("missing IS NULL AND none IS NULL AND lang IS NOT NULL", true),
        ("ok = 1 AND ok = TRUE AND ok != FALSE", true),
        ("ok LIKE '1'", true),
        ("big = 9223372036854775808", true),
        ("big > 9223372036854775807", true),
        ("author.name LIKE '山%' AND author.age BETWEEN 39 AND 41", true),
        ("author.age NOT BETWEEN 39 AND 41", false),
        ("author.name.first IS NULL", true),
        ("author = '{\"name\":\"山田\",\"age\":40}'", true),
        ("tags HAS 'sport' AND tags HAS 3 AND tags HAS 3.0 AND tags HAS '[1]'", true),
        ("tags HAS 'Sport' OR tags HAS NULL OR lang HAS 'ja' OR missing HAS 1", false),
        ("NOT missing HAS 1", true),
        ("tags[1] = 3 AND tags[3][0] = 1 AND tags[9] IS NULL", true),
        ("\"odd key\" = 'x' AND \"a.b\" = 1 AND a.b IS NULL", true),
        ("lang LIKE 'J_' AND NOT lang LIKE 'j' AND half LIKE '0.%'", true),
        ("lang LIKE '!j%' ESCAPE '!'", true),
        ("lang = NULL", false),
        ("NOT (lang = NULL)", false),
    ];
    for (filter, expected) in cases {
        let parsed: Filter = filter.parse()?;
        assert_eq!(parsed.passes(metadata)?, expected, "{filter}");
        assert_eq!(parsed.to_string().parse::<Filter>()?, parsed, "{parsed}");
    }
    Ok(())
}

#[test]
fn metadata_that_is_no_object_has_only_null_fields() -> TestResult {
    for metadata in ["null", "5", "\"a\"", "[{\"a\":1}]", "true", " {} "] {
        assert!(field("a").is_null().passes(metadata)?, "{metadata}");
        assert!(!field("a").eq(1).passes(metadata)?, "{metadata}");
    }
    assert!(field("a").is_null().passes("{").is_err());
    assert!(field("a").is_null().passes("").is_err());
    Ok(())
}

#[test]
fn of_a_key_that_comes_twice_the_first_value_counts() -> TestResult {
    assert!(field("a").eq(1).passes(r#"{"a":1,"a":2}"#)?);
    assert!(field("a.b").eq(1).passes(r#"{"a":{"b":1},"\u0061":{"b":2}}"#)?);
    Ok(())
}

#[test]
fn an_array_or_object_is_its_json_without_white_space() -> TestResult {
    let metadata = "{\"a\": [1,  \"x y\\\" [\", {\"b\" :\t2}]}";
    assert!(field("a").eq("[1,\"x y\\\" [\",{\"b\":2}]").passes(metadata)?);
    Ok(())
}

#[test]
fn an_error_says_what_is_wrong_and_where() {
    let unexpected =
        |expected, found: &str| FilterFault::Unexpected { expected, found: found.into() };
    let cases = [
        ("", 0, 1, unexpected(Expected::Condition, "the end")),
        ("   ", 3, 4, unexpected(Expected::Condition, "the end")),
        ("年 >= ", 7, 6, unexpected(Expected::Value, "the end")),
        ("year", 4, 5, unexpected(Expected::Operator, "the end")),
        ("year 2020", 5, 6, unexpected(Expected::Operator, "2020")),
        ("year = 1 lang = 2", 9, 10, unexpected(Expected::End, "lang")),
        ("year = 1 AND", 12, 13, unexpected(Expected::Condition, "the end")),
        ("(year = 1", 9, 10, unexpected(Expected::Word(")"), "the end")),
        ("year = lang", 7, 8, unexpected(Expected::Value, "lang")),
        ("1 = 1", 4, 5, unexpected(Expected::Field, "1")),
        ("1 IN (1)", 2, 3, unexpected(Expected::Operator, "IN")),
        ("year IS 1", 8, 9, unexpected(Expected::Word("NULL"), "1")),
        ("year IN 1", 8, 9, unexpected(Expected::Word("("), "1")),
        ("year IN (1 2)", 11, 12, unexpected(Expected::Word(","), "2)")),
        ("year LIKE 1", 10, 11, unexpected(Expected::Text, "1")),
        ("year BETWEEN 1 OR 2", 15, 16, unexpected(Expected::Word("AND"), "OR")),
        ("a.1 = 1", 1, 2, unexpected(Expected::Operator, ".1")),
        ("a. = 1", 3, 4, unexpected(Expected::Key, "=")),
        ("a[x] = 1", 2, 3, unexpected(Expected::Element, "x]")),
        ("a[1.5] = 1", 2, 3, unexpected(Expected::Element, "1.5]")),
        ("and = 1", 0, 1, unexpected(Expected::Condition, "and")),
        ("a = -b", 5, 6, unexpected(Expected::Value, "b")),
        ("a LIKE 'x' ESCAPE 'ab'", 18, 19, FilterFault::Escape),
        ("a = 'x", 4, 5, FilterFault::Unclosed(Quoted::Text)),
        ("\"a = 1", 0, 1, FilterFault::Unclosed(Quoted::Name)),
        ("a = 1x", 4, 5, FilterFault::Number("1x".into())),
        ("a = 1.2.3", 4, 5, FilterFault::Number("1.2.3".into())),
        ("a = 0x10", 4, 5, FilterFault::Number("0x10".into())),
        ("あ = 1 ; b", 8, 7, FilterFault::Character(';')),
    ];
    for (text, byte, column, fault) in cases {
        let error = text.parse::<Filter>().expect_err(text);
        assert_eq!(error.fault, fault, "{text:?}");
        assert_eq!(error.position, FilterPosition { byte, column }, "{text:?}");
        assert!(error.to_string().starts_with(&format!("column {column} of the filter: ")));
    }
}

#[test]
fn no_text_overflows_the_stack_or_takes_long() {
    let many = |text: &str| text.repeat(50_000);
    for text in
        [many("("), many("NOT "), many("(a = 1 AND "), format!("a{} = 1", many(".b")), many("a[0]")]
    {
        let error = text.parse::<Filter>().expect_err("too deep");
        assert!(
            matches!(error.fault, FilterFault::TooDeep { .. } | FilterFault::Unexpected { .. }),
            "{error}"
        );
    }
    let chain = vec!["a = 1"; 100_000].join(" OR ");
    let parsed: Filter = chain.parse().expect("a long chain is not deep");
    assert!(parsed.passes(r#"{"a":1}"#).expect("metadata"));
    assert_eq!(parsed.to_string(), chain);
    let list = format!("a IN ({}2)", "1, ".repeat(100_000));
    assert!(list.parse::<Filter>().is_ok());
    let error = " ".repeat(1 << 21).parse::<Filter>().expect_err("too long");
    assert!(matches!(error.fault, FilterFault::TooLong { .. }));
    let mut built = field("a").eq(1);
    for _ in 0..5_000 {
        built = !(!built).and(field("b").is_null());
    }
    assert!(
        !built.passes(r#"{"a":1,"b":1}"#).expect("metadata") || built.to_string().len() > 100_000
    );
}

#[test]
fn huge_numbers_are_infinite_and_no_number_is_null() -> TestResult {
    assert!(field("a").lt(f64::INFINITY).passes(r#"{"a":1e308}"#)?);
    assert!("a < 9e999 AND a > -9e999".parse::<Filter>()?.passes(r#"{"a":1e308}"#)?);
    assert_eq!(field("a").eq(f64::NAN).to_string(), "a = NULL");
    assert_eq!(field("a").eq(f64::NEG_INFINITY).to_string(), "a = -9e999");
    assert_eq!("a = -9223372036854775808".parse::<Filter>()?, field("a").eq(i64::MIN));
    Ok(())
}

fn value() -> impl Strategy<Value = FilterValue> {
    prop_oneof![
        Just(FilterValue::Null),
        any::<bool>().prop_map(FilterValue::from),
        any::<i64>().prop_map(FilterValue::from),
        (-3i64..4).prop_map(FilterValue::from),
        prop_oneof![Just(0.5), Just(2.0), Just(-0.0), Just(9007199254740992.0)]
            .prop_map(FilterValue::from),
        prop::num::f64::ANY.prop_map(FilterValue::from),
        "[a'\"%_ 山!-]{0,4}".prop_map(FilterValue::from),
    ]
}

/// A key as it may be written, and one that needs quotes.
fn any_key() -> impl Strategy<Value = String> + Clone {
    prop_oneof!["[a-z年_]{1,3}", "[a-c\".\\[ '山0]{0,3}", Just("Null".to_owned())]
}

fn a_field(key: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = Field> {
    let step = prop_oneof![3 => key.clone().prop_map(Ok), 1 => (0usize..3).prop_map(Err)];
    (key, prop::collection::vec(step, 0..3)).prop_map(|(first, steps)| {
        steps.into_iter().fold(Field::of_keys([first]), |field, step| match step {
            Ok(key) => field.key(key),
            Err(element) => field.element(element),
        })
    })
}

fn condition(key: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = Filter> {
    let values = prop::collection::vec(value(), 0..3);
    (a_field(key), 0..12, value(), values, "[a'%_!山]{0,4}").prop_map(|(f, kind, v, values, p)| {
        match kind {
            0 => f.eq(v),
            1 => f.ne(v),
            2 => f.lt(v),
            3 => f.le(v),
            4 => f.gt(v),
            5 => f.ge(v),
            6 => f.is_in(values),
            7 => f.like(p),
            8 => f.like_escaped(p, '!'),
            9 => f.is_null(),
            10 => f.between(v, 3),
            _ => f.has(v),
        }
    })
}

/// Filters over fields of these keys.
pub(crate) fn filter_of(
    key: impl Strategy<Value = String> + Clone + 'static,
) -> impl Strategy<Value = Filter> {
    condition(key).prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|filter| !filter),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            (inner.clone(), inner).prop_map(|(a, b)| a.or(b)),
        ]
    })
}

proptest! {
    #[test]
    fn what_a_filter_is_written_as_is_read_as_the_same_filter(filter in filter_of(any_key())) {
        let text = filter.to_string();
        let parsed = text.parse::<Filter>();
        prop_assert_eq!(parsed.as_ref(), Ok(&filter), "{}", text);
    }

    #[test]
    fn any_text_is_a_filter_or_an_error_with_a_place_in_it(text in "[a1'\"()<=.\\[\\]年 NOTAND-]{0,24}") {
        if let Err(error) = text.parse::<Filter>() {
            let before = text.get(..error.position.byte);
            prop_assert_eq!(before.map(|before| before.chars().count() + 1), Some(error.position.column));
        }
    }
}
