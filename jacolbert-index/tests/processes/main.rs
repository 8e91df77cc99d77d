//! What holds between processes: a writer that is killed, and readers beside a writer.
//!
//! This program starts itself again in the role that its first argument names. Without one it tries
//! the laws below; any other argument picks those whose names contain it.

use std::error::Error as StdError;
use std::io::{self, BufRead};
use std::path::Path;
use std::process::{Child, Command, Stdio};

#[path = "../it/history.rs"]
mod history;
mod kills;
mod readers;
#[path = "../it/sample.rs"]
mod sample;

type Outcome = Result<(), Box<dyn StdError>>;

struct Law {
    name: &'static str,
    check: fn() -> Outcome,
}

const LAWS: [Law; 2] = [
    Law { name: "a_killed_writer_loses_nothing_and_doubles_nothing", check: kills::law },
    Law { name: "readers_see_what_they_opened_and_later_ones_see_all", check: readers::law },
];

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [kills::WRITER, folder, seed] => {
            kills::write_until_killed(Path::new(folder), seed.parse()?)
        }
        [readers::READER, folder] => readers::read_until_told(Path::new(folder)),
        _ => try_laws(&arguments),
    }
}

fn try_laws(arguments: &[String]) -> Outcome {
    let mut picks = arguments.iter().filter(|argument| !argument.starts_with('-'));
    let pick = picks.next();
    for law in LAWS.iter().filter(|law| pick.is_none_or(|pick| law.name.contains(pick))) {
        if arguments.iter().any(|argument| argument == "--list") {
            println!("{}: test", law.name);
        } else {
            (law.check)().map_err(|error| format!("{}: {error}", law.name))?;
            println!("test {} ... ok", law.name);
        }
    }
    Ok(())
}

/// This program in another role, reading and writing through pipes.
fn start(arguments: &[&str]) -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
}

/// The lines that a child prints; one that was cut short by its death is left out.
fn whole_lines(child: &mut Child) -> Result<impl Iterator<Item = String> + use<>, &'static str> {
    let mut output = io::BufReader::new(child.stdout.take().ok_or("no pipe")?);
    Ok(std::iter::from_fn(move || {
        let mut line = String::new();
        let read = output.read_line(&mut line).ok()?;
        (read > 0 && line.ends_with('\n')).then(|| line.trim_end().to_string())
    }))
}

/// How often to try: the environment's `variable`, or few times.
fn count(variable: &str, few: usize) -> Result<usize, Box<dyn StdError>> {
    std::env::var(variable).map_or(Ok(few), |count| Ok(count.parse()?))
}
