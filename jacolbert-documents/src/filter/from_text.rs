//! Filters from texts.

use std::str::FromStr;

use super::error::FilterError;
use super::expression::Filter;
use super::parser::parse;

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        parse(text)
    }
}

impl TryFrom<&str> for Filter {
    type Error = FilterError;

    fn try_from(text: &str) -> Result<Self, FilterError> {
        parse(text)
    }
}

impl TryFrom<String> for Filter {
    type Error = FilterError;

    fn try_from(text: String) -> Result<Self, FilterError> {
        parse(&text)
    }
}

impl TryFrom<&String> for Filter {
    type Error = FilterError;

    fn try_from(text: &String) -> Result<Self, FilterError> {
        parse(text)
    }
}
