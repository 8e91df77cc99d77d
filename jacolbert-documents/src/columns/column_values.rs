//! Tests of all values of a column.

use std::cmp::Ordering;
use std::io;
use std::ops::Range;

use tantivy_columnar::{Column, ColumnIndex, StrColumn, TermOrdHit};

use super::column_lookup::documents_with;
use super::number_order::{equal_integers, equal_reals, place_of_real};
use super::path_columns::ValueColumns;
use super::truth_sets::TruthSets;
use crate::filter::{Comparison, ReadyTest, Scalar, Truth};

/// Values that are decoded at once.
const CHUNK: usize = 1024;

/// Sets what `test` says about every value of `columns`.
pub(super) fn test_values(
    columns: &ValueColumns,
    test: &ReadyTest<'_>,
    sets: &mut TruthSets,
) -> io::Result<()> {
    if let Some(bools) = &columns.bools {
        let truths = [0, 1].map(|value| test.evaluate_scalar(&Scalar::Integer(value)));
        test_column(bools, |value| truths[usize::from(value)], sets);
    }
    if let Some(integers) = &columns.integers {
        test_integers(integers, test, sets);
    }
    if let Some(reals) = &columns.reals {
        test_reals(reals, test, sets);
    }
    if let Some(texts) = &columns.texts {
        test_texts(texts, test, sets)?;
    }
    Ok(())
}

/// Sets, for each document with a value in `column`, what `truth` says about the value.
fn test_column<T: Copy + Default + PartialOrd + std::fmt::Debug + Send + Sync + 'static>(
    column: &Column<T>,
    truth: impl Fn(T) -> Truth,
    sets: &mut TruthSets,
) {
    let num_values = column.values.num_vals() as usize;
    let mut values = [T::default(); CHUNK];
    let mut documents = documents_of(&column.index);
    for start in (0..num_values).step_by(CHUNK) {
        let values = &mut values[..CHUNK.min(num_values - start)];
        column.values.get_range(start as u64, values);
        match &mut documents {
            None => set_words(start, values, &truth, sets),
            Some(documents) => {
                let truths = values.iter().map(|&value| truth(value));
                documents.zip_with(truths, |document, truth| sets.set(document as usize, truth));
            }
        }
    }
}

/// The documents with a value; `None` if these are all.
fn documents_of(index: &ColumnIndex) -> Option<Documents<'_>> {
    match index {
        ColumnIndex::Full => None,
        ColumnIndex::Empty { .. } => Some(Documents(Box::new(std::iter::empty()))),
        ColumnIndex::Optional(index) => Some(Documents(Box::new(index.iter_non_null_docs()))),
        ColumnIndex::Multivalued(index) => Some(Documents(index.iter_non_null_docs())),
    }
}

struct Documents<'c>(Box<dyn Iterator<Item = u32> + 'c>);

impl Documents<'_> {
    /// Calls `set` with each of `truths` and the next document.
    fn zip_with(&mut self, truths: impl Iterator<Item = Truth>, mut set: impl FnMut(u32, Truth)) {
        for truth in truths {
            if let Some(document) = self.0.next() {
                set(document, truth);
            }
        }
    }
}

/// Sets what is said about the documents from `start`, a multiple of 64, on.
fn set_words<T: Copy>(
    start: usize,
    values: &[T],
    truth: &impl Fn(T) -> Truth,
    sets: &mut TruthSets,
) {
    for (word, values) in values.chunks(64).enumerate() {
        let mut yes = 0;
        let mut no = 0;
        for (bit, &value) in values.iter().enumerate() {
            let truth = truth(value);
            yes |= u64::from(truth == Truth::True) << bit;
            no |= u64::from(truth == Truth::False) << bit;
        }
        sets.set_word(start / 64 + word, yes, no);
    }
}

fn test_integers(column: &Column<i64>, test: &ReadyTest<'_>, sets: &mut TruthSets) {
    match test {
        ReadyTest::Compare(_, Scalar::Null) => (),
        ReadyTest::Compare(comparison, expected) => {
            let equal = equal_integers(expected);
            test_ordered(column, equal, truths_of(*comparison), i128::from, sets);
        }
        ReadyTest::In(set) => {
            let wanted = set.integers();
            let otherwise = set.otherwise();
            let truth = |value: i64| match wanted.binary_search(&value) {
                Ok(_) => Truth::True,
                Err(_) => otherwise,
            };
            test_column(column, truth, sets);
        }
        _ => test_column(column, |value| test.evaluate_scalar(&Scalar::Integer(value)), sets),
    }
}

