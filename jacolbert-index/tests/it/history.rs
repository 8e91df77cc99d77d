//! Histories of an index beside a plain list of the passages that it must hold.

use jacolbert_index::{Embeddings, Error, Index, IndexWriter, PassageId};

/// A change that a writer makes. Passages to delete are picked by their place among the live ones.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operation {
    Add { source: usize },
    Delete { pick: usize },
    Replace { pick: usize, source: usize },
    Compact,
}

/// The passages of an index, as a plain list: id, and which of the sources it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Plain {
    live: Vec<(u32, usize)>,
    num_ids: u32,
}

/// Name of the attachment that says what the index must hold.
const LIST: &str = "list";

impl Plain {
    /// The passages of a new index of the first `n` sources.
    pub(crate) fn built(n: usize) -> Self {
        Self { live: (0..n).map(|source| (source as u32, source)).collect(), num_ids: n as u32 }
    }

    pub(crate) fn num_live(&self) -> usize {
        self.live.len()
    }

    /// Makes the change here and in `writer`.
    pub(crate) fn apply(
        &mut self,
        operation: Operation,
        writer: &mut IndexWriter,
        sources: &[Embeddings],
    ) -> Result<(), Error> {
        match operation {
            Operation::Add { source } => self.add(source, writer, sources),
            Operation::Delete { pick } => self.delete(pick, writer),
            Operation::Replace { pick, source } => self.replace(pick, source, writer, sources),
            Operation::Compact => {
                writer.compact();
                Ok(())
            }
        }
    }

    fn add(
        &mut self,
        source: usize,
        writer: &mut IndexWriter,
        sources: &[Embeddings],
    ) -> Result<(), Error> {
        let source = source % sources.len();
        let id = writer.add(sources[source].as_ref())?;
        assert_eq!(id, PassageId(self.num_ids), "ids are given in the order of adding");
        self.live.push((id.0, source));
        self.num_ids += 1;
        Ok(())
    }

    fn delete(&mut self, pick: usize, writer: &mut IndexWriter) -> Result<(), Error> {
        if self.live.is_empty() {
            return Ok(());
        }
        let (id, _) = self.live.remove(pick % self.live.len());
        writer.delete(PassageId(id))
    }

    fn replace(
        &mut self,
        pick: usize,
        source: usize,
        writer: &mut IndexWriter,
        sources: &[Embeddings],
    ) -> Result<(), Error> {
        if self.live.is_empty() {
            return Ok(());
        }
        let source = source % sources.len();
        let (old, _) = self.live.remove(pick % self.live.len());
        let new = writer.replace(PassageId(old), sources[source].as_ref())?;
        assert_eq!(new, PassageId(self.num_ids), "ids are given in the order of adding");
        self.live.push((new.0, source));
        self.num_ids += 1;
        Ok(())
    }

    /// The list as a text, which travels with the index as an attachment.
    pub(crate) fn to_text(&self) -> String {
        let live: Vec<String> = self.live.iter().map(|(id, s)| format!("{id}={s}")).collect();
        format!("{}:{}", self.num_ids, live.join(","))
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let (num_ids, list) = text.split_once(':')?;
        let pairs = list.split(',').filter(|pair| !pair.is_empty());
        let live = pairs.map(|pair| {
            let (id, source) = pair.split_once('=')?;
            Some((id.parse().ok()?, source.parse().ok()?))
        });
        Some(Self { live: live.collect::<Option<_>>()?, num_ids: num_ids.parse().ok()? })
    }

    /// Lets the list travel with the next commit.
    pub(crate) fn attach(&self, writer: &mut IndexWriter) {
        writer.attach(LIST, self.to_text().as_bytes());
    }

    /// The list that an index carries.
    pub(crate) fn attached(index: &Index) -> Option<Self> {
        Self::from_text(std::str::from_utf8(index.attachment(LIST)?.as_ref()).ok()?)
    }

    /// Says how `index` differs from the list: a passage lost or doubled, or another's tokens.
    pub(crate) fn compare(&self, index: &Index, sources: &[Embeddings]) -> Result<(), String> {
        index.verify().map_err(|error| error.to_string())?;
        let ids: Vec<u32> = index.passage_ids().map(|passage| passage.0).collect();
        let expected: Vec<u32> = self.live.iter().map(|&(id, _)| id).collect();
        let counts = (index.num_ids(), index.num_passages());
        if ids != expected || counts != (self.num_ids as usize, expected.len()) {
            return Err(format!("ids {ids:?} of {counts:?} for {self:?}"));
        }
        for &(id, source) in &self.live {
            let decoded = index.decode(PassageId(id)).map_err(|error| error.to_string())?;
            if !is_alike(&decoded, &sources[source]) {
                return Err(format!("passage {id} is not source {source}"));
            }
        }
        Ok(())
    }
}

/// Whether every token of `decoded` lies where that of `source` does, but for the residual's bits.
pub(crate) fn is_alike(decoded: &Embeddings, source: &Embeddings) -> bool {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let mut rows = decoded.as_ref().rows().zip(source.as_ref().rows());
    decoded.num_tokens() == source.num_tokens()
        && rows.all(|(a, b)| dot(a, b) > 0.9 * (dot(a, a) * dot(b, b)).sqrt())
}
