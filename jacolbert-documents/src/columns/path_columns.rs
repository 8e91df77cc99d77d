//! The opened columns of a block.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy_columnar::{Column, ColumnarReader, DynamicColumn, StrColumn};

use super::column_lookup::documents_with;
use super::layout::{BLOCK, BOOL, EACH, INTEGER, KIND, REAL, STATE, State, TEXT, part_name};
use crate::Error;
use crate::store::{CompanionFile, DocumentBlock};

/// The columns of a block, as far as a filter has asked for them.
#[derive(Debug)]
pub(super) struct BlockColumns {
    /// Whether every path of the block has columns.
    pub(super) is_complete: bool,
    paths: Mutex<HashMap<String, Arc<PathColumns>>>,
}

/// The columns of one path.
#[derive(Debug, Default)]
pub(super) struct PathColumns {
    pub(super) values: ValueColumns,
    /// The elements of arrays.
    pub(super) elements: ValueColumns,
    pub(super) states: Option<Column<u64>>,
}

/// A column for each type of value.
#[derive(Debug, Default)]
pub(super) struct ValueColumns {
    pub(super) bools: Option<Column<bool>>,
    pub(super) integers: Option<Column<i64>>,
    pub(super) reals: Option<Column<f64>>,
    pub(super) texts: Option<StrColumn>,
}

/// The columns of `block`, with their file; `None` if it has none.
pub(super) fn columns_of<B: AsRef<[u8]>>(
    block: &DocumentBlock<B>,
) -> Result<Option<(&CompanionFile<B>, &BlockColumns)>, Error> {
    let Some(file) = block.companion(KIND) else { return Ok(None) };
    let columns = file.opened(|| {
        let (is_complete, repeats) = match file.part(BLOCK)? {
            Some([complete @ 0..=1, repeats @ 0..=1]) => (*complete == 1, *repeats == 1),
            _ => return Err(file.corrupt("the part \"block\" of the columns")),
        };
        block.set_repeated_ids(repeats);
        Ok(BlockColumns { is_complete, paths: Mutex::default() })
    })?;
    Ok(Some((file, columns)))
}

impl BlockColumns {
    /// The columns of the path of `keys`; `None` if it has none.
    pub(super) fn path<B: AsRef<[u8]>>(
        &self,
        file: &CompanionFile<B>,
        keys: &[&str],
        num_documents: usize,
    ) -> Result<Option<Arc<PathColumns>>, Error> {
        let name = part_name(keys);
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = paths.get(&name) {
            return Ok(Some(path.clone()));
        }
        // Fields that no document has are not remembered: there may be any number of them.
        let Some(bytes) = file.part(&name)? else { return Ok(None) };
        let opened = PathColumns::open(bytes, num_documents);
        let opened = opened.map_err(|e| file.corrupt(format!("columns of {name}: {e}")))?;
        let path = Arc::new(opened);
        paths.insert(name, path.clone());
        Ok(Some(path))
    }
}

impl PathColumns {
    fn open(bytes: &[u8], num_documents: usize) -> io::Result<Self> {
        let damage = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what);
        let reader = ColumnarReader::open(bytes.to_vec())?;
        if reader.num_docs() as usize != num_documents {
            return Err(damage("number of documents"));
        }
        let mut path = Self::default();
        for (name, handle) in reader.list_columns()? {
            let column = handle.open()?;
            let is_known = match (name.as_str(), column) {
                (STATE, DynamicColumn::U64(states)) => {
                    path.states = Some(states);
                    true
                }
                (name, column) => match name.strip_prefix(EACH) {
                    Some(name) => path.elements.put(name, column),
                    None => path.values.put(name, column),
                },
            };
            if !is_known {
                return Err(damage("name of a column"));
            }
        }
        Ok(path)
    }

    /// The documents whose value is one of `wanted`.
    pub(super) fn documents_in(&self, wanted: &[State]) -> Vec<u32> {
        let mut documents = Vec::new();
        for state in wanted {
            if let Some(states) = &self.states {
                documents.append(&mut documents_with(states, state.number()));
            }
        }
        documents
    }
}

impl ValueColumns {
    /// Whether the column has a known name and the type that goes with it.
    fn put(&mut self, name: &str, column: DynamicColumn) -> bool {
        match (name, column) {
            (BOOL, DynamicColumn::Bool(column)) => self.bools = Some(column),
            (INTEGER, DynamicColumn::I64(column)) => self.integers = Some(column),
            (REAL, DynamicColumn::F64(column)) => self.reals = Some(column),
            (TEXT, DynamicColumn::Str(column)) => self.texts = Some(column),
            _ => return false,
        }
        true
    }
}
