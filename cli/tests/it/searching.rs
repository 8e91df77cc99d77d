//! What a search prints, for people and for programs.

use std::process::Stdio;

use serde_json::Value;

use crate::TestResult;
use crate::program::{Ended, Place, model};

#[test]
fn people_see_rank_score_id_and_the_part_that_matches() -> TestResult {
    let place = Place::new()?;
    let filler = "この文は検索と関係がない。".repeat(12);
    place.write(
        "d.tsv",
        format!("湖\t{filler}田沢湖は日本で最も深い湖である。{filler}\n茶\t{filler}\n"),
    )?;
    place.run(["index", "-m", &model(), "--whole", "d.tsv"])?.check(0);
    let shown = place.run(["search", "日本で最も深い湖は？"])?.check(0).out;
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].starts_with("  1 ") && lines[0].ends_with(" 湖"), "{shown}");
    assert!(lines[1].contains("…田沢湖は日本で最も深い湖である。"), "{shown}");
    assert!(
        lines.iter().all(|line| unicode_width::UnicodeWidthStr::width(*line) <= 100),
        "{shown}"
    );
    assert!(!shown.contains('\u{1b}'), "colours outside a terminal: {shown}");
    let coloured = place.run(["search", "湖", "--color", "always"])?.check(0).out;
    assert!(coloured.contains("\u{1b}["));
    let full = place.run(["search", "湖", "--full", "-k", "1"])?.check(0).out;
    assert!(full.contains(&filler));
    Ok(())
}

#[test]
fn programs_get_a_line_of_json_for_every_hit() -> TestResult {
    let place = Place::with_collection()?;
    let found = place.run(["search", "日本で最も大きな湖は？", "--json", "-k", "2"])?.check(0);
    let hits = found.values()?;
    assert_eq!(hits.len(), 2);
    let fields = ["content", "document_id", "metadata", "normalised_score", "num_passages"];
    let others = ["passage_id", "passage_number", "query", "rank", "score", "scores"];
    let expected: Vec<&str> = fields.into_iter().chain(others).collect();
    let names: Vec<&String> = hits[0].as_object().ok_or("no object")?.keys().collect();
    assert_eq!(names, expected);
    assert_eq!(
        (&hits[0]["document_id"], &hits[0]["metadata"]["year"]),
        (&"湖".into(), &2020.into())
    );
    assert_eq!(found.err, "");
    Ok(())
}

