//! What users of the facade may rely on, with the demonstration model.

mod collection;
mod compaction;
mod files;
mod format_2;
mod hard_texts;
mod memory;
mod models;
mod runs;
mod sample;
mod serialised;
mod sharing;
mod storages;
mod stream;
mod truncated_queries;
mod turns;
