//! The parent's side of a child: one process for each build, one for each engine that searches.

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::de::DeserializeOwned;

use crate::job::{Answer, Ask, Built, MARK, Opened};
use crate::options::Options;
use crate::spec::Spec;

/// Libraries that a peer may bring take their number of threads from these.
const THREADS: [&str; 7] = [
    "RAYON_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "TOKIO_WORKER_THREADS",
];

/// The files of an index and what its build took.
pub struct Place {
    /// The index's folder.
    pub index: PathBuf,
    /// What its build took.
    pub built: Built,
}

impl Place {
    /// The index of `spec` for `num_tokens` tokens: from the cache, or built now.
    pub fn of(options: &Options, spec: &Spec, num_tokens: usize) -> Result<Self, Box<dyn Error>> {
        let folder = folder_of(options, spec, num_tokens);
        let index = folder.join("index");
        let figures = folder.join("built.json");
        if figures.exists() {
            let built = serde_json::from_slice(&std::fs::read(&figures)?)?;
            return Ok(Self { index, built });
        }
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        eprintln!("building {spec}, {num_tokens} tokens");
        let mut process = Process::start(options, spec, "build", &index, num_tokens)?;
        let built: Built = process.hear()?;
        process.end()?;
        std::fs::write(&figures, serde_json::to_vec(&built)?)?;
        Ok(Self { index, built })
    }

    /// Removes the index of `spec` from the cache if it is to be built anew.
    pub fn forget(options: &Options, spec: &Spec, num_tokens: usize) -> Result<(), Box<dyn Error>> {
        let folder = folder_of(options, spec, num_tokens);
        if options.rebuild.contains(&spec.name.to_string()) && folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        Ok(())
    }

    /// Bytes of all files.
    pub fn num_bytes(&self) -> Result<u64, Box<dyn Error>> {
        folder_bytes(&self.index)
    }
}

fn folder_of(options: &Options, spec: &Spec, num_tokens: usize) -> PathBuf {
    options.cache.join(num_tokens.to_string()).join(spec.index_name())
}

fn folder_bytes(path: &Path) -> Result<u64, Box<dyn Error>> {
    let about = std::fs::metadata(path)?;
    if !about.is_dir() {
        return Ok(about.len());
    }
    std::fs::read_dir(path)?.map(|entry| folder_bytes(&entry?.path())).sum()
}

/// An engine with its index open, in a process of its own.
pub struct Server {
    process: Process,
    /// What opening took.
    pub opened: Opened,
}

impl Server {
    /// Starts the process and opens the index.
    pub fn start(options: &Options, spec: &Spec, index: &Path) -> Result<Self, Box<dyn Error>> {
        let mut process = Process::start(options, spec, "serve", index, 0)?;
        let opened = process.hear()?;
        Ok(Self { process, opened })
    }

    /// Searches.
    pub fn ask(&mut self, ask: &Ask) -> Result<Answer, Box<dyn Error>> {
        writeln!(self.process.stdin, "{}", serde_json::to_string(ask)?)?;
        self.process.stdin.flush()?;
        self.process.hear()
    }

    /// Ends the process.
    pub fn end(self) -> Result<(), Box<dyn Error>> {
        self.process.end()
    }
}

struct Process {
    name: String,
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Process {
    fn start(
        options: &Options,
        spec: &Spec,
        command: &str,
        index: &Path,
        num_tokens: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let mut process = program(options, spec, command)?;
        process.envs(THREADS.map(|name| (name, "1")));
        process.arg("--engine").arg(spec.to_string());
        let mut pair = |name: &str, value: &OsStr| {
            process.arg(name).arg(value);
        };
        pair("--data", options.data.as_os_str());
        pair("--index", index.as_os_str());
        pair("--queries", options.queries.to_string().as_ref());
        if num_tokens > 0 {
            pair("--tokens", num_tokens.to_string().as_ref());
        }
        let mut child = process.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdin = child.stdin.take().ok_or("the child has no input")?;
        let stdout = BufReader::new(child.stdout.take().ok_or("the child has no output")?);
        Ok(Self { name: spec.to_string(), child, stdin, stdout })
    }

    /// The next message; what else is printed is passed over.
    fn hear<T: DeserializeOwned>(&mut self) -> Result<T, Box<dyn Error>> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.stdout.read_line(&mut line)? == 0 {
                let status = self.child.wait()?;
                return Err(format!("{} ended without an answer: {status}", self.name).into());
            }
            if let Some(message) = line.strip_prefix(MARK) {
                return Ok(serde_json::from_str(message)?);
            }
        }
    }

    fn end(self) -> Result<(), Box<dyn Error>> {
        let Self { name, mut child, stdin, stdout } = self;
        drop(stdin);
        std::io::copy(&mut { stdout }, &mut std::io::sink())?;
        match child.wait()? {
            status if status.success() => Ok(()),
            status => Err(format!("{name}: {status}").into()),
        }
    }
}

/// The child's program. A build is ended at the limit; a server ends with its input.
fn program(options: &Options, spec: &Spec, command: &str) -> Result<Command, Box<dyn Error>> {
    let mut words: Vec<OsString> = match command {
        "build" => vec!["timeout".into(), options.limit.to_string().into()],
        _ => Vec::new(),
    };
    if spec.name.is_python() {
        words.push(options.python.clone().into());
        words.push(concat!(env!("CARGO_MANIFEST_DIR"), "/peers.py").into());
    } else {
        words.push(std::env::current_exe()?.into());
    }
    words.push(command.into());
    let mut process = Command::new(&words[0]);
    process.args(&words[1..]);
    Ok(process)
}
