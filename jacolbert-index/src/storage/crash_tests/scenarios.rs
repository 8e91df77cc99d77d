//! The commits whose crashes are tried, and all that a reader can see of an index.

use std::collections::BTreeMap;
use std::path::Path;

use super::bench::Outcome;
use crate::{BuildOptions, Embeddings, Error, Index, IndexBuilder, IndexWriter, PassageId};

/// One commit: the state that it begins with, and the change. More are one line each.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) before: &'static [Step],
    pub(super) change: Step,
}

pub(super) type Step = fn(&Path) -> Result<(), Error>;

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "save", before: &[], change: save },
    Scenario { name: "build", before: &[], change: build },
    Scenario { name: "build with texts written early", before: &[], change: build_early },
    Scenario { name: "attach early", before: &[build, attach], change: attach_early },
    Scenario { name: "add", before: &[build], change: add },
    Scenario { name: "add after commits", before: &[build, add, delete, attach], change: add },
    Scenario { name: "delete", before: &[build], change: delete },
    Scenario { name: "delete again", before: &[build, delete, add], change: delete_another },
    Scenario { name: "attach", before: &[build, attach], change: attach },
    Scenario { name: "add what is encoded at once", before: &[build_flat], change: add },
    Scenario { name: "replace", before: &[build], change: replace },
    Scenario { name: "compact", before: &[build, add, delete], change: compact },
    Scenario {
        name: "compact, and one of two attachments is written anew",
        before: &[build, attach_others, delete],
        change: compact,
    },
    Scenario {
        name: "join attachments, with what is derived from them, beside an added passage",
        before: &[build, attach_others, attach_early],
        change: join_attachments,
    },
    Scenario { name: "add more than fits memory", before: &[build_small], change: add_many },
    Scenario { name: "all at once", before: &[build, all_at_once], change: all_at_once },
];

const DIM: usize = 8;

fn passage(seed: usize, num_tokens: usize) -> Result<Embeddings, Error> {
    let value = |n: usize| ((n * 37 + seed * 101) % 23) as f32 / 11.0 - 1.0;
    Ok(Embeddings::new((0..num_tokens * DIM).map(value).collect(), DIM)?)
}

fn builder() -> Result<IndexBuilder, Error> {
    filled(IndexBuilder::new(DIM, options(0))?)
}

/// Settings by which more than `flat_tokens` tokens are encoded.
fn options(flat_tokens: usize) -> BuildOptions {
    let num_centroids = Some(2);
    BuildOptions { flat_tokens, num_centroids, kmeans_iterations: 1, ..Default::default() }
}

fn filled(mut builder: IndexBuilder) -> Result<IndexBuilder, Error> {
    for n in 0..3 {
        builder.add(passage(n, n + 1)?.as_ref())?;
    }
    builder.attach("texts", b"three texts");
    Ok(builder)
}

fn save(folder: &Path) -> Result<(), Error> {
    builder()?.build()?.save(folder)
}

fn build(folder: &Path) -> Result<(), Error> {
    filled(IndexBuilder::create(folder, DIM, options(0))?)?.build().map(|_| ())
}

/// Attachments that are on disk before the passages are encoded, one of them in another's place.
fn build_early(folder: &Path) -> Result<(), Error> {
    let mut builder = IndexBuilder::create(folder, DIM, options(0))?;
    builder.attach_written("early texts", b"which another takes the place of")?;
    builder.attach_written("early texts", b"early texts")?;
    builder.attach_written("texts", b"in whose place others come")?;
    filled(builder)?.build().map(|_| ())
}

/// An index of exact rows, which the next passages added have encoded.
fn build_flat(folder: &Path) -> Result<(), Error> {
    filled(IndexBuilder::create(folder, DIM, options(7))?)?.build().map(|_| ())
}

fn commit(folder: &Path, change: fn(&mut IndexWriter) -> Result<(), Error>) -> Result<(), Error> {
    let mut writer = IndexWriter::open(folder)?;
    change(&mut writer)?;
    writer.commit().map(|_| ())
}

fn add(folder: &Path) -> Result<(), Error> {
    commit(folder, |writer| writer.add(passage(7, 2)?.as_ref()).map(|_| ()))
}

fn delete(folder: &Path) -> Result<(), Error> {
    commit(folder, |writer| writer.delete(PassageId(0)))
}

fn delete_another(folder: &Path) -> Result<(), Error> {
    commit(folder, |writer| writer.delete(PassageId(1)))
}

fn replace(folder: &Path) -> Result<(), Error> {
    commit(folder, |writer| writer.replace(PassageId(2), passage(8, 2)?.as_ref()).map(|_| ()))
}

fn compact(folder: &Path) -> Result<(), Error> {
    commit(folder, |writer| {
        writer.compact();
        // So that the states before and after differ.
        writer.attach("texts", b"texts without those of deleted passages");
        Ok(())
    })
}

