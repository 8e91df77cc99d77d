//! Laws of collections in memory.

use std::fs;

use jacolbert::{Document, Error, Splitting};

use crate::sample::{TestResult, documents, retriever};

#[test]
fn encodings_are_added_searched_and_cleared() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let mut collection = retriever.in_memory();
    assert_eq!(collection.search("山", 3)?, []);
    collection.add(&documents()[..2], Splitting::default())?;
    collection.add(&documents()[2..], Splitting::default())?;
    assert_eq!((collection.num_documents(), collection.num_passages()), (5, 5));
    let hits = collection.search("わび茶を大成した茶人は誰か？", 100)?;
    assert_eq!((hits.len(), hits[0].rank, hits[0].document_id.as_str()), (5, 1, "茶"));
    let among = collection.search_among("わび茶を大成した茶人は誰か？", &["星", "茶"], 9)?;
    assert_eq!((among.len(), &among[0].content), (2, &hits[0].content));
    assert_eq!(collection.search_batch(&["わび茶を大成した茶人は誰か？"], 100)?, [hits]);
    collection.clear();
    assert_eq!((collection.num_documents(), collection.search("山", 3)?.len()), (0, 0));
    Ok(())
}

#[test]
fn ids_must_be_new_and_known() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let mut collection = retriever.in_memory();
    collection.add(&documents(), Splitting::default())?;
    let again = [Document::new("新", ""), Document::new("湖", "")];
    let added = collection.add(&again, Splitting::default());
    assert!(matches!(
        added,
        Err(Error::Documents(jacolbert::documents::Error::DuplicateId { position: 1, .. }))
    ));
    assert_eq!(collection.num_documents(), 5);
    let unknown = collection.search_among("山", &["川"], 1);
    assert!(matches!(unknown, Err(Error::UnknownId { .. })));
    Ok(())
}

#[test]
fn saved_encodings_come_back_exactly() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("encodings.safetensors");
    let mut collection = retriever.in_memory();
    collection.add(&documents()[..3], Splitting::default())?;
    collection.add(&documents()[3..], Splitting::default())?;
    collection.save(&path)?;
    let mut loaded = retriever.load_in_memory(&path)?;
    assert_eq!(loaded.num_documents(), 5);
    assert_eq!(
        loaded.search("日本で一番高い山は？", 5)?,
        collection.search("日本で一番高い山は？", 5)?
    );
    loaded.add(&[Document::new("川", "信濃川は長い。")], Splitting::default())?;
    loaded.save(&path)?;
    assert_eq!(retriever.load_in_memory(&path)?.num_passages(), 6);
    Ok(())
}

#[test]
fn damaged_encodings_are_errors_and_never_panic() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("encodings.safetensors");
    let mut collection = retriever.in_memory();
    collection.add(&documents()[..1], Splitting::default())?;
    collection.save(&path)?;
    let good = fs::read(&path)?;
    for len in [0, 7, 8, 100, good.len() / 2, good.len() - 1] {
        fs::write(&path, &good[..len])?;
        assert!(matches!(retriever.load_in_memory(&path), Err(Error::Corrupt { .. })), "{len}");
    }
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        fs::write(&path, bad)?;
        if let Ok(loaded) = retriever.load_in_memory(&path) {
            let _ = loaded.search("山", 1);
        }
    }
    fs::remove_file(&path)?;
    assert!(matches!(retriever.load_in_memory(&path), Err(Error::Io { .. })));
    Ok(())
}
