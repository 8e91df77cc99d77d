//! Files that are one JSON as a whole, plain or gzip.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::Error;
use crate::lines::each_line;

/// The value of a file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let mut text = String::new();
    let mut last = 1;
    each_line(path, &mut |line, number| {
        // Blank lines are not handed out; with them the parser's numbers are those of the file.
        text.extend(std::iter::repeat_n('\n', (number - last) as usize));
        text.push_str(line);
        last = number;
        Ok(())
    })?;
    serde_json::from_str(&text).map_err(|source| {
        let line = source.line() as u64;
        Error::Json { path: path.into(), line, source }
    })
}
