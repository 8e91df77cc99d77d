//! Laws of a download that goes well.

use std::fs;

use jacolbert_hub::HubToken;

use crate::fixture::{Fixture, TestResult, files, get};

#[test]
fn the_second_time_only_the_revision_is_asked_for() -> TestResult {
    let hub = Fixture::new(files())?;
    let (folder, _) = hub.get_reported()?;
    let needed = ["config.json", "artifact.metadata", "tokenizer.json", "model.safetensors"];
    assert_eq!(hub.asked()[1..5], needed);
    assert_eq!(hub.get_reported()?, (folder, vec![]), "nothing to report");
    assert_eq!(hub.asked(), ["revision/main?blobs=true"]);
    Ok(())
}

#[test]
fn progress_counts_all_files_from_nothing_to_everything() -> TestResult {
    let hub = Fixture::new(files())?;
    let (_, reports) = hub.get_reported()?;
    let all = 12 + 2 + 3 + 300_000;
    assert_eq!(reports.first(), Some(&("config.json".into(), 0, all)));
    assert_eq!(reports.last(), Some(&("model.safetensors".into(), all, all)));
    assert!(reports.is_sorted_by_key(|report| report.1));
    assert!(reports.iter().filter(|report| report.0 == "model.safetensors").count() > 3);
    Ok(())
}

#[test]
fn a_pinned_commit_stays_and_needs_no_request() -> TestResult {
    let hub = Fixture::new(files())?;
    let mut changed = files();
    changed.insert("config.json".into(), b"{\"new\": 1}".to_vec());
    let first = hub.server.push("main", files());
    let pinned = hub.with(|options| options.revision = first.clone());
    let old = get(&pinned)?;
    assert!(old.ends_with(&first));
    let second = hub.server.push("main", changed);
    hub.asked();

    assert_eq!(get(&pinned)?, old);
    assert_eq!(hub.asked(), [""; 0]);
    let new = hub.get()?;
    assert!(new.ends_with(&second));
    assert_eq!(hub.asked(), ["revision/main?blobs=true", "config.json"], "blobs are shared");
    assert_eq!(fs::read(old.join("config.json"))?, b"{}");
    assert_eq!(fs::read(new.join("config.json"))?, b"{\"new\": 1}");
    Ok(())
}

#[test]
fn branches_with_a_slash_are_revisions() -> TestResult {
    let hub = Fixture::new(files())?;
    let commit = hub.server.push("refs/pr/1", files());
    get(&hub.with(|options| options.revision = "refs/pr/1".into()))?;
    assert_eq!(hub.asked()[0], "revision/refs%2Fpr%2F1?blobs=true");
    assert_eq!(fs::read_to_string(hub.model().join("refs/refs/pr/1"))?, commit);
    Ok(())
}

#[test]
fn layers_behind_the_model_come_too_and_safetensors_are_preferred() -> TestResult {
    let mut files = files();
    for name in [
        "1_Dense/config.json",
        "1_Dense/model.safetensors",
        "1_Dense/pytorch_model.bin",
        "1_Pooling/config.json",
        "2_Dense/config.json",
        "2_Dense/pytorch_model.bin",
        "2_Other/config.json",
        "Dense/config.json",
        "modules.json",
        "pytorch_model.bin",
        "vocab.txt",
    ] {
        files.insert(name.into(), name.into());
    }
    let hub = Fixture::new(files)?;
    let folder = hub.get()?;
    let asked = hub.asked();
    let asked: Vec<&str> =
        asked.iter().map(String::as_str).filter(|a| !a.contains("cdn")).collect();
    let layers = [
        "1_Dense/config.json",
        "1_Dense/model.safetensors",
        "1_Pooling/config.json",
        "2_Dense/config.json",
        "2_Dense/pytorch_model.bin",
        "model.safetensors",
    ];
    assert_eq!(asked[asked.len() - 6..], layers);
    assert!(!asked.contains(&"2_Other/config.json"));
    assert_eq!(fs::read(folder.join("1_Dense/config.json"))?, b"1_Dense/config.json");
    Ok(())
}

#[test]
fn weights_in_several_files_come_with_their_index_last() -> TestResult {
    let mut files = files();
    files.remove("model.safetensors");
    let several = [
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
    ];
    for name in several.into_iter().chain(["pytorch_model.bin", "other-model.safetensors"]) {
        files.insert(name.into(), name.into());
    }
    let hub = Fixture::new(files)?;
    let folder = hub.get()?;
    let asked: Vec<String> = hub.asked().into_iter().filter(|a| !a.contains("cdn")).collect();
    assert_eq!(asked[asked.len() - 3..], several);
    assert!(!folder.join("pytorch_model.bin").exists());
    assert_eq!(get(&hub.with(|options| options.offline = true))?, folder);
    Ok(())
}

#[test]
fn the_token_goes_to_the_hub_and_not_where_it_redirects() -> TestResult {
    let hub = Fixture::new(files())?;
    get(&hub.with(|options| options.token = HubToken::Secret("hf_x".into())))?;
    for request in hub.server.requests() {
        let expected = (!request.path.starts_with("/cdn/")).then_some("Bearer hf_x");
        assert_eq!(request.authorization.as_deref(), expected, "{}", request.path);
    }
    Ok(())
}
