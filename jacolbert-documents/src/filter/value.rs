//! Values of filters and of metadata, compared as SQLite compares them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use super::real_text::real_to_text;

/// A value that a filter compares a field with.
///
/// It is made from Rust's numbers, texts and `bool`. `None` and NaN are null, which no value is equal to, nor less
/// or greater.
///
/// ```
/// use jacolbert_documents::FilterValue;
///
/// assert_eq!(FilterValue::from("日本"), FilterValue::Text("日本".into()));
/// assert_eq!(FilterValue::from(f64::NAN), FilterValue::Null);
/// assert_eq!(FilterValue::from(u64::MAX), FilterValue::Real(18446744073709551615.0));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum FilterValue {
    /// No value.
    Null,
    /// TRUE or FALSE, which compare as 1 and 0.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A number that is not NaN.
    Real(f64),
    /// A text.
    Text(String),
}

/// A value as SQLite sees it: true and false are integers, arrays and objects are their JSON.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar<'v> {
    Null,
    Integer(i64),
    Real(f64),
    Text(Cow<'v, str>),
}

impl FilterValue {
    pub(crate) fn as_scalar(&self) -> Scalar<'_> {
        match self {
            Self::Null => Scalar::Null,
            Self::Bool(value) => Scalar::Integer((*value).into()),
            Self::Integer(value) => Scalar::Integer(*value),
            Self::Real(value) => Scalar::Real(*value),
            Self::Text(value) => Scalar::Text(Cow::Borrowed(value)),
        }
    }
}

impl Scalar<'_> {
    /// How the two compare: numbers by value and before texts, texts by their bytes; `None` if one is null.
    pub(crate) fn compare(&self, other: &Scalar<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, _) | (_, Scalar::Null) => None,
            (Self::Text(a), Scalar::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Self::Text(_), _) => Some(Ordering::Greater),
            (_, Scalar::Text(_)) => Some(Ordering::Less),
            (Self::Integer(a), Scalar::Integer(b)) => Some(a.cmp(b)),
            (Self::Integer(a), Scalar::Real(b)) => Some(compare_integer(*a, *b)),
            (Self::Real(a), Scalar::Integer(b)) => Some(compare_integer(*b, *a).reverse()),
            (Self::Real(a), Scalar::Real(b)) => a.partial_cmp(b),
        }
    }

    /// The text that LIKE looks at; `None` for null.
    pub(crate) fn to_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Null => None,
            Self::Integer(value) => Some(value.to_string().into()),
            Self::Real(value) => Some(real_to_text(*value).into()),
            Self::Text(value) => Some(Cow::Borrowed(value)),
        }
    }
}

/// Compares an integer with a number that is not NaN, exactly: neither is rounded.
pub(crate) fn compare_integer(a: i64, b: f64) -> Ordering {
    // Both bounds are powers of two, so that they are exact.
    if b >= 9_223_372_036_854_775_808.0 {
        Ordering::Less
    } else if b < -9_223_372_036_854_775_808.0 {
        Ordering::Greater
    } else {
        // What is cut off by the conversion decides only where the integers are equal.
        let whole = b as i64;
        a.cmp(&whole).then_with(|| 0.0f64.partial_cmp(&b.fract()).unwrap_or(Ordering::Equal))
    }
}

/// As it is written in a filter.
impl fmt::Display for FilterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Bool(true) => f.write_str("TRUE"),
            Self::Bool(false) => f.write_str("FALSE"),
            Self::Integer(value) => value.fmt(f),
            Self::Real(value) if value.is_nan() => f.write_str("NULL"),
            // A number that no real can hold is read as an infinite one.
            Self::Real(value) if value.is_infinite() => {
                f.write_str(if *value > 0.0 { "9e999" } else { "-9e999" })
            }
            Self::Real(value) => write!(f, "{value:?}"),
            Self::Text(value) => write!(f, "'{}'", value.replace('\'', "''")),
        }
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for FilterValue {
            fn from(value: $integer) -> Self {
                Self::Integer(value.into())
            }
        }
    )*};
}

from_integers!(i8, i16, i32, i64, u8, u16, u32);

/// An integer if it is one of 64 bits, else the nearest real.
impl From<u64> for FilterValue {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self::Real(value as f64), Self::Integer)
    }
}

impl From<usize> for FilterValue {
    fn from(value: usize) -> Self {
        (value as u64).into()
    }
}

/// Null if it is NaN.
impl From<f64> for FilterValue {
    fn from(value: f64) -> Self {
        if value.is_nan() { Self::Null } else { Self::Real(value) }
    }
}

impl From<f32> for FilterValue {
    fn from(value: f32) -> Self {
        f64::from(value).into()
    }
}

impl From<bool> for FilterValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for FilterValue {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for FilterValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for FilterValue {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl<T: Into<Self>> From<Option<T>> for FilterValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_reals_compare_exactly() {
        let cases = [
            (i64::MAX, 9_223_372_036_854_775_808.0, Ordering::Less),
            (i64::MIN, -9_223_372_036_854_775_808.0, Ordering::Equal),
            (i64::MAX, f64::INFINITY, Ordering::Less),
            (i64::MIN, f64::NEG_INFINITY, Ordering::Greater),
            (9_007_199_254_740_993, 9_007_199_254_740_992.0, Ordering::Greater),
            (0, -0.0, Ordering::Equal),
            (0, 1e-300, Ordering::Less),
            (-1, -1.5, Ordering::Greater),
            (-2, -1.5, Ordering::Less),
        ];
        for (integer, real, expected) in cases {
            assert_eq!(compare_integer(integer, real), expected, "{integer} and {real}");
        }
    }
}
