//! Laws of explanations: which tokens of query and passage matched, as text.

use jacolbert::{Collection, Document, Explanation, PoolFactor, Pooling, Storage, TokenRole};

use crate::both_storages::both;
use crate::sample::{TestResult, documents, retriever};

const QUERY: &str = "富士山の高さは？";

fn check<S: Storage>(collection: &Collection<S>) -> TestResult {
    let hits = collection.search(QUERY, 5)?;
    let pieces = retriever().encoder().tokenizer().text_tokenizer().pieces(QUERY)?;
    for hit in &hits {
        let matches = collection.explain(QUERY, hit.passage_id)?.matches;
        let queried: Vec<&str> = matches.iter().map(|found| found.query_token.as_str()).collect();
        assert_eq!(queried[0], "[CLS]");
        assert_eq!(queried[2..2 + pieces.len()], pieces);
        assert_eq!(queried[2 + pieces.len()], "[SEP]");
        assert!(queried[3 + pieces.len()..].iter().all(|token| *token == "[MASK]"));
        let kept = kept_tokens(&hit.content)?;
        for found in &matches {
            assert_eq!(found.passage_token.as_ref(), kept.get(found.passage_row));
            assert!(found.passage_token.is_some());
        }
    }
    // The same token matches itself.
    let fuji = hits.iter().find(|hit| hit.document_id == "山").ok_or("the mountain is found")?;
    let matches = collection.explain(QUERY, fuji.passage_id)?.matches;
    let first = &matches[2];
    assert_eq!(first.passage_token.as_deref(), Some(first.query_token.as_str()), "{matches:?}");
    assert!(first.query_token.contains('富'), "{first:?}");
    Ok(())
}

/// The tokens of a passage that are not dropped as punctuation.
fn kept_tokens(text: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let tokenizer = retriever().encoder().tokenizer();
    let encoding = tokenizer.encode_passage(text)?;
    let kept = encoding.ids.iter().zip(&encoding.keep).filter(|(_, is_kept)| **is_kept);
    let token = |id: u32| tokenizer.text_tokenizer().token(id).ok_or("an id of the vocabulary");
    Ok(kept.map(|(&id, _)| token(id)).collect::<Result<_, _>>()?)
}

#[test]
fn explanations_name_the_tokens_of_query_and_passage() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check(&on_disk)?;
    check(&in_memory)
}

#[test]
fn rows_of_several_tokens_have_no_name() -> TestResult {
    let folder = tempfile::tempdir()?;
    let pooling = Pooling { factor: PoolFactor::Two, ..Default::default() };
    let documents = [Document::new("山", "富士山は静岡県と山梨県にまたがる火山である。")];
    let collection = retriever().indexer(folder.path()).pooling(pooling).run(documents)?.collection;
    let hits = collection.search(QUERY, 1)?;
    let matches = collection.explain(QUERY, hits[0].passage_id)?.matches;
    assert!(matches.iter().all(|found| found.passage_token.is_none()));
    assert!(matches.iter().all(|found| !found.query_token.is_empty()));
    Ok(())
}

#[test]
fn the_matches_of_a_hit_sum_up_to_its_score() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let collection = retriever.index(folder.path(), documents())?.collection;
    let query = "わび茶を大成した茶人は誰か？";
    for hit in &collection.search(query, 100)? {
        let matches = collection.explain(query, hit.passage_id)?.matches;
        assert_eq!(matches.len(), 32, "one a query token");
        let sum: f32 = matches.iter().map(|found| found.score).sum();
        assert!((sum - hit.score).abs() < 1e-4);
    }
    Ok(())
}

/// An explanation of the best hit of `query` in a collection of one text.
fn explain(query: &str, text: &str) -> Result<Explanation, Box<dyn std::error::Error>> {
    let memory = retriever().in_memory();
    memory.add([Document::new("text", text)])?;
    let hits = memory.search(query, 1)?;
    Ok(memory.explain(query, hits[0].passage_id)?)
}

