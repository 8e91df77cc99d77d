//! The file of a collection in memory: embeddings and documents as safetensors.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jacolbert_core::Embeddings;
use jacolbert_documents::{Companions, DocumentBlock, Documents};
use jacolbert_index::PassageId;
use jacolbert_model::Encoder;
use safetensors::tensor::{Dtype, Metadata, SafeTensorError, SafeTensors, TensorView};

use super::memory_snapshot::MemorySnapshot;
use crate::Error;
use crate::settings::{StoredSplitting, check_fingerprint};

/// Key of the file's metadata with the fingerprint of the model.
const FINGERPRINT: &str = "fingerprint";
/// Key of the file's metadata with the CRC-32 of all bytes after the header, in 8 hexadecimal digits.
const CHECKSUM: &str = "checksum";
/// Key of the file's metadata with the splitting as JSON; absent if it is the default.
const SPLITTING: &str = "splitting";
/// Key of the file's metadata with the analyser of its words as JSON; absent if it has none.
const WORDS: &str = "words";
/// Bytes of the number before the header, which is the header's length.
const LENGTH_BYTES: usize = size_of::<u64>();
/// Tensor with the rows of all passages, `[tokens, dim]`.
const EMBEDDINGS: &str = "embeddings";
/// Tensor with the number of tokens of each passage, `[passages]`.
const LENGTHS: &str = "lengths";
/// Tensor with the id of each passage, ascending, `[passages]`. The oldest files have none: there, every id
/// has a length, 0 if its passage is deleted.
const IDS: &str = "ids";

/// Name of the tensor with the `n`th block of documents.
fn block_name(n: usize) -> String {
    format!("documents-{n}")
}

impl MemorySnapshot {
    /// Writes the state to `path`, in place of what is there.
    pub(crate) fn save(&self, encoder: &Encoder, path: &Path) -> Result<(), Error> {
        let fingerprint = encoder.fingerprint()?.to_string();
        let blocks = self.documents.to_blocks()?;
        let bytes = self.to_safetensors(&blocks, encoder.dim(), fingerprint);
        let written = bytes.map_err(io::Error::other).and_then(|bytes| replace_file(path, &bytes));
        written.map_err(|source| Error::io(path, source))
    }

    /// Reads what [`save`](Self::save) wrote.
    pub(crate) fn load(encoder: &Encoder, path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(|source| Error::io(path, source))?;
        let header = Header::read(path, &bytes)?;
        header.check_content(path, &bytes)?;
        let tensors = SafeTensors::deserialize(&bytes)
            .map_err(|cause| Error::corrupt(path, cause.to_string()))?;
        let mut documents: Documents<Arc<[u8]>> = Documents::new();
        while let Ok(block) = tensors.tensor(&block_name(documents.blocks().len())) {
            if block.dtype() != Dtype::U8 {
                return Err(Error::corrupt(path, "documents are not bytes"));
            }
            documents.push(path, block.data().into())?;
        }
        let embeddings = embeddings_of(path, &tensors, encoder.dim())?;
        check_fingerprint(path, header.value(FINGERPRINT), encoder)?;
        let ids = ids_of(path, &tensors, &documents, embeddings.len())?;
        let mut passages = Vec::with_capacity(embeddings.len());
        for (id, embeddings) in ids.into_iter().zip(embeddings) {
            if documents.is_kept(id)? {
                passages.push((id, Arc::new(embeddings)));
            }
        }
        let documents = documents.with_companions(&Companions::default())?;
        let num_documents = documents.num_kept_documents()?;
        let splitting = header.value(SPLITTING).map(serde_json::from_str).transpose();
        let splitting = splitting.map_err(|_| Error::corrupt(path, "splitting"))?;
        let splitting = splitting.unwrap_or_default();
        let words = header.value(WORDS).map(serde_json::from_str).transpose();
        let words = words.map_err(|_| Error::corrupt(path, "words"))?;
        let loaded = Self { passages, documents, num_documents, splitting, ..Self::default() };
        loaded.with_stored_words(words)
    }

    /// The file, with these blocks of documents.
    fn to_safetensors(
        &self,
        blocks: &[Arc<[u8]>],
        dim: usize,
        fingerprint: String,
    ) -> Result<Vec<u8>, SafeTensorError> {
        let mut values = Vec::new();
        let mut lengths = Vec::new();
        let mut ids = Vec::new();
        for (id, passage) in &self.passages {
            values.extend(passage.values().iter().flat_map(|value| value.to_le_bytes()));
            lengths.extend((passage.num_tokens() as u64).to_le_bytes());
            ids.extend(id.0.to_le_bytes());
        }
        let tokens = vec![values.len() / 4 / dim, dim];
        let passages = vec![self.passages.len()];
        let mut tensors = BTreeMap::from([
            (EMBEDDINGS.to_string(), TensorView::new(Dtype::F32, tokens, &values)?),
            (LENGTHS.to_string(), TensorView::new(Dtype::U64, passages.clone(), &lengths)?),
            (IDS.to_string(), TensorView::new(Dtype::U32, passages, &ids)?),
        ]);
        for (n, bytes) in blocks.iter().enumerate() {
            tensors.insert(block_name(n), TensorView::new(Dtype::U8, vec![bytes.len()], bytes)?);
        }
        let mut metadata = HashMap::from([(FINGERPRINT.to_string(), fingerprint)]);
        if self.splitting != StoredSplitting::default() {
            let splitting = serde_json::to_string(&self.splitting).expect("numbers are JSON");
            metadata.insert(SPLITTING.into(), splitting);
        }
        if let Some(words) = &self.stored_words {
            let words = serde_json::to_string(words).expect("texts are JSON");
            metadata.insert(WORDS.into(), words);
        }
        let checksum = checksum_of(&tensors, &metadata)?;
        metadata.insert(CHECKSUM.into(), checksum);
        safetensors::serialize(tensors, Some(metadata))
    }
}

