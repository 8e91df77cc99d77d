//! What readers of exports may rely on: Parquet is read by the reader of the library, and Qdrant itself searches.

mod parquet;
mod qdrant;
mod sample;
