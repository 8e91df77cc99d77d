//! Evaluating a filter with columns, and with the JSON of documents about which they do not say enough.

use std::io;
use std::sync::Arc;

use super::column_values::{test_elements, test_values};
use super::layout::{MAX_DEPTH, State, leading_keys};
use super::path_columns::{BlockColumns, PathColumns, columns_of};
use super::truth_sets::TruthSets;
use crate::Error;
use crate::filter::{FieldPath, FieldValue, Program, ProgramStep, ReadyTest, Truth, WantedFields};
use crate::store::{CompanionFile, DocumentBlock, DocumentSet};

/// The documents of `block` for which `program` is true; `None` if the block has no columns.
pub(crate) fn matching<B: AsRef<[u8]>>(
    block: &DocumentBlock<B>,
    program: &Program<'_>,
) -> Result<Option<DocumentSet>, Error> {
    let Some((file, columns)) = columns_of(block)? else { return Ok(None) };
    let mut sets = Evaluation { block, file, columns }.run(program)?;
    let changes = block.metadata_changes()?;
    for document in changes.into_iter().flat_map(|changes| changes.documents()) {
        sets.set(document, block.truth_of(program, document)?);
    }
    Ok(Some(sets.into_true()))
}

struct Evaluation<'e, B> {
    block: &'e DocumentBlock<B>,
    file: &'e CompanionFile<B>,
    columns: &'e BlockColumns,
}

/// Where the values of a field are.
enum Place {
    /// In no document.
    Nowhere,
    Columns(Arc<PathColumns>),
    /// In the JSON of these documents only.
    Json(Vec<u32>),
}

impl<B: AsRef<[u8]>> Evaluation<'_, B> {
    fn run(&self, program: &Program<'_>) -> Result<TruthSets, Error> {
        let mut stack: Vec<TruthSets> = Vec::new();
        for step in &program.steps {
            let next = match step {
                ProgramStep::Test(field, test) => Some(self.test(program.fields[*field], test)?),
                ProgramStep::Not => stack.pop().map(TruthSets::negated),
                ProgramStep::All(count) => {
                    let first = stack.len().saturating_sub(*count);
                    TruthSets::all_of(stack.drain(first..))
                }
                ProgramStep::Any(count) => {
                    let first = stack.len().saturating_sub(*count);
                    TruthSets::any_of(stack.drain(first..))
                }
            };
            stack.extend(next);
        }
        Ok(stack.pop().unwrap_or_else(|| self.constant(Truth::True)))
    }

    fn constant(&self, truth: Truth) -> TruthSets {
        TruthSets::all(self.block.num_documents(), truth)
    }

    /// What `test` says about `field`.
    fn test(&self, field: &FieldPath, test: &ReadyTest<'_>) -> Result<TruthSets, Error> {
        let of_missing = test.evaluate(&FieldValue::Missing);
        let mut sets = self.constant(of_missing.unwrap_or(Truth::Unknown));
        match self.place_of(field)? {
            Place::Nowhere => (),
            Place::Json(documents) => self.test_json(field, test, &documents, &mut sets)?,
            Place::Columns(path) => {
                let tested = self.test_columns(&path, test, &mut sets);
                tested
                    .map_err(|error| self.file.corrupt(format!("columns of {field}: {error}")))?;
                let documents = path.documents_in(in_json(test));
                self.test_json(field, test, &documents, &mut sets)?;
            }
        }
        Ok(sets)
    }

    fn test_columns(
        &self,
        path: &PathColumns,
        test: &ReadyTest<'_>,
        sets: &mut TruthSets,
    ) -> io::Result<()> {
        match test {
            ReadyTest::Has(expected) => test_elements(&path.elements, expected, sets),
            ReadyTest::IsNull => {
                test_values(&path.values, test, sets)?;
                let not_null = &State::ALL[1..];
                let documents = path.documents_in(not_null);
                documents.into_iter().for_each(|at| sets.set(at as usize, Truth::False));
                Ok(())
            }
            _ => test_values(&path.values, test, sets),
        }
    }

    /// Sets what `test` says about the JSON of `documents`.
    fn test_json(
        &self,
        field: &FieldPath,
        test: &ReadyTest<'_>,
        documents: &[u32],
        sets: &mut TruthSets,
    ) -> Result<(), Error> {
        let wanted = WantedFields::new(&[field]);
        for &document in documents {
            let document = document as usize;
            let metadata = self.block.written_metadata_of(document)?;
            let values = wanted.find(metadata);
            let truth = values.and_then(|values| test.evaluate(&values[0]));
            let truth = truth.map_err(|_| self.block.corrupt_metadata(document))?;
            sets.set(document, truth);
        }
        Ok(())
    }

    fn place_of(&self, field: &FieldPath) -> Result<Place, Error> {
        let mut keys = leading_keys(&field.steps);
        keys.truncate(MAX_DEPTH);
        let path = self.columns.path(self.file, &keys, self.block.num_documents())?;
        Ok(match path {
            Some(path) if keys.len() == field.steps.len() => Place::Columns(path),
            Some(path) => {
                let containers = [State::Array, State::ArrayInJson, State::Object];
                Place::Json(path.documents_in(&containers))
            }
            None if self.columns.is_complete => Place::Nowhere,
            None => Place::Json((0..self.block.num_documents() as u32).collect()),
        })
    }
}

/// The states of values about which `test` has to ask the JSON.
fn in_json(test: &ReadyTest<'_>) -> &'static [State] {
    match test {
        ReadyTest::IsNull => &[],
        ReadyTest::Has(_) => &[State::ArrayInJson],
        _ => &State::ALL[1..],
    }
}
