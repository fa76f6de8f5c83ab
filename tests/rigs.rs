//! The longer proofs: power cuts on a real file system, failing system calls, a jumping clock, hostile catalogues, a
//! week without the office. Every rig prints one JSON line {rig, seed, counts, verdict}; `JIUJIN_RIG_RUNS` makes all
//! of them longer. The last test takes each guard away and sees the rig fail.
#![cfg(feature = "demo")]

#[path = "rigs/catalogue.rs"]
mod catalogue;
#[path = "rigs/clock.rs"]
mod clock;
#[path = "rigs/controls.rs"]
mod controls;
#[path = "support/invariants.rs"]
mod invariants;
#[path = "rigs/power.rs"]
mod power;
#[path = "rigs/roots.rs"]
mod roots;
#[path = "rigs/soak.rs"]
mod soak;
#[path = "rigs/storm.rs"]
mod storm;
#[path = "rigs/syscalls.rs"]
mod syscalls;
#[path = "support/town.rs"]
mod town;
#[path = "rigs/week.rs"]
mod week;

use invariants::Receipts;
use jiff::Timestamp;
use jiujin::courier::{Courier, schedule};
use jiujin::store::{Store, StoreError};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use town::{asked, kiosk_config, try_submit};

/// Set for the child process of a rig: what it does, and the folder of its kiosk.
const ROLE: &str = "JIUJIN_TEST_ROLE";
const CHILD: &str = "JIUJIN_TEST_KIOSK";
/// The same for every rig; printed with every line.
const SEED: u64 = 20_261_122;

/// How often a rig repeats itself: its own figure for the gate, or what the environment says.
fn runs(gate: u64) -> u64 {
    std::env::var("JIUJIN_RIG_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(gate)
}

/// Numbers that can be had again.
struct Dice(u64);

impl Dice {
    fn draw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below.max(1)
    }
}

/// Runs only as the child of a rig; alone it has nothing to do.
#[tokio::test]
async fn child() {
    let (Ok(role), Ok(folder)) = (std::env::var(ROLE), std::env::var(CHILD)) else { return };
    let folder = Path::new(&folder);
    let ended = match role.as_str() {
        "write" => power::write(folder),
        "deliver" => power::deliver(folder).await,
        "storm" => storm::start(folder).await,
        "soak" => soak::live_long(folder).await,
        "road" => syscalls::road(folder).await,
        "jump" => clock::jump(folder).await,
        other => panic!("{other} is no role"),
    };
    // An error that has a name is a good end; a panic is not.
    if let Err(error) = ended {
        println!("STOP {error}");
    }
}

/// Starts this binary again in one of the roles above.
fn kiosk_process(role: &str, folder: &Path, more: &[(&str, String)]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads", "1"])
        .env(ROLE, role)
        .env(CHILD, folder)
        .envs(more.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What one process said until its end.
struct Life {
    said: Receipts,
    /// Receipts after the cut began: a process that outlives its disk by a moment, as none does in a real cut.
    after_cut: usize,
    /// Errors with names that it met.
    stops: Vec<String>,
    panicked: bool,
}

/// Reads until the process ends; after its first receipt and a pause, `cut` is called once and the process killed.
fn live(mut child: Child, cut: Option<(Duration, &dyn Fn())>) -> Life {
    let mut life = Life { said: Receipts::new(), after_cut: 0, stops: Vec::new(), panicked: false };
    let errors = BufReader::new(child.stderr.take().unwrap()).lines();
    let complaints = std::thread::spawn(move || errors.map_while(Result::ok).collect::<Vec<_>>());
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (tell, hear) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        lines.map_while(Result::ok).for_each(|line| drop(tell.send((Instant::now(), line))))
    });
    let (mut cut, mut cut_at) = (cut, None);
    for (at, line) in hear.iter() {
        if let Some((_, stop)) = line.split_once("STOP ") {
            life.stops.push(stop.to_owned());
        }
        // The test harness may print before it on the same line.
        let words: Vec<&str> = line.split("ACK ").nth(1).unwrap_or_default().split_whitespace().collect();
        let [id, digest, receipt] = words.as_slice() else { continue };
        if cut_at.is_some_and(|cut_at| at >= cut_at) {
            life.after_cut += 1;
            continue;
        }
        life.said.insert((*id).to_owned(), ((*digest).to_owned(), (*receipt).to_owned()));
        if let Some((pause, act)) = cut.take() {
            std::thread::sleep(pause);
            cut_at = Some(Instant::now());
            act();
            let _ = child.kill();
        }
    }
    child.wait().unwrap();
    life.panicked = complaints.join().unwrap().iter().any(|line| line.contains("panicked"));
    life
}

