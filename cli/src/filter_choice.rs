//! Which documents a command is about, by their metadata.

use clap::Args;
use jacolbert::documents::Filter;

/// Which documents a command is about, by their metadata.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Filter")]
pub(crate) struct FilterChoice {
    /// Only documents whose metadata pass EXPRESSION, such as "year >= 2020 AND lang = 'ja'"
    ///
    /// Comparisons, AND, OR, NOT, IN, BETWEEN, LIKE and IS NULL mean what they mean in SQLite; `tags HAS 'sport'` is true
    /// if the array has the value; `author.name` is a nested field. Several filters must all be passed. docs/filters.md
    /// has the language.
    #[arg(long, value_name = "EXPRESSION")]
    filter: Vec<Filter>,
    /// Refuse a filter with a field that no document has. By default such a field is null
    #[arg(long, requires = "filter")]
    strict_filter: bool,
}

impl FilterChoice {
    /// The filter, if there is one.
    pub(crate) fn filter(&self) -> Option<Filter> {
        let all = self.filter.iter().cloned().reduce(Filter::and)?;
        Some(if self.strict_filter { all.strict() } else { all })
    }

    /// Whether a filter is given.
    pub(crate) fn is_given(&self) -> bool {
        !self.filter.is_empty()
    }
}
