//! Laws of what goes wrong: a typed error, and nothing bad in the cache.

use std::fs;
use std::ops::ControlFlow;
use std::time::Duration;

use jacolbert_hub::{Error, HubOptions, HubProgress, NameFault, fetch_checkpoint};

use crate::fixture::{Fixture, TestResult, files, get, weights};
use crate::server::{Fault, Files, NAME};

/// What the hub says about the checkpoint with `bytes` as its `file`.
fn error_with(file: &str, bytes: &[u8]) -> Result<Error, std::io::Error> {
    let mut changed = files();
    changed.insert(file.into(), bytes.into());
    let hub = Fixture::new(changed)?;
    let error = hub.get().expect_err("an unfit file");
    let snapshots = hub.model().join("snapshots");
    let is_linked = fs::read_dir(snapshots).is_ok_and(|mut commits| {
        commits.any(|commit| commit.is_ok_and(|commit| commit.path().join(file).exists()))
    });
    assert!(!is_linked, "{file}");
    Ok(error)
}

#[test]
fn empty_files_and_pointers_do_not_come_into_the_cache() -> TestResult {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
    for name in ["config.json", "model.safetensors", "tokenizer.json", "artifact.metadata"] {
        let error = error_with(name, b"")?;
        assert!(matches!(&error, Error::EmptyFile { file, .. } if file == name), "{error:?}");
        let error = error_with(name, pointer)?;
        assert!(matches!(&error, Error::Pointer { url } if url.ends_with(name)), "{error:?}");
    }
    Ok(())
}

#[test]
fn an_empty_file_in_the_cache_counts_as_missing() -> TestResult {
    let hub = Fixture::new(files())?;
    let folder = hub.get()?;
    let path = folder.join("config.json");
    fs::remove_file(&path)?;
    fs::write(&path, "")?;
    let error = get(&hub.with(|options| options.offline = true)).expect_err("an empty file");
    assert!(matches!(error, Error::NotCached { .. }), "{error:?}");
    hub.get()?;
    assert_eq!(fs::read(&path)?, files()["config.json"]);
    Ok(())
}

#[test]
fn the_address_of_a_page_is_the_name_of_its_model() -> TestResult {
    let hub = Fixture::new(files())?;
    let page = format!("{}/{NAME}", hub.options.endpoint);
    let fetch =
        |name: &str| fetch_checkpoint(name, &hub.options, &mut |_| ControlFlow::Continue(()));
    assert_eq!(fetch(&page)?, hub.get()?);
    assert_eq!(fetch(&format!(" {NAME}\n"))?, hub.get()?);
    let error = fetch("./models/mine").expect_err("a path");
    assert!(matches!(error, Error::Name { fault: NameFault::Path, .. }), "{error:?}");
    assert!(error.to_string().contains("it is a path"), "{error}");
    Ok(())
}

fn without(name: &str) -> Files {
    let mut files = files();
    files.remove(name);
    files
}

#[test]
fn what_is_not_there_is_named() -> TestResult {
    let hub = Fixture::new(files())?;
    let error =
        fetch_checkpoint("nihon/other", &hub.options, &mut |_| ControlFlow::Continue(())).err();
    assert!(matches!(&error, Some(Error::Model { name, .. }) if name == "nihon/other"));
    let error = get(&hub.with(|options| options.revision = "v9".into())).err();
    assert!(matches!(&error, Some(Error::Revision { revision, .. }) if revision == "v9"));
    let commit = "0".repeat(40);
    let error = get(&hub.with(|options| options.revision = commit.clone())).err();
    assert!(matches!(&error, Some(Error::Revision { revision, .. }) if *revision == commit));
    let error =
        fetch_checkpoint("../escape", &hub.options, &mut |_| ControlFlow::Continue(())).err();
    assert!(matches!(error, Some(Error::Name { .. })));
    Ok(())
}

