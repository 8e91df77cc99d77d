//! Texts that are long, empty or strange.

use jacolbert::{Document, SearchOptions, Splitting};

use crate::sample::{TestResult, retriever};

#[test]
fn long_documents_become_passages_that_lose_nothing() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let sentence =
        |n: usize| format!("これは長い文書の第{n}文で、番号のほかに変わったことはない。");
    let text: String = (0..60).map(sentence).collect();
    let splitting = Splitting::Sentences { max_tokens: 64, overlap: 20 };
    let documents = [Document::new("長", text.clone()), Document::new("短", "短い文書。")];
    let indexed = retriever.indexer(folder.path()).splitting(splitting).run(&documents)?;
    assert_eq!(indexed.truncated, []);
    let hits = indexed.collection.query("第59文").options(SearchOptions::exact(100)).search()?;
    assert!(hits.len() > 10, "{} passages", hits.len());
    for n in 0..60 {
        let sentence = sentence(n);
        assert!(hits.iter().any(|hit| hit.content.contains(&sentence)), "{sentence}");
    }
    Ok(())
}

#[test]
fn what_was_cut_is_told() -> TestResult {
    let retriever = retriever();
    let documents =
        [Document::new("短", "短い。"), Document::new("長", "とても長い文書。".repeat(200))];
    let collection = retriever.in_memory();
    let truncated = collection.update().splitting(Splitting::Whole).add(&documents)?;
    assert_eq!(truncated.len(), 1);
    assert_eq!((truncated[0].document_id.as_str(), truncated[0].passage), ("長", 0));
    let room = retriever.encoder().max_passage_tokens();
    let tokens = retriever.encoder().num_tokens(&documents[1].text)?;
    assert_eq!(truncated[0].tokens_cut, tokens - room);
    Ok(())
}

#[test]
fn strange_texts_are_kept_in_place() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let texts = [
        "",
        " ",
        "\u{0}",
        "\u{3099}\u{309a}",
        "👨‍👩‍👧‍👦",
        "。",
        "!?",
        "\u{feff}",
        "a\u{0}b",
        "\n\n",
        "[MASK] [SEP]",
        "𠮷野家",
        "ﾊﾝｶｸ",
    ];
    let document = |(n, text): (usize, &&str)| Document::new(format!("{n}"), *text);
    let documents: Vec<Document> = texts.iter().enumerate().map(document).collect();
    let collection = retriever.index(folder.path(), &documents)?.collection;
    for query in texts {
        let hits = collection.query(query).options(SearchOptions::exact(100)).search()?;
        assert_eq!(hits.len(), texts.len());
        for hit in hits {
            assert_eq!(hit.document_id, hit.passage_id.0.to_string());
            assert_eq!(hit.content, texts[hit.passage_id.index()]);
        }
    }
    Ok(())
}

#[test]
fn a_megabyte_without_a_space_is_one_document() -> TestResult {
    let retriever = retriever();
    let text = "漢字仮名交じり文".repeat((1 << 20) / 24) + "終";
    let collection = retriever.in_memory();
    let documents = [Document::new("長", text.clone())];
    let truncated = collection.update().splitting(Splitting::Whole).add(&documents)?;
    assert_eq!((truncated.len(), collection.num_passages()), (1, 1));
    assert_eq!(collection.search(&text[..24_000], 1)?.len(), 1);
    Ok(())
}
