//! How many submissions a second the office takes, with all checks: signature, seal, form, one fsynced transaction
//! per batch of twenty. `cargo run --release -p jiujin-office --example intake_rate -- [submissions] [couriers]`
#[path = "../tests/support/bench.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod support;

use jiujin_contract::wire::{BATCH_ITEMS_MAX, BatchAnswer, Request};
use std::sync::Arc;
use std::time::Instant;
use support::{Bench, send_with};

#[tokio::main]
async fn main() {
    let number = |place: usize, default: usize| {
        std::env::args().nth(place).and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (submissions, couriers) = (number(1, 2_000), number(2, 4));
    let bench = Bench::open().await;
    let kiosk = Arc::new(bench.kiosk().await);
    let letters: Vec<_> = (0..submissions as u64).map(|n| kiosk.letter(n)).collect();
    let client = reqwest::Client::new();
    let (begun, used_before) = (Instant::now(), processor_s());
    let mut calls = Vec::new();
    for part in letters.chunks(submissions.div_ceil(couriers)) {
        let (client, kiosk, part) = (client.clone(), kiosk.clone(), part.to_vec());
        calls.push(tokio::spawn(async move {
            let mut accepted = 0;
            for batch in part.chunks(BATCH_ITEMS_MAX) {
                let reply = send_with(&client, &kiosk.url, kiosk.signed(Request::batch(batch))).await;
                let answer: BatchAnswer = reply.read().expect("the office answers");
                accepted += answer.items.iter().filter(|item| item.is_new).count();
            }
            accepted
        }));
    }
    let mut accepted = 0;
    for call in calls {
        accepted += call.await.expect("a courier finishes");
    }
    let seconds = begun.elapsed().as_secs_f64();
    let used = processor_s() - used_before;
    let stored = bench.office.cases().await.expect("the cases").len();
    let figures = serde_json::json!({
        "rig": "intake_rate", "submissions": submissions, "couriers": couriers, "accepted": accepted,
        "stored": stored, "seconds": (seconds * 1000.0).round() / 1000.0,
        "per_second": (accepted as f64 / seconds).round(), "limit_per_second": 500, "build": build(),
        // Couriers and office together; the machine may be busy with other things.
        "processor_ms_per_submission": (used * 1e6 / accepted.max(1) as f64).round() / 1e3,
        "processors": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        "load_average": std::fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next(),
        "verdict": if accepted == stored && accepted as f64 / seconds >= 500.0 { "pass" } else { "fail" },
    });
    println!("{figures}");
}

/// User and system time of this process; proc(5), fields 14 and 15 in hundredths of a second.
fn processor_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |field: usize| after_name.split_whitespace().nth(field).and_then(|t| t.parse::<f64>().ok());
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0
}

fn build() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}
