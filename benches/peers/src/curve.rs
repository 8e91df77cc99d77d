//! Our engine from small to large: what grows with the collection, and what does not?

use std::error::Error;

use crate::collection::Collection;
use crate::contestant::{Contestant, Shown};
use crate::options::Options;
use crate::runner::Place;
use crate::spec::Spec;
use crate::table::Table;
use crate::truth::Truth;

/// Tokens of the collections unless told.
const SIZES: [usize; 7] =
    [200_000, 400_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000];

/// Builds and searches at every size, prints the table and writes it.
pub fn curve(options: &Options) -> Result<(), Box<dyn Error>> {
    let truths = truths(options)?;
    let spec = options.engines.first().copied().unwrap_or(Spec::defaults()[0]);
    let mut table = Table::new(&[
        "tokens",
        "passages",
        "build CPU s",
        "build peak MB",
        "bytes/token",
        "open ms",
        "search peak MB",
        "CPU ms/query, k 10",
        "recall@10",
        "recall@100",
        "true score 10 - 11",
    ]);
    for (size, truth) in &truths {
        table.row(cells(truth, &at(options, &spec, *size, truth)?));
        eprintln!("{table}");
    }
    let num_queries = truths.first().map_or(0, |(_, truth)| truth.hits.len());
    let text = format!("{spec}, {num_queries} queries\n\n{table}");
    print!("{text}");
    std::fs::create_dir_all(&options.out)?;
    Ok(std::fs::write(options.out.join(format!("curve-{}.md", spec.index_name())), text)?)
}

/// The sizes of the curve, ascending, and the true neighbours at each.
pub fn truths(options: &Options) -> Result<Vec<(usize, Truth)>, Box<dyn Error>> {
    let collection = Collection::open(&options.data)?;
    let mut sizes = match options.tokens.as_slice() {
        [] => SIZES.to_vec(),
        given => given.to_vec(),
    };
    sizes.sort_unstable();
    let truths = Truth::of(options, &collection, &sizes)?;
    Ok(sizes.into_iter().zip(truths).collect())
}

fn at(options: &Options, spec: &Spec, size: usize, truth: &Truth) -> Result<Shown, Box<dyn Error>> {
    Place::forget(options, spec, size)?;
    let mut contestant = Contestant::start(options, spec, Place::of(options, spec, size)?)?;
    for _ in 0..options.repetitions {
        contestant.begin();
        contestant.search(0, truth.hits.len())?;
    }
    contestant.end(truth)
}

fn cells(truth: &Truth, shown: &Shown) -> Vec<String> {
    vec![
        truth.num_tokens.to_string(),
        truth.num_passages.to_string(),
        format!("{:.1}", shown.build_cpu_seconds),
        format!("{:.0}", shown.build_peak_bytes as f64 / 1e6),
        format!("{:.1}", shown.bytes_per_token),
        format!("{:.1}", shown.open_seconds * 1e3),
        format!("{:.0}", shown.search_peak_bytes as f64 / 1e6),
        format!("{:.2}", shown.cpu_ms[0]),
        format!("{:.3}", shown.recall[0]),
        format!("{:.3}", shown.recall[1]),
        format!("{:.3}", truth.mean_gap_at_10()),
    ]
}
