//! Every rig needs its control: the guard it proves is taken away, and the rig must say BROKEN. A rig that still
//! holds proves nothing.
use super::*;

/// Test of this binary, guard, runs that are enough to notice.
const CONTROLS: [(&str, &str, &str); 7] = [
    ("power::a_power_cut_loses_no_acknowledged_submission", "synced_commit", "6"),
    ("power::a_power_cut_after_confirmed_or_purged_doubles_nothing", "synced_commit", "12"),
    ("storm::a_storm_of_restarts_loses_and_doubles_nothing", "requeue_after_crash", "40"),
    ("roots::only_what_a_threshold_signed_is_followed_and_never_left", "signed_manifest", "12"),
    ("syscalls::a_system_call_that_fails_breaks_no_promise", "failed_commit_is_no_promise", "60"),
    ("clock::a_clock_that_jumps_neither_loses_nor_holds_a_letter", "sane_due_time", "4"),
    ("catalogue::a_hostile_catalogue_never_comes_into_force", "signed_manifest", "20"),
];

#[test]
fn every_rig_notices_when_its_guard_is_gone() {
    // Not within a control itself.
    if std::env::var_os("JIUJIN_WITHOUT").is_some() {
        return;
    }
    let mut blind = Vec::new();
    for (test, guard, runs) in CONTROLS {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--test-threads", "1"])
            .env("JIUJIN_WITHOUT", guard)
            .env("JIUJIN_RIG_RUNS", runs)
            .stderr(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let verdict = match (said.contains("\"verdict\":\"BROKEN\""), said.contains("NOT PROVEN")) {
            (true, _) => "noticed",
            (_, true) => "NOT PROVEN",
            _ => "NOT NOTICED",
        };
        println!("{{\"control\":\"{test}\",\"without\":\"{guard}\",\"verdict\":\"{verdict}\"}}");
        if verdict == "NOT NOTICED" {
            blind.push((test, guard, said.into_owned()));
        }
    }
    assert!(blind.is_empty(), "{blind:#?}");
}
