//! What a server accepts, and how long it takes at most.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Duration;

/// What a server accepts, and how long it takes at most.
///
/// ```
/// use jacolbert_server::Limits;
///
/// let limits = Limits { body_bytes: 64 << 20, batch_documents: 10_000, ..Default::default() };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body; by default 8 MiB. Each connection may hold as much in memory.
    pub body_bytes: usize,
    /// Bytes of a request's head; by default 16 KiB.
    pub header_bytes: usize,
    /// Characters of a query; by default 10,000. A model reads a few hundred tokens at most, but the tokenizer reads
    /// all.
    pub query_chars: usize,
    /// Queries of a batch; by default 64. A batch occupies one worker until all its queries are answered.
    pub batch_queries: usize,
    /// Documents of one change, or ids of one deletion; by default 1,000. Larger changes are more efficient, and those
    /// behind them wait longer.
    pub batch_documents: usize,
    /// Texts that are reranked or encoded in one request; by default 1,000.
    pub batch_texts: usize,
    /// Hits of a query; by default 1,000.
    pub k: usize,
    /// Documents of one page; by default 1,000.
    pub page: usize,
    /// Searches and other reading requests that wait for a worker; by default 256. Further ones are refused with 429.
    pub queued_reads: usize,
    /// Changes that wait for their turn, per collection; by default 64. Further ones are refused with 429.
    pub queued_changes: usize,
    /// Threads that search, rerank, encode and explain; by default as many as there are cores.
    pub read_threads: usize,
    /// Threads that encode documents of changes; by default half of the cores, so that searches go on undisturbed.
    pub change_threads: usize,
    /// Longest time from a complete reading request to its answer; by default 30 seconds.
    pub read_time: Duration,
    /// Longest time from a complete change to its commit; by default 5 minutes. A change that takes longer is
    /// cancelled, and nothing has changed.
    pub change_time: Duration,
    /// Longest time in which a client sends the head of a request, and again its body; by default 30 seconds. A
    /// connection without requests is closed after it as well.
    pub receive_time: Duration,
    /// Longest time in which a client takes no further byte of an answer; by default 30 seconds.
    pub send_time: Duration,
    /// Connections at a time; by default 1,024. Further ones wait to be accepted.
    pub connections: usize,
    /// Longest time between the signal to stop and the end of the process; by default 30 seconds.
    pub stop_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            body_bytes: 8 << 20,
            header_bytes: 16 << 10,
            query_chars: 10_000,
            batch_queries: 64,
            batch_documents: 1_000,
            batch_texts: 1_000,
            k: 1_000,
            page: 1_000,
            queued_reads: 256,
            queued_changes: 64,
            read_threads: cores,
            change_threads: cores.div_ceil(2),
            read_time: Duration::from_secs(30),
            change_time: Duration::from_secs(300),
            receive_time: Duration::from_secs(30),
            send_time: Duration::from_secs(30),
            connections: 1_024,
            stop_time: Duration::from_secs(30),
        }
    }
}