fn attach_others(folder: &Path) -> Result<(), Error> {
    commit(folder, |writer| {
        writer.attach("other texts", b"which stay where they are");
        Ok(())
    })
}

fn attach(folder: &Path) -> Result<(), Error> {
    commit(folder, |writer| {
        let before = writer.index().attachment("texts").map(|texts| texts.as_ref().to_vec());
        writer.attach("texts", &[before.unwrap_or_default(), b", one more".to_vec()].concat());
        Ok(())
    })
}

/// One attachment in the place of two, and passages of the same commit.
fn join_attachments(folder: &Path) -> Result<(), Error> {
    commit(folder, |writer| {
        let text =
            |name: &str| writer.index().attachment(name).map(|texts| texts.as_ref().to_vec());
        let joined = [text("texts"), text("other texts")].map(Option::unwrap_or_default).concat();
        writer.detach("other texts");
        writer.detach("texts");
        writer.attach_written("columns of joined texts", b"derived from both")?;
        writer.attach_written("joined texts", &joined)?;
        writer.add(passage(7, 2)?.as_ref()).map(|_| ())
    })
}

/// An index whose writers keep no more than 64 tokens in memory.
fn build_small(folder: &Path) -> Result<(), Error> {
    let options = BuildOptions { memory: 1, ..options(1 << 20) };
    filled(IndexBuilder::create(folder, DIM, options)?)?.build().map(|_| ())
}

fn add_many(folder: &Path) -> Result<(), Error> {
    commit(folder, |writer| {
        let ids = [writer.add(passage(3, 70)?.as_ref())?, writer.add(passage(4, 50)?.as_ref())?];
        writer.add(passage(5, 20)?.as_ref())?;
        writer.add(passage(6, 3)?.as_ref())?;
        ids.into_iter().try_for_each(|id| writer.delete(id))
    })
}

fn attach_early(folder: &Path) -> Result<(), Error> {
    commit(folder, |writer| {
        writer.attach("other texts", b"in whose place others come");
        writer.attach_written("other texts", b"other texts")?;
        writer.attach_written("texts", b"texts before the passage")?;
        writer.add(passage(7, 2)?.as_ref()).map(|_| ())
    })
}

fn all_at_once(folder: &Path) -> Result<(), Error> {
    commit(folder, |writer| {
        let added = writer.add(passage(5, 3)?.as_ref())?;
        writer.add(passage(6, 0)?.as_ref())?;
        writer.delete(PassageId(added.0 - 1))?;
        writer.attach("texts", format!("texts up to {}", added.0).as_bytes());
        Ok(())
    })
}

/// All that a reader can see of an index; `None` where there is none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contents {
    pub(super) num_ids: usize,
    pub(super) passages: BTreeMap<u32, Embeddings>,
    pub(super) attachments: BTreeMap<String, Vec<u8>>,
}

pub(super) fn contents(folder: &Path) -> Result<Option<Contents>, Error> {
    let index = match Index::open(folder) {
        Err(Error::NotAnIndex { .. }) => return Ok(None),
        opened => opened?,
    };
    index.verify()?;
    let passages = index.passage_ids().map(|id| Ok((id.0, index.decode(id)?)));
    let attachments = index.attachments.iter();
    Ok(Some(Contents {
        num_ids: index.num_ids(),
        passages: passages.collect::<Result<_, Error>>()?,
        attachments: attachments.map(|(n, bytes)| (n.clone(), bytes.as_ref().to_vec())).collect(),
    }))
}

/// What the next writer does: it adds a passage, or builds where there is no index.
fn go_on(folder: &Path) -> Result<(), Error> {
    if Index::exists(folder) { add(folder) } else { build(folder) }
}

/// Checks that [`go_on`] works, from `before`, and returns what is there then.
pub(super) fn check_go_on(folder: &Path, before: &Option<Contents>) -> Outcome<Option<Contents>> {
    go_on(folder)?;
    let after = contents(folder)?;
    let (Some(before), Some(now)) = (before, &after) else { return Ok(after) };
    let mut expected = before.clone();
    expected.passages.insert(before.num_ids as u32, passage(7, 2)?);
    expected.num_ids += 1;
    assert!(expected.is_alike(now), "the next writer made {now:?} of {before:?}");
    Ok(after)
}

impl Contents {
    /// Whether both are the same but for the rounding of tokens, which another writer may encode.
    fn is_alike(&self, other: &Self) -> bool {
        let alike = |a: &Embeddings, b: &Embeddings| {
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let cosine = |a: &[f32], b: &[f32]| dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
            let mut rows = a.as_ref().rows().zip(b.as_ref().rows());
            a.num_tokens() == b.num_tokens() && rows.all(|(a, b)| cosine(a, b) > 0.8)
        };
        self.num_ids == other.num_ids
            && self.attachments == other.attachments
            && self.passages.keys().eq(other.passages.keys())
            && self.passages.values().zip(other.passages.values()).all(|(a, b)| alike(a, b))
    }
}
