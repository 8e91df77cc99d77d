//! The source of the rows' texts: the rows themselves, or tables by id.

use super::row_fault::{RowFault, TextPlace};
use super::text_table::TextTable;
use crate::Error;

/// The source of the rows' texts.
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
    /// Checks that the text of a query exists and can be trained with.
    pub(super) fn check_query(&self, query: &str) -> Result<(), RowFault> {
        match self {
            Texts::InRows => check_text(query, TextPlace::Query),
            Texts::InTables(tables) => {
                tables.queries.check(query_number(&tables.queries, query)?, query)
            }
        }
    }

    /// Checks that the text of a passage exists and can be trained with. `position` is its place in the
    /// row, from 1.
    pub(super) fn check_passage(&self, passage: &str, position: usize) -> Result<(), RowFault> {
        match self {
            Texts::InRows => check_text(passage, TextPlace::Passage { position }),
            Texts::InTables(tables) => {
                let number = passage_number(&tables.collection, passage)?;
                tables.collection.check(number, passage)
            }
        }
    }

    /// Reads the text of a query.
    pub(super) fn read_query(
        &mut self,
        query: &str,
        error: impl Fn(RowFault) -> Error,
    ) -> Result<String, Error> {
        match self {
            Texts::InRows => Ok(query.into()),
            Texts::InTables(tables) => {
                let number = query_number(&tables.queries, query).map_err(error)?;
                tables.queries.read_text(number)
            }
        }
    }

    /// Reads the text of a passage.
    pub(super) fn read_passage(
        &mut self,
        passage: &str,
        error: impl Fn(RowFault) -> Error,
    ) -> Result<String, Error> {
        match self {
            Texts::InRows => Ok(passage.into()),
            Texts::InTables(tables) => {
                let number = passage_number(&tables.collection, passage).map_err(error)?;
                tables.collection.read_text(number)
            }
        }
    }

    /// Checksum of the contents of the tables.
    pub(super) fn checksum(&self) -> u64 {
        match self {
            Texts::InRows => 0,
            Texts::InTables(tables) => {
                tables.queries.checksum() ^ tables.collection.checksum().rotate_left(1)
            }
        }
    }
}

fn check_text(text: &str, place: TextPlace) -> Result<(), RowFault> {
    if text.trim().is_empty() {
        return Err(RowFault::EmptyText { text: place });
    }
    Ok(())
}

fn query_number(queries: &TextTable, id: &str) -> Result<usize, RowFault> {
    queries.number(id).ok_or_else(|| RowFault::UnknownQuery { id: id.into() })
}

fn passage_number(collection: &TextTable, id: &str) -> Result<usize, RowFault> {
    collection.number(id).ok_or_else(|| RowFault::UnknownPassage { id: id.into() })
}
