//! The filter of a builder, which may be a text that is none.

use jacolbert_documents::{Filter, FilterError};

use crate::Error;

/// A filter that a builder was given, or what was wrong with it; the builder's verb says so.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChosenFilter(Option<Result<Filter, FilterError>>);

impl ChosenFilter {
    /// Both this filter and `other`.
    pub(crate) fn and(self, other: impl TryInto<Filter, Error: Into<FilterError>>) -> Self {
        let other = other.try_into().map_err(Into::into);
        Self(Some(match self.0 {
            Some(chosen) => chosen.and_then(|chosen| Ok(chosen.and(other?))),
            None => other,
        }))
    }

    /// The filter; none if none was given.
    ///
    /// # Errors
    /// [`Error::Filter`].
    pub(crate) fn get(&self) -> Result<Option<&Filter>, Error> {
        match &self.0 {
            Some(Ok(filter)) => Ok(Some(filter)),
            Some(Err(error)) => Err(error.clone().into()),
            None => Ok(None),
        }
    }
}
