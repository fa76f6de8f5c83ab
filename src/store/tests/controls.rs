//! Every proof of this room needs its control: one guard is taken away, and the proof must fail.
use std::process::{Command, Stdio};

/// Test of this binary, guard, runs that are enough to notice.
const CONTROLS: [(&str, &str, &str); 6] = [
    ("store::tests::damage::five_hundred_damaged_files_always_start", "salvage", "40"),
    ("store::tests::upgrade::an_upgrade_cut_short_at_any_moment_loses_nothing", "whole_migration", "50"),
    ("store::tests::damage::a_damaged_store_lets_no_older_catalogue_in", "newest_catalogue_remembered", "1"),
    (
        "store::tests::what_was_being_sent_at_a_crash_is_queued_again_with_the_attempt_counted",
        "requeue_after_crash",
        "1",
    ),
    ("store::tests::a_clock_that_jumps_back_does_not_hold_letters_for_years", "sane_due_time", "1"),
    ("courier::tests::flapping::days_of_bad_network_lose_and_double_nothing", "requeue_after_crash", "2"),
];

#[test]
fn every_proof_of_the_store_notices_when_its_guard_is_gone() {
    // Not within a control itself.
    if std::env::var_os("JIUJIN_WITHOUT").is_some() {
        return;
    }
    for (test, guard, runs) in CONTROLS {
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--test-threads", "1"])
            .env("JIUJIN_WITHOUT", guard)
            .env("JIUJIN_RIG_RUNS", runs)
            .env("JIUJIN_RIG_SEEDS", runs)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        let verdict = if status.success() { "NOT NOTICED" } else { "noticed" };
        println!("{{\"control\":\"{test}\",\"without\":\"{guard}\",\"verdict\":\"{verdict}\"}}");
        assert_eq!(verdict, "noticed", "{test} without {guard}");
    }
}
