//! Laws of collections in memory.

use std::fs;

use jacolbert::documents::{DocumentBlockBuilder, Error as DocumentsError};
use jacolbert::{Document, Error, Splitting};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::sample::{TestResult, documents, retriever};

#[test]
fn encodings_are_added_searched_and_cleared() -> TestResult {
    let retriever = retriever();
    let collection = retriever.in_memory();
    assert!(collection.search("山", 3)?.is_empty());
    collection.add(&documents()[..2])?;
    collection.add(&documents()[2..])?;
    assert_eq!((collection.num_documents(), collection.num_passages()), (5, 5));
    let hits = collection.search("わび茶を大成した茶人は誰か？", 100)?;
    assert_eq!((hits.len(), hits[0].rank, hits[0].document_id.as_str()), (5, 1, "茶"));
    let among =
        collection.query("わび茶を大成した茶人は誰か？").k(9).among(["星", "茶"]).search()?;
    assert_eq!((among.len(), &among[0].content), (2, &hits[0].content));
    assert_eq!(collection.search_batch(["わび茶を大成した茶人は誰か？"], 100)?, [hits]);
    collection.clear()?;
    assert_eq!((collection.num_documents(), collection.search("山", 3)?.len()), (0, 0));
    Ok(())
}

#[test]
fn ids_must_be_new_and_known() -> TestResult {
    let retriever = retriever();
    let collection = retriever.in_memory();
    collection.add(documents())?;
    let again = [Document::new("新", ""), Document::new("湖", "")];
    let added = collection.add(&again);
    let taken =
        matches!(added, Err(Error::Documents(DocumentsError::DuplicateId { position: 1, .. })));
    assert!(taken, "{added:?}");
    assert_eq!(collection.num_documents(), 5);
    let unknown = collection.query("山").k(1).among(["川"]).search();
    assert!(matches!(unknown, Err(Error::UnknownId { .. })));
    Ok(())
}

#[test]
fn saved_encodings_come_back_exactly() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("encodings.safetensors");
    let collection = retriever.in_memory();
    collection.add(&documents()[..3])?;
    collection.add(&documents()[3..])?;
    collection.save(&path)?;
    let loaded = retriever.load_in_memory(&path)?;
    assert_eq!(loaded.num_documents(), 5);
    assert_eq!(
        loaded.search("日本で一番高い山は？", 5)?,
        collection.search("日本で一番高い山は？", 5)?
    );
    loaded.add(&[Document::new("川", "信濃川は長い。")])?;
    loaded.save(&path)?;
    assert_eq!(retriever.load_in_memory(&path)?.num_passages(), 6);
    Ok(())
}

#[test]
fn damaged_encodings_are_errors_and_never_panic() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("encodings.safetensors");
    let collection = retriever.in_memory();
    collection.add(&documents()[..1])?;
    collection.save(&path)?;
    let good = fs::read(&path)?;
    for len in [0, 7, 8, 100, good.len() / 2, good.len() - 1] {
        fs::write(&path, &good[..len])?;
        assert!(matches!(retriever.load_in_memory(&path), Err(Error::Corrupt { .. })), "{len}");
    }
    let content = content_at(&good);
    for at in (0..content).step_by(7).chain((content..good.len()).step_by(1_009)) {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        fs::write(&path, bad)?;
        let loaded = retriever.load_in_memory(&path);
        if at >= content {
            assert!(matches!(loaded, Err(Error::Corrupt { .. })), "byte {at}: {loaded:?}");
        }
        if let Ok(loaded) = loaded {
            let _ = loaded.search("山", 1);
        }
    }
    fs::remove_file(&path)?;
    assert!(matches!(retriever.load_in_memory(&path), Err(Error::Io { .. })));
    Ok(())
}

/// Where the content of a safetensors file begins, behind the header and its length.
fn content_at(file: &[u8]) -> usize {
    let (length, _) = file.split_first_chunk().expect("a length");
    8 + u64::from_le_bytes(*length) as usize
}

/// The file of `documents` as versions without a checksum wrote it, each of them one passage.
fn written_by_hand(documents: &[Document]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    written_with_blocks_of(documents, Dtype::U8)
}

/// The same, with another type for the bytes of the documents.
fn written_with_blocks_of(
    documents: &[Document],
    dtype: Dtype,
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let encoder = retriever().encoder();
    let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
    let passages = encoder.encode_passages(&texts)?.embeddings;
    let values: Vec<u8> =
        passages.iter().flat_map(|p| p.values()).flat_map(|value| value.to_le_bytes()).collect();
    let lengths = passages.iter().map(|passage| passage.num_tokens() as u64);
    let lengths: Vec<u8> = lengths.flat_map(u64::to_le_bytes).collect();
    let mut block = DocumentBlockBuilder::new(0);
    for document in documents {
        block.add(&document.id, &document.metadata.to_string(), [document.text.as_str()]);
    }
    let block = block.build();
    let rows = vec![values.len() / 4 / encoder.dim(), encoder.dim()];
    let tensors = [
        ("documents-0", TensorView::new(dtype, vec![block.len()], &block)?),
        ("embeddings", TensorView::new(Dtype::F32, rows, &values)?),
        ("lengths", TensorView::new(Dtype::U64, vec![documents.len()], &lengths)?),
    ];
    let fingerprint = encoder.fingerprint()?.to_string();
    Ok(safetensors::serialize(tensors, Some([("fingerprint".into(), fingerprint)].into()))?)
}

