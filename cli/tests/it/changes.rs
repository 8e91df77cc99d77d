//! Adding, replacing and deleting.

use jacolbert::index::IndexWriter;

use crate::TestResult;
use crate::program::Place;

const NEW: &str = "{\"id\": \"川\", \"text\": \"信濃川は日本で最も長い川である。\"}\n";
const KNOWN: &str = "{\"id\": \"山\", \"text\": \"富士山の標高は3,776メートルである。\"}\n";

#[test]
fn add_upsert_and_replace_differ_in_the_ids_that_they_take() -> TestResult {
    let place = Place::with_collection()?;
    let both = format!("{NEW}{KNOWN}");
    let run = |args: &[&str], input: &str| place.run_with_input(args, input);
    run(&["add", "-"], &both)?.check_error(3, "\"山\"");
    run(&["add", "--replace", "-"], &both)?.check_error(3, "\"川\"");
    assert_eq!(place.info()?["num_documents"], 3);
    let upserted = run(&["add", "--upsert", "--json", "-"], &both)?.check(0).values()?.remove(0);
    assert_eq!((&upserted["added"], &upserted["replaced"]), (&1.into(), &1.into()));
    let replaced = run(&["add", "--replace", "--json", "-"], KNOWN)?.check(0).values()?.remove(0);
    assert_eq!((&replaced["added"], &replaced["replaced"]), (&0.into(), &1.into()));
    run(&["add", "--upsert", "--replace", "-"], KNOWN)?.check_error(2, "--replace");
    let found = place.run(["search", "富士山の標高は？", "-k", "1", "--json"])?.check(0);
    assert_eq!(found.field("content")?, ["富士山の標高は3,776メートルである。"]);
    Ok(())
}

#[test]
fn deleting_is_all_or_nothing_and_compact_removes_the_rest() -> TestResult {
    let place = Place::with_collection()?;
    place.run(["delete", "山", "谷"])?.check_error(3, "谷");
    assert_eq!(place.info()?["num_documents"], 3);
    place.run_with_input(["delete", "-"], "山\n湖\n")?.check(0);
    let info = place.info()?;
    assert_eq!((&info["num_documents"], &info["has_deleted"]), (&1.into(), &true.into()));
    place.run(["compact"])?.check(0);
    let info = place.info()?;
    assert_eq!((&info["num_documents"], &info["has_deleted"]), (&1.into(), &false.into()));
    place.run(["verify"])?.check(0);
    place.run(["delete", "茶"])?.check(0);
    place.run(["search", "茶"])?.check(1);
    Ok(())
}

#[test]
fn a_collection_that_another_process_changes_is_busy() -> TestResult {
    let place = Place::with_collection()?;
    let writer = IndexWriter::open(&place.path(".jacolbert"))?;
    place.run(["delete", "山"])?.check(4);
    place.run_with_input(["add", "-"], NEW)?.check(4);
    place.run(["compact"])?.check(4);
    place.run(["search", "山"])?.check(0);
    drop(writer);
    place.run(["delete", "山", "--wait", "5"])?.check(0);
    Ok(())
}

#[test]
fn a_filter_says_what_is_deleted() -> TestResult {
    let place = Place::with_collection()?;
    let filter = ["delete", "--filter", "year < 1800", "--json"];
    let deleted = place.run(filter)?.check(0).values()?.remove(0);
    assert_eq!((&deleted["deleted"], &deleted["documents"]), (&2.into(), &1.into()));
    assert_eq!(place.run(filter)?.check(0).values()?[0]["deleted"], 0);
    place.run(["delete"])?.check_error(2, "--filter");
    place.run(["delete", "湖", "--filter", "year > 0"])?.check_error(2, "--filter");
    Ok(())
}
