//! All engines on the same embeddings: built one after the other, searched block by block in turn.

use std::error::Error;

use crate::collection::Collection;
use crate::contestant::{Contestant, Shown};
use crate::options::Options;
use crate::plot;
use crate::runner::Place;
use crate::spec::Spec;
use crate::table::Table;
use crate::truth::Truth;

/// Queries that an engine answers before it is the next one's turn.
const BLOCK: usize = 20;

/// Runs the comparison, prints the table and writes it and the plot.
pub fn compare(options: &Options) -> Result<(), Box<dyn Error>> {
    let collection = Collection::open(&options.data)?;
    let num_tokens = options.tokens.first().copied().unwrap_or(collection.num_tokens());
    if num_tokens > collection.num_tokens() {
        // The engines in Python read the files themselves and know no rule past their end.
        return Err(format!("the collection has {} tokens", collection.num_tokens()).into());
    }
    let specs = match options.engines.as_slice() {
        [] => Spec::defaults(),
        given => given.to_vec(),
    };
    let truth = Truth::of(options, &collection, &[num_tokens])?.remove(0);
    let (mut contestants, absent) = contestants(options, &specs, num_tokens)?;
    search(options, &mut contestants, truth.hits.len())?;
    let shown = contestants.into_iter().map(|contestant| contestant.end(&truth));
    let shown: Vec<Shown> = shown.collect::<Result<_, _>>()?;

    let name = format!("peers-{num_tokens}");
    let text = report(options, &truth, &shown, &absent);
    print!("{text}");
    std::fs::create_dir_all(&options.out)?;
    std::fs::write(options.out.join(format!("{name}.md")), &text)?;
    Ok(std::fs::write(options.out.join(format!("{name}.svg")), plot::recall_against_cost(&shown))?)
}

/// Engines that have an index, and a line about each of the others.
fn contestants(
    options: &Options,
    specs: &[Spec],
    num_tokens: usize,
) -> Result<(Vec<Contestant>, Vec<String>), Box<dyn Error>> {
    for spec in specs {
        Place::forget(options, spec, num_tokens)?;
    }
    let mut places = Vec::new();
    let mut absent = Vec::new();
    let mut failed = Vec::new();
    for spec in specs.iter() {
        if failed.contains(&spec.index_name()) {
            continue;
        }
        match Place::of(options, spec, num_tokens) {
            Ok(place) => places.push((spec, place)),
            Err(error) => {
                absent.push(format!("{} has no index: {error}", spec.index_name()));
                failed.push(spec.index_name());
            }
        }
    }
    // All builds first: a process that waits would still hold its memory beside them.
    let start = |(spec, place)| Contestant::start(options, spec, place);
    Ok((places.into_iter().map(start).collect::<Result<_, _>>()?, absent))
}

fn search(
    options: &Options,
    contestants: &mut [Contestant],
    num_queries: usize,
) -> Result<(), Box<dyn Error>> {
    for repetition in 1..=options.repetitions {
        eprintln!("searching, repetition {repetition} of {}", options.repetitions);
        contestants.iter_mut().for_each(Contestant::begin);
        for from in (0..num_queries).step_by(BLOCK) {
            // Every other round backwards, so that none always follows the same one.
            let to = (from + BLOCK).min(num_queries);
            let mut turns: Vec<&mut Contestant> = contestants.iter_mut().collect();
            if (from / BLOCK + repetition).is_multiple_of(2) {
                turns.reverse();
            }
            turns.into_iter().try_for_each(|contestant| contestant.search(from, to))?;
        }
    }
    Ok(())
}

fn report(options: &Options, truth: &Truth, shown: &[Shown], absent: &[String]) -> String {
    let mut table = Table::new(&[
        "engine",
        "build CPU s",
        "build peak MB",
        "bytes/token",
        "open ms",
        "search peak MB",
        "CPU ms/query, k 10",
        "recall@10",
        "CPU ms/query, k 100",
        "recall@100",
    ]);
    for shown in shown {
        table.row(vec![
            shown.spec.to_string(),
            format!("{:.1}", shown.build_cpu_seconds),
            format!("{:.0}", shown.build_peak_bytes as f64 / 1e6),
            format!("{:.1}", shown.bytes_per_token),
            format!("{:.1}", shown.open_seconds * 1e3),
            format!("{:.0}", shown.search_peak_bytes as f64 / 1e6),
            format!("{:.2}", shown.cpu_ms[0]),
            format!("{:.3}", shown.recall[0]),
            format!("{:.2}", shown.cpu_ms[1]),
            format!("{:.3}", shown.recall[1]),
        ]);
    }
    let passages = truth.num_passages;
    let tokens = truth.num_tokens;
    let queries = truth.hits.len();
    let repetitions = options.repetitions;
    let mut text = format!(
        "{passages} passages, {tokens} tokens, {queries} queries, median of {repetitions}\n\n{table}"
    );
    absent.iter().for_each(|line| text.push_str(&format!("\n{line}\n")));
    text
}
