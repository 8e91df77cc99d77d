//! Experiments on JSQuAD's file and on candidates, with BM25 and the demonstration model.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use jacolbert::eval::Run;
use jacolbert::{Bits, Device};
use jacolbert_reproduction::{
    Args, Bm25, ColbertModel, Error, Experiment, Kept, SearchBy, System, TestCollection, jsquad,
    published,
};
use serde_json::json;

use crate::TestResult;
use crate::folder::{SQUAD, folder};

/// The demonstration model; `None`, said aloud, where it is not (it is not published).
fn model() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/mini");
    if !folder.is_dir() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

fn colbert(folder: &Path, search: SearchBy) -> System {
    let name = folder.to_string_lossy().into_owned();
    System::Colbert(ColbertModel { name, dictionary: None, doc_maxlen: None, search })
}

fn small() -> Result<TestCollection, Box<dyn std::error::Error>> {
    Ok(jsquad::open(folder(&[("valid-v1.1.json", SQUAD)])?.path())?)
}

#[test]
fn a_table_has_a_row_for_every_system_and_says_what_it_did() -> TestResult {
    let Some(model) = model() else { return Ok(()) };
    let collection = small()?;
    let out = tempfile::tempdir()?;
    let kept = Kept::open(out.path())?;
    let experiment = Experiment::new(&collection, &published::JSQUAD, &kept);
    let systems = [
        System::Bm25(Bm25::Bigrams),
        colbert(&model, SearchBy::Exhaustive),
        colbert(&model, SearchBy::Index(Bits::Two)),
    ];
    let mut steps = Vec::new();
    let mut note = |at: jacolbert_reproduction::Progress<'_>| steps.push(at.system.to_owned());
    let table = experiment.table(&systems, &Device::cpu(), &mut note)?.to_string();
    for row in ["BM25, bigrams", "mini, exhaustive", "mini, 2 bits"] {
        assert!(table.contains(row), "{table}");
        assert!(steps.iter().any(|step| step == row), "{steps:?}");
    }
    assert!(table.contains("recall@1") && table.contains("4 queries"), "{table}");
    Ok(())
}

#[test]
fn what_is_finished_is_taken_up_and_no_other() -> TestResult {
    let Some(model) = model() else { return Ok(()) };
    let collection = small()?;
    let out = tempfile::tempdir()?;
    let kept = Kept::open(out.path())?;
    let steps = |collection: &TestCollection, system: &System| {
        let mut num_steps = 0;
        let experiment = Experiment::new(collection, &published::JSQUAD, &kept);
        let run = experiment.run(system, &Device::cpu(), &mut |_| num_steps += 1)?;
        Ok::<_, Error>((run, num_steps))
    };
    let index = colbert(&model, SearchBy::Index(Bits::Two));
    let (made, num_steps) = steps(&collection, &index)?;
    assert!(num_steps > 0);
    let (taken, num_steps) = steps(&collection, &index)?;
    assert_eq!((taken, num_steps), (made, 0));

    // Other settings, other data: made anew.
    assert!(steps(&collection, &colbert(&model, SearchBy::Exhaustive))?.1 > 0);
    assert!(steps(&collection, &colbert(&model, SearchBy::Index(Bits::Four)))?.1 > 0);
    let mut other = collection.clone();
    other.documents[0].text.push('。');
    assert!(steps(&other, &index)?.1 > 0);
    // Other questions of the same documents: through the same index.
    let mut fewer = collection.clone();
    fewer.queries.truncate(1);
    assert_eq!(steps(&fewer, &index)?.1, 1);
    Ok(())
}

#[test]
fn an_unfinished_or_foreign_result_is_not_taken_up() -> TestResult {
    let out = tempfile::tempdir()?;
    let kept = Kept::open(out.path())?;
    let make = |name: &'static str| {
        move || -> Result<Run, Error> {
            let mut run = Run::new("");
            run.push("q", name, 1.0)?;
            Ok(run)
        }
    };
    let description = json!({ "model": "a" });
    let first = kept.run(&description, &mut make("first"))?;
    assert_eq!(kept.run(&description, &mut make("second"))?, first);
    for note in notes(out.path())? {
        fs::write(note, "{\"model\":\"b\"}")?;
    }
    let second = kept.run(&description, &mut make("second"))?;
    assert_ne!(second, first);
    for note in notes(out.path())? {
        fs::remove_file(note)?;
    }
    assert_ne!(kept.run(&description, &mut make("third"))?, second);
    let (index, is_finished) = kept.index(&description)?;
    assert!(!is_finished);
    fs::create_dir(&index)?;
    assert!(!kept.index(&description)?.1 && !index.exists());
    Ok(())
}

