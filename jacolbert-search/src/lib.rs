//! Late-interaction (MaxSim) search: exhaustive, through a compressed index, and reranking.
