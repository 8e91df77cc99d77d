//! What is wrong is told with its place, and an exit code tells its kind.

use crate::TestResult;
use crate::program::{DOCUMENTS, Place, model};

/// The message for an input file, which never becomes a collection.
fn check(name: &str, content: impl AsRef<[u8]>, message: &str) -> TestResult {
    let place = Place::new()?;
    place.write(name, content)?;
    place.run(["index", "-m", &model(), name])?.check_error(3, message);
    place.run(["search", "山"])?.check_error(3, "there is no collection");
    Ok(())
}

#[test]
fn bad_lines_are_named_by_file_and_line() -> TestResult {
    let first = "{\"id\": \"a\", \"text\": \"一\"}\n";
    check("d.jsonl", format!("{first}{{\"id\": 1}}\n"), "d.jsonl, line 2: text is missing")?;
    check("d.jsonl", format!("{first}{first}"), "d.jsonl, line 2: the id \"a\" is that of line 1")?;
    check("d.tsv", "a\t一\nb\n", "d.tsv, line 2: no tab")?;
    check("d.csv", "id,text\na,一\nb\n", "d.csv, line 3: 1 fields where the first line names 2")?;
    check("d.csv", "id,text\na,一\n\na,二\n", "d.csv, line 4: the id \"a\" is that of line 2")?;
    check(
        "d.csv",
        "id,text\r\na,\"一\r\n二\"\r\n\r\na,二",
        "d.csv, line 5: the id \"a\" is that of line 2",
    )?;
    check("d.csv", "id,body2\na,一\n", "d.csv, line 2: text is missing")?;
    check(
        "d.csv",
        b"id,text\na,\x93\xfa\x96\x7b\n",
        "d.csv, line 2: not UTF-8; it seems to be Shift_JIS",
    )?;
    check("d.txt", b"\x93\xfa\x96\x7b\n", "d.txt: is not UTF-8 in line 1")?;
    check("d.jsonl", "", "no document")
}

#[test]
fn bad_lines_are_left_out_and_listed_if_they_may_be() -> TestResult {
    let place = Place::new()?;
    place.write("d.csv", "id,text\na,一\nb\nc,三,3\nd,四\n")?;
    place.write("d.jsonl", "{\"id\": \"e\"}\n{\"id\": \"f\", \"text\": \"六\"}\n")?;
    let index = |most: &str, inputs: &[&str]| {
        let args = ["index", "-m", &model(), "--json", "--skip-bad-lines", most];
        place.run(args.into_iter().chain(inputs.iter().copied()))
    };
    index("2", &["d.csv", "d.jsonl"])?.check_error(3, "d.jsonl, line 1: text is missing");
    let summary = index("3", &["d.csv", "d.jsonl"])?.check(0).values()?.remove(0);
    assert_eq!(summary["documents"], 3);
    let lines = summary["left_out"]["lines"].as_array().ok_or("no lines")?;
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[1], "d.csv, line 4: 3 fields where the first line names 2");
    Ok(())
}

#[test]
fn each_kind_of_failure_has_its_exit_code() -> TestResult {
    let place = Place::new()?;
    place.write("d.jsonl", DOCUMENTS)?;
    place.run(["index"])?.check_error(2, "<INPUT>");
    place.run(["search"])?.check_error(2, "QUESTION");
    place.run(["index", "d.jsonl"])?.check_error(6, "JACOLBERT_MODEL");
    place.run(["index", "-m", "no-such", "d.jsonl"])?.check_error(6, "no-such");
    place.run(["index", "-m", &model(), "--device", "abacus", "d.jsonl"])?.check_error(2, "abacus");
    place
        .run(["index", "-m", &model(), "missing.jsonl"])?
        .check_error(3, "missing.jsonl: cannot be read");
    place.run(["search", "山"])?.check_error(3, "jacolbert index");
    place.run(["index", "-m", &model(), "d.jsonl"])?.check(0);
    place.run(["index", "-m", &model(), "d.jsonl"])?.check_error(3, "jacolbert add");
    place.run(["search", "山", "--among", "谷"])?.check_error(3, "谷");
    Ok(())
}

#[test]
fn the_environment_names_model_and_collection() -> TestResult {
    let place = Place::new()?;
    place.write("d.jsonl", DOCUMENTS)?;
    let mut command = place.command(["index", "d.jsonl"]);
    command.env("JACOLBERT_MODEL", model()).env("JACOLBERT_COLLECTION", "mine");
    crate::program::Ended::of(command.spawn()?)?.check(0);
    place.run(["search", "山", "-c", "mine"])?.check(0);
    Ok(())
}

#[cfg(not(feature = "train"))]
#[test]
fn a_command_without_its_feature_says_which_one_it_needs() -> TestResult {
    let place = Place::new()?;
    place.run(["train", "--start", "a", "data"])?.check_error(2, "--features train");
    Ok(())
}
