//! An engine in the comparison: its index, its process and what it has answered so far.

use std::error::Error;

use crate::job::Ask;
use crate::options::Options;
use crate::recall::recall;
use crate::runner::{Place, Server};
use crate::spec::Spec;
use crate::truth::Truth;

/// Hits wanted: each query is searched for so many, and for so many.
const DEPTHS: [usize; 2] = [10, 100];

/// An engine that takes part.
pub struct Contestant {
    spec: Spec,
    place: Place,
    server: Server,
    sweeps: [Sweep; 2],
    peak_bytes: u64,
}

/// The answers to all queries at one depth.
#[derive(Default)]
struct Sweep {
    /// CPU seconds of each repetition.
    cpu_seconds: Vec<f64>,
    /// Of the last repetition, per query.
    hits: Vec<Vec<u32>>,
}

/// What an engine showed.
pub struct Shown {
    /// The engine and its settings.
    pub spec: Spec,
    /// CPU seconds of the build.
    pub build_cpu_seconds: f64,
    /// Memory of the build at its peak, above the input, in bytes.
    pub build_peak_bytes: u64,
    /// Bytes of all files per token.
    pub bytes_per_token: f64,
    /// Seconds on the clock until the index was open.
    pub open_seconds: f64,
    /// Memory of opening and searching at its peak, above what the process held before, in bytes.
    pub search_peak_bytes: u64,
    /// CPU milliseconds a query for 10 and for 100 hits.
    pub cpu_ms: [f64; 2],
    /// Recall of the 10 and of the 100.
    pub recall: [f64; 2],
}

impl Contestant {
    /// Starts the process and searches once unmeasured, for pages are read and tables made then.
    pub fn start(options: &Options, spec: &Spec, place: Place) -> Result<Self, Box<dyn Error>> {
        let mut server = Server::start(options, spec, &place.index)?;
        for k in DEPTHS {
            server.ask(&Ask { from: 0, to: options.queries.min(10), k })?;
        }
        let (sweeps, peak_bytes) = Default::default();
        Ok(Self { spec: *spec, place, server, sweeps, peak_bytes })
    }

    /// The next answers begin a repetition.
    pub fn begin(&mut self) {
        for sweep in &mut self.sweeps {
            sweep.cpu_seconds.push(0.0);
            sweep.hits.clear();
        }
    }

    /// Searches for queries `from..to`, which follow those of the last call.
    pub fn search(&mut self, from: usize, to: usize) -> Result<(), Box<dyn Error>> {
        for (sweep, k) in self.sweeps.iter_mut().zip(DEPTHS) {
            let answer = self.server.ask(&Ask { from, to, k })?;
            if let Some(spent) = sweep.cpu_seconds.last_mut() {
                *spent += answer.cpu_seconds;
            }
            sweep.hits.extend(answer.hits);
            self.peak_bytes = self.peak_bytes.max(answer.peak_bytes);
        }
        Ok(())
    }

    /// Ends the process.
    pub fn end(self, truth: &Truth) -> Result<Shown, Box<dyn Error>> {
        let num_queries = truth.hits.len() as f64;
        let [ten, hundred] = &self.sweeps;
        let cpu_ms = |sweep: &Sweep| median(&sweep.cpu_seconds) / num_queries * 1e3;
        let shown = Shown {
            spec: self.spec,
            build_cpu_seconds: self.place.built.cpu_seconds,
            build_peak_bytes: self.place.built.peak_bytes,
            bytes_per_token: self.place.num_bytes()? as f64 / truth.num_tokens as f64,
            open_seconds: self.server.opened.seconds,
            search_peak_bytes: self.peak_bytes,
            cpu_ms: [cpu_ms(ten), cpu_ms(hundred)],
            recall: [
                recall(&truth.hits, &ten.hits, DEPTHS[0]),
                recall(&truth.hits, &hundred.hits, DEPTHS[1]),
            ],
        };
        self.server.end()?;
        Ok(shown)
    }
}

/// The middle value, the lower of two.
fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}
