//! Reals as SQLite turns them into text.

/// Significant digits that a text has at most.
const DIGITS: usize = 17;

/// The text of a real as in SQLite 3.54: up to 17 significant digits, fewer where the last ones are zeros or nines
/// and the shorter text is the same real; always a decimal point. Minus zero has no sign.
pub(super) fn real_to_text(value: f64) -> String {
    if value == 0.0 {
        return "0.0".into();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    if value.is_infinite() {
        return format!("{sign}Inf");
    }
    let value = value.abs();
    let (digits, exponent) = short_digits(value).unwrap_or_else(|| digits_of(value, DIGITS));
    let digits = digits.trim_end_matches('0');
    format!("{sign}{}", laid_out(digits, exponent))
}

/// The first digits of a number, rounded, and the exponent of the first of them.
fn digits_of(value: f64, num_digits: usize) -> (String, i32) {
    let text = format!("{value:.*e}", num_digits - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// Fewer digits that are the same real, where SQLite looks for them: it does if the digits 14 to 16 are zeros, or
/// 15 and 16 are nines.
fn short_digits(value: f64) -> Option<(String, i32)> {
    // Enough digits that rounding the last does not change the first.
    let (digits, exponent) = digits_of(value, DIGITS + 8);
    let (short, is_rounded_up) = if &digits[14..16] == "99" {
        (digits[..14].trim_end_matches('9'), true)
    } else if &digits[13..16] == "000" || exponent >= DIGITS as i32 {
        (digits[..13].trim_end_matches('0'), false)
    } else {
        return None;
    };
    let number = short.parse::<u64>().unwrap_or(0) + u64::from(is_rounded_up);
    let scale = exponent + 1 - short.len() as i32;
    let is_same = format!("{number}e{scale}").parse() == Ok(value);
    // Rounding up may make a digit more.
    let digits = number.to_string();
    let exponent = scale + digits.len() as i32 - 1;
    is_same.then_some((digits, exponent))
}

/// The digits with a decimal point, or an exponent if the number is very small or large.
fn laid_out(digits: &str, exponent: i32) -> String {
    let with_point = |whole: &str, fraction: &str| {
        format!("{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
    };
    if !(-4..DIGITS as i32).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", with_point(first, rest), exponent.abs());
    }
    match usize::try_from(exponent) {
        Ok(exponent) if digits.len() > exponent => {
            let (whole, fraction) = digits.split_at(exponent + 1);
            with_point(whole, fraction)
        }
        Ok(exponent) => {
            let num_digits = exponent + 1;
            with_point(&format!("{digits:0<num_digits$}"), "")
        }
        Err(_) => with_point("0", &format!("{}{digits}", "0".repeat((-exponent - 1) as usize))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reals_have_the_texts_of_sqlite() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "0.0"),
            (1.0, "1.0"),
            (100.0, "100.0"),
            (0.1, "0.1"),
            (49.47, "49.47"),
            (-2.5, "-2.5"),
            (0.0001, "0.0001"),
            (0.00001, "1.0e-05"),
            (1e15, "1000000000000000.0"),
            (1e17, "1.0e+17"),
            (1e300, "1.0e+300"),
            (1.0 / 3.0, "0.33333333333333331"),
            (0.1 + 0.2, "0.30000000000000004"),
            (9007199254740992.0, "9007199254740992.0"),
            (f64::INFINITY, "Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ];
        for (real, expected) in cases {
            assert_eq!(real_to_text(real), expected);
        }
    }
}
