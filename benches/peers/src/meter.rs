//! What a process has spent: CPU time and memory.

use std::fs;
use std::io;

use rustix::time::{ClockId, clock_gettime};

/// CPU seconds of all threads of this process, user and system.
pub fn process_cpu_seconds() -> f64 {
    seconds(ClockId::ProcessCPUTime)
}

/// CPU seconds of the calling thread, user and system.
pub fn thread_cpu_seconds() -> f64 {
    seconds(ClockId::ThreadCPUTime)
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Memory that a stretch of work adds at its peak to what the process held before.
pub struct MemoryMeter {
    before: u64,
}

impl MemoryMeter {
    /// Starts: the peak so far is forgotten.
    pub fn start() -> io::Result<Self> {
        // 5 sets VmHWM back to VmRSS: man 5 proc_pid_clear_refs.
        fs::write("/proc/self/clear_refs", "5")?;
        Ok(Self { before: status("VmRSS:")? })
    }

    /// Bytes at the peak since the start, above those at the start.
    pub fn peak_above(&self) -> io::Result<u64> {
        Ok(status("VmHWM:")?.saturating_sub(self.before))
    }
}

fn status(field: &str) -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    let absent = || io::Error::other(format!("/proc/self/status has no {field}"));
    kib.map(|kib| kib * 1_024).ok_or_else(absent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_touched_and_given_back_is_in_the_peak() -> io::Result<()> {
        let meter = MemoryMeter::start()?;
        let mut block = vec![0u8; 64 << 20];
        block.iter_mut().step_by(1_024).for_each(|byte| *byte = 1);
        drop(std::hint::black_box(block));
        assert!(meter.peak_above()? >= 60 << 20);
        Ok(())
    }

    #[test]
    fn a_thread_spends_no_more_than_its_process() {
        let process = process_cpu_seconds();
        let thread = thread_cpu_seconds();
        let sum: f64 = (0..10_000_000u32).map(f64::from).sum();
        assert!(std::hint::black_box(sum) > 0.0);
        let thread = thread_cpu_seconds() - thread;
        assert!(thread > 0.0 && thread <= process_cpu_seconds() - process);
    }
}
