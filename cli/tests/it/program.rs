//! The program, run in a folder of its own.

use std::ffi::OsStr;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use jacolbert_testing::data::mini;
use serde_json::Value;
use tempfile::TempDir;

use crate::TestResult;

/// A folder in which the program runs.
pub(crate) struct Place(TempDir);

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Lines of documents that many tests use.
pub(crate) const DOCUMENTS: &str = r#"{"id": "山", "text": "富士山は静岡県と山梨県にまたがる火山で、日本で最も高い山である。", "year": 1707}
{"id": "湖", "text": "琵琶湖は滋賀県にある日本で最も大きな湖で、多くの固有種がすむ。", "year": 2020}
{"id": "茶", "text": "千利休は堺の商人の家に生まれ、わび茶を大成した茶人である。", "year": 1591}
"#;

impl Place {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self(tempfile::tempdir()?))
    }

    /// A place with a collection of [`DOCUMENTS`].
    pub(crate) fn with_collection() -> Result<Self, Box<dyn std::error::Error>> {
        let place = Self::new()?;
        place.write("documents.jsonl", DOCUMENTS)?;
        place.run(["index", "--model", model().as_str(), "documents.jsonl"])?.check(0);
        Ok(place)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> std::io::Result<()> {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        fs::write(path, content)
    }

    /// The program with these arguments, not started yet.
    pub(crate) fn command(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jacolbert"));
        command.args(args).current_dir(self.0.path());
        for variable in ["MODEL", "DICTIONARY", "COLLECTION", "KEY"] {
            command.env_remove(format!("JACOLBERT_{variable}"));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program with these arguments.
    pub(crate) fn run(
        &self,
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> std::io::Result<Ended> {
        Ended::of(self.command(args).spawn()?)
    }

    /// Runs the program with these arguments and this standard input.
    pub(crate) fn run_with_input(
        &self,
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
        input: &str,
    ) -> std::io::Result<Ended> {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            match stdin.write_all(input.as_bytes()) {
                // A command that refuses its arguments ends without reading.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
                written => written?,
            }
        }
        Ended::of(child)
    }

    /// What `info --json` says.
    pub(crate) fn info(&self) -> Result<Value, Box<dyn std::error::Error>> {
        Ok(serde_json::from_str(&self.run(["info", "--json"])?.check(0).out)?)
    }
}

impl Ended {
    /// Waits for the end of a run.
    pub(crate) fn of(child: Child) -> std::io::Result<Self> {
        let output = child.wait_with_output()?;
        Ok(Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Asserts the exit code.
    pub(crate) fn check(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self
    }

    /// Asserts the exit code, and that the messages have this text.
    pub(crate) fn check_error(self, code: i32, message: &str) {
        let ended = self.check(code);
        assert!(ended.err.contains(message), "{message}: {}", ended.err);
    }

    /// The lines of JSON that were printed.
    pub(crate) fn values(&self) -> serde_json::Result<Vec<Value>> {
        self.out.lines().map(serde_json::from_str).collect()
    }

    /// One field of every line of JSON.
    pub(crate) fn field(&self, name: &str) -> serde_json::Result<Vec<Value>> {
        Ok(self.values()?.into_iter().map(|value| value[name].clone()).collect())
    }
}

/// The folder of the demonstration model.
pub(crate) fn model() -> String {
    mini().to_string_lossy().into_owned()
}

#[test]
fn every_command_has_help_with_examples() -> TestResult {
    let place = Place::new()?;
    let commands = ["index", "add", "delete", "search", "explain", "info", "verify", "compact"];
    let others = ["eval", "encode", "mine", "import", "serve", "completions"];
    for command in commands.into_iter().chain(others) {
        let help = place.run([command, "--help"])?.check(0).out;
        assert!(
            help.contains("Examples:\n  jacolbert") || help.contains("| jacolbert"),
            "{command}"
        );
        let wide = help.lines().find(|line| line.chars().count() > 100);
        assert_eq!(wide, None, "{command}");
    }
    Ok(())
}

#[test]
fn the_completions_of_every_shell_name_the_commands() -> TestResult {
    let place = Place::new()?;
    for shell in ["bash", "zsh", "fish"] {
        let script = place.run(["completions", shell])?.check(0).out;
        assert!(script.contains("verify") && script.contains("by-document"), "{shell}");
    }
    Ok(())
}