/// Sets the three `truths` for values that are less than, equal to and greater than those of `equal`. Where all values
/// lie on one side, none is read.
fn test_ordered<T: Copy + Default + PartialOrd + std::fmt::Debug + Send + Sync + 'static>(
    column: &Column<T>,
    equal: Range<i128>,
    truths: [Truth; 3],
    number: impl Fn(T) -> i128,
    sets: &mut TruthSets,
) {
    let side = |value: i128| usize::from(value >= equal.start) + usize::from(value >= equal.end);
    let lowest = side(number(column.min_value()));
    let highest = side(number(column.max_value()));
    let is_one = truths[lowest..=highest.max(lowest)].iter().all(|truth| *truth == truths[lowest]);
    match (is_one, &column.index) {
        (true, ColumnIndex::Full) => {
            *sets = TruthSets::all(column.num_docs() as usize, truths[lowest])
        }
        (true, index) => {
            if let Some(documents) = documents_of(index) {
                documents.0.for_each(|document| sets.set(document as usize, truths[lowest]));
            }
        }
        (false, _) => test_column(column, |value| truths[side(number(value))], sets),
    }
}

fn test_reals(column: &Column<f64>, test: &ReadyTest<'_>, sets: &mut TruthSets) {
    match test {
        ReadyTest::Compare(_, Scalar::Null) => (),
        ReadyTest::Compare(comparison, expected) => {
            let truths = truths_of(*comparison);
            test_ordered(column, equal_reals(expected), truths, place_of_real, sets);
        }
        _ => test_column(column, |value| test.evaluate_scalar(&Scalar::Real(value)), sets),
    }
}

/// What a comparison says about values that are less than, equal to and greater than that with which it compares.
fn truths_of(comparison: Comparison) -> [Truth; 3] {
    [Ordering::Less, Ordering::Equal, Ordering::Greater].map(|o| comparison.holds(o).into())
}

fn test_texts(column: &StrColumn, test: &ReadyTest<'_>, sets: &mut TruthSets) -> io::Result<()> {
    match test {
        ReadyTest::Compare(_, Scalar::Null) => (),
        ReadyTest::Compare(comparison, expected) => {
            let equal = match expected {
                Scalar::Text(text) => equal_ordinals(column, text)?,
                // Every text is greater than any number.
                _ => 0..0,
            };
            test_ordered(column.ords(), equal, truths_of(*comparison), i128::from, sets);
        }
        ReadyTest::In(set) => {
            let mut is_wanted = vec![set.otherwise(); column.num_terms()];
            for text in set.texts() {
                if let Some(ordinal) = column.dictionary().term_ord(text.as_bytes())? {
                    is_wanted[ordinal as usize] = Truth::True;
                }
            }
            test_ordinals(column, &is_wanted, sets);
        }
        _ => {
            let mut truths = Vec::with_capacity(column.num_terms());
            let mut terms = column.dictionary().stream()?;
            while terms.advance() {
                let term = std::str::from_utf8(terms.key());
                let term =
                    term.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
                truths.push(test.evaluate_scalar(&Scalar::Text(term.into())));
            }
            test_ordinals(column, &truths, sets);
        }
    }
    Ok(())
}

/// Sets, for each document with a text, the truth at the ordinal of the text.
fn test_ordinals(column: &StrColumn, truths: &[Truth], sets: &mut TruthSets) {
    let truth = |ordinal: u64| truths.get(ordinal as usize).copied().unwrap_or(Truth::Unknown);
    test_column(column.ords(), truth, sets);
}

/// The ordinal of `text` in the dictionary, or the place where it would be.
fn equal_ordinals(column: &StrColumn, text: &str) -> io::Result<Range<i128>> {
    let num_terms = column.num_terms() as i128;
    Ok(match column.dictionary().term_ord_or_next(text.as_bytes())? {
        TermOrdHit::Exact(ordinal) => ordinal.into()..i128::from(ordinal) + 1,
        TermOrdHit::Next(ordinal) => {
            let place = i128::from(ordinal).min(num_terms);
            place..place
        }
    })
}

/// Sets that the documents have an element that is equal to `expected`.
pub(super) fn test_elements(
    columns: &ValueColumns,
    expected: &Scalar<'_>,
    sets: &mut TruthSets,
) -> io::Result<()> {
    let equal = equal_integers(expected);
    if let (Some(bools), Scalar::Integer(_) | Scalar::Real(_)) = (&columns.bools, expected) {
        for value in [false, true].into_iter().filter(|&value| equal.contains(&value.into())) {
            set_true(documents_with(bools, value), sets);
        }
    }
    if let (Some(integers), Ok(value)) = (&columns.integers, i64::try_from(equal.start))
        && !equal.is_empty()
    {
        // At most one integer is equal to a number.
        set_true(documents_with(integers, value), sets);
    }
    if let Some(reals) = &columns.reals {
        let is_equal = |value: f64| Scalar::Real(value).compare(expected) == Some(Ordering::Equal);
        let has = |&document: &u32| reals.values_for_doc(document).any(is_equal);
        set_true((0..reals.num_docs()).filter(has).collect(), sets);
    }
    if let (Some(texts), Scalar::Text(text)) = (&columns.texts, expected)
        && let Some(ordinal) = texts.dictionary().term_ord(text.as_bytes())?
    {
        set_true(documents_with(texts.ords(), ordinal), sets);
    }
    Ok(())
}

fn set_true(documents: Vec<u32>, sets: &mut TruthSets) {
    documents.into_iter().for_each(|document| sets.set(document as usize, Truth::True));
}
