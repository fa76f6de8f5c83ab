//! What a played visit came to, for people.
use super::World;
use crate::kiosk::Report;
use crate::store::yardstick;
use crate::visit::player::Played;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Start to first frame in a release build. The limits are those of issue 1, section Speed.
const FIRST_FRAME_MS: f64 = 150.0;
/// Memory in idle.
const MEMORY_MB: f64 = 64.0;
/// From the card to the first form page, besides the line time of the exchange.
const CARD_MS: f64 = 350.0;
/// Bytes of one whole exchange on the line: find, select, read and newest address, answers included.
const EXCHANGE_BYTES: f64 = 1_420.0;
/// What the simulated card itself takes for the read (hardware/src/simulator/reader.rs).
const SIMULATED_CARD_MS: f64 = 400.0;
/// Bits per byte: 8N1.
const BITS: f64 = 10.0;
/// Submit to durable, in bare synced inserts.
const SUBMIT_INSERTS: f64 = 2.0;

pub struct Summary {
    steps: usize,
    ms: u64,
    first_frame: Duration,
    receipts: Vec<String>,
    cases: usize,
    shots: Option<PathBuf>,
    /// What the kiosk took of the way from the card to the first form page, in ms.
    card_ms: u64,
    placed: bool,
    baud: u32,
    submit: Option<Duration>,
    insert: Option<Duration>,
}

impl Summary {
    pub fn new(first_frame: Duration, baud: u32) -> Summary {
        Summary {
            steps: 0,
            ms: 0,
            first_frame,
            receipts: vec![],
            cases: 0,
            shots: None,
            card_ms: 0,
            placed: false,
            baud,
            submit: None,
            insert: None,
        }
    }

    pub fn took(&mut self, step: &Played) {
        self.steps += 1;
        self.ms += step.ms;
        self.placed |= step.step.starts_with("place ");
        // Pictures are the demo's own; touches include the player's patience, so this is an upper bound.
        if self.placed && !step.step.starts_with("shot ") {
            self.card_ms += step.ms;
        }
        self.placed &= step.step != "await form";
    }

    pub fn finish(&mut self, world: &World, reports: Vec<Report>, shots: Option<PathBuf>) {
        for report in reports {
            if let Report::Acknowledged { receipt, took, .. } = report {
                self.receipts.push(receipt);
                self.submit = Some(took);
            }
        }
        self.insert = yardstick::bare_insert(world.folder.path()).ok();
        self.cases = world.cases();
        self.shots = shots;
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
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
        let build = if cfg!(debug_assertions) { "debug" } else { "release" };
        writeln!(f, "  speed ({build} build), each against its limit:")?;
        let mut line = |what: &str, value: f64, unit: &str, limit: f64| {
            writeln!(f, "    {what}: {value:.1} {unit}, {:.2} of {limit:.1} {unit}", value / limit)
        };
        line("start to first frame", ms(self.first_frame), "ms", FIRST_FRAME_MS)?;
        let line_ms = SIMULATED_CARD_MS + EXCHANGE_BYTES * BITS * 1_000.0 / f64::from(self.baud);
        line("card placed to first form page", self.card_ms as f64, "ms", line_ms + CARD_MS)?;
        if let (Some(submit), Some(insert)) = (self.submit, self.insert) {
            line("Submit to durable", ms(submit), "ms", SUBMIT_INSERTS * ms(insert))?;
        }
        if let Some(memory) = memory_mb() {
            line("memory, office and simulator included", memory as f64, "MB", MEMORY_MB)?;
        }
        if let Some(shots) = &self.shots {
            writeln!(f, "  pictures: {}", shots.display())?;
        }
        Ok(())
    }
}
