//! The command line.

use std::error::Error;
use std::path::PathBuf;

use lexopt::prelude::*;

use crate::spec::Spec;

const USAGE: &str = "\
peers compare --data FOLDER [--tokens N] [--cache FOLDER] [--engine SPEC]... [--rebuild NAME]...
              [--queries N] [--repetitions N] [--limit SECONDS] [--python PATH] [--out FOLDER]
peers curve   --data FOLDER [--tokens N]... [--cache FOLDER] [--engine SPEC] [--queries N]
              [--rebuild NAME] [--repetitions N] [--limit SECONDS] [--out FOLDER]
peers truth   --data FOLDER [--tokens N]... [--cache FOLDER] [--queries N]
SPEC: NAME[:bits=N][,rescored=N][,probes=N], NAME one of ours, next-plaid, fast-plaid, tachiom";

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Build and search with all engines; a table and a plot.
    Compare,
    /// Our engine from small to large; a table.
    Curve,
    /// The true neighbours for a curve, which is then quicker.
    Truth,
    /// One build in this process, for the first two.
    Build,
    /// Searches in this process, asked for on standard input, for the first two.
    Serve,
}

/// The parsed command line.
pub struct Options {
    /// What is to be done.
    pub command: Command,
    /// Folder of `embeddings.npy`, `doclens.npy`, `token_ids.npy` and `queries.npy`.
    pub data: PathBuf,
    /// Sizes of the collection in tokens.
    pub tokens: Vec<usize>,
    /// Folder that keeps indexes, their build figures and the true neighbours.
    pub cache: PathBuf,
    /// Engines with their settings.
    pub engines: Vec<Spec>,
    /// Names of engines whose cached indexes are built anew.
    pub rebuild: Vec<String>,
    /// Number of queries, evenly spaced over all.
    pub queries: usize,
    /// How often each query is searched; the median counts.
    pub repetitions: usize,
    /// Seconds on the clock after which a build is given up.
    pub limit: u32,
    /// Python with the peers of `requirements.txt`.
    pub python: PathBuf,
    /// Folder for the table and the plot.
    pub out: PathBuf,
    /// Folder of the one index of `build` and `serve`.
    pub index: PathBuf,
}

impl Options {
    /// Reads the command line of this process.
    pub fn from_args() -> Result<Self, Box<dyn Error>> {
        let mut parser = lexopt::Parser::from_env();
        let command = match parser.next()? {
            Some(Value(name)) => command(&name.string()?)?,
            _ => return Err(USAGE.into()),
        };
        let mut options = Self::defaults(command);
        while let Some(arg) = parser.next()? {
            match arg {
                Long("data") => options.data = parser.value()?.into(),
                Long("tokens") => options.tokens.push(parser.value()?.parse()?),
                Long("cache") => options.cache = parser.value()?.into(),
                Long("engine") => options.engines.push(parser.value()?.string()?.parse()?),
                Long("rebuild") => options.rebuild.push(parser.value()?.string()?),
                Long("queries") => options.queries = parser.value()?.parse()?,
                Long("repetitions") => options.repetitions = parser.value()?.parse()?,
                Long("limit") => options.limit = parser.value()?.parse()?,
                Long("python") => options.python = parser.value()?.into(),
                Long("out") => options.out = parser.value()?.into(),
                Long("index") => options.index = parser.value()?.into(),
                other => return Err(other.unexpected().into()),
            }
        }
        match options.queries.min(options.repetitions) {
            0 => Err("at least one query and one repetition are needed".into()),
            _ => Ok(options),
        }
    }

    fn defaults(command: Command) -> Self {
        Self {
            command,
            data: "embeddings".into(),
            tokens: Vec::new(),
            cache: "peers-cache".into(),
            engines: Vec::new(),
            rebuild: Vec::new(),
            queries: 200,
            repetitions: 3,
            limit: 1_800,
            python: "python3".into(),
            out: ".".into(),
            index: "index".into(),
        }
    }
}

fn command(name: &str) -> Result<Command, String> {
    match name {
        "compare" => Ok(Command::Compare),
        "curve" => Ok(Command::Curve),
        "truth" => Ok(Command::Truth),
        "build" => Ok(Command::Build),
        "serve" => Ok(Command::Serve),
        _ => Err(USAGE.into()),
    }
}
