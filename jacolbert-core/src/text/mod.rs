//! Text files that people bring: read line by line, with one rule for every reader of the project.

mod error;
mod lines;

pub use error::TextError;
pub use lines::{TextLine, TextLines};
