//! What is written is read back, and files of others are read as they are.

use std::fs;

use jacolbert_eval::{BeirDocument, BeirFolder, BeirQuery, Error, Metric, Qrels, Run};
use proptest::prelude::*;
use tempfile::tempdir;

use crate::TestResult;

fn run() -> Result<Run, Error> {
    let mut run = Run::new("システム");
    run.push("q1", "文書-1", 0.1)?;
    run.push("q1", "d2", -1e-300)?;
    run.push("q1", "d3", -1e-300)?;
    run.push("質問", "d1", f64::MAX)?;
    Ok(run)
}

fn qrels() -> Result<Qrels, Error> {
    let mut qrels = Qrels::new();
    qrels.insert("q1", "文書-1", 3)?;
    qrels.insert("q1", "d2", -1)?;
    qrels.insert("質問", "d1", 0)?;
    Ok(qrels)
}

#[test]
fn runs_come_back_from_every_format() -> TestResult {
    let folder = tempdir()?;
    for name in ["run.trec", "run.trec.gz"] {
        let path = folder.path().join(name);
        run()?.save_trec(&path)?;
        assert_eq!(Run::open_trec(&path)?.with_name("x"), run()?.with_name("x"), "{name}");
    }
    for name in ["run.json", "run.json.gz"] {
        let path = folder.path().join(name);
        run()?.save_json(&path)?;
        assert_eq!(Run::open_json(&path, "システム")?, run()?, "{name}");
    }
    Ok(())
}

#[test]
fn qrels_come_back_from_every_format() -> TestResult {
    let folder = tempdir()?;
    for suffix in ["", ".gz"] {
        let path = folder.path().join(format!("qrels{suffix}"));
        qrels()?.save_trec(&path)?;
        assert_eq!(Qrels::open_trec(&path)?, qrels()?);
        qrels()?.save_beir(&path)?;
        assert_eq!(Qrels::open_beir(&path)?, qrels()?);
        qrels()?.save_json(&path)?;
        assert_eq!(Qrels::open_json(&path)?, qrels()?);
    }
    Ok(())
}

#[test]
fn gzip_is_known_by_its_bytes_and_may_have_several_members() -> TestResult {
    let folder = tempdir()?;
    let packed = folder.path().join("qrels.gz");
    let named = folder.path().join("qrels.trec");
    qrels()?.save_trec(&packed)?;
    let once = fs::read(&packed)?;
    fs::write(&named, [once.clone(), once].concat())?;
    assert_eq!(Qrels::open_trec(&named)?, qrels()?);
    Ok(())
}

#[test]
fn a_run_with_byte_order_mark_tabs_windows_line_ends_and_no_last_one() -> TestResult {
    let folder = tempdir()?;
    let path = folder.path().join("run.trec");
    fs::write(&path, "\u{feff}q1\tQ0\td1\t0\t2.5\ta b\r\n\r\nq1  Q0 d2 1 1e-3 tag")?;
    let run = Run::open_trec(&path)?;
    let results: Vec<_> = run.ranking("q1").ok_or("no q1")?.iter().collect();
    assert_eq!(results, [("d1", 2.5), ("d2", 0.001)]);
    assert_eq!(run.name(), "a b");
    Ok(())
}

#[test]
fn six_fields_between_tabs_may_have_spaces() -> TestResult {
    let folder = tempdir()?;
    let path = folder.path().join("run.trec");
    let lines = "q1\tQ0\t東京 1\t1\t30.5\tt\nq1\tQ0\t大阪 2\t2\t20.5\tt\n\
                 q 2\tQ0\t京都 3\t1\t10.5\tt\n";
    fs::write(&path, lines)?;
    let run = Run::open_trec(&path)?;
    let results: Vec<_> = run.ranking("q1").ok_or("no q1")?.iter().collect();
    assert_eq!(results, [("東京 1", 30.5), ("大阪 2", 20.5)]);
    assert_eq!(run.ranking("q 2").ok_or("no q 2")?.len(), 1);
    fs::write(&path, "q1\t0\t東京 1\t1\n")?;
    let qrels = Qrels::open_trec(&path)?;
    assert_eq!(qrels.judgements("q1").ok_or("no q1")?.grade("東京 1"), Some(1));
    Ok(())
}

#[test]
fn quotes_in_ids_come_back_from_beir_qrels() -> TestResult {
    let folder = tempdir()?;
    let path = folder.path().join("test.tsv");
    let mut qrels = Qrels::new();
    for (n, document) in ["\"a\"", "\"a", "b\"b", "\"", "c"].into_iter().enumerate() {
        qrels.insert("\"q\"", document, n as i32)?;
    }
    qrels.save_beir(&path)?;
    assert_eq!(Qrels::open_beir(&path)?, qrels);
    Ok(())
}