/// The checksum of the file of `tensors`: how long its header is does not count.
fn checksum_of(
    tensors: &BTreeMap<String, TensorView<'_>>,
    metadata: &HashMap<String, String>,
) -> Result<String, SafeTensorError> {
    let bytes = safetensors::serialize(tensors, Some(metadata.clone()))?;
    let (header_length, _) = SafeTensors::read_metadata(&bytes)?;
    Ok(checksum(&bytes[LENGTH_BYTES + header_length..]))
}

fn checksum(content: &[u8]) -> String {
    format!("{:08x}", crc32fast::hash(content))
}

/// Puts a file with `content` in the place of `path`, durably. An error leaves what was there, unless only the
/// last step failed, which waits for the folder.
fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let (new, mut file) = create_beside(path)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    let replaced = written.and_then(|()| fs::rename(&new, path));
    if replaced.is_err() {
        // The first error is the one that the caller needs to know.
        let _ = fs::remove_file(&new);
    }
    replaced.and_then(|()| sync_folder_of(path))
}

/// Waits until the name of the file `path` is on disk.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = std::path::absolute(path)?;
    folder.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Other systems have no such operation.
#[cfg(not(unix))]
fn sync_folder_of(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Creates a new file beside `path`, under a name that no other save uses.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static NUM_SAVES: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NUM_SAVES.fetch_add(1, Ordering::Relaxed);
        let extension = format!("jacolbert-new-{}-{number}", std::process::id());
        let name = path.with_added_extension(extension);
        match File::create_new(&name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (),
            created => return Ok((name, created?)),
        }
    }
}

/// The header of a file, which describes its tensors.
struct Header {
    /// Bytes of it.
    length: usize,
    metadata: Metadata,
}

impl Header {
    fn read(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let (length, metadata) = SafeTensors::read_metadata(bytes)
            .map_err(|cause| Error::corrupt(path, cause.to_string()))?;
        Ok(Self { length, metadata })
    }

    /// A value of the metadata; the oldest files have none.
    fn value(&self, key: &str) -> Option<&str> {
        self.metadata.metadata().as_ref()?.get(key).map(String::as_str)
    }

    /// Checks that the content of the file `bytes` has the checksum that the header gives, if any.
    fn check_content(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        let found = checksum(&bytes[LENGTH_BYTES + self.length..]);
        if self.value(CHECKSUM).is_some_and(|expected| expected != found) {
            return Err(Error::corrupt(path, "the content does not match its checksum"));
        }
        Ok(())
    }
}

/// The id of each of the `num_passages` passages.
fn ids_of(
    path: &Path,
    tensors: &SafeTensors<'_>,
    documents: &Documents<Arc<[u8]>>,
    num_passages: usize,
) -> Result<Vec<PassageId>, Error> {
    let corrupt = || Error::corrupt(path, "documents and vectors do not agree");
    let num_stored: usize = documents.blocks().iter().map(DocumentBlock::num_passages).sum();
    let ids: Vec<PassageId> = match tensors.tensor(IDS) {
        Ok(ids) if ids.dtype() == Dtype::U32 && num_stored == num_passages => {
            let (ids, _) = ids.data().as_chunks::<4>();
            ids.iter().map(|bytes| PassageId(u32::from_le_bytes(*bytes))).collect()
        }
        Ok(_) => return Err(corrupt()),
        Err(_) if documents.num_ids() != num_passages => return Err(corrupt()),
        Err(_) => (0..num_passages as u32).map(PassageId).collect(),
    };
    let all_known = ids.last().is_none_or(|last| last.index() < documents.num_ids());
    if ids.len() == num_passages && ids.is_sorted_by(|a, b| a < b) && all_known {
        Ok(ids)
    } else {
        Err(corrupt())
    }
}

fn embeddings_of(
    path: &Path,
    tensors: &SafeTensors<'_>,
    dim: usize,
) -> Result<Vec<Embeddings>, Error> {
    let corrupt = |what: &str| Error::corrupt(path, what);
    let tensor = |name: &str, dtype: Dtype| {
        let found = tensors.tensor(name).ok().filter(|tensor| tensor.dtype() == dtype);
        found.ok_or_else(|| {
            Error::corrupt(path, format!("there is no tensor `{name}` of the right type"))
        })
    };
    let rows = tensor(EMBEDDINGS, Dtype::F32)?;
    let lengths = tensor(LENGTHS, Dtype::U64)?;
    if rows.shape().last() != Some(&dim) {
        let found = rows.shape().last().copied().unwrap_or_default();
        return Err(jacolbert_index::Error::Dim { expected: dim, found }.into());
    }
    let (values, _) = rows.data().as_chunks::<4>();
    let mut values = values.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let (lengths, _) = lengths.data().as_chunks::<8>();
    let mut passages = Vec::with_capacity(lengths.len());
    for bytes in lengths {
        let length = usize::try_from(u64::from_le_bytes(*bytes)).ok();
        let length = length.and_then(|length| length.checked_mul(dim));
        let length = length.filter(|&length| length <= values.len());
        let length = length
            .ok_or_else(|| corrupt("the lengths of the passages do not match the embeddings"))?;
        let passage = Embeddings::new(values.by_ref().take(length).collect(), dim);
        passages.push(passage.map_err(|cause| corrupt(&cause.to_string()))?);
    }
    if values.len() > 0 {
        return Err(corrupt("the lengths of the passages do not match the embeddings"));
    }
    Ok(passages)
}