fn notes(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let paths = entries.collect::<Result<Vec<_>, std::io::Error>>()?;
    Ok(paths.into_iter().filter(|path| path.to_string_lossy().ends_with(".of.json")).collect())
}

#[test]
fn candidates_are_put_in_order_and_all_of_them_stay() -> TestResult {
    let mut collection = small()?;
    let out = tempfile::tempdir()?;
    let mut candidates = Run::new("candidates");
    for document in ["context-2", "context-1", "context-0"] {
        candidates.push("a1", document, 0.0)?;
    }
    collection.candidates = Some(candidates);
    collection.queries.truncate(1);
    let kept = Kept::open(out.path())?;
    let experiment = Experiment::new(&collection, &published::JQARA, &kept);
    let bm25 = System::Bm25(Bm25::Bigrams);
    let mut systems = vec![bm25];
    systems.extend(model().map(|model| colbert(&model, SearchBy::Exhaustive)));
    for system in &systems {
        let run = experiment.run(system, &Device::cpu(), &mut |_| ())?;
        let ranking = run.ranking("a1").ok_or("no a1")?;
        let best = ranking.best_first(jacolbert::eval::TieRule::InputOrder);
        assert_eq!((best.len(), best[0].0), (3, "context-0"), "{best:?}");
    }
    Ok(())
}

#[test]
fn published_figures_stand_beside_those_of_the_same_system() -> TestResult {
    let collection = small()?;
    let out = tempfile::tempdir()?;
    let kept = Kept::open(out.path())?;
    const ROW: published::PublishedRow =
        published::PublishedRow { system: "BM25", source: "nobody", values: &[0.25, 0.5] };
    let figures =
        published::Published { metrics: &["recall@1", "recall@3"], rows: &[ROW], digits: 3 };
    let experiment = Experiment::new(&collection, &figures, &kept);
    let systems = [System::Bm25(Bm25::Bigrams)];
    let table = experiment.table(&systems, &Device::cpu(), &mut |_| ())?;
    assert!(table.to_string().contains("recall@1   1.0000, published 0.250: +0.750"), "{table}");
    let markdown = table.to_markdown();
    assert!(markdown.contains("| nobody | recall@3 | 1.0000 | 0.500 | +0.500 |"), "{markdown}");
    Ok(())
}

#[test]
fn every_published_row_has_a_value_for_every_metric() -> TestResult {
    let all = [
        published::JSQUAD,
        published::MIRACL,
        published::MR_TYDI,
        published::JQARA,
        published::JACWIR,
        published::NONE,
    ];
    for table in all {
        jacolbert::eval::Metric::parse_list(&table.metrics.join(","))?;
        for row in table.rows {
            assert_eq!(row.values.len(), table.metrics.len(), "{row:?}");
        }
    }
    Ok(())
}

#[test]
fn the_command_line_is_read() -> TestResult {
    let parse = |line: &str| Args::parse(lexopt::Parser::from_args(line.split_whitespace()));
    let args = parse("data --model a --model b --dictionary d --words w --bits 2 --full --out o")?;
    let dictionary = Some(PathBuf::from("d"));
    let model = |name: &str| {
        let name = name.to_owned();
        let dictionary = dictionary.clone();
        let search = SearchBy::Index(Bits::Two);
        System::Colbert(ColbertModel { name, dictionary, doc_maxlen: None, search })
    };
    let words = Bm25::Words { tokenizer: "w".into(), dictionary: "d".into() };
    let systems = [System::Bm25(Bm25::Bigrams), System::Bm25(words), model("a"), model("b")];
    assert_eq!((args.data, args.full, args.out), ("data".into(), true, "o".into()));
    assert_eq!(args.systems, systems);
    for bad in
        ["", "data --bits 3", "data --words w", "data --what", "data again", "data --pooling max"]
    {
        assert!(parse(bad).is_err(), "{bad}");
    }
    let unknown = parse("data --what").err().ok_or("it is known")?;
    assert!(matches!(&unknown, Error::Usage { what, .. } if what.contains("--what")), "{unknown}");
    // A person reads the usage once.
    assert!(std::error::Error::source(&unknown).is_none());
    Ok(())
}

#[test]
fn a_model_by_name_needs_the_hub() -> TestResult {
    if cfg!(feature = "hub") {
        return Ok(());
    }
    let collection = small()?;
    let out = tempfile::tempdir()?;
    let kept = Kept::open(out.path())?;
    let experiment = Experiment::new(&collection, &published::JSQUAD, &kept);
    let absent = colbert(Path::new("nobody/nothing"), SearchBy::Exhaustive);
    let run = experiment.run(&absent, &Device::cpu(), &mut |_| ());
    assert!(matches!(run, Err(Error::NoHub { name }) if name == "nobody/nothing"));
    Ok(())
}
