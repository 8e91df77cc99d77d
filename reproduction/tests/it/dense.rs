//! Models of one vector a text, on the tiny random ones of jacolbert-model's tests.

use std::fs;
use std::path::{Path, PathBuf};

use jacolbert::eval::{Run, TieRule};
use jacolbert::model::{
    Error as ModelError, SentenceEncoder, SentenceOptions, SentencePooling, SentenceSettings,
};
use jacolbert::{Bits, Device};
use jacolbert_reproduction::{
    Args, Bm25, DenseModel, Error, Experiment, Kept, System, TestCollection, jsquad, published,
};
use serde_json::{Value, json};

use crate::TestResult;
use crate::folder::{SQUAD, folder};

/// The tiny BERT in a folder of this name; what a sentence-transformers folder has besides is left out.
fn plain(name: &str) -> Result<(tempfile::TempDir, PathBuf), Box<dyn std::error::Error>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../jacolbert-model/tests/it");
    let parent = tempfile::tempdir()?;
    let model = parent.path().join(name);
    fs::create_dir(&model)?;
    for file in ["config.json", "tokenizer_config.json", "model.safetensors"] {
        fs::copy(tests.join("sentence/bert").join(file), model.join(file))?;
    }
    fs::copy(tests.join("parity/shared/tokenizer.json"), model.join("tokenizer.json"))?;
    Ok((parent, model))
}

fn dense(model: &Path, settings: SentenceSettings) -> System {
    let name = model.to_string_lossy().into_owned();
    System::Dense(DenseModel { name, dictionary: None, settings })
}

fn small() -> Result<TestCollection, Box<dyn std::error::Error>> {
    Ok(jsquad::open(folder(&[("valid-v1.1.json", SQUAD)])?.path())?)
}

fn run_of(collection: &TestCollection, system: &System) -> Result<Run, Error> {
    let out = tempfile::tempdir().map_err(|source| Error::Io { path: "out".into(), source })?;
    let kept = Kept::open(out.path())?;
    let experiment = Experiment::new(collection, &published::JSQUAD, &kept);
    experiment.run(system, &Device::cpu(), &mut |_| ())
}

fn settings(pooling: SentencePooling, query: &str, passage: &str) -> SentenceSettings {
    SentenceSettings {
        pooling: Some(pooling),
        query_prefix: Some(query.into()),
        passage_prefix: Some(passage.into()),
        max_tokens: None,
    }
}

/// Ids and scores of every query.
fn rankings(run: &Run) -> Vec<Vec<(String, f64)>> {
    let best = run.iter().map(|(_, ranking)| ranking.best_first(TieRule::InputOrder));
    best.map(|best| best.iter().map(|(id, score)| ((*id).to_owned(), *score)).collect()).collect()
}

