//! Indexes whose bytes were altered, with checksums that fit again: a result or a typed error, never
//! a panic.
//!
//! `JACOLBERT_TEST_FUZZ_CASES` raises the number of cases; each run draws others.

use std::error::Error as StdError;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use jacolbert_index::{Bits, CentroidId, Embeddings, Index, IndexWriter, PassageId};
use jacolbert_search::{Error, PassageSubset, SearchOptions, Searcher};
use proptest::prelude::*;
use proptest::sample::Index as Pick;
use tempfile::TempDir;

use crate::checksums::{Files, MANIFEST, fix, parts};
use crate::sample::{DIM, index, passages, query};

/// One change to the bytes of a file. Places are picked within a part: the header or a section.
#[derive(Debug, Clone)]
enum Damage {
    Flip {
        bit: u8,
    },
    Overwrite {
        with: Vec<u8>,
    },
    /// Numbers at which arithmetic breaks, in place of an aligned one.
    Number {
        with: u64,
        bytes: usize,
    },
    Zero {
        len: usize,
    },
    Truncate,
    Extend {
        len: usize,
    },
    /// Swaps a block with the one that follows.
    Swap {
        len: usize,
    },
    /// Puts a copy of another part here.
    Copy {
        from: Pick,
        len: usize,
    },
    /// Another number, taken by its place in the manifest's text.
    Digit {
        with: u8,
    },
}

#[derive(Debug, Clone)]
struct Alteration {
    file: Pick,
    part: Pick,
    at: Pick,
    damage: Damage,
}

fn damage() -> impl Strategy<Value = Damage> {
    let numbers = prop_oneof![
        prop::sample::select(vec![0, 1, 2, u64::MAX, u64::MAX - 1, 1 << 63, 1 << 32, 1 << 31]),
        prop::sample::select(vec![0x7ff0_0000_7f80_0000, 0x7fc0_0000_7fc0_7e00, 0x7c00_fc00_7bff]),
        0u64..300,
        any::<u64>(),
    ];
    let len = || prop_oneof![1usize..16, 1usize..2_000];
    prop_oneof![
        (0u8..8).prop_map(|bit| Damage::Flip { bit }),
        prop::collection::vec(any::<u8>(), 1..40).prop_map(|with| Damage::Overwrite { with }),
        (numbers, prop::sample::select(vec![2, 4, 8]))
            .prop_map(|(with, bytes)| Damage::Number { with, bytes }),
        len().prop_map(|len| Damage::Zero { len }),
        Just(Damage::Truncate),
        len().prop_map(|len| Damage::Extend { len }),
        len().prop_map(|len| Damage::Swap { len }),
        (any::<Pick>(), len()).prop_map(|(from, len)| Damage::Copy { from, len }),
        (b'0'..=b'9').prop_map(|with| Damage::Digit { with }),
    ]
}

fn alteration() -> impl Strategy<Value = Alteration> {
    let places = (any::<Pick>(), any::<Pick>(), any::<Pick>());
    (places, damage()).prop_map(|((file, part, at), damage)| Alteration { file, part, at, damage })
}

impl Alteration {
    fn alter(&self, files: &mut Files) {
        let names: Vec<String> = files.keys().cloned().collect();
        let name = &names[self.file.index(names.len())];
        let Some(file) = files.get_mut(name).filter(|file| !file.is_empty()) else { return };
        let parts = parts(file);
        let part = &parts[self.part.index(parts.len())];
        let at = part.start + self.at.index(part.len());
        // Any other change to the manifest would seldom get past its being text.
        let digit = Damage::Digit { with: b'0' + (at % 10) as u8 };
        match if name == MANIFEST { &digit } else { &self.damage } {
            Damage::Flip { bit } => file[at] ^= 1 << bit,
            Damage::Overwrite { with } => overwrite(file, at, with),
            Damage::Number { with, bytes } => {
                overwrite(file, at / bytes * bytes, &with.to_le_bytes()[..*bytes]);
            }
            Damage::Zero { len } => overwrite(file, at, &vec![0; *len]),
            Damage::Truncate => file.truncate(at),
            Damage::Extend { len } => file.resize(file.len() + len, 0xa5),
            Damage::Swap { len } => {
                let len = (*len).min((file.len() - at) / 2);
                let (first, second) = file[at..at + 2 * len].split_at_mut(len);
                first.swap_with_slice(second);
            }
            Damage::Copy { from, len } => {
                let from = from.index(file.len());
                let copy = file[from..file.len().min(from + len)].to_vec();
                overwrite(file, at, &copy);
            }
            Damage::Digit { with } => {
                let digit = file[at..].iter().position(u8::is_ascii_digit);
                digit.into_iter().for_each(|digit| file[at + digit] = *with);
            }
        }
    }
}

fn overwrite(file: &mut [u8], at: usize, with: &[u8]) {
    file[at..].iter_mut().zip(with).for_each(|(byte, with)| *byte = *with);
}

/// Indexes with all kinds of files: several segments, deletions, attachments.
static WHOLE: LazyLock<Vec<Files>> = LazyLock::new(|| {
    let whole = Bits::ALL.into_iter().map(|bits| whole(bits, 40)).chain([whole(Bits::Two, 3)]);
    whole.map(|files| files.expect("an index")).collect()
});

