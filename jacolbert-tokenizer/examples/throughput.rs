//! How many characters a second become words and ids, how long opening takes, and what memory it
//! takes.
//!
//! Arguments: dictionary folder, model folder, a file of JSON lines with `text`. `throughput.py`
//! runs it in turn with the reference.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};
use jacolbert_tokenizer::{Dictionary, JapaneseTokenizer};

const NUM_ROUNDS: usize = 5;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, dictionary, model, file] = &arguments[..] else {
        bail!("dictionary folder, model folder, file");
    };
    let texts = texts(Path::new(file))?;
    let start = Instant::now();
    drop(Dictionary::open(Path::new(dictionary))?);
    let dictionary_seconds = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let tokenizer = JapaneseTokenizer::from_dir(Path::new(model), Path::new(dictionary))?;
    let seconds = start.elapsed().as_secs_f64();
    let opened = resident()?;
    let words = speed(&texts, |text| Ok(tokenizer.words(text)?.len()))?;
    let ids = speed(&texts, |text| Ok(tokenizer.encode(text)?.len()))?;
    println!(
        "{}",
        serde_json::json!({"words": words, "ids": ids, "open_dictionary_s": dictionary_seconds,
            "open_s": seconds, "opened_kb": opened, "used_kb": resident()?})
    );
    Ok(())
}

fn texts(file: &Path) -> anyhow::Result<Vec<String>> {
    let text = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line)?;
        Ok(record["text"].as_str().context("no text")?.to_owned())
    };
    std::fs::read_to_string(file)?.lines().map(text).collect()
}

/// Characters a second of processor time, in the best of some rounds.
fn speed(texts: &[String], run: impl Fn(&str) -> anyhow::Result<usize>) -> anyhow::Result<f64> {
    let num_chars: usize = texts.iter().map(|text| text.chars().count()).sum();
    let mut best = f64::MAX;
    for _ in 0..NUM_ROUNDS {
        let start = processor_seconds()?;
        for text in texts {
            run(text)?;
        }
        best = best.min(processor_seconds()? - start);
    }
    Ok(num_chars as f64 / best)
}

fn processor_seconds() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().context("no time")?.parse::<f64>()? / 1e9)
}

/// Kilobytes of memory: of the process's own, and of mapped files.
fn resident() -> anyhow::Result<[u64; 2]> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kilobytes = |field: &str| -> anyhow::Result<u64> {
        let line = status.lines().find(|line| line.starts_with(field)).context("no field")?;
        Ok(line.split_whitespace().nth(1).context("no number")?.parse()?)
    };
    Ok([kilobytes("RssAnon")?, kilobytes("RssFile")?])
}
