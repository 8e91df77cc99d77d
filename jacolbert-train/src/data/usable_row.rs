//! A row with only those texts that can be trained with.

use super::options::BadTexts;
use super::row::Row;
use super::row_fault::{RowFault, beginning};
use super::texts::Texts;

/// A row with only those texts that can be trained with.
#[derive(Debug)]
pub(super) struct UsableRow {
    /// `None` without a query or a positive.
    pub(super) row: Option<Row>,
    /// Number of texts that were left out.
    pub(super) num_bad: usize,
}

impl UsableRow {
    /// Leaves out the bad texts of a row, or fails with the first one, as `bad_texts` says.
    pub(super) fn new(row: Row, texts: &Texts, bad_texts: BadTexts) -> Result<Self, RowFault> {
        let mut num_bad = 0;
        let mut is_good = |checked: Result<(), RowFault>| {
            match (checked, bad_texts) {
                (Ok(()), _) => return Ok(true),
                (Err(fault), BadTexts::Refuse) => return Err(fault),
                (Err(_), BadTexts::Skip) => num_bad += 1,
            }
            Ok(false)
        };
        if row.positives.is_empty() && bad_texts == BadTexts::Refuse {
            return Err(RowFault::NoPositive);
        }
        let has_query = is_good(texts.check_query(&row.query))?;
        let checks = (1..).zip(row.passages()).map(|(position, passage)| {
            texts.check_passage(passage, position)?;
            check_negative(&row, passage, position)
        });
        let keep = checks.map(&mut is_good).collect::<Result<Vec<bool>, _>>()?;
        let row = row.with_passages(&keep);
        let is_usable = has_query && !row.positives.is_empty();
        Ok(Self { row: is_usable.then_some(row), num_bad })
    }
}

/// Checks that the passage at `position`, from 1, is not both a negative and a positive.
fn check_negative(row: &Row, passage: &String, position: usize) -> Result<(), RowFault> {
    if position > row.positives.len() && row.positives.contains(passage) {
        return Err(RowFault::NegativeIsPositive { passage: beginning(passage) });
    }
    Ok(())
}
