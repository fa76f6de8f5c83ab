//! Store and courier against the real reference office on real sockets: crashes at named points, kills at any
//! moment, cuts at every byte. Every rig prints one JSON line with its counts; `JIUJIN_RIG_RUNS` makes the
//! runs longer.
#![cfg(feature = "demo")]

#[path = "courier/agreement.rs"]
mod agreement;
#[path = "courier/attachments.rs"]
mod attachments;
#[path = "courier/board.rs"]
mod board;
#[path = "courier/cuts.rs"]
mod cuts;
#[path = "support/invariants.rs"]
mod invariants;
#[path = "courier/roots.rs"]
mod roots;
#[path = "support/town.rs"]
mod town;

use invariants::{Receipts, Verdict, check};

use jiff::Timestamp;
use jiujin::courier::{Courier, schedule};
use jiujin::enrol::{Identity, enrol};
use jiujin::store::Store;
use jiujin_contract::case::CaseState;
use jiujin_contract::catalogue::Trust;
use jiujin_contract::identity::IdNumber;
use jiujin_contract::wire::{ProblemKind, ResidentQuery, Setback, Withdrawal};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use town::{CANARIES, Town, asked, kiosk_config, submit};

/// Crashes at each named point in the gate; R3 asks for twenty.
const CRASHES: usize = 20;
/// Kills of store and courier in the gate; R1 asks for five hundred.
const KILLS: u64 = 40;

/// Set for the child process of a rig: the folder of its kiosk.
const CHILD: &str = "JIUJIN_TEST_KIOSK";

/// What the loop does with one portion of due letters.
async fn deliver_due(store: &mut Store, courier: &Courier) -> usize {
    let now = Timestamp::now();
    let letters = store.due(now, 20).unwrap();
    let count = letters.len();
    if count > 0 {
        let ids: Vec<_> = letters.iter().map(|letter| letter.sealed.id()).collect();
        store.mark_sending(&ids, now).unwrap();
        let round = courier.deliver(letters, now).await;
        let failures = store.road().unwrap().failures;
        store.apply(&schedule::fates(&round, failures, 0, now), now).unwrap();
    }
    count
}

async fn confirm_again(store: &mut Store, courier: &Courier) {
    let letters = store.announcement(500).unwrap();
    if let Ok(answer) = courier.announce(letters, Timestamp::now()).await {
        store.settle_announced(&answer, &courier.identity().office.verifying_key, Timestamp::now()).unwrap();
    }
}

/// One life of a kiosk process: submit, say so, deliver, confirm. Runs only as the child of a rig.
#[tokio::test]
async fn child() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let config = kiosk_config(Path::new(&folder));
    let opened = Store::of(&config, Timestamp::now()).unwrap();
    assert!(opened.alarm.is_none());
    let (mut store, courier) = (opened.store, Courier::new(&config).unwrap().unwrap());
    let lives: usize = std::env::var("JIUJIN_TEST_SUBMISSIONS").map_or(1, |n| n.parse().unwrap());
    for _ in 0..lives {
        let made = submit(&mut store, courier.identity(), &asked(&config));
        println!("ACK {} {} {}", made.id, made.digest, made.receipt);
        std::io::stdout().flush().unwrap();
        deliver_due(&mut store, &courier).await;
        confirm_again(&mut store, &courier).await;
    }
    store.open_road().unwrap();
    while deliver_due(&mut store, &courier).await > 0 {}
    confirm_again(&mut store, &courier).await;
}

/// Starts a kiosk process of its own.
fn kiosk_process(folder: &Path, submissions: usize, crash_at: &str) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads", "1"])
        .env(CHILD, folder)
        .env("JIUJIN_TEST_SUBMISSIONS", submissions.to_string())
        .env("JIUJIN_CRASH_AT", crash_at)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What a process said before its end: id -> (digest, receipt), and whether it ended by a signal.
struct Life {
    said: Receipts,
    crashed: bool,
}

