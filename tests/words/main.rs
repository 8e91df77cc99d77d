//! Laws of words and of hybrid search, for collections on disk and in memory.

mod dictionaries;
mod histories;
mod hybrid;
#[path = "../it/sample.rs"]
mod sample;
mod switching;
