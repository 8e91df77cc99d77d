//! Japanese late-interaction retrieval.