/// Reads until the process ends; kills it so long after its first receipt, if asked.
async fn live(mut child: std::process::Child, kill_after: Option<Duration>) -> Life {
    let reading = move || {
        let mut said = BTreeMap::new();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            // The test harness may print before it on the same line.
            let words: Vec<&str> = line.split("ACK ").nth(1).unwrap_or_default().split_whitespace().collect();
            let [id, digest, receipt] = words.as_slice() else { continue };
            said.insert((*id).to_owned(), ((*digest).to_owned(), (*receipt).to_owned()));
            if let (Some(pause), 1) = (kill_after, said.len()) {
                std::thread::sleep(pause);
                let _ = child.kill();
            }
        }
        Life { said, crashed: child.wait().unwrap().code().is_none() }
    };
    tokio::task::spawn_blocking(reading).await.unwrap()
}

/// Every invariant, and nothing may wait any more.
async fn judged(town: &Town, acknowledged: &Receipts) -> Verdict {
    let mut verdict = check(&town.config(), acknowledged, &town.office, &CANARIES).await;
    let store = Store::of(&town.config(), Timestamp::now()).unwrap().store;
    let counts = store.counts().unwrap();
    verdict.hold(counts.waiting + counts.parked == 0, "I1", format!("not everything arrived: {counts:?}"));
    verdict
}

/// R3: each named crash point, many times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_named_point_loses_and_doubles_nothing() {
    let town = Town::new().await;
    let runs: usize = std::env::var("JIUJIN_RIG_RUNS").map_or(CRASHES, |n| n.parse().unwrap());
    let (started, mut all, mut crashes) = (Instant::now(), BTreeMap::new(), 0);
    for point in jiujin::crash_point::NAMES {
        for _ in 0..runs {
            let life = live(kiosk_process(town.folder.path(), 2, point), None).await;
            crashes += usize::from(life.crashed);
            all.extend(life.said);
        }
    }
    all.extend(live(kiosk_process(town.folder.path(), 1, ""), None).await.said);
    let verdict = judged(&town, &all).await;
    let (all, s) = (12 * runs, started.elapsed().as_secs());
    verdict.report("R3", 0, &format!("\"points\":12,\"runs\":{all},\"crashes\":{crashes},\"s\":{s},"));
    assert!(verdict.sound(), "{:#?}", verdict.broken);
    assert_eq!(crashes, 12 * runs, "every point was reached");
}

/// R1 at the level of store and courier: kill -9 at any moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_moment_loses_and_doubles_nothing() {
    let town = Town::new().await;
    let runs: u64 = std::env::var("JIUJIN_RIG_RUNS").map_or(KILLS, |n| n.parse().unwrap());
    let (started, mut all) = (Instant::now(), BTreeMap::new());
    for run in 0..runs {
        let pause = Duration::from_millis(run * 7_919 % 120);
        all.extend(live(kiosk_process(town.folder.path(), 1_000, ""), Some(pause)).await.said);
    }
    all.extend(live(kiosk_process(town.folder.path(), 1, ""), None).await.said);
    let verdict = judged(&town, &all).await;
    verdict.report(
        "R1 store and courier",
        0,
        &format!("\"kills\":{runs},\"s\":{},", started.elapsed().as_secs()),
    );
    assert!(verdict.sound(), "{:#?}", verdict.broken);
}

/// The controls of R1 and R3: without the guard the rig must say BROKEN.
#[test]
fn the_crash_rigs_notice_when_their_guard_is_gone() {
    // Not within a control itself.
    if std::env::var_os("JIUJIN_WITHOUT").is_some() {
        return;
    }
    for (test, runs) in [
        ("a_crash_at_any_named_point_loses_and_doubles_nothing", "1"),
        ("a_kill_at_any_moment_loses_and_doubles_nothing", "20"),
    ] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--test-threads", "1"])
            .env("JIUJIN_WITHOUT", "requeue_after_crash")
            .env("JIUJIN_RIG_RUNS", runs)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("\"verdict\":\"BROKEN\""), "{test} is blind: {said}");
        println!("{{\"control\":\"{test}\",\"without\":\"requeue_after_crash\",\"verdict\":\"noticed\"}}");
    }
}

