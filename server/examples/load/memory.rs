//! The memory of the server while it runs.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::json;

use crate::client::{Client, Outcome};

/// The pause between two readings.
const PAUSE: Duration = Duration::from_secs(1);
/// Readings between two compactions.
const COMPACTION: usize = 60;
/// Growth from the second quarter of the time to the last one that is no leak: a share, and MiB, since a server of few
/// documents needs few.
const MAX_GROWTH: f64 = 1.1;
const MAX_GROWTH_MIB: f64 = 8.0;

/// Readings of a process, in MiB.
pub(crate) struct Memory {
    pub(crate) anonymous: Vec<f64>,
}

impl Memory {
    /// Reads the anonymous memory of a process until `end`, and has the collection compacted now and then.
    pub(crate) fn watch(process: u32, end: Instant, client: &Client) -> anyhow::Result<Self> {
        let mut anonymous = Vec::new();
        while Instant::now() < end {
            sleep(PAUSE);
            anonymous.push(anonymous_mib(process)?);
            if anonymous.len() % COMPACTION == 0 {
                let compacted = client.post("/v1/collections/load/compact", &json!(null));
                ensure!(matches!(compacted, Outcome::Answer(200 | 429, _)), "no compaction");
            }
        }
        Ok(Self { anonymous })
    }

    /// The mean of a quarter of the readings, from 0.
    pub(crate) fn quarter(&self, number: usize) -> f64 {
        let len = self.anonymous.len();
        let readings = &self.anonymous[number * len / 4..(number + 1) * len / 4];
        readings.iter().sum::<f64>() / readings.len().max(1) as f64
    }

    /// Checks that the memory does not grow.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let second = self.quarter(1);
        let last = self.quarter(3);
        ensure!(
            last <= MAX_GROWTH * second + MAX_GROWTH_MIB,
            "the memory grew from {second:.0} to {last:.0} MiB"
        );
        Ok(())
    }
}

fn anonymous_mib(process: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("RssAnon")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}