#[test]
fn a_run_is_the_order_of_cosines() -> TestResult {
    let ((_parent, model), collection) = (plain("tiny")?, small()?);
    let asked = settings(SentencePooling::Mean, "問: ", "答: ");
    let run = rankings(&run_of(&collection, &dense(&model, asked.clone()))?);
    let options = SentenceOptions { overrides: asked, ..Default::default() };
    let encoder = SentenceEncoder::from_dir(&model, &options, &Device::cpu())?;
    let texts: Vec<&str> = collection.documents.iter().map(|document| &*document.text).collect();
    let passages = encoder.encode_passages(&texts)?.vectors;
    assert_eq!(run.len(), collection.queries.len());
    for (query, found) in collection.queries.iter().zip(run) {
        let query = encoder.encode_queries(&[&query.text])?.vectors;
        let cosine = |row: &[f32]| -> f64 {
            row.iter().zip(query.row(0)).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        let ids = collection.documents.iter().map(|document| document.id.clone());
        let mut expected: Vec<(String, f64)> =
            ids.zip(passages.as_ref().rows().map(cosine)).collect();
        expected.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        assert_eq!(found.len(), expected.len());
        for ((id, score), (expected_id, expected_score)) in found.iter().zip(&expected) {
            assert_eq!(id, expected_id);
            assert!((score - expected_score).abs() < 1e-6, "{score} {expected_score}");
        }
    }
    Ok(())
}

#[test]
fn like_documents_stay_in_their_order_and_candidates_all_stay() -> TestResult {
    let ((_parent, model), mut collection) = (plain("tiny")?, small()?);
    let system = dense(&model, SentenceSettings::default());
    let text = collection.documents[0].text.clone();
    collection.documents.iter_mut().for_each(|document| document.text = text.clone());
    let ids = |run: &Run| -> Vec<Vec<String>> {
        rankings(run).into_iter().map(|row| row.into_iter().map(|(id, _)| id).collect()).collect()
    };
    let all = ids(&run_of(&collection, &system)?);
    assert!(all.iter().all(|row| *row == ["context-0", "context-1", "context-2"]), "{all:?}");

    let mut candidates = Run::new("candidates");
    for document in ["context-2", "context-0"] {
        candidates.push("a1", document, 0.0)?;
    }
    collection.candidates = Some(candidates);
    collection.queries.truncate(1);
    assert_eq!(ids(&run_of(&collection, &system)?), [["context-2", "context-0"]]);

    let mut unknown = Run::new("candidates");
    unknown.push("a1", "nowhere", 0.0)?;
    collection.candidates = Some(unknown);
    let error = run_of(&collection, &system).expect_err("a candidate without a text");
    assert!(
        matches!(&error, Error::Facade(jacolbert::Error::UnknownId { id }) if id == "nowhere"),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn a_dense_model_is_a_row_of_the_table_beside_what_was_published() -> TestResult {
    let ((_parent, model), collection) = (plain("multilingual-e5-small")?, small()?);
    let out = tempfile::tempdir()?;
    let kept = Kept::open(out.path())?;
    let experiment = Experiment::new(&collection, &published::JSQUAD, &kept);
    let systems = [System::Bm25(Bm25::Bigrams), dense(&model, SentenceSettings::default())];
    let mut steps = Vec::new();
    let mut note = |at: jacolbert_reproduction::Progress<'_>| {
        if at.system == "multilingual-e5-small" {
            steps.push((at.done, at.of));
        }
    };
    let table = experiment.table(&systems, &Device::cpu(), &mut note)?.to_markdown();
    assert!(table.contains("2 multilingual-e5-small"), "{table}");
    assert!(table.contains("| multilingual-e5-small | report of 2023 | recall@1 |"), "{table}");
    assert_eq!(steps.last(), Some(&(7, 7)));
    Ok(())
}

#[test]
fn a_published_model_is_read_as_its_authors_say() -> TestResult {
    let collection = small()?;
    let check = |name: &str, expected: SentenceSettings| {
        let (_parent, model) = plain(name)?;
        let found = rankings(&run_of(&collection, &dense(&model, SentenceSettings::default()))?);
        let expected = rankings(&run_of(&collection, &dense(&model, expected))?);
        assert_eq!(found, expected, "{name}");
        Ok::<_, Box<dyn std::error::Error>>(found)
    };
    let e5 =
        check("multilingual-e5-base", settings(SentencePooling::Mean, "query: ", "passage: "))?;
    let simcse = check("sup-simcse-ja-base", settings(SentencePooling::Cls, "", ""))?;
    let mean = "sentence-bert-base-ja-mean-tokens-v2";
    let mean = check(mean, settings(SentencePooling::Mean, "", ""))?;
    let unknown = check("somebody's", settings(SentencePooling::Mean, "", ""))?;
    assert!(e5 != mean && simcse != mean && mean == unknown);
    Ok(())
}

#[test]
fn what_the_folder_says_comes_before_what_is_known_of_its_name() -> TestResult {
    let ((_parent, model), collection) = (plain("sup-simcse-ja-base")?, small()?);
    let kind = |kind: &str| format!("sentence_transformers.models.{kind}");
    let modules = json!([
        { "idx": 0, "path": "", "type": kind("Transformer") },
        { "idx": 1, "path": "1_Pooling", "type": kind("Pooling") },
    ]);
    fs::write(model.join("modules.json"), modules.to_string())?;
    fs::create_dir(model.join("1_Pooling"))?;
    let pooling = json!({ "pooling_mode_mean_tokens": true });
    fs::write(model.join("1_Pooling/config.json"), pooling.to_string())?;
    let found = run_of(&collection, &dense(&model, SentenceSettings::default()))?;
    let mean = run_of(&collection, &dense(&model, settings(SentencePooling::Mean, "", "")))?;
    assert_eq!(rankings(&found), rankings(&mean));
    let cls = run_of(&collection, &dense(&model, settings(SentencePooling::Cls, "", "")))?;
    assert_ne!(rankings(&found), rankings(&cls));
    Ok(())
}

#[test]
fn a_finished_run_is_taken_up_and_no_other() -> TestResult {
    let ((_parent, model), collection) = (plain("tiny")?, small()?);
    let out = tempfile::tempdir()?;
    let kept = Kept::open(out.path())?;
    let experiment = Experiment::new(&collection, &published::JSQUAD, &kept);
    let steps = |settings: SentenceSettings| {
        let mut num_steps = 0;
        experiment.run(&dense(&model, settings), &Device::cpu(), &mut |_| num_steps += 1)?;
        Ok::<_, Error>(num_steps)
    };
    let mean = || settings(SentencePooling::Mean, "", "");
    assert!(steps(mean())? > 0);
    assert_eq!(steps(mean())?, 0);
    // The mean without prefixes is what holds anyway.
    assert_eq!(steps(SentenceSettings::default())?, 0);
    for other in [
        settings(SentencePooling::Cls, "", ""),
        settings(SentencePooling::Mean, "query: ", ""),
        settings(SentencePooling::Mean, "", "passage: "),
        SentenceSettings { max_tokens: Some(9), ..mean() },
    ] {
        assert!(steps(other)? > 0);
    }
    Ok(())
}

#[test]
fn glucose_is_luke_which_is_not_covered() -> TestResult {
    let ((_parent, model), collection) = (plain("GLuCoSE-base-ja")?, small()?);
    let path = model.join("config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path)?)?;
    config["model_type"] = json!("luke");
    fs::write(&path, config.to_string())?;
    let error =
        run_of(&collection, &dense(&model, SentenceSettings::default())).expect_err("other layers");
    assert!(
        matches!(
            &error,
            Error::Facade(jacolbert::Error::Model(ModelError::Setting { key: "model_type", .. }))
        ),
        "{error:?}"
    );
    assert!(error.to_string().contains("LUKE is not covered"), "{error}");
    Ok(())
}

#[test]
fn the_command_line_names_dense_models() -> TestResult {
    let line = ["data", "--dense", "a", "--model", "m", "--dense", "b", "--bits", "2"];
    let further = ["--query-prefix", "query: ", "--passage-prefix", "p: ", "--pooling", "cls"];
    let args = Args::parse(lexopt::Parser::from_args(line.iter().chain(&further)))?;
    let dense = |name: &str| {
        let settings = settings(SentencePooling::Cls, "query: ", "p: ");
        System::Dense(DenseModel { name: name.into(), dictionary: None, settings })
    };
    let names: Vec<&str> = args.systems.iter().map(System::published_name).collect();
    assert_eq!(names, ["bm25", "m", "a", "b"]);
    assert_eq!(args.systems[2..], [dense("a"), dense("b")]);
    let System::Colbert(model) = &args.systems[1] else { return Err("no --model".into()) };
    assert_eq!(model.search, jacolbert_reproduction::SearchBy::Index(Bits::Two));
    Ok(())
}
