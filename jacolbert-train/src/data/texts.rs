//! Where the texts of the rows are: in them, or in tables by id.

use super::RowFault;
use super::row::Row;
use super::text_table::TextTable;
use crate::Error;

/// Where the texts of the rows are.
#[derive(Debug)]
pub(super) enum Texts {
    InRows,
    InTables(Box<Tables>),
}

/// Texts of queries and passages by id.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) queries: TextTable,
    pub(super) collection: TextTable,
}

impl Texts {
    /// Checks that every text of `row` is there.
    pub(super) fn check(&self, row: &Row) -> Result<(), RowFault> {
        match self {
            Texts::InRows => {
                let mut texts = std::iter::once(&row.query).chain(row.passages());
                match texts.any(|text| text.trim().is_empty()) {
                    true => Err(RowFault::EmptyText),
                    false => Ok(()),
                }
            }
            Texts::InTables(tables) => {
                known_query(&tables.queries, &row.query)?;
                row.passages().try_for_each(|id| known_passage(&tables.collection, id).map(drop))
            }
        }
    }

    pub(super) fn query(
        &mut self,
        query: &str,
        error: impl Fn(RowFault) -> Error,
    ) -> Result<String, Error> {
        match self {
            Texts::InRows => Ok(query.into()),
            Texts::InTables(tables) => {
                let number = known_query(&tables.queries, query).map_err(error)?;
                tables.queries.text(number)
            }
        }
    }

    pub(super) fn passage(
        &mut self,
        passage: &str,
        error: impl Fn(RowFault) -> Error,
    ) -> Result<String, Error> {
        match self {
            Texts::InRows => Ok(passage.into()),
            Texts::InTables(tables) => {
                let number = known_passage(&tables.collection, passage).map_err(error)?;
                tables.collection.text(number)
            }
        }
    }

    /// Of the contents of the tables.
    pub(super) fn checksum(&self) -> u64 {
        match self {
            Texts::InRows => 0,
            Texts::InTables(tables) => {
                tables.queries.checksum() ^ tables.collection.checksum().rotate_left(1)
            }
        }
    }
}

fn known_query(queries: &TextTable, id: &str) -> Result<usize, RowFault> {
    queries.number(id).ok_or_else(|| RowFault::UnknownQuery { id: id.into() })
}

fn known_passage(collection: &TextTable, id: &str) -> Result<usize, RowFault> {
    collection.number(id).ok_or_else(|| RowFault::UnknownPassage { id: id.into() })
}