#[test]
fn a_download_that_is_cancelled_goes_on_with_the_next_call() -> TestResult {
    let hub = Fixture::new(files())?;
    let mut stop = |progress: HubProgress<'_>| match progress.done {
        0..100_000 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    };
    let error = fetch_checkpoint("nihon/JaMini", &hub.options, &mut stop).err();
    assert!(matches!(error, Some(Error::Cancelled)), "{error:?}");
    let (folder, reports) = hub.get_reported()?;
    assert!(reports.iter().any(|(file, ..)| file == "model.safetensors"));
    assert_eq!(fs::read(folder.join("model.safetensors"))?, files()["model.safetensors"]);
    Ok(())
}

#[test]
fn a_checkpoint_without_a_needed_file_is_refused_before_the_download() -> TestResult {
    for needed in ["config.json", "tokenizer.json", "model.safetensors"] {
        let hub = Fixture::new(without(needed))?;
        let error = hub.get().err();
        assert!(matches!(&error, Some(Error::File { file, .. }) if file == needed), "{error:?}");
        assert_eq!(hub.asked().len(), 1);
    }
    Ok(())
}

#[test]
fn a_listed_file_that_is_gone_is_named() -> TestResult {
    let hub = Fixture::new(files())?;
    hub.server.fail("artifact.metadata", Fault::Status(404, "EntryNotFound"));
    let error = hub.get().err();
    assert!(
        matches!(&error, Some(Error::File { file, .. }) if file == "artifact.metadata"),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn a_hub_that_fails_is_an_error_with_its_status() -> TestResult {
    let hub = Fixture::new(files())?;
    hub.server.fail("model.safetensors", Fault::Status(500, ""));
    assert!(matches!(hub.get(), Err(Error::Status { status: 500, .. })));
    Ok(())
}

#[test]
fn who_may_not_have_a_model_is_told_so() -> TestResult {
    let hub = Fixture::new(files())?;
    for (status, code) in [(401, ""), (403, ""), (403, "GatedRepo")] {
        hub.server.fail("revision/main", Fault::Status(status, code));
        let error = hub.get().err();
        assert!(
            matches!(&error, Some(Error::Refused { status: s, .. }) if *s == status),
            "{error:?}"
        );
    }
    Ok(())
}

#[test]
fn a_broken_transfer_is_an_error_and_the_next_call_goes_on_from_there() -> TestResult {
    let hub = Fixture::new(files())?;
    let commit = hub.server.push("main", files());
    hub.server.fail(&weights(&commit), Fault::Cut(100_000));
    let error = hub.get().err();
    let Some(Error::Broken { received, expected: 300_000, .. }) = error else {
        panic!("{error:?}");
    };
    assert!(received > 0 && received <= 100_000, "{received}");
    hub.server.requests();

    let (folder, reports) = hub.get_reported()?;
    let starts: Vec<_> = hub.server.requests().iter().map(|request| request.start).collect();
    assert_eq!(starts, [None, Some(received as usize), Some(received as usize)]);
    assert_eq!(reports[0].1, received);
    assert_eq!(fs::read(folder.join("model.safetensors"))?, files()["model.safetensors"]);
    assert_eq!(fs::read_dir(hub.model().join("blobs"))?.count(), 4, "the part is gone");
    Ok(())
}

#[test]
fn a_broken_transfer_is_retried_as_often_as_allowed() -> TestResult {
    for (faults, succeeds) in [(2, true), (3, false)] {
        let hub = Fixture::new(files())?;
        let commit = hub.server.push("main", files());
        for _ in 0..faults {
            hub.server.fail(&weights(&commit), Fault::Cut(70_000));
        }
        let got = get(&hub.with(|options| options.retries = 2));
        assert_eq!(got.is_ok(), succeeds, "{got:?}");
    }
    Ok(())
}

#[test]
fn a_hub_that_knows_no_ranges_sends_all_again() -> TestResult {
    let hub = Fixture::new(files())?;
    let commit = hub.server.push("main", files());
    hub.server.fail(&weights(&commit), Fault::Cut(100_000));
    hub.get().expect_err("cut off");
    hub.server.fail(&weights(&commit), Fault::Whole);
    let folder = hub.get()?;
    assert_eq!(fs::read(folder.join("model.safetensors"))?, files()["model.safetensors"]);
    Ok(())
}

#[test]
fn a_transfer_that_stalls_ends_with_the_timeout() -> TestResult {
    let hub = Fixture::new(files())?;
    let commit = hub.server.push("main", files());
    hub.server.fail(&weights(&commit), Fault::Stall(1_000));
    let error = get(&hub.with(|options| options.timeout = Duration::from_millis(200))).err();
    assert!(matches!(&error, Some(Error::Broken { .. })), "{error:?}");
    Ok(())
}

/// Serves `bytes` as the file, expects the error, and that the next call succeeds.
fn check_served(file: &str, bytes: Vec<u8>, expected: impl Fn(&Error) -> bool) -> TestResult {
    let hub = Fixture::new(files())?;
    let commit = hub.server.push("main", files());
    let path = if file == "model.safetensors" { weights(&commit) } else { file.into() };
    hub.server.fail(&path, Fault::Instead(bytes));
    let options = hub.with(|options| options.retries = 3);
    let error = get(&options).expect_err("the file is wrong");
    assert!(expected(&error), "{error:?}");
    assert!(!hub.model().join("snapshots").join(&commit).join(file).exists());
    let folder = get(&options)?;
    assert_eq!(fs::read(folder.join(file))?, files()[file]);
    Ok(())
}

#[test]
fn a_file_of_the_wrong_length_does_not_come_into_the_cache() -> TestResult {
    for found in [0, 1, 299_999, 300_001] {
        check_served(
            "model.safetensors",
            vec![7; found],
            |error| matches!(error, Error::Length { expected: 300_000, found: f, .. } if *f == found as u64),
        )?;
    }
    check_served("config.json", b"<html>".to_vec(), |error| {
        matches!(error, Error::Length { expected: 2, found: 6, .. })
    })
}

#[test]
fn a_file_of_another_content_does_not_come_into_the_cache() -> TestResult {
    let wrong = |error: &Error| matches!(error, Error::Content { .. });
    check_served("model.safetensors", vec![7; 300_000], wrong)?;
    check_served("config.json", b"[]".to_vec(), wrong)
}

#[test]
fn a_listing_that_makes_no_sense_is_refused() -> TestResult {
    let sha = "a".repeat(40);
    let blob = "b".repeat(40);
    let listing = |sha: &str, file: &str| {
        let others = ["tokenizer.json", "model.safetensors"]
            .map(|name| format!(r#"{{"rfilename":"{name}","size":1,"blobId":"{blob}"}}"#));
        format!(r#"{{"sha":"{sha}","siblings":[{},{file}]}}"#, others.join(","))
    };
    let good = format!(r#"{{"rfilename":"config.json","size":1,"blobId":"{blob}"}}"#);
    let check = |options: &dyn Fn(&mut HubOptions), answer: String| -> TestResult {
        let hub = Fixture::new(files())?;
        let options = hub.with(|o| options(o));
        hub.server.fail(&format!("revision/{}", options.revision), Fault::Instead(answer.into()));
        let error = get(&options).err();
        assert!(matches!(&error, Some(Error::Reply { .. })), "{error:?}");
        assert!(!options.cache.exists(), "nothing is written");
        Ok(())
    };
    let same: &dyn Fn(&mut HubOptions) = &|_| ();
    check(same, "<html>".into())?;
    check(same, "{}".into())?;
    check(same, listing("../../x", &good))?;
    check(same, listing(&sha, r#"{"rfilename":"config.json"}"#))?;
    check(same, listing(&sha, &good.replace(&blob, "../../../../../../../../../../../../../..")))?;
    check(same, listing(&sha, &good.replace("\"size\":1", "\"size\":-1")))?;
    check(&|options| options.revision = "c".repeat(40), listing(&sha, &good))
}
