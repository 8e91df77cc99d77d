//! The page of the server and the page of an explanation, as a person uses them in headless Chromium.

mod browser;
mod sample;

use std::future::Future;

use browser::{Browser, Page};
use fantoccini::key::Key;
use serde_json::{Value, json};

use sample::{QUERY, Sample};

type TestResult = anyhow::Result<()>;

/// What a part of a page shows: how many parts are marked with a colour, and which texts are framed.
const MARKS: &str = "
    const marks = [...document.querySelectorAll(arguments[0])];
    const style = (mark) => getComputedStyle(mark);
    return {
        coloured: marks.filter((mark) => style(mark).backgroundColor.match(/rgba?\\(.*[1-9]/)).length,
        framed: marks.filter((mark) => style(mark).outlineStyle === 'solid').map((mark) => mark.textContent),
        total: marks.length,
    };";

/// Runs a test with a page of a browser, if there is one.
fn with_page<F: Future<Output = TestResult>>(test: impl FnOnce(Page) -> F) -> TestResult {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let Some(browser) = Browser::start()? else {
            println!("skipped: chromium or chromedriver is missing");
            return Ok(());
        };
        let page = browser.open().await?;
        let result = test(page.clone()).await;
        page.close().await?;
        result
    })
}

#[test]
fn a_person_searches_and_sees_why_a_hit_matched() -> TestResult {
    let sample = Sample::start(None)?;
    with_page(async |page| {
        page.goto(&sample.url("/")).await?;
        page.type_into("#query", &format!("{QUERY}{}", Key::Enter)).await?;
        page.wait_for("#hits li").await?;
        assert!(page.text("#hits li:first-child h2").await?.contains("山"));
        let content = page.text("#hits li:first-child .content").await?;

        page.click("#hits li:first-child .why").await?;
        page.wait_for("#hits li:first-child .content mark").await?;
        // Colours change no text.
        assert_eq!(page.text("#hits li:first-child .content").await?, content);
        assert_eq!(page.text("#hits li:first-child .tokens").await?, QUERY);
        for part in [".content", ".tokens"] {
            let marks =
                page.run(MARKS, json!([format!("#hits li:first-child {part} mark")])).await?;
            assert!(marks["total"].as_u64() > Some(2), "{marks}");
            assert_eq!(marks["coloured"], marks["total"], "{marks}");
        }
        // A token of the query frames its match in the passage, also with the keyboard.
        let token = "[...document.querySelectorAll('.tokens mark')].find((mark) => mark.textContent === '山')";
        page.run(&format!("{token}.focus()"), json!([])).await?;
        let framed = page.run(MARKS, json!(["#hits li:first-child .content mark.linked"])).await?;
        assert_eq!(framed["framed"], json!(["山"]), "{framed}");
        page.click("#hits li:first-child .why").await?;
        let hidden = page.run(MARKS, json!(["#hits li:first-child mark"])).await?;
        assert_eq!(hidden["framed"], json!([]));

        // Everything came from the server, and the address leads back to the search.
        let loaded = "return performance.getEntriesByType('resource').map((entry) => new URL(entry.name).origin)";
        let loaded = page.run(loaded, json!([])).await?;
        let origin = Value::from(sample.url(""));
        assert!(
            loaded
                .as_array()
                .is_some_and(|all| all.len() > 3 && all.iter().all(|one| *one == origin))
        );
        page.goto(&page.address().await?).await?;
        page.wait_for("#hits li").await?;
        Ok(())
    })
}

#[test]
fn a_person_chooses_the_ranking_where_there_are_words() -> TestResult {
    let sample = Sample::start(None)?;
    with_page(async |page| {
        page.goto(&sample.url("/?q=琵琶湖")).await?;
        page.wait_for("#hits li").await?;
        let ids = "return [...document.querySelectorAll('#hits .id')].map((id) => id.textContent)";
        assert_eq!(page.run(ids, json!([])).await?.as_array().map(Vec::len), Some(3));
        // By words, only the passage that has them is found.
        page.run("document.getElementById('ranking').value = 'words'", json!([])).await?;
        page.click("#form button").await?;
        page.wait_until("return document.querySelectorAll('#hits li').length === 1").await?;
        assert_eq!(page.run(ids, json!([])).await?, json!(["1. 湖"]));
        page.goto(&page.address().await?).await?;
        page.wait_until("return document.querySelectorAll('#hits li').length === 1").await?;
        assert_eq!(
            page.run("return document.getElementById('ranking').value", json!([])).await?,
            "words"
        );

        page.goto(&sample.url("/?q=琵琶湖&collection=wordless")).await?;
        page.wait_for("#hits li").await?;
        assert_eq!(
            page.run("return document.getElementById('ranking').hidden", json!([])).await?,
            true
        );
        Ok(())
    })
}

#[test]
fn the_page_fits_a_phone_and_shows_errors() -> TestResult {
    let sample = Sample::start(None)?;
    with_page(async |page| {
        page.resize(390, 844).await?;
        page.goto(&sample.url("/?q=<img src=x onerror=alert(1)>")).await?;
        page.wait_for("#hits li").await?;
        page.click("#hits li:first-child .content").await?;
        page.wait_for("#hits li:first-child mark").await?;
        let root = "return document.documentElement.scrollWidth <= innerWidth && !document.querySelector('img')";
        assert_eq!(page.run(root, json!([])).await?, true);
        sample.delete()?;
        page.click("#form button").await?;
        page.wait_until("return document.getElementById('error').textContent.includes('sample')")
            .await?;
        Ok(())
    })
}

#[test]
fn a_person_with_the_key_may_search() -> TestResult {
    let sample = Sample::start(Some("geheim"))?;
    with_page(async |page| {
        page.goto(&sample.url("/")).await?;
        page.wait_until("return !document.getElementById('unlock').hidden").await?;
        page.type_into("#key", &format!("geheim{}", Key::Enter)).await?;
        page.wait_until("return document.getElementById('unlock').hidden").await?;
        page.type_into("#query", &format!("{QUERY}{}", Key::Enter)).await?;
        page.wait_for("#hits li").await?;
        Ok(())
    })
}

#[test]
fn an_explanation_is_a_page_of_its_own() -> TestResult {
    let sample = Sample::start(None)?;
    let (page_of, content) = sample.explanation()?;
    with_page(async |page| {
        page.goto(&format!("file://{}", page_of.display())).await?;
        assert_eq!(page.text("h1").await?, QUERY);
        assert_eq!(page.text("blockquote").await?, content);
        for part in ["h1 span", "blockquote span"] {
            let marks = page.run(MARKS, json!([part])).await?;
            assert!(marks["total"].as_u64() > Some(2), "{marks}");
            assert_eq!(marks["coloured"], marks["total"], "{marks}");
        }
        let token =
            "[...document.querySelectorAll('h1 span')].find((token) => token.textContent === '山')";
        page.run(&format!("{token}.id = 'token'"), json!([])).await?;
        page.click("#token").await?;
        let framed = page.run(MARKS, json!(["blockquote span"])).await?;
        assert_eq!(framed["framed"], json!(["山"]), "{framed}");
        Ok(())
    })
}

#[test]
fn the_routes_are_described_for_people() -> TestResult {
    let sample = Sample::start(None)?;
    with_page(async |page| {
        page.goto(&sample.url("/docs/")).await?;
        page.wait_until("return document.body.textContent.includes('/v1/rerank')").await?;
        Ok(())
    })
}