#[test]
fn names_of_trec_eval_are_metrics() -> TestResult {
    for (name, ours) in [
        ("map", "map"),
        ("ndcg", "ndcg"),
        ("recip_rank", "mrr"),
        ("Rprec", "r_precision"),
        ("set_P", "precision"),
        ("set_recall", "recall"),
        ("P_10", "precision@10"),
        ("P.5", "precision@5"),
        ("recall_100", "recall@100"),
        ("success_1", "success@1"),
        ("map_cut_1000", "map@1000"),
        ("ndcg_cut_10", "ndcg@10"),
        ("ndcg_cut.20", "ndcg@20"),
    ] {
        assert_eq!(name.parse::<Metric>()?.to_string(), ours, "{name}");
    }
    // Several cuts at once there, or measures that are not here.
    for name in ["P", "ndcg_cut", "map_cut", "bpref", "infAP", "gm_map", "P_0", "recip_rank_10"] {
        assert!(name.parse::<Metric>().is_err(), "{name}");
    }
    Ok(())
}

#[test]
fn a_run_is_written_best_first_with_ranks_from_one() -> TestResult {
    let folder = tempdir()?;
    let path = folder.path().join("run.trec");
    let mut run = Run::new("my system");
    for (document, score) in [("a", 0.5), ("b", 2.0), ("c", 2.0)] {
        run.push("q", document, score)?;
    }
    run.save_trec(&path)?;
    let lines = "q Q0 b 1 2 my_system\nq Q0 c 2 2 my_system\nq Q0 a 3 0.5 my_system\n";
    assert_eq!(fs::read_to_string(&path)?, lines);
    Ok(())
}

#[test]
fn lines_of_a_query_need_not_stand_together() -> TestResult {
    let folder = tempdir()?;
    let path = folder.path().join("run.trec");
    fs::write(&path, "q1 Q0 a 1 3 t\nq2 Q0 a 1 3 t\nq1 Q0 b 2 2 t\nq2 Q0 b 2 2 t\n")?;
    let run = Run::open_trec(&path)?;
    assert_eq!((run.num_queries(), run.num_results()), (2, 4));
    assert_eq!(run.ranking("q2").ok_or("no q2")?.len(), 2);
    Ok(())
}

#[test]
fn beir_folders_come_back() -> TestResult {
    let folder = tempdir()?;
    let document = |id: &str, title: &str, text: &str| BeirDocument {
        id: id.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
    };
    let documents = [document("d1", "梅雨", "雨の多い期間。\n続き"), document("d2", "", "")];
    let queries = [BeirQuery { id: "q1".to_owned(), text: "いつ\u{0}降る?".to_owned() }];
    BeirFolder::create(folder.path(), &documents, &queries, "dev", &qrels()?)?;

    let beir = BeirFolder::open(folder.path())?;
    assert_eq!(beir.documents()?.collect::<Result<Vec<_>, _>>()?, documents);
    assert_eq!(beir.queries()?.collect::<Result<Vec<_>, _>>()?, queries);
    assert_eq!(beir.qrels("dev")?, qrels()?);
    assert_eq!(documents[0].title_and_text(), "梅雨 雨の多い期間。\n続き");
    assert_eq!(documents[1].title_and_text(), "");
    Ok(())
}

#[test]
fn beir_folder_of_jsquad_is_read_whole() -> TestResult {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/jsquad-valid");
    if !std::path::Path::new(path).exists() {
        crate::skipped(path, "is not there, so no BEIR folder of others was read");
        return Ok(());
    }
    let beir = BeirFolder::open(path.as_ref())?;
    let documents = beir.documents()?.collect::<Result<Vec<_>, _>>()?;
    let qrels = beir.qrels("test")?;
    assert_eq!(documents.len(), 1_145);
    assert_eq!(beir.queries()?.count(), 4_442);
    assert_eq!((qrels.num_queries(), qrels.num_judgements()), (4_442, 4_442));
    Ok(())
}

proptest! {
    #[test]
    fn metrics_come_back_from_their_names(kind in 0..9_usize, k in 1..5_000_usize) {
        let name = ["recall", "success", "precision", "mrr", "map", "ndcg", "ndcg_exp", "judged",
            "r_precision"][kind];
        let names = if name == "r_precision" { vec![name.to_owned()] }
            else { vec![name.to_owned(), format!("{name}@{k}")] };
        for name in names {
            let metric: Metric = name.parse().expect("the name is one of a metric");
            prop_assert_eq!(metric.to_string(), &name[..]);
            let upper: Metric = name.to_uppercase().parse().expect("case does not matter");
            prop_assert_eq!(upper, metric);
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "[q0-9 .\t\n{}:\"naif-]{0,80}") {
        let folder = tempdir()?;
        let path = folder.path().join("file");
        fs::write(&path, text)?;
        let _ = (Run::open_trec(&path), Run::open_json(&path, ""));
        let _ = (Qrels::open_trec(&path), Qrels::open_beir(&path), Qrels::open_json(&path));
    }
}
