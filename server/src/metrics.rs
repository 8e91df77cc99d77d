//! What the server counts, in the text format of Prometheus.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::code::Code;
use crate::served::Served;

/// What the server counts.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    faults: Family<CodeLabels, Counter>,
    reading: Gauge,
    changing: Family<CollectionLabels, Gauge>,
    documents: Family<CollectionLabels, Gauge>,
    passages: Family<CollectionLabels, Gauge>,
    pub(crate) connections: Gauge,
    uptime: Gauge<f64, AtomicU64>,
    start: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabels {
    code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CollectionLabels {
    collection: String,
}

/// Upper ends of the classes of durations: 1 ms, 2 ms, .., 33 s.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(durations),
            faults: Family::default(),
            reading: Gauge::default(),
            changing: Family::default(),
            documents: Family::default(),
            passages: Family::default(),
            connections: Gauge::default(),
            uptime: Gauge::default(),
            start: Instant::now(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let Self { requests, durations, faults, reading, changing, documents, passages, .. } = self;
        let registry = self.registry.sub_registry_with_prefix("jacolbert");
        registry.register("requests", "Requests that were answered", requests.clone());
        let help = "Time from the head of a request to its answer";
        registry.register("request_duration_seconds", help, durations.clone());
        registry.register("errors", "Answers that were errors, by their code", faults.clone());
        let help = "Searches and other reading requests that wait or run";
        registry.register("reads_in_queue", help, reading.clone());
        let help = "Changes of a collection that wait or run";
        registry.register("changes_in_queue", help, changing.clone());
        registry.register("documents", "Documents of a collection", documents.clone());
        registry.register("passages", "Passages of a collection", passages.clone());
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register("uptime_seconds", "Time since the start", self.uptime.clone());
    }

    /// All metrics as text, with the number of reading requests that wait or run, and the present sizes of
    /// `collections`.
    pub(crate) fn to_text(
        &self,
        num_reads: usize,
        collections: &[Arc<Served>],
    ) -> Result<String, std::fmt::Error> {
        self.reading.set(num_reads as i64);
        self.uptime.set(self.start.elapsed().as_secs_f64());
        for served in collections {
            let labels = CollectionLabels { collection: served.name.clone() };
            self.changing.get_or_create(&labels).set(served.changes.len() as i64);
            self.documents.get_or_create(&labels).set(served.collection.num_documents() as i64);
            self.passages.get_or_create(&labels).set(served.collection.num_passages() as i64);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Counts each request with its route, status and duration.
pub(crate) async fn count(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let method = known_method(request.method());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    // Paths of no route are many, and each label is kept.
    let route = route.unwrap_or_else(|| "none".to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    metrics.requests.get_or_create(&RequestLabels { method, route: route.clone(), status }).inc();
    metrics.durations.get_or_create(&RouteLabels { route }).observe(start.elapsed().as_secs_f64());
    if let Some(code) = response.extensions().get::<Code>() {
        metrics.faults.get_or_create(&CodeLabels { code: code.name() }).inc();
    }
    response
}

/// The name of a method; clients can make up others.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
