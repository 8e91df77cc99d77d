//! Laws of the cache.

use std::fs;

use jacolbert_hub::Error;

use crate::fixture::{Fixture, TestResult, files, get, weights};
use crate::server::Fault;

#[cfg(unix)]
#[test]
fn the_layout_is_that_of_huggingface_hub() -> TestResult {
    let hub = Fixture::new(files())?;
    let commit = hub.server.push("main", files());
    let folder = hub.get()?;
    assert_eq!(folder, hub.model().join("snapshots").join(&commit));
    assert_eq!(fs::read_to_string(hub.model().join("refs/main"))?, commit);
    let link = fs::read_link(folder.join("config.json"))?;
    // `printf {} | git hash-object --stdin`
    assert_eq!(link.to_str(), Some("../../blobs/9e26dfeeb6e641a33dae4961196235bdb965b21b"));
    let link = fs::read_link(folder.join("model.safetensors"))?;
    assert_eq!(link.to_string_lossy().len(), "../../blobs/".len() + 64);
    assert!(hub.model().join(".no_exist").join(&commit).join("vocab.txt").is_file());
    assert_eq!(fs::read_dir(hub.model().join("blobs"))?.count(), 4, "nothing is left over");
    Ok(())
}

#[test]
fn offline_takes_the_cache_without_a_request() -> TestResult {
    let hub = Fixture::new(files())?;
    let commit = hub.server.push("main", files());
    let folder = hub.get()?;
    hub.asked();
    for revision in ["main", &commit] {
        let options = hub.with(|options| {
            options.offline = true;
            options.revision = revision.into();
        });
        assert_eq!(get(&options)?, folder);
    }
    assert_eq!(hub.asked(), [""; 0]);
    Ok(())
}

#[test]
fn offline_without_the_model_says_so() -> TestResult {
    let hub = Fixture::new(files())?;
    let commit = hub.server.push("main", files());
    for revision in ["main", &commit] {
        let options = hub.with(|options| {
            options.offline = true;
            options.revision = revision.into();
        });
        let error = get(&options).err();
        assert!(
            matches!(&error, Some(Error::NotCached { revision: r, .. }) if r == revision),
            "{error:?}"
        );
    }
    assert_eq!(hub.asked(), [""; 0]);
    assert!(!hub.options.cache.exists(), "nothing is written");
    Ok(())
}

#[test]
fn offline_does_not_take_half_a_checkpoint() -> TestResult {
    let hub = Fixture::new(files())?;
    let commit = hub.server.push("main", files());
    hub.server.fail(&weights(&commit), Fault::Cut(0));
    hub.get().expect_err("the weights are cut off");
    let options = hub.with(|options| {
        options.offline = true;
        options.revision = commit;
    });
    assert!(matches!(get(&options), Err(Error::NotCached { .. })));
    Ok(())
}

#[test]
fn a_hub_that_is_down_is_done_without_where_the_cache_has_the_model() -> TestResult {
    let mut hub = Fixture::new(files())?;
    let folder = hub.get()?;
    hub.server.fail("revision/main", Fault::Status(503, ""));
    assert_eq!(hub.get()?, folder);
    hub.server.stop();
    assert_eq!(hub.get()?, folder);
    let elsewhere = hub.with(|options| options.cache = hub.scratch());
    assert!(matches!(get(&elsewhere), Err(Error::Unreachable { .. })));
    Ok(())
}

#[test]
fn a_cached_file_of_the_wrong_length_is_got_again() -> TestResult {
    let hub = Fixture::new(files())?;
    let folder = hub.get()?;
    fs::write(folder.join("tokenizer.json"), "{")?;
    hub.asked();
    hub.get()?;
    assert_eq!(hub.asked(), ["revision/main?blobs=true", "tokenizer.json"]);
    assert_eq!(fs::read(folder.join("tokenizer.json"))?, b"{ }");
    Ok(())
}

#[test]
fn users_at_once_download_each_file_once() -> TestResult {
    let hub = Fixture::new(files())?;
    std::thread::scope(|scope| {
        let users: Vec<_> = (0..4).map(|_| scope.spawn(|| hub.get())).collect();
        users.into_iter().try_for_each(|user| user.join().expect("no panic").map(|_| ()))
    })?;
    let mut asked = hub.asked();
    asked.retain(|path| !path.starts_with("revision/"));
    asked.sort();
    let num_asked = asked.len();
    asked.dedup();
    assert_eq!((asked.len(), num_asked), (5, 5), "{asked:?}");
    Ok(())
}
