//! What a played visit came to, for people.
use super::World;
use crate::kiosk::Report;
use crate::visit::player::Played;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Start to first frame in a release build (issue 1, speed).
const FIRST_FRAME_MS: u64 = 150;
/// Memory in idle.
const MEMORY_MB: u64 = 64;

pub struct Summary {
    steps: usize,
    ms: u64,
    first_frame: Duration,
    receipts: Vec<String>,
    cases: usize,
    shots: Option<PathBuf>,
}

impl Summary {
    pub fn new(first_frame: Duration) -> Summary {
        Summary { steps: 0, ms: 0, first_frame, receipts: vec![], cases: 0, shots: None }
    }

    pub fn took(&mut self, step: &Played) {
        self.steps += 1;
        self.ms += step.ms;
    }

    pub fn finish(&mut self, world: &World, reports: Vec<Report>, shots: Option<PathBuf>) {
        self.receipts = reports
            .into_iter()
            .filter_map(|report| match report {
                Report::Acknowledged { receipt, .. } => Some(receipt),
                Report::Waiting(_) => None,
            })
            .collect();
        self.cases = world.cases();
        self.shots = shots;
    }
}

/// Resident memory of this process in megabytes, from the kernel.
fn memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1024)
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nThe visit: {} steps in {:.1} s", self.steps, self.ms as f64 / 1_000.0)?;
        writeln!(f, "  receipts given: {}", self.receipts.join(", "))?;
        writeln!(f, "  cases at the office: {}", self.cases)?;
        let (first, ratio) =
            (self.first_frame.as_millis(), self.first_frame.as_secs_f64() * 1_000.0 / FIRST_FRAME_MS as f64);
        let build = if cfg!(debug_assertions) { "debug" } else { "release" };
        writeln!(
            f,
            "  start to first frame: {first} ms, {ratio:.2} of the limit of {FIRST_FRAME_MS} ms ({build} build)"
        )?;
        if let Some(memory) = memory_mb() {
            let ratio = memory as f64 / MEMORY_MB as f64;
            writeln!(
                f,
                "  memory, office and simulator included: {memory} MB, {ratio:.2} of a kiosk's {MEMORY_MB} MB"
            )?;
        }
        if let Some(shots) = &self.shots {
            writeln!(f, "  pictures: {}", shots.display())?;
        }
        Ok(())
    }
}