fn whole(bits: Bits, num_passages: usize) -> Result<Files, Box<dyn StdError>> {
    let folder = new_folder()?;
    index(&passages(num_passages, 71)?, bits)?.save(folder.path())?;
    let mut writer = IndexWriter::open(folder.path())?;
    for passage in passages(12, 72)? {
        writer.add(passage.as_ref())?;
    }
    writer.delete(PassageId(1))?;
    writer.delete(PassageId(num_passages as u32 + 2))?;
    writer.attach("note", "覚え書き".as_bytes());
    writer.commit()?;
    let file = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?))
    };
    let mut files: Files = fs::read_dir(folder.path())?.map(file).collect::<io::Result<_>>()?;
    files.remove("writer.lock");
    Ok(files)
}

/// A folder in memory, where there is one: nothing here is about a disk.
fn new_folder() -> io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }
}

fn folder_of(files: &Files) -> io::Result<TempDir> {
    let folder = new_folder()?;
    files.iter().try_for_each(|(name, file)| fs::write(folder.path().join(name), file))?;
    Ok(folder)
}

/// Opens, verifies and reads a damaged index: what `verify` lets pass can be read.
fn check(folder: &Path) -> Result<(), String> {
    let Ok(index) = Index::open(folder) else { return Ok(()) };
    match (index.verify(), read_all(&index)) {
        (Ok(()), Err(error)) => Err(format!("verified, but not read: {error:?}")),
        _ => Ok(()),
    }
}

/// Reads all that a user of the index can read, and returns the first error of many.
fn read_all(index: &Index) -> Result<(), Error> {
    let passages: Vec<PassageId> = index.passage_ids().take(10_000).collect();
    let mut results: Vec<Result<(), Error>> = Vec::new();
    results.extend(passages.iter().map(|&passage| Ok(index.decode(passage).map(|_| ())?)));
    let num_centroids = index.codec().map_or(0, |codec| codec.num_centroids());
    for segment in index.segments() {
        let centroids = (0..num_centroids.min(10_000) as u32).map(CentroidId);
        results.extend(
            centroids
                .map(|cell| Ok(segment.cell(cell).map(|cell| assert!(cell.count() < 10_000))?)),
        );
    }
    let searcher = Searcher::new(index);
    let subset: PassageSubset = passages.iter().copied().step_by(3).collect();
    let few = SearchOptions { k: 2, n_probe: Some(1), n_rescored: Some(3), n_exact: Some(2) };
    for query in [query(3, 1)?, query(6, 2)?] {
        for options in [&few, &SearchOptions::default(), &SearchOptions::exact(5)] {
            results.push(searcher.search(query.as_ref(), options).map(|_| ()));
            results.push(searcher.search_among(query.as_ref(), &subset, options).map(|_| ()));
        }
        results.push(searcher.rerank(query.as_ref(), &passages, 3).map(|_| ()));
        results.extend(
            passages.iter().map(|&passage| searcher.explain(query.as_ref(), passage).map(|_| ())),
        );
    }
    results.into_iter().collect()
}

/// Adds to a damaged index and deletes from it; where this works, the result can be read.
fn write(folder: &Path) -> Result<(), Error> {
    let mut writer = IndexWriter::open(folder)?;
    writer.add(Embeddings::new(vec![0.25; 2 * DIM], DIM)?.as_ref())?;
    writer.delete(PassageId(0))?;
    writer.compact();
    read_all(&writer.commit()?.index)
}

fn num_cases() -> u32 {
    let cases = std::env::var("JACOLBERT_TEST_FUZZ_CASES").ok();
    cases.map_or(300, |cases| cases.parse().expect("a number of cases"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: num_cases(), ..Default::default() })]

    #[test]
    fn altered_bytes_past_the_checksums_give_a_result_or_a_typed_error(
        whole in 0usize..5,
        alterations in prop::collection::vec(alteration(), 1..4),
        lengths in prop::bool::weighted(0.7),
        fixed in prop::bool::weighted(0.9),
        written in prop::bool::weighted(0.2),
    ) {
        let mut files = WHOLE[whole].clone();
        alterations.iter().for_each(|alteration| alteration.alter(&mut files));
        if fixed {
            fix(&mut files, lengths);
        }
        let folder = folder_of(&files)?;
        prop_assert_eq!(check(folder.path()), Ok(()));
        if written {
            let _any_result = write(folder.path());
        }
    }
}

/// Tokens of centroids that no index is built with: `verify` must not let pass what readers refuse.
#[test]
fn numbers_past_the_bound_of_embeddings_are_found_by_verify() -> Result<(), Box<dyn StdError>> {
    for name in WHOLE[1].keys().filter(|name| *name != MANIFEST) {
        for at in (0..WHOLE[1][name].len()).step_by(4 * 23) {
            let mut files = WHOLE[1].clone();
            let file = files.get_mut(name).ok_or("a file")?;
            overwrite(file, at, &3e15f32.to_le_bytes());
            fix(&mut files, true);
            check(folder_of(&files)?.path()).map_err(|error| format!("{name}, {at}: {error}"))?;
        }
    }
    Ok(())
}

#[test]
fn checksums_that_are_made_to_fit_are_those_of_the_format() -> Result<(), Box<dyn StdError>> {
    for files in WHOLE.iter() {
        let mut fixed = files.clone();
        for file in fixed.values_mut().filter(|file| parts(file).len() > 1) {
            let header = parts(file)[0].end;
            // Without this the law would try nothing past the headers.
            file[20..24].fill(0xff);
            (96..header).step_by(32).for_each(|entry| file[entry + 8..entry + 12].fill(0xff));
        }
        fix(&mut fixed, true);
        for (name, file) in &fixed {
            assert!(name == MANIFEST || file == &files[name], "{name}");
        }
        Index::open(folder_of(&fixed)?.path())?.verify()?;
    }
    Ok(())
}
