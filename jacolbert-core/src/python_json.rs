//! What Python writes as JSON, and JSON does not have.

use std::borrow::Cow;

use serde_json::Value;

/// The whole number `value`, which Python may have written as `512.0`.
pub(crate) fn whole_number(value: &Value) -> Option<u64> {
    let whole = |number: &f64| number.fract() == 0.0 && (0.0..=2_f64.powi(53)).contains(number);
    value.as_u64().or_else(|| value.as_f64().filter(whole).map(|number| number as u64))
}

/// `json` with quotes around the numbers that Python writes and JSON does not have.
pub(crate) fn with_quoted_numbers(json: &str) -> Cow<'_, str> {
    const NUMBERS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];
    if !NUMBERS.iter().any(|number| json.contains(number)) {
        return Cow::Borrowed(json);
    }
    let mut quoted = String::with_capacity(json.len() + 16);
    let mut rest = json;
    while let Some(next) = rest.chars().next() {
        let end = match NUMBERS.iter().find(|number| rest.starts_with(**number)) {
            Some(number) => {
                quoted.extend(["\"", number, "\""]);
                rest = &rest[number.len()..];
                continue;
            }
            None if next == '"' => text_length(rest),
            None => next.len_utf8(),
        };
        quoted.push_str(&rest[..end]);
        rest = &rest[end..];
    }
    Cow::Owned(quoted)
}

/// The length in bytes of the text in quotes at the beginning of `json`.
fn text_length(json: &str) -> usize {
    let mut is_escaped = false;
    let closes = |(at, byte): (usize, &u8)| {
        let closes = *byte == b'"' && !is_escaped && at > 0;
        is_escaped = *byte == b'\\' && !is_escaped;
        closes.then_some(at + 1)
    };
    json.as_bytes().iter().enumerate().find_map(closes).unwrap_or(json.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_outside_of_texts_are_quoted() {
        let check = |json: &str, expected: &str| assert_eq!(with_quoted_numbers(json), expected);
        check("{\"a\": 1}", "{\"a\": 1}");
        check("[NaN, -Infinity,Infinity]", "[\"NaN\", \"-Infinity\",\"Infinity\"]");
        check(r#"["NaN", "\"NaN", "\\", NaN]"#, r#"["NaN", "\"NaN", "\\", "NaN"]"#);
        check("[\"NaN", "[\"NaN");
        check("山NaN\"", "山\"NaN\"\"");
    }
}