#[test]
fn documents_come_with_their_best_passages() -> TestResult {
    let place = Place::with_collection()?;
    let args = ["search", "日本で最も高い山は？", "--by-document", "2", "-k", "1", "--json"];
    let hits = place.run(args)?.check(0).values()?;
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0]["document_id"], "山");
    assert_eq!(hits[0]["passages"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[test]
fn every_line_of_a_file_or_of_standard_input_is_a_question() -> TestResult {
    let place = Place::with_collection()?;
    let questions = "日本で最も高い山は？\n\n日本で最も大きな湖は？\n";
    place.write("questions.txt", questions)?;
    let first = |ended: &Ended| -> serde_json::Result<Vec<Value>> { ended.field("document_id") };
    let from_file =
        place.run(["search", "--queries", "questions.txt", "-k", "1", "--json"])?.check(0);
    assert_eq!(first(&from_file)?, ["山", "湖"]);
    let from_input =
        place.run_with_input(["search", "-", "-k", "1", "--json"], questions)?.check(0);
    assert_eq!(from_input.out, from_file.out);
    Ok(())
}

#[test]
fn nothing_found_and_a_question_that_is_cut_are_told() -> TestResult {
    let place = Place::with_collection()?;
    let long = "日本で最も高い山はどこにあるか。".repeat(20);
    let cut = place.run(["search", &long])?.check(0);
    assert!(cut.err.contains("--query-length dynamic"), "{}", cut.err);
    assert_eq!(place.run(["search", "-q", &long])?.check(0).err, "");
    let whole = place.run(["search", "--query-length", "512", &long])?.check(0);
    assert_eq!(whole.err, "");
    place.run(["delete", "山", "湖", "茶"])?.check(0);
    assert_eq!(place.run(["search", "山"])?.check(1).out, "");
    Ok(())
}

#[test]
fn an_explanation_adds_up_to_the_score() -> TestResult {
    let place = Place::with_collection()?;
    let question = "日本で最も大きな湖は？";
    let score = |value: &Value| value["score"].as_f64().unwrap_or(f64::NAN);
    let hit = place.run(["search", question, "--json", "-k", "1"])?.check(0).values()?.remove(0);
    let explained = place.run(["explain", question, "--json"])?.check(0).values()?.remove(0);
    assert_eq!(explained["passage_id"], hit["passage_id"]);
    let matches = explained["matches"].as_array().ok_or("no matches")?;
    let sum: f64 = matches.iter().map(score).sum();
    assert!((sum - score(&hit)).abs() < 1e-3, "{sum} {}", score(&hit));
    let text = place.run(["explain", question, "--id", "山"])?.check(0).out;
    assert!(text.starts_with("passage 0 of 山: ") && text.contains("大きな"), "{text}");
    place.run(["explain", question, "--html", "why.html"])?.check(0);
    let page = std::fs::read_to_string(place.path("why.html"))?;
    assert!(page.starts_with("<!") && page.contains("大きな"), "{page}");
    place.run(["explain", question, "--passage-id", "7"])?.check_error(3, "passage 7");
    Ok(())
}

#[test]
fn a_reader_that_stops_reading_is_no_error() -> TestResult {
    let place = Place::with_collection()?;
    let mut child = place.command(["search", "山", "--json"]).stdout(Stdio::piped()).spawn()?;
    drop(child.stdout.take());
    let ended = Ended::of(child)?.check(0);
    assert_eq!(ended.err, "");
    Ok(())
}

#[test]
fn a_filter_limits_the_search_and_names_its_faults() -> TestResult {
    let place = Place::with_collection()?;
    let search = |args: &[&str]| place.run(["search", "山", "--json"].iter().chain(args));
    let recent = search(&["--filter", "year >= 1700"])?.check(0);
    let mut ids = recent.field("document_id")?;
    ids.sort_by_key(Value::to_string);
    assert_eq!(ids, ["山", "湖"]);
    let both = search(&["--filter", "year >= 1700", "--filter", "year < 1800"])?.check(0);
    assert_eq!(both.field("document_id")?, ["山"]);
    search(&["--filter", "years >= 1700"])?.check(1);
    search(&["--filter", "years >= 1700", "--strict-filter"])?.check_error(3, "years");
    search(&["--filter", "year >="])?.check_error(2, "--filter");
    Ok(())
}

#[cfg(feature = "words")]
#[test]
fn a_collection_with_words_ranks_by_them_too() -> TestResult {
    let place = Place::with_collection()?;
    place.run(["search", "固有種", "--hybrid"])?.check_error(3, "jacolbert compact --words");
    place.run(["compact", "--words"])?.check(0);
    assert!(place.info()?["words"].is_string());
    let words = place.run(["search", "固有種", "--words", "--json"])?.check(0);
    assert_eq!(words.field("document_id")?, ["湖"]);
    assert!(words.values()?[0]["scores"]["bm25"].as_f64().is_some_and(|score| score > 0.0));
    for fusion in ["--hybrid", "--hybrid=rank", "--hybrid=maxsim"] {
        let hybrid = place.run(["search", "固有種がすむ湖", "--json", fusion])?.check(0);
        assert_eq!(hybrid.field("document_id")?[0], "湖", "{fusion}");
    }
    place.run(["compact", "--no-words"])?.check(0);
    place.run(["search", "固有種", "--words"])?.check(3);
    Ok(())
}