#[test]
fn matches_have_the_surface_of_query_and_passage() -> TestResult {
    let query = "ﾌｼﾞさんの高さは、何ﾒｰﾄﾙ？";
    let text = "ふじさんの標高は３７７６メートル。\n日本一高い、と㍍で書く。";
    let explanation = explain(query, text)?;
    assert_eq!(explanation.query, query);
    assert_eq!(explanation.content, text);
    let mut covered = String::new();
    let mut end = 0;
    for found in &explanation.matches {
        assert_eq!(found.query_range.is_some(), found.query_role == TokenRole::Text);
        if let Some(range) = &found.query_range {
            assert!(range.start >= end || range.end == end, "{range:?} behind {end}");
            covered.push_str(&query[end..range.end]);
            end = range.end;
            let surface = explanation.query_surface(found).ok_or("a surface")?;
            assert!(!surface.trim().is_empty());
        }
        let is_of_text = found.passage_role == Some(TokenRole::Text);
        assert_eq!(explanation.passage_surface(found).is_some(), is_of_text, "{found:?}");
    }
    assert_eq!(covered, query);
    // What matches itself has the same surface, but for its normalization.
    let metre = explanation.matches.iter().find(|m| explanation.query_surface(m) == Some("ﾒｰﾄﾙ"));
    let metre = metre.ok_or("the vocabulary has the word")?;
    assert!(matches!(explanation.passage_surface(metre), Some("メートル" | "㍍")), "{metre:?}");
    Ok(())
}

#[test]
fn an_explanation_as_text_shows_each_token_and_groups_the_others() -> TestResult {
    let explanation = explain("富士山の高さは？", "富士山は\u{1b}[31m高い。")?;
    let text = explanation.to_text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], format!("{:.2} 富士山の高さは？", explanation.score()));
    let of_text = explanation.matches.iter().filter(|m| m.query_role == TokenRole::Text).count();
    // Then `[CLS]`, the marker, `[SEP]`, the masks, and the passage.
    assert_eq!(lines.len(), 1 + of_text + 5, "{text}");
    assert!(lines[1..=of_text].iter().all(|line| line.contains(" -> ")));
    assert!(lines[of_text + 4].contains(&format!("{} [MASK]", 32 - 3 - of_text)), "{text}");
    // The passage cannot steer the terminal.
    assert_eq!(lines[of_text + 5], "富士山は [31m高い。");
    Ok(())
}

#[test]
fn an_explanation_as_a_page_is_escaped_and_loads_nothing() -> TestResult {
    let query = "<b>\"富士山\" & 'x'</b>";
    let text = "<script>alert('富士山')</script>&amp;\"高い\"";
    let page = explain(query, text)?.to_html();
    assert!(
        !page.contains("<script") && !page.contains("<b>") && !page.contains("http:"),
        "{page}"
    );
    assert!(!page.contains("src=") && !page.contains("href=") && !page.contains("url("), "{page}");
    // The texts stand in the page once their elements and references are undone.
    let visible = |part: &str| {
        let mut outside = String::new();
        let mut depth = 0;
        for character in part.chars() {
            match character {
                '<' => depth += 1,
                '>' => depth -= 1,
                other if depth == 0 => outside.push(other),
                _ => {}
            }
        }
        let references =
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        references.iter().fold(outside, |text, (from, to)| text.replace(from, to))
    };
    let between = |start: &str, end: &str| {
        let (_, rest) = page.split_once(start)?;
        Some(visible(rest.split_once(end)?.0))
    };
    assert_eq!(between("<title>", "</title>").as_deref(), Some(query));
    assert_eq!(between("<h1>", "</h1>").as_deref(), Some(query));
    assert_eq!(between("<blockquote>", "</blockquote>").as_deref(), Some(text));
    Ok(())
}
