//! Searches go on while documents are added, and what is acknowledged is on disk.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use jacolbert::Collection;
use serde_json::json;

use crate::client::Client;
use crate::sample::{DOCUMENTS, QUERY, SEARCH, retriever, sample, server};

#[test]
fn searches_see_whole_changes_while_documents_are_added() {
    let sample = sample();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let searchers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut num_searches = 0;
                    while !done.load(Ordering::Acquire) {
                        let found =
                            sample.client.post(SEARCH, json!({"query": "双子の山", "k": 100})).ok();
                        let hits = found["hits"].as_array().expect("hits");
                        let twins = hits.iter().filter(|hit| {
                            hit["document_id"].as_str().is_some_and(|id| id.starts_with("twin"))
                        });
                        // Twins come in one change.
                        assert_eq!(twins.count() % 2, 0);
                        num_searches += 1;
                    }
                    num_searches
                })
            })
            .collect();
        for n in 0..10 {
            let twins =
                ["a", "b"].map(|name| json!({"id": format!("twin {n}{name}"), "text": "双子の山"}));
            sample.client.post(DOCUMENTS, json!({"documents": twins})).ok();
        }
        done.store(true, Ordering::Release);
        for searcher in searchers {
            assert!(searcher.join().expect("no panic") > 0);
        }
    });
    assert_eq!(sample.client.get("/v1/collections/sample").ok()["num_documents"], 24);
}

#[test]
fn changes_of_many_clients_take_turns_and_none_is_lost() {
    let sample = sample();
    thread::scope(|scope| {
        for n in 0..8 {
            let client = sample.client.clone();
            scope.spawn(move || {
                let document = json!({"id": format!("new {n}"), "text": "新しい文書。"});
                client.post(DOCUMENTS, json!({"documents": [document]})).ok();
            });
        }
    });
    let opened = retriever().open(sample.folder.path()).expect("it opens");
    assert_eq!(opened.num_documents(), 12);
    opened.index().verify().expect("it is whole");
}

/// A file system of a few megabytes, if this process may make one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "none"])
            .arg(folder.path())
            .output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The open collection still has files there.
        let _unmounted = Command::new("umount").arg("--lazy").arg(self.path()).output();
    }
}

#[test]
fn a_full_disk_is_an_answer_and_nothing_is_lost() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: this process may not mount a small file system");
        return;
    };
    let folder = disk.path().join("index");
    let collection: Collection =
        retriever().index(&folder, crate::sample::documents()).expect("it fits").collection;
    let running = server().collection("sample", collection).start().expect("it starts");
    let client = Client::new(running.address());
    let mut num_added = 0;
    let refused = loop {
        let text = "空きがなくなるまで文書を加える。".repeat(100);
        let document = json!({"id": format!("new {num_added}"), "text": text});
        let answer = client.post(DOCUMENTS, json!({"documents": [document]}));
        if answer.status != 200 {
            break answer;
        }
        num_added += 1;
        assert!(num_added < 1_000, "the disk is never full");
    };
    refused.error(507, "disk_full");
    client.post(SEARCH, json!({"query": QUERY})).ok();
    assert_eq!(client.get("/v1/collections/sample").ok()["num_documents"], 4 + num_added);
    let opened = retriever().open(&folder).expect("it opens");
    assert_eq!(opened.num_documents(), 4 + num_added);
    opened.index().verify().expect("it is whole");
    running.stop().expect("it stops");
}
