//! Fields, from which filters are built.

use super::expression::Filter;
use super::field_path::{FieldPath, Step};
use super::like_pattern::LikePattern;
use super::node::{Comparison, Condition, Test};
use super::value::FilterValue;

/// A field of the metadata; a method such as [`ge`](Self::ge) makes a [`Filter`] of it.
///
/// ```
/// use jacolbert_documents::field;
///
/// let filter = field("year").ge(2020).and(field("author.name").like("山田%"));
/// assert_eq!(filter.to_string(), "year >= 2020 AND author.name LIKE '山田%'");
/// ```
#[derive(Debug, Clone)]
#[must_use = "a field alone is no filter"]
pub struct Field {
    steps: Vec<Step>,
}

/// The field with this name; dots lead to keys of objects within objects.
///
/// For keys that contain dots, see [`Field::of_keys`].
///
/// ```
/// use jacolbert_documents::field;
///
/// assert_eq!(field("author.name").eq("山田").to_string(), "author.name = '山田'");
/// ```
pub fn field(name: impl AsRef<str>) -> Field {
    Field::of_keys(name.as_ref().split('.'))
}

impl Field {
    /// The field at which these keys arrive one after the other, whatever characters they have.
    ///
    /// ```
    /// use jacolbert_documents::Field;
    ///
    /// let filter = Field::of_keys(["v1.2", "strange key"]).is_null();
    /// assert_eq!(filter.to_string(), r#""v1.2"."strange key" IS NULL"#);
    /// ```
    pub fn of_keys(keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut steps: Vec<Step> = keys.into_iter().map(|key| Step::Key(key.into())).collect();
        if steps.is_empty() {
            steps.push(Step::Key(String::new()));
        }
        Self { steps }
    }

    /// The value of a key of the object that this field is.
    ///
    /// ```
    /// use jacolbert_documents::field;
    ///
    /// assert_eq!(field("authors").element(0).key("name").eq("山田").to_string(), "authors[0].name = '山田'");
    /// ```
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.steps.push(Step::Key(key.into()));
        self
    }

    /// An element of the array that this field is, from 0.
    ///
    /// ```
    /// use jacolbert_documents::field;
    ///
    /// assert_eq!(field("tags").element(0).eq("sport").to_string(), "tags[0] = 'sport'");
    /// ```
    pub fn element(mut self, number: usize) -> Self {
        self.steps.push(Step::Element(number));
        self
    }

    /// Whether it is equal to `value`. Nothing is equal to null.
    ///
    /// ```
    /// assert_eq!(jacolbert_documents::field("lang").eq("ja").to_string(), "lang = 'ja'");
    /// ```
    pub fn eq(self, value: impl Into<FilterValue>) -> Filter {
        self.compared(Comparison::Equal, value)
    }

    /// Whether it is another value than `value`. A missing one is not.
    ///
    /// ```
    /// assert_eq!(jacolbert_documents::field("lang").ne("ja").to_string(), "lang != 'ja'");
    /// ```
    pub fn ne(self, value: impl Into<FilterValue>) -> Filter {
        self.compared(Comparison::NotEqual, value)
    }

    /// Whether it is less than `value`.
    ///
    /// ```
    /// assert_eq!(jacolbert_documents::field("year").lt(2020).to_string(), "year < 2020");
    /// ```
    pub fn lt(self, value: impl Into<FilterValue>) -> Filter {
        self.compared(Comparison::Less, value)
    }

    /// Whether it is `value` or less.
    ///
    /// ```
    /// assert_eq!(jacolbert_documents::field("year").le(2020).to_string(), "year <= 2020");
    /// ```
    pub fn le(self, value: impl Into<FilterValue>) -> Filter {
        self.compared(Comparison::LessOrEqual, value)
    }

    /// Whether it is greater than `value`.
    ///
    /// ```
    /// assert_eq!(jacolbert_documents::field("year").gt(2020).to_string(), "year > 2020");
    /// ```
    pub fn gt(self, value: impl Into<FilterValue>) -> Filter {
        self.compared(Comparison::Greater, value)
    }

    /// Whether it is `value` or greater.
    ///
    /// ```
    /// assert_eq!(jacolbert_documents::field("year").ge(2020).to_string(), "year >= 2020");
    /// ```
    pub fn ge(self, value: impl Into<FilterValue>) -> Filter {
        self.compared(Comparison::GreaterOrEqual, value)
    }

    /// Whether it is neither less than `low` nor greater than `high`.
    ///
    /// ```
    /// let filter = jacolbert_documents::field("year").between(2020, 2024);
    /// assert_eq!(filter.to_string(), "year >= 2020 AND year <= 2024");
    /// ```
    pub fn between(self, low: impl Into<FilterValue>, high: impl Into<FilterValue>) -> Filter {
        self.clone().ge(low).and(self.le(high))
    }

    /// Whether it is equal to one of `values`.
    ///
    /// ```
    /// let filter = jacolbert_documents::field("lang").is_in(["ja", "en"]);
    /// assert_eq!(filter.to_string(), "lang IN ('ja', 'en')");
    /// ```
    pub fn is_in(self, values: impl IntoIterator<Item = impl Into<FilterValue>>) -> Filter {
        self.tested(Test::In(values.into_iter().map(Into::into).collect()))
    }

    /// Whether its text matches `pattern`, in which `%` stands for any characters and `_` for one. Numbers are taken
    /// as text.
    ///
    /// ```
    /// assert_eq!(jacolbert_documents::field("title").like("富士%").to_string(), "title LIKE '富士%'");
    /// ```
    pub fn like(self, pattern: impl Into<String>) -> Filter {
        self.tested(Test::Like(LikePattern::new(pattern, None)))
    }

    /// As [`like`](Self::like), where `%` and `_` behind the character `escape` stand for themselves.
    ///
    /// ```
    /// let filter = jacolbert_documents::field("rate").like_escaped("100!%", '!');
    /// assert_eq!(filter.to_string(), "rate LIKE '100!%' ESCAPE '!'");
    /// ```
    pub fn like_escaped(self, pattern: impl Into<String>, escape: char) -> Filter {
        self.tested(Test::Like(LikePattern::new(pattern, Some(escape))))
    }

    /// Whether it is null or missing.
    ///
    /// ```
    /// assert_eq!(jacolbert_documents::field("lang").is_null().to_string(), "lang IS NULL");
    /// ```
    pub fn is_null(self) -> Filter {
        self.tested(Test::IsNull)
    }

    /// Whether it is there and not null.
    ///
    /// ```
    /// let filter = jacolbert_documents::field("lang").is_not_null();
    /// assert_eq!(filter, "lang IS NOT NULL".parse().unwrap());
    /// ```
    pub fn is_not_null(self) -> Filter {
        !self.is_null()
    }

    /// Whether it is an array with an element that is equal to `value`.
    ///
    /// ```
    /// assert_eq!(jacolbert_documents::field("tags").has("sport").to_string(), "tags HAS 'sport'");
    /// ```
    pub fn has(self, value: impl Into<FilterValue>) -> Filter {
        self.tested(Test::Has(value.into()))
    }

    fn compared(self, comparison: Comparison, value: impl Into<FilterValue>) -> Filter {
        self.tested(Test::Compare(comparison, value.into()))
    }

    fn tested(self, test: Test) -> Filter {
        Filter::of(Condition::new(FieldPath::new(self.steps), test))
    }
}
