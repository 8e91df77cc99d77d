//! Random metadata.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use serde_json::{Map, Number, Value};

/// Keys of the metadata; the fields of the expressions use them, too.
pub(crate) const KEYS: [&str; 5] = ["a", "b", "年", "strange key", "n.m's"];

pub(crate) const TEXTS: [&str; 20] = [
    "",
    "a",
    "A",
    "ab",
    "aB%",
    "日本",
    "日",
    "本日",
    "%",
    "_",
    "1",
    "1.0",
    "true",
    "é",
    "É",
    "zz",
    "it's",
    "[1]",
    "𠮷野家",
    "日本語の長い文",
];

pub(crate) const INTEGERS: [i64; 12] =
    [0, 1, 2, -1, 3, 10, 2020, 1 << 53, (1 << 53) + 1, i64::MAX, i64::MIN, -(1 << 53) - 1];

pub(crate) const REALS: [f64; 15] = [
    49.47,
    123456789012345.6,
    2.0e16,
    0.0,
    -0.0,
    0.5,
    1.0,
    -1.5,
    1e300,
    -1e-7,
    0.1,
    1.0 / 3.0,
    9007199254740992.0,
    1e15,
    9.3e18,
];

/// The JSON of random metadata, of which some have white space.
pub(crate) fn random_metadata(rng: &mut ChaCha8Rng) -> String {
    let value = if rng.random_bool(0.05) { leaf(rng) } else { object(rng, 3) };
    if rng.random_bool(0.2) { format!("{value:#}") } else { value.to_string() }
}

fn value(rng: &mut ChaCha8Rng, depth: usize) -> Value {
    match rng.random_range(0..10) {
        0..=1 if depth > 0 => object(rng, depth - 1),
        2..=3 if depth > 0 => {
            let len = rng.random_range(0..4);
            (0..len).map(|_| value(rng, depth - 1)).collect()
        }
        _ => leaf(rng),
    }
}

fn object(rng: &mut ChaCha8Rng, depth: usize) -> Value {
    let mut object = Map::new();
    for key in KEYS {
        if rng.random_bool(0.5) {
            object.insert(key.into(), value(rng, depth));
        }
    }
    object.into()
}

fn leaf(rng: &mut ChaCha8Rng) -> Value {
    match rng.random_range(0..10) {
        0 => Value::Null,
        1 => rng.random_bool(0.5).into(),
        2..=4 => INTEGERS[rng.random_range(0..INTEGERS.len())].into(),
        5..=6 => Number::from_f64(REALS[rng.random_range(0..REALS.len())]).into(),
        7 => rng.random_range(i64::MAX as u64..=u64::MAX).into(),
        _ => TEXTS[rng.random_range(0..TEXTS.len())].into(),
    }
}
