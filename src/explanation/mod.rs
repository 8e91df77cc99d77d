//! Why a passage has its score: as data, as text, and as a page.

mod data;
mod display_width;
mod html;
mod making;
mod strength;
mod text;

pub use data::{Explanation, TokenMatch};
