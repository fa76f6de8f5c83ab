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
    let begun = Instant::now();
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
    let stored = bench.office.cases().await.expect("the cases").len();
    let figures = serde_json::json!({
        "rig": "intake_rate", "submissions": submissions, "couriers": couriers, "accepted": accepted,
        "stored": stored, "seconds": (seconds * 1000.0).round() / 1000.0,
        "per_second": (accepted as f64 / seconds).round(), "limit_per_second": 500, "build": build(),
        "verdict": if accepted == stored && accepted as f64 / seconds >= 500.0 { "pass" } else { "fail" },
    });
    println!("{figures}");
}

fn build() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}
