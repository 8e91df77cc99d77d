//! Benchmarks of jacolbert; see the files in `benches`, each of which begins with its question.
