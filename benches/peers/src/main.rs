//! jacolbert's engine beside its peers: same embeddings, same run, one thread each; see the README.

mod collection;
mod compare;
mod contestant;
mod curve;
mod engine;
mod job;
mod meter;
mod next_plaid;
mod npy;
mod options;
mod ours;
mod plot;
mod recall;
mod runner;
mod spec;
mod table;
mod truth;

use std::error::Error;

use options::{Command, Options};

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::from_args()?;
    match options.command {
        Command::Compare => compare::compare(&options),
        Command::Curve => curve::curve(&options),
        Command::Truth => curve::truths(&options).map(drop),
        Command::Build => job::build(&options),
        Command::Serve => job::serve(&options),
    }
}
