//! The whole road in one process of the shipped program: frames on a pty, the driver, the loop, pages without a
//! display, touches, SQLite, HTTP, the office, and the receipt on the screen.
#[path = "support/tour.rs"]
mod tour;

use jiujin_contract::catalogue::day_one;
use jiujin_contract::item::ServiceItem;
use serde_json::Value;
use std::process::{Command, Output};

/// A plain form, one for a very old person, one with a list and money, one with a street of the site, and a life event
/// with a choice of services.
/// `JIUJIN_TOUR=all` takes every service, `JIUJIN_TOUR=S023,S130` some.
const TOUR: &str = "S038,S082,S023,S131,L05";

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
fn a_resident_comes_back_takes_the_case_back_and_rates_it_with_the_network_cut_at_the_first_try() {
    let visit = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/visits/withdraw.toml");
    let played = demo(&["--visit", visit, "--lang", "zh-CN", "--text-size", "4"]);
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
}

#[test]
fn a_resident_corrects_the_one_answer_the_office_names_and_no_second_case_is_made() {
    let visit = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/visits/correct.toml");
    let played = demo(&["--visit", visit, "--lang", "zh-CN"]);
    let summary = String::from_utf8_lossy(&played.stderr).into_owned();
    assert!(played.status.success(), "{summary}");
    assert!(summary.contains("cases at the office: 1"), "{summary}");
}

/// Large words and small panels need more leaves, and every label has another language.
#[test]
fn the_built_in_visit_reaches_its_end_in_every_look() {
    let looks: [&[&str]; 4] = [
        &["--lang", "en", "--theme", "dark", "--text-size", "4"],
        &["--size", "1280x800", "--lang", "zh-TW", "--theme", "calm", "--text-size", "3"],
        &["--size", "1920x1080", "--lang", "zh-CN", "--theme", "contrast", "--text-size", "4"],
        &["--size", "1280x800", "--lang", "en", "--theme", "light", "--text-size", "4"],
    ];
    let played = |look: &'static [&'static str]| (look, std::thread::spawn(move || demo(look)));
    for (look, visit) in looks.map(played) {
        let ended = visit.join().expect("the visit is played");
        assert!(ended.status.success(), "{look:?}: {}", String::from_utf8_lossy(&ended.stderr));
    }
}

/// A17: up, down and select are enough for a whole visit, the keyboard on the screen among it. Only the card is laid
/// down by hand.
#[test]
fn a_resident_goes_from_attract_to_the_offices_receipt_with_five_keys_and_no_finger() {
    let played = demo(&["--five-keys"]);
    let summary = String::from_utf8_lossy(&played.stderr).into_owned();
    assert!(played.status.success(), "{summary}");
    assert!(summary.contains("cases at the office: 1"), "{summary}");
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

#[test]
fn somebody_among_the_invented_people_may_apply_for_every_service() {
    let catalogue = day_one();
    let town = tour::Town::settled(&catalogue);
    let closed: Vec<String> = catalogue
        .offered()
        .into_iter()
        .filter(|item| town.who_can(item).is_none())
        .map(|item| format!("{} {}", item.id, item.name.zh))
        .collect();
    assert!(closed.is_empty(), "nobody may apply for {closed:?}");
}

#[test]
fn the_services_on_the_tour_lead_from_search_to_the_offices_receipt() {
    let catalogue = day_one();
    let town = tour::Town::settled(&catalogue);
    let wanted = std::env::var("JIUJIN_TOUR").unwrap_or_else(|_| TOUR.to_owned());
    let on_tour = |item: &ServiceItem| wanted == "all" || wanted.split(',').any(|id| id == item.id);
    let items: Vec<ServiceItem> = catalogue.offered().into_iter().filter(on_tour).collect();
    assert!(!items.is_empty(), "JIUJIN_TOUR={wanted} names no service");
    let stuck: Vec<String> = items.iter().filter_map(|item| dead_end(item, &town)).collect();
    assert!(stuck.is_empty(), "{} of {} lead nowhere:\n{}", stuck.len(), items.len(), stuck.join("\n"));
}

/// Where the visit stopped; `None` when the office gave its receipt.
fn dead_end(item: &ServiceItem, town: &tour::Town) -> Option<String> {
    let Some(person) = town.who_can(item) else { return Some(format!("{}: nobody may apply", item.id)) };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("visit.toml");
    std::fs::write(&file, tour::visit(item, person)).expect("written");
    let played = demo(&["--visit", &file.display().to_string()]);
    let said = String::from_utf8_lossy(&played.stderr).into_owned();
    let last = said.lines().rfind(|line| line.contains("step ")).unwrap_or(&said).to_owned();
    eprintln!(
        "{} {} as {person}: {}",
        item.id,
        item.name.zh,
        if played.status.success() { "ok" } else { &last }
    );
    (!played.status.success()).then(|| format!("{} as {person}: {last}", item.id))
}
