//! What the load showed.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::memory::Memory;
use crate::worker::Worker;

/// What the load showed.
pub(crate) struct Report<'m> {
    times: BTreeMap<&'static str, Vec<Duration>>,
    num_refused: usize,
    num_unanswered: usize,
    num_clients: usize,
    seconds: f64,
    kills: u32,
    memory: &'m Memory,
}

impl<'m> Report<'m> {
    pub(crate) fn new(workers: &[Worker], seconds: f64, kills: u32, memory: &'m Memory) -> Self {
        let mut times: BTreeMap<&'static str, Vec<Duration>> = BTreeMap::new();
        for (kind, found) in workers.iter().flat_map(|worker| &worker.times) {
            times.entry(kind).or_default().extend(found);
        }
        times.values_mut().for_each(|times| times.sort_unstable());
        Self {
            times,
            num_refused: workers.iter().map(|worker| worker.num_refused).sum(),
            num_unanswered: workers.iter().map(|worker| worker.num_unanswered).sum(),
            num_clients: workers.len(),
            seconds,
            kills,
            memory,
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { num_clients, seconds, kills, .. } = self;
        let num_answers: usize = self.times.values().map(Vec::len).sum();
        let rate = num_answers as f64 / seconds;
        writeln!(
            f,
            "{num_clients} clients, {seconds:.0} s, {kills} kills: no wrong answer, nothing lost"
        )?;
        writeln!(f, "{num_answers} answers, {rate:.0} a second")?;
        writeln!(
            f,
            "{} refused with 429, {} without an answer",
            self.num_refused, self.num_unanswered
        )?;
        writeln!(f, "{:<16} {:>8} {:>9} {:>9} {:>9}", "", "answers", "p50 ms", "p99 ms", "max ms")?;
        for (kind, times) in &self.times {
            let at =
                |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
            let [p50, p99, max] = [0.5, 0.99, 1.0].map(at);
            writeln!(f, "{kind:<16} {:>8} {p50:>9.1} {p99:>9.1} {max:>9.1}", times.len())?;
        }
        let quarters = [0, 1, 2, 3].map(|number| self.memory.quarter(number));
        let [first, second, third, last] = quarters;
        writeln!(
            f,
            "RssAnon, means of quarters without a kill: {first:.0}, {second:.0}, {third:.0}, {last:.0} MiB"
        )
    }
}