/// What the resident reads at that moment, at once and whole.
fn acknowledge(made: &jiujin::store::Acknowledged) {
    println!("ACK {} {} {}", made.id, made.digest, made.receipt);
    std::io::stdout().flush().unwrap();
}

/// What the loop does with one portion of due letters.
async fn deliver_due(store: &mut Store, courier: &Courier) -> Result<usize, StoreError> {
    let now = Timestamp::now();
    let letters = store.due(now, 20)?;
    let count = letters.len();
    if count > 0 {
        let ids: Vec<_> = letters.iter().map(|letter| letter.sealed.id()).collect();
        store.mark_sending(&ids, now)?;
        let round = courier.deliver(letters, now).await;
        let failures = store.road()?.failures;
        store.apply(&schedule::fates(&round, failures, 0, now), now)?;
    }
    Ok(count)
}

async fn confirm_again(store: &mut Store, courier: &Courier) -> Result<(), StoreError> {
    let letters = store.announcement(500)?;
    let Ok(answer) = courier.announce(letters, Timestamp::now()).await else { return Ok(()) };
    store.settle_announced(&answer, &courier.identity().office.verifying_key, Timestamp::now())
}

/// Until nothing waits any more, or not even that helps.
async fn drain(folder: &Path) {
    let config = kiosk_config(folder);
    let mut store = Store::of(&config, Timestamp::now()).unwrap().store;
    let courier = Courier::new(&config).unwrap().unwrap();
    store.open_road().unwrap();
    while deliver_due(&mut store, &courier).await.unwrap() > 0 {}
    confirm_again(&mut store, &courier).await.unwrap();
}

/// The world around a process: `world.c`, built once, as a library to load before libc and as a program. `None`
/// where there is no C compiler.
fn world() -> Option<&'static (PathBuf, PathBuf)> {
    static WORLD: OnceLock<Option<(PathBuf, PathBuf)>> = OnceLock::new();
    WORLD.get_or_init(build_world).as_ref()
}

fn build_world() -> Option<(PathBuf, PathBuf)> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/world.c");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let name = |kind: &str| folder.join(format!("world-{}{kind}", std::process::id()));
    let (library, program) = (name(".so"), name(""));
    let built = |out: &Path, more: &[&str]| {
        let done = Command::new("cc").args(["-O1", "-o"]).arg(out).arg(source).args(more).status();
        // No compiler is a reason, a mistake in our own file is none.
        done.map(|status| assert!(status.success(), "world.c compiles")).is_ok()
    };
    let whole = built(&library, &["-shared", "-fPIC", "-ldl"]) && built(&program, &["-ldl"]);
    whole.then_some((library, program))
}

/// Said instead of a verdict, never silently: the test harness swallows what `println!` says in a test that passes.
fn not_proven(rig: &str, why: &str) {
    let line = format!("{{\"rig\":\"{rig}\",\"seed\":{SEED},\"verdict\":\"NOT PROVEN\",\"why\":\"{why}\"}}");
    println!("{line}");
    // Whoever closed the error channel does not want to read it.
    let _ = writeln!(std::io::stderr(), "{line}");
}
