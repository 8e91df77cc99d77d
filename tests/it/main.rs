//! What users of the facade may rely on, with the demonstration model.

mod collection;
mod hard_texts;
mod memory;
mod sample;
