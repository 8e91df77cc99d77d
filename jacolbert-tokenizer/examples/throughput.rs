//! How many characters a second become words and ids, how long opening takes, and what memory it
//! takes.
//!
//! Arguments: dictionary folder, model folder, a file of JSON lines with `text`. `throughput.py`
//! runs it in turn with the reference.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use jacolbert_tokenizer::{Dictionary, JapaneseTokenizer};

const NUM_ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, dictionary, model, file] = &arguments[..] else {
        return Err("dictionary folder, model folder, file".into());
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

fn texts(file: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let text = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line)?;
        Ok(record["text"].as_str().ok_or("no text")?.to_owned())
    };
    std::fs::read_to_string(file)?.lines().map(text).collect()
}

/// Characters a second of processor time, in the best of some rounds.
fn speed(
    texts: &[String],
    run: impl Fn(&str) -> Result<usize, Box<dyn Error>>,
) -> Result<f64, Box<dyn Error>> {
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

fn processor_seconds() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().ok_or("no time")?.parse::<f64>()? / 1e9)
}

/// Kilobytes of memory: of the process's own, and of mapped files.
fn resident() -> Result<[u64; 2], Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kilobytes = |field: &str| -> Result<u64, Box<dyn Error>> {
        let line = status.lines().find(|line| line.starts_with(field)).ok_or("no field")?;
        Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
    };
    Ok([kilobytes("RssAnon")?, kilobytes("RssFile")?])
}
