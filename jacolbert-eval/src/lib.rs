//! Retrieval evaluation: qrels, runs, metrics and reports, from BEIR folders and TREC files.
