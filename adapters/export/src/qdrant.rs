//! What the HTTP API of Qdrant takes.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use jacolbert::{Embeddings, Storage};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::export_summary::ExportSummary;
use crate::exported_passages::{ExportedPassage, ExportedPassages};
use crate::new_file::write_new_file;

/// The name of the vectors in Qdrant, and how many bytes are sent at once.
///
/// ```
/// use jacolbert_export::QdrantVectors;
///
/// let vectors = QdrantVectors::default().name("late");
/// assert_eq!(vectors.collection(128)["vectors"]["late"]["multivector_config"]["comparator"], "max_sim");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct QdrantVectors {
    name: String,
    max_body_bytes: usize,
}

/// `colbert`, and bodies of at most 16 MiB: Qdrant takes 32 MiB by default.
impl Default for QdrantVectors {
    fn default() -> Self {
        Self { name: "colbert".into(), max_body_bytes: 16 << 20 }
    }
}

impl QdrantVectors {
    /// The name of the vectors, by default `colbert`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The most bytes of a line, by default 16 MiB. More are fewer requests and more memory.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// The body of `PUT /collections/{name}`, for vectors of `dim` components. The distance is the dot product, so that
    /// scores are MaxSim as jacolbert computes it.
    ///
    /// By default Qdrant builds a graph over all vectors. With few passages, or if another search chooses them, set
    /// `hnsw_config.m` of the vectors to 0; then it scores passages one by one.
    pub fn collection(&self, dim: usize) -> Value {
        let vectors = json!({
            "size": dim,
            "distance": "Dot",
            "multivector_config": { "comparator": "max_sim" },
        });
        json!({ "vectors": { &self.name: vectors } })
    }

    /// The body of `POST /collections/{name}/points/query` for the best `limit` passages.
    ///
    /// ```no_run
    /// use jacolbert::Retriever;
    /// use jacolbert_export::QdrantVectors;
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let query = retriever.encoder().encode_query("一番高い山は？")?;
    /// let body = QdrantVectors::default().query(&query.embeddings, 10);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn query(&self, query: &Embeddings, limit: usize) -> Value {
        json!({ "query": rows(query), "using": self.name, "limit": limit, "with_payload": true })
    }

    /// A passage as a point, in JSON.
    fn point(&self, passage: &ExportedPassage) -> String {
        let mut vector = BTreeMap::new();
        // Qdrant refuses a multivector without vectors. No model of today makes one.
        if passage.embeddings.num_tokens() > 0 {
            vector.insert(self.name.as_str(), rows(&passage.embeddings));
        }
        let payload = Payload {
            document_id: &passage.document_id,
            content: &passage.content,
            passage_number: passage.passage_number,
            num_passages: passage.num_passages,
            metadata: &passage.metadata,
        };
        let point = Point { id: passage.passage_id.0, vector, payload };
        serde_json::to_string(&point).expect("texts, numbers and JSON become JSON")
    }
}

/// A point of Qdrant. As a type of its own, since `serde_json::Value` has no numbers of 32 bits and would write them
/// with twice the digits.
#[derive(Serialize)]
struct Point<'p> {
    id: u32,
    vector: BTreeMap<&'p str, Vec<&'p [f32]>>,
    payload: Payload<'p>,
}

#[derive(Serialize)]
struct Payload<'p> {
    document_id: &'p str,
    content: &'p str,
    passage_number: usize,
    num_passages: usize,
    metadata: &'p Value,
}

fn rows(embeddings: &Embeddings) -> Vec<&[f32]> {
    (0..embeddings.num_tokens()).map(|row| embeddings.row(row)).collect()
}

const BEFORE: &str = r#"{"points":["#;
const BEHIND: &str = "]}";

/// A line that grows point by point.
struct Body {
    points: String,
}

impl Body {
    fn len_with(&self, point: &str) -> usize {
        let comma = usize::from(!self.points.is_empty());
        BEFORE.len() + self.points.len() + comma + point.len() + BEHIND.len()
    }

    fn push(&mut self, point: &str) {
        if !self.points.is_empty() {
            self.points.push(',');
        }
        self.points.push_str(point);
    }

    /// Writes the line, unless it has no points; afterwards it has none.
    fn write(&mut self, out: &mut impl Write) -> std::io::Result<()> {
        if !self.points.is_empty() {
            writeln!(out, "{BEFORE}{}{BEHIND}", self.points)?;
            self.points.clear();
        }
        Ok(())
    }
}

pub(crate) fn write_qdrant<S: Storage>(
    passages: ExportedPassages<S>,
    path: &Path,
    vectors: &QdrantVectors,
) -> Result<ExportSummary, Error> {
    if vectors.name.is_empty() {
        return Err(Error::EmptyName);
    }
    let io_error = |source| Error::Io { path: path.into(), source };
    write_new_file(path, |out| {
        let mut body = Body { points: String::new() };
        let mut summary = ExportSummary::default();
        for passage in passages {
            let passage = passage?;
            let point = vectors.point(&passage);
            if body.len_with(&point) > vectors.max_body_bytes {
                body.write(out).map_err(io_error)?;
                check_size(&passage, body.len_with(&point), vectors.max_body_bytes)?;
            }
            body.push(&point);
            summary.count(passage.embeddings.num_tokens());
        }
        body.write(out).map_err(io_error)?;
        Ok(summary)
    })
}

/// Checks the length of a body with one passage alone.
fn check_size(passage: &ExportedPassage, needed: usize, limit: usize) -> Result<(), Error> {
    if needed <= limit {
        return Ok(());
    }
    let document_id = passage.document_id.clone();
    Err(Error::TooLarge { passage: passage.passage_id, document_id, needed, limit })
}
