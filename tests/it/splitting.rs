//! Splitting by a function of the program, and of texts that are not prose.

use std::fs;
use std::ops::Range;

use jacolbert::documents::{Error as DocumentsError, PassageFault};
use jacolbert::{Collection, Document, Error, Splitting, stream_jsonl};

use crate::sample::{TestResult, retriever};

/// One passage per line that is not empty.
fn lines(text: &str) -> Vec<Range<usize>> {
    let lines = text.lines().filter(|line| !line.is_empty());
    let range = |line: &str| {
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        start..start + line.len()
    };
    lines.map(range).collect()
}

#[test]
fn a_function_of_the_program_makes_the_passages() -> TestResult {
    let folder = tempfile::tempdir()?;
    let poem = Document::new("句", "古池や\n蛙飛びこむ\n水の音");
    let documents = [poem, Document::new("空", "")];
    let indexer = retriever().indexer(folder.path()).splitter(lines);
    let collection = indexer.run(&documents)?.collection;
    assert_eq!((collection.num_documents(), collection.num_passages()), (2, 4));
    let hits = collection.query("蛙").among(["句"]).search()?;
    let mut texts: Vec<&str> = hits.iter().map(|hit| hit.content.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["古池や", "水の音", "蛙飛びこむ"]);
    let memory = retriever().in_memory();
    memory.update().splitter(lines).add(&documents)?;
    assert_eq!((memory.num_documents(), memory.num_passages()), (2, 4));
    Ok(())
}

#[test]
fn a_collection_refuses_documents_that_would_be_split_otherwise() -> TestResult {
    let folder = tempfile::tempdir()?;
    let poem = |id: &str| Document::new(id, "閑さや\n岩にしみ入る\n蝉の声");
    retriever().indexer(folder.path()).splitter(lines).run([poem("a")])?;
    // Also in another process.
    let collection = Collection::open(folder.path())?;
    for refused in [
        collection.add([poem("b")]),
        collection.replace([poem("a")]),
        collection.update().upsert([poem("a")]),
    ] {
        let Err(Error::OwnSplitter { path }) = refused else {
            return Err(format!("{refused:?}").into());
        };
        assert_eq!(path, collection.folder());
    }
    assert_eq!((collection.num_documents(), collection.num_passages()), (1, 3));
    collection.update().splitter(lines).add([poem("b")])?;
    assert_eq!(collection.num_passages(), 6);
    collection.update().splitting(Splitting::Whole).add([poem("c")])?;
    assert_eq!(collection.num_passages(), 7);
    collection.delete(["b"])?;
    collection.compact()?;
    let refused = Collection::open(folder.path())?.add([poem("d")]);
    assert!(matches!(refused, Err(Error::OwnSplitter { .. })), "{refused:?}");
    Ok(())
}

#[test]
fn ranges_that_are_no_passages_are_refused_with_their_document() -> TestResult {
    let document = Document::new("富士", "富士山");
    for (ranges, expected) in [
        (vec![], PassageFault::NoPassage),
        (vec![0..9, 3..3], PassageFault::Empty),
        (vec![0..9, 3..10], PassageFault::OutOfBounds { len: 9 }),
        (vec![0..9, 3..4], PassageFault::InsideCharacter),
    ] {
        let folder = tempfile::tempdir()?;
        let indexer = retriever().indexer(folder.path()).splitter(|_| ranges.clone());
        let refused = indexer.run([&document]);
        let Err(Error::Documents(DocumentsError::Passage { id, fault, .. })) = refused else {
            return Err(format!("{refused:?}").into());
        };
        assert_eq!((id.as_str(), fault), ("富士", expected));
        assert!(!jacolbert::index::Index::exists(folder.path()));
    }
    Ok(())
}

#[test]
fn neighbours_share_something_in_texts_without_full_stops() -> TestResult {
    let texts = [
        ("half-width marks", "今日は晴れた!山に登ろう!水を持つのか?"),
        ("ellipses", "それは分からない…けれども行く……"),
        ("ideographic spaces", "本日の議題　予算の審議　前回の確認　"),
        ("a transcript", "それでまあ私は山に行ったんですけど道が混んでいて着いたのは夕方で"),
    ];
    let encoder = retriever().encoder();
    for (kind, part) in texts {
        let text = part.repeat(30);
        let splitting = Splitting::Sentences { max_tokens: 60, overlap: 15 };
        let passages = splitting.ranges(&text, |part| encoder.num_tokens(part))?;
        assert!(passages.len() > 3, "{kind}");
        for pair in passages.windows(2) {
            assert!(pair[1].start < pair[0].end, "{kind}: {pair:?} share nothing");
            let shared = encoder.num_tokens(&text[pair[1].start..pair[0].end])?;
            assert!((1..=15).contains(&shared), "{kind}: {pair:?} share {shared} tokens");
        }
    }
    Ok(())
}

#[test]
fn a_bad_line_among_many_is_skipped_and_told_on_request() -> TestResult {
    let folder = tempfile::tempdir()?;
    let lines = folder.path().join("lines.jsonl");
    let good = |id: &str| format!("{{\"id\":\"{id}\",\"text\":\"富士山\"}}");
    fs::write(&lines, [&good("a"), "no document", &good("a"), &good("b")].join("\n"))?;
    let mut documents = stream_jsonl(&lines)?.skip_bad_lines(2);
    let indexer = retriever().indexer(folder.path().join("index"));
    let collection = indexer.run_stream(&mut documents)?.collection;
    assert_eq!(collection.num_documents(), 2);
    let [
        DocumentsError::Line { line: 2, .. },
        DocumentsError::DuplicateLine { line: 3, first: 1, .. },
    ] = documents.skipped()
    else {
        return Err(format!("{:?}", documents.skipped()).into());
    };
    let indexer = retriever().indexer(folder.path().join("another"));
    let stopped = indexer.run_stream(stream_jsonl(&lines)?);
    let Err(Error::Documents(DocumentsError::Document { position: 1, source })) = stopped else {
        return Err(format!("{stopped:?}").into());
    };
    assert!(source.to_string().contains("lines.jsonl, line 2: "), "{source}");
    Ok(())
}
