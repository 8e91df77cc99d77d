//! What users of the facade may rely on, with the demonstration model.

mod collection;
mod compaction;
mod debug_texts;
mod document_search;
mod explanations;
mod files;
mod format_2;
mod hard_texts;
mod hit_places;
mod memory;
mod models;
mod moved_models;
mod reports;
mod reranking;
mod runs;
mod sample;
mod serialised;
mod sharing;
mod splitting;
mod storages;
mod stored_documents;
mod stream;
mod truncated_queries;
mod turns;
mod upserts;
mod waiting;
