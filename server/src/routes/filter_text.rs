//! The text of a filter over metadata.

use jacolbert::Filter;

use crate::fault::Fault;

/// # Errors
/// [`Code::InvalidFilter`](crate::code::Code::InvalidFilter), with the place in the text.
pub(crate) fn parse_filter(text: &str) -> Result<Filter, Fault> {
    text.parse().map_err(|error| Fault::from(jacolbert::Error::Filter(error)))
}
