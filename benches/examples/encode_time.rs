//! Encodes texts whenever it is told to, so that `encode.py` can time it beside other programs.
//!
//!     cargo run --release -p jacolbert-benches --example encode_time -- \
//!         --model FOLDER [--device cpu|flex] [--precision f32|bf16|int8] queries.txt passages.txt
//!
//! A file has one text a line; its name begins with `queries` or `passages`. When they are loaded it says
//! `ready`. A line `0` encodes the first file's texts and says `done`; `0 OUT` also writes their
//! embeddings to `OUT`, as `f32` one after the other. `multiply 512` applies the linear layers to
//! 512 tokens, without what lies between them, and says `done` and how many multiplications those were.

use std::io::{BufRead, Write, stdin};
use std::path::PathBuf;

use anyhow::{Context, bail};
use jacolbert::model::{Encoded, measure};
use jacolbert::{Device, Encoder, LoadOptions};
use lexopt::prelude::*;

struct Texts {
    are_queries: bool,
    texts: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    let (encoder, files) = args()?;
    println!("ready");
    for line in stdin().lock().lines() {
        println!("{}", answer(&line?, &encoder, &files)?);
    }
    Ok(())
}

/// Does what a line says.
fn answer(line: &str, encoder: &Encoder, files: &[Texts]) -> anyhow::Result<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["multiply", tokens] => {
            let multiplied = measure::multiply_only(encoder, tokens.parse()?);
            let multiplied = multiplied.context("this engine's linear layers are Burn's")?;
            return Ok(format!("done {multiplied}"));
        }
        [number] => drop(encode(encoder, file(files, number)?)?),
        [number, out] => write(&encode(encoder, file(files, number)?)?, &PathBuf::from(out))?,
        _ => bail!("not understood: {line}"),
    }
    Ok("done".into())
}

fn file<'a>(files: &'a [Texts], number: &str) -> anyhow::Result<&'a Texts> {
    files.get(number.parse::<usize>()?).context("no such file")
}

fn args() -> anyhow::Result<(Encoder, Vec<Texts>)> {
    let mut model = PathBuf::from("assets/mini");
    let mut options = LoadOptions::default();
    let mut device = Device::cpu();
    let mut files = Vec::new();
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("model") => model = parser.value()?.into(),
            Long("device") => device = parser.value()?.string()?.parse()?,
            Long("precision") => options.precision = parser.value()?.string()?.parse()?,
            Value(path) => files.push(Texts::read(path.into())?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok((Encoder::from_dir(&model, &options, &device)?, files))
}

impl Texts {
    fn read(path: PathBuf) -> anyhow::Result<Self> {
        let name = path.file_name().context("no file")?.to_string_lossy().into_owned();
        let texts = std::fs::read_to_string(&path)?.lines().map(String::from).collect();
        Ok(Self { are_queries: name.starts_with("queries"), texts })
    }
}

fn encode(encoder: &Encoder, file: &Texts) -> anyhow::Result<Encoded> {
    let texts: Vec<&str> = file.texts.iter().map(String::as_str).collect();
    if file.are_queries {
        return Ok(encoder.encode_queries(&texts)?);
    }
    Ok(encoder.encode_passages(&texts)?)
}

fn write(encoded: &Encoded, path: &PathBuf) -> anyhow::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    for value in encoded.embeddings.iter().flat_map(|text| text.values()) {
        file.write_all(&value.to_le_bytes())?;
    }
    Ok(file.flush()?)
}
