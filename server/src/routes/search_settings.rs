//! The settings that all kinds of search share.

use jacolbert::{Filter, OnDisk, SearchBuilder, SearchOptions};
use serde::Deserialize;
use utoipa::ToSchema;

use super::filter_text::parse_filter;
use super::ranking::Ranking;
use crate::app::check;
use crate::fault::Fault;
use crate::limits::Limits;

/// Hits of a query, if the request does not say how many.
const DEFAULT_K: usize = 10;

/// The settings that all kinds of search share, within the limits.
#[derive(Debug)]
pub(crate) struct SearchSettings {
    among: Option<Vec<String>>,
    filter: Option<Filter>,
    hybrid: Option<Ranking>,
    options: SearchOptions,
}

/// What a request says about its search.
#[derive(Debug, Default)]
pub(crate) struct SearchWishes {
    pub(crate) k: Option<usize>,
    pub(crate) among: Option<Vec<String>>,
    pub(crate) filter: Option<String>,
    pub(crate) hybrid: Option<Ranking>,
    pub(crate) tuning: Option<Tuning>,
}

/// How far a search looks. More takes longer and finds more of the best passages.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tuning {
    /// Cells that are read per token of the query; by default 32.
    n_probe: Option<usize>,
    /// Maximum number of candidates that are rescored; by default it depends on the size of the collection.
    n_rescored: Option<usize>,
    /// Candidates that are scored exactly; by default a few more than `k`.
    n_exact: Option<usize>,
}

impl SearchSettings {
    /// # Errors
    /// [`Code::AboveLimit`](crate::code::Code::AboveLimit) and
    /// [`Code::InvalidFilter`](crate::code::Code::InvalidFilter).
    pub(crate) fn new(limits: &Limits, wishes: SearchWishes) -> Result<Self, Fault> {
        let SearchWishes { k, among, filter, hybrid, tuning } = wishes;
        let k = k.unwrap_or(DEFAULT_K.min(limits.k));
        check("k", k, limits.k)?;
        check("among", among.as_ref().map_or(0, Vec::len), limits.batch_documents)?;
        let Tuning { n_probe, n_rescored, n_exact } = tuning.unwrap_or_default();
        let options = SearchOptions { k, n_probe, n_rescored, n_exact };
        let filter = filter.as_deref().map(parse_filter).transpose()?;
        Ok(Self { among, filter, hybrid, options })
    }

    /// The search with these settings.
    pub(crate) fn apply<'c, Q>(
        self,
        search: SearchBuilder<'c, OnDisk, Q>,
    ) -> SearchBuilder<'c, OnDisk, Q> {
        let mut search = search.options(self.options);
        if let Some(ids) = self.among {
            search = search.among(ids);
        }
        if let Some(filter) = self.filter {
            search = search.filter(filter);
        }
        if let Some(ranking) = self.hybrid {
            search = ranking.apply(search);
        }
        search
    }
}