#[tokio::test]
async fn the_offices_catalogue_comes_into_force_and_only_changes_are_fetched() {
    let town = Town::new().await;
    let config = town.config();
    let mut store = Store::of(&config, Timestamp::now()).unwrap().store;
    let courier = Courier::new(&config).unwrap().unwrap();
    assert!(store.catalogue_items(Timestamp::now()).unwrap().items.len() > 3, "the built-in one at first");
    let update =
        courier.fetch_catalogue(&store.catalogue_held().unwrap(), Timestamp::now()).await.unwrap().unwrap();
    assert_eq!((update.parts.len(), update.fetched.len()), (3, 3));
    store.catalogue_take(&update, Timestamp::now()).unwrap();
    let shown = store.catalogue_items(Timestamp::now()).unwrap();
    assert_eq!((shown.items.len(), shown.left_out.len(), shown.version), (3, 0, update.version));
    let held = store.catalogue_held().unwrap();
    assert!(courier.fetch_catalogue(&held, Timestamp::now()).await.unwrap().is_none(), "304 by its ETag");
    let forgetful = jiujin::letter::Held { etag: None, ..held.clone() };
    let again = courier.fetch_catalogue(&forgetful, Timestamp::now()).await.unwrap().unwrap();
    assert_eq!(again.fetched.len(), 0, "only what is not here yet");
    let mut believed = held.believed.clone().unwrap();
    believed.trust = Trust::single(courier.identity().office.verifying_key, held.version + 1);
    let newer = jiujin::letter::Held { believed: Some(believed), ..forgetful };
    assert!(courier.fetch_catalogue(&newer, Timestamp::now()).await.is_err(), "never an older one");
}

#[tokio::test]
async fn a_case_is_taken_back_once_and_a_dead_road_changes_nothing() {
    let town = Town::new().await;
    let config = town.config();
    let mut store = Store::of(&config, Timestamp::now()).unwrap().store;
    let courier = Courier::new(&config).unwrap().unwrap();
    submit(&mut store, courier.identity(), &asked(&config));
    deliver_due(&mut store, &courier).await;
    let office = &courier.identity().office;
    let query = |number: &str| {
        let number = IdNumber::new(number);
        ResidentQuery::new(&number, "own-cases-1", &office.sealing_key, &office.device_id).unwrap()
    };
    let cases = courier.poll_cases(&query(CANARIES[1]), Timestamp::now()).await.unwrap().cases;
    let wanted = |number| Withdrawal { resident: query(number), case_number: cases[0].case_number.clone() };
    let mut dead = config.clone();
    dead.office.url = "http://127.0.0.1:1".into();
    let lost = Courier::with(Identity::load(&config.storage.data_dir).unwrap().unwrap(), &dead).unwrap();
    let nobody = lost.withdraw(&wanted(CANARIES[1]), Timestamp::now()).await;
    assert_eq!(nobody, Err(Setback::Unreachable));
    let stranger = courier.withdraw(&wanted("109999198505050059"), Timestamp::now()).await;
    assert!(
        matches!(stranger, Err(Setback::RecordRefused(problem)) if problem.kind == ProblemKind::NotFound)
    );
    assert_eq!(courier.poll_cases(&query(CANARIES[1]), Timestamp::now()).await.unwrap().cases, cases);
    let first = courier.withdraw(&wanted(CANARIES[1]), Timestamp::now()).await.unwrap();
    assert_eq!(first.case.state, CaseState::Withdrawn);
    assert_eq!(courier.withdraw(&wanted(CANARIES[1]), Timestamp::now()).await, Ok(first));
}

#[tokio::test]
async fn a_code_works_once_and_a_kiosk_can_enrol_again() {
    let town = Town::new().await;
    let first = Identity::load(&town.config().storage.data_dir).unwrap().unwrap();
    let url = format!("http://{}", town.address);
    let wrong = enrol(&town.config(), &url, "AAAAA-AAAAA").await.unwrap_err().to_string();
    assert!(wrong.contains("new code"), "{wrong}");
    let same = Identity::load(&town.config().storage.data_dir).unwrap().unwrap();
    assert_eq!(same.office.device_id, first.office.device_id, "a refused code changes nothing");
    let code = town.office.add_device("again").await.unwrap().code;
    let answer = enrol(&town.config(), &url, &code).await.unwrap();
    assert_ne!(answer.device_id, first.office.device_id);
}
