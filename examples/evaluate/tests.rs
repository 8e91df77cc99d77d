//! What the example does with options and files.

use std::fs;
use std::io::Write;
use std::path::Path;

use tempfile::TempDir;

use crate::args::{Args, USAGE};
use crate::print_table;

type TestResult = Result<(), Box<dyn std::error::Error>>;

fn parse(line: &str) -> anyhow::Result<Option<Args>> {
    Args::parse(lexopt::Parser::from_args(line.split_whitespace()))
}

/// Prints the table for a command line; `BEIR` in it is the folder.
fn print(line: &str, beir: &Path) -> anyhow::Result<()> {
    let line = line.replace("BEIR", &beir.to_string_lossy());
    let args = parse(&line)?.ok_or_else(|| anyhow::anyhow!("it asks for help"))?;
    print_table(&args)
}

/// A test collection, and a run of another engine.
fn beir() -> Result<TempDir, std::io::Error> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text);
    fs::create_dir(folder.path().join("qrels"))?;
    write(
        "corpus.jsonl",
        "{\"_id\": 1, \"title\": null, \"text\": \"富士山は日本で最も高い山である。\"}\n\
         {\"_id\": 2, \"text\": \"琵琶湖は日本で最も大きな湖である。\"}\n\
         {\"_id\": 3, \"text\": \"\"}\n",
    )?;
    write(
        "queries.jsonl",
        "{\"_id\": \"q1\", \"text\": \"日本で一番高い山は？\"}\n\
         {\"_id\": \"q2\", \"text\": \"日本で一番大きな湖は？\"}\n\
         {\"_id\": \"q3\", \"text\": \"judged nowhere\"}\n",
    )?;
    write("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\t1\t1.0\nq2\t2\t1\n")?;
    write("bm25.trec", "q1 Q0 2 1 9 bm25\nq1 Q0 1 2 8 bm25\n")?;
    Ok(folder)
}

#[test]
fn help_and_usage_are_there_and_wrong_options_are_named() -> TestResult {
    assert!(parse("--help")?.is_none() && parse("--beir x -h")?.is_none());
    for (line, part) in [
        ("--beir x --what", "--what"),
        ("", "--beir FOLDER is missing"),
        ("--beir x --rows 3", "\"3\""),
        ("--beir x --rows none", "leaves no row"),
        ("--beir x --k 5 --metrics recall@10", "--k 5 is too few"),
        ("--beir x --metrics recall@ten", "recall@ten"),
    ] {
        let error = parse(line).err().ok_or(line)?;
        assert!(format!("{error:?}").contains(part), "{line}: {error:?}");
    }
    let unknown = parse("--beir x --what").err().ok_or("it is known")?;
    assert!(unknown.to_string().ends_with(USAGE), "{unknown}");
    for option in ["--run", "--k", "--bits", "--titles", "--rows", "--dense", "--compare"] {
        assert!(USAGE.contains(option), "{option}");
    }
    let args = parse("--beir x --metrics ndcg_cut_10,recall_100")?.ok_or("help")?;
    assert_eq!(args.k, 100);
    assert!(args.model.is_absolute(), "{}", args.model.display());
    Ok(())
}

#[test]
fn every_file_is_opened_before_the_model() -> TestResult {
    let check = |line: &str, missing: &str, part: &str| -> TestResult {
        let folder = beir()?;
        let _ = fs::remove_file(folder.path().join(missing));
        let error = print(line, folder.path()).err().ok_or("nothing was missing")?;
        assert!(format!("{error:?}").contains(part), "{line}: {error:?}");
        Ok(())
    };
    let line = "--beir BEIR --model BEIR/no-model --compare BEIR/bm25.trec";
    check(line, "qrels/test.tsv", "qrels/test.tsv")?;
    check(line, "corpus.jsonl", "corpus.jsonl")?;
    check(line, "bm25.trec", "bm25.trec")?;
    check(line, "", "no-model")?;
    check("--beir BEIR --split dev", "", "qrels/dev.tsv")
}

#[test]
fn rows_are_those_that_were_chosen_with_their_runs_and_ranks() -> TestResult {
    let args = parse("--beir x")?.ok_or("help")?;
    if !args.model.exists() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {} is not there", args.model.display());
        return Ok(());
    }
    let folder = beir()?;
    let line = "--beir BEIR --rows exhaustive,4 --compare BEIR/bm25.trec \
                --run BEIR/out/run.trec --ranks BEIR/ranks.tsv";
    print(line, folder.path())?;
    let mut names: Vec<_> = fs::read_dir(folder.path().join("out"))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, std::io::Error>>()?;
    names.sort();
    assert_eq!(names, ["run-4-bits.trec", "run-bm25.trec", "run-exhaustive.trec"]);
    let ranks = fs::read_to_string(folder.path().join("ranks.tsv"))?;
    let lines: Vec<&str> = ranks.lines().collect();
    assert_eq!(lines[0], "query\tbm25\texhaustive\t4 bits\ttext");
    assert_eq!(lines[1], "q1\t2\t1\t1\t日本で一番高い山は？");
    assert_eq!(lines[2], "q2\t\t1\t1\t日本で一番大きな湖は？");
    Ok(())
}
