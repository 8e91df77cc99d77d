//! Where the numbers of a column lie beside a value that they are compared with.

use std::cmp::Ordering;
use std::ops::Range;

use crate::filter::Scalar;

/// The integers that are equal to `expected`; those before the range are less, those behind it are greater.
pub(super) fn equal_integers(expected: &Scalar<'_>) -> Range<i128> {
    let least = i128::from(i64::MIN);
    let end = i128::from(i64::MAX) + 1;
    // The first integer from which on `holds` is true.
    let first = |holds: &dyn Fn(Ordering) -> bool| {
        let mut low = least;
        let mut high = end;
        while low < high {
            let middle = (low + high).div_euclid(2);
            let ordering = Scalar::Integer(middle as i64).compare(expected);
            if ordering.is_some_and(holds) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    };
    first(&Ordering::is_ge)..first(&Ordering::is_gt)
}

/// A number that orders reals as their values do; both zeros have the same.
pub(super) fn place_of_real(value: f64) -> i128 {
    let bits = if value == 0.0 { 0 } else { value.to_bits() as i64 };
    i128::from(if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits })
}

/// The places of the reals that are equal to `expected`; those before the range are less, those behind it are
/// greater.
pub(super) fn equal_reals(expected: &Scalar<'_>) -> Range<i128> {
    match expected {
        Scalar::Real(value) => place_of_real(*value)..place_of_real(*value) + 1,
        Scalar::Integer(value) => {
            // Of the reals, none lies between an integer and the nearest one.
            let nearest = *value as f64;
            let place = place_of_real(nearest);
            match Scalar::Real(nearest).compare(expected) {
                Some(Ordering::Less) => place + 1..place + 1,
                Some(Ordering::Greater) => place..place,
                _ => place..place + 1,
            }
        }
        // Every real is less than any text.
        Scalar::Text(_) | Scalar::Null => i128::MAX..i128::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_compare_as_the_numbers_do() {
        let reals = [
            f64::NEG_INFINITY,
            -1e300,
            -9223372036854775808.0,
            -2.0,
            -1.5,
            -5e-324,
            -0.0,
            0.0,
            5e-324,
            0.5,
            1.0,
            9007199254740992.0,
            9007199254740994.0,
            9223372036854775808.0,
            1e300,
            f64::INFINITY,
        ];
        let integers = [i64::MIN, -2, -1, 0, 1, (1 << 53) + 1, (1 << 53) + 2, i64::MAX];
        let expected = reals.map(Scalar::Real).into_iter().chain(integers.map(Scalar::Integer));
        for expected in expected.chain([Scalar::Text("".into())]) {
            let side = |place: i128, equal: &Range<i128>| match place {
                _ if place < equal.start => Ordering::Less,
                _ if place < equal.end => Ordering::Equal,
                _ => Ordering::Greater,
            };
            for real in reals {
                let found = side(place_of_real(real), &equal_reals(&expected));
                assert_eq!(
                    Some(found),
                    Scalar::Real(real).compare(&expected),
                    "{real} {expected:?}"
                );
            }
            for integer in integers {
                let found = side(integer.into(), &equal_integers(&expected));
                assert_eq!(
                    Some(found),
                    Scalar::Integer(integer).compare(&expected),
                    "{integer} {expected:?}"
                );
            }
        }
    }
}
