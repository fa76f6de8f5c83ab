//! The whole road in one process of the shipped program: frames on a pty, the driver, the loop, pages without a
//! display, touches, SQLite, HTTP, the office, and the receipt on the screen.
use serde_json::Value;
use std::process::{Command, Output};

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jiujin"))
        .arg("demo")
        .arg("--headless")
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("the program starts")
}

#[test]
fn a_resident_goes_from_attract_to_the_offices_receipt_with_the_network_cut_on_the_way() {
    let shots = tempfile::tempdir().expect("a folder for pictures");
    let folder = shots.path().display().to_string();
    let played = demo(&["--shots", &folder]);
    let summary = String::from_utf8_lossy(&played.stderr).into_owned();
    assert!(played.status.success(), "{summary}");
    let steps: Vec<Value> = String::from_utf8_lossy(&played.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("every line is one JSON step"))
        .collect();
    let pages: Vec<&str> = steps.iter().filter_map(|step| step["page"].as_str()).collect();
    for page in [
        "attract",
        "home",
        "guide",
        "card",
        "confirm",
        "consent",
        "form",
        "check",
        "result",
        "goodbye",
        "case-detail",
    ] {
        assert!(pages.contains(&page), "{page} was never shown: {pages:?}");
    }
    assert!(summary.contains("cases at the office: 1"), "{summary}");
    let pictures = std::fs::read_dir(shots.path()).expect("the folder is readable").count();
    assert!(pictures >= 9, "only {pictures} pictures");
}

#[test]
fn a_visit_that_cannot_go_on_names_the_step_and_what_there_is_to_touch() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("visit.toml");
    std::fs::write(&file, "title = \"t\"\n[[step]]\njump = 1\n").expect("written");
    let played = demo(&["--visit", &file.display().to_string()]);
    assert_eq!(played.status.code(), Some(2));
    let complaint = String::from_utf8_lossy(&played.stderr).into_owned();
    assert!(complaint.contains("visit.toml") && complaint.contains("jump"), "{complaint}");
    assert!(!complaint.contains("panicked"), "{complaint}");
}
