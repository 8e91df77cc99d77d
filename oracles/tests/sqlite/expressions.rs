//! Random expressions, each as a filter and as SQL.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use crate::metadata::{INTEGERS, KEYS, REALS, TEXTS};

/// The same expression in both languages.
#[derive(Debug, Clone)]
pub(crate) struct Expression {
    pub(crate) filter: String,
    pub(crate) sql: String,
}

/// Conditions with AND, OR, NOT and parentheses; without parentheses, both languages have the same precedence.
pub(crate) fn random_expression(rng: &mut ChaCha8Rng) -> Expression {
    expression(rng, 3)
}

fn expression(rng: &mut ChaCha8Rng, depth: usize) -> Expression {
    if depth == 0 {
        return condition(rng);
    }
    match rng.random_range(0..8) {
        0..=1 => {
            let operand = expression(rng, depth - 1);
            wrap("NOT (", &operand, ")")
        }
        2 => wrap("NOT ", &condition(rng), ""),
        3..=5 => {
            let a = expression(rng, depth - 1);
            let b = expression(rng, depth - 1);
            let word = if rng.random_bool(0.5) { "AND" } else { "OR" };
            let both = Expression {
                filter: format!("{} {word} {}", a.filter, b.filter),
                sql: format!("{} {word} {}", a.sql, b.sql),
            };
            if rng.random_bool(0.4) { wrap("(", &both, ")") } else { both }
        }
        _ => condition(rng),
    }
}

fn wrap(before: &str, inner: &Expression, after: &str) -> Expression {
    let Expression { filter, sql } = inner;
    Expression { filter: format!("{before}{filter}{after}"), sql: format!("{before}{sql}{after}") }
}

/// A field, as a filter has it and as a path of SQLite in quotes.
struct Field {
    filter: String,
    path: String,
}

fn field(rng: &mut ChaCha8Rng) -> Field {
    let key = KEYS[rng.random_range(0..KEYS.len())];
    let mut field = Field { filter: name(key), path: format!("$.\"{key}\"") };
    while rng.random_bool(0.25) {
        if rng.random_bool(0.4) {
            let element = rng.random_range(0..3);
            field.filter += &format!("[{element}]");
            field.path += &format!("[{element}]");
        } else {
            let key = KEYS[rng.random_range(0..KEYS.len())];
            field.filter += &format!(".{}", name(key));
            field.path += &format!(".\"{key}\"");
        }
    }
    Field { path: format!("'{}'", field.path.replace('\'', "''")), ..field }
}

fn name(key: &str) -> String {
    if key.contains([' ', '.', '\'']) { format!("\"{key}\"") } else { key.into() }
}

/// A value, written alike in both languages.
fn value(rng: &mut ChaCha8Rng) -> String {
    match rng.random_range(0..20) {
        0 => "NULL".into(),
        1 => "TRUE".into(),
        2 => "false".into(),
        3..=8 => INTEGERS[rng.random_range(0..INTEGERS.len())].to_string(),
        9..=11 => format!("{:?}", REALS[rng.random_range(0..REALS.len())]),
        12 => "9223372036854775808".into(),
        13 => "-1e999".into(),
        14 => ".5".into(),
        _ => quoted(TEXTS[rng.random_range(0..TEXTS.len())]),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn condition(rng: &mut ChaCha8Rng) -> Expression {
    let field = field(rng);
    let extracted = format!("json_extract(metadata, {})", field.path);
    let not = if rng.random_bool(0.25) { "NOT " } else { "" };
    let same = |what: String| Expression {
        filter: format!("{} {what}", field.filter),
        sql: format!("{extracted} {what}"),
    };
    match rng.random_range(0..12) {
        0..=3 => same(format!("{} {}", comparison(rng), value(rng))),
        4 => {
            let before = format!("{} {}", value(rng), comparison(rng));
            Expression {
                filter: format!("{before} {}", field.filter),
                sql: format!("{before} {extracted}"),
            }
        }
        5 => {
            let len = rng.random_range(0..5);
            let values: Vec<String> = (0..len).map(|_| value(rng)).collect();
            same(format!("{not}IN ({})", values.join(", ")))
        }
        6 => same(format!("{not}BETWEEN {} AND {}", value(rng), value(rng))),
        7 => same(format!("IS {not}NULL")),
        8..=9 => same(format!("{not}LIKE {}", pattern(rng))),
        _ => {
            let value = value(rng);
            let Field { filter, path } = &field;
            Expression {
                filter: format!("{filter} HAS {value}"),
                sql: format!(
                    "(json_type(metadata, {path}) = 'array' AND EXISTS (SELECT 1 FROM json_each(metadata, {path}) \
                     WHERE json_each.value = {value}))"
                ),
            }
        }
    }
}

fn comparison(rng: &mut ChaCha8Rng) -> &'static str {
    ["=", "==", "!=", "<>", "<", "<=", ">", ">="][rng.random_range(0..8)]
}

/// A pattern of LIKE, often one that a text, a number or a container matches.
fn pattern(rng: &mut ChaCha8Rng) -> String {
    const PARTS: [&str; 18] = [
        "%", "%", "_", "a", "B", "日", "本", "1", "0", ".", "e", "[", "]", "{", ",", "\"", "!%",
        "!!",
    ];
    let len = rng.random_range(0..5);
    let pattern: String = (0..len).map(|_| PARTS[rng.random_range(0..PARTS.len())]).collect();
    let escape = if rng.random_bool(0.4) { " ESCAPE '!'" } else { "" };
    format!("{}{escape}", quoted(&pattern))
}