#[test]
fn documents_of_another_type_than_bytes_are_damage() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("encodings.safetensors");
    fs::write(&path, written_with_blocks_of(&documents(), Dtype::I8)?)?;
    let loaded = retriever().load_in_memory(&path);
    assert!(
        matches!(&loaded, Err(Error::Corrupt { what, .. }) if what.contains("not bytes")),
        "{loaded:?}"
    );
    Ok(())
}

#[test]
fn a_file_without_ids_of_an_earlier_version_is_loaded_and_gets_them() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("encodings.safetensors");
    let expected = written_by_hand(&documents())?;
    fs::write(&path, &expected)?;
    let loaded = retriever().load_in_memory(&path)?;
    assert_eq!((loaded.num_documents(), loaded.num_passages()), (5, 5));
    assert_eq!(loaded.search("日本で一番高い山は？", 1)?[0].document_id, "山");
    fs::remove_file(&path)?;
    loaded.save(&path)?;
    let written = fs::read(&path)?;
    let before = SafeTensors::deserialize(&expected)?;
    let after = SafeTensors::deserialize(&written)?;
    for name in ["embeddings", "lengths"] {
        assert!(before.tensor(name)?.data() == after.tensor(name)?.data(), "{name}");
    }
    let ids: Vec<u8> = (0..5u32).flat_map(u32::to_le_bytes).collect();
    assert_eq!(after.tensor("ids")?.data(), ids);
    let (_, header) = SafeTensors::read_metadata(&written)?;
    let metadata = header.metadata().clone().expect("metadata");
    let checksum = format!("{:08x}", crc32fast::hash(&written[content_at(&written)..]));
    assert_eq!((metadata.len(), metadata.get("checksum")), (2, Some(&checksum)));
    let again = retriever().load_in_memory(&path)?;
    assert_eq!((again.num_documents(), again.num_passages()), (5, 5));
    Ok(())
}

#[test]
fn a_saved_collection_remembers_what_was_deleted() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("encodings.safetensors");
    let collection = retriever().in_memory();
    collection.add(documents())?;
    collection.replace(&[Document::new("湖", "摩周湖は透明な湖である。")])?;
    collection.delete(["茶"])?;
    collection.save(&path)?;
    let bytes = fs::read(&path)?;
    let deleted = documents()[2].text.clone();
    assert!(!bytes.windows(deleted.len()).any(|part| part == deleted.as_bytes()), "its text");
    let loaded = retriever().load_in_memory(&path)?;
    assert_eq!((loaded.num_documents(), loaded.num_passages()), (4, 4));
    assert!(!loaded.contains("茶")? && loaded.contains("湖")?);
    let question = "透明な湖は？";
    assert_eq!(loaded.search(question, 9)?, collection.search(question, 9)?);
    Ok(())
}

#[test]
fn saving_leaves_no_other_file_and_many_threads_may_save_at_once() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("encodings.safetensors");
    let collection = retriever().in_memory();
    collection.add(documents())?;
    std::thread::scope(|scope| {
        let saves: Vec<_> = (0..8).map(|_| scope.spawn(|| collection.save(&path))).collect();
        saves.into_iter().try_for_each(|save| save.join().expect("no panic"))
    })?;
    let names: Vec<_> =
        fs::read_dir(folder.path())?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    assert_eq!(names, std::slice::from_ref(&path));
    assert_eq!(retriever().load_in_memory(&path)?.num_passages(), 5);
    let nowhere = collection.save(folder.path().join("no such folder/file"));
    assert!(matches!(nowhere, Err(Error::Io { .. })), "{nowhere:?}");
    Ok(())
}

#[test]
fn a_collection_in_memory_remembers_its_splitting() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("memory.safetensors");
    let long = |id: &str| Document::new(id, "富士山は日本で一番高い山である。".repeat(12));
    let splitting = Splitting::Sentences { max_tokens: 12, overlap: 0 };
    let memory = retriever().in_memory().with_splitting(splitting);
    memory.add([long("a")])?;
    let num_passages = memory.num_passages();
    assert!(num_passages > 5, "{num_passages}");
    memory.upsert([long("a"), long("b")])?;
    assert_eq!(memory.num_passages(), 2 * num_passages);
    memory.save(&path)?;
    let again = retriever().load_in_memory(&path)?;
    again.add([long("c")])?;
    assert_eq!(again.num_passages(), 3 * num_passages);
    again.clear()?;
    again.add([long("d")])?;
    assert_eq!(again.num_passages(), num_passages);
    let whole = again.with_splitting(Splitting::Whole);
    whole.add([long("e")])?;
    assert_eq!(whole.num_passages(), num_passages + 1);
    Ok(())
}
