//! How long a resident waits for each page while ten thousand letters wait for the office: from the touch until the page
//! is drawn, through the loop that owns the store, once with ten letters and once with ten thousand.
//!
//! Fails in a release build when a page takes over 100 ms; a debug build reports. `cargo bench --bench queue`, or
//! `cargo test --workspace --bench queue` for the debug build.

use jiff::Timestamp;
use jiujin::config::Config;
use jiujin::enrol::Identity;
use jiujin::kiosk::Event;
use jiujin::screens::{self, Touch, eyes::Eyes, headless};
use jiujin::session::Happening;
use jiujin::shelf::Shelf;
use jiujin::store::Store;
use jiujin::terminal::Terminal;
use jiujin_contract::form::{Draft, Facts};
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
use slint::ComponentHandle;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use town::{asked, stranded_kiosk, submit};

#[path = "../tests/support/town.rs"]
mod town;

const ROWS: [usize; 2] = [10, 10_000];
const PAGE_MAX_MS: f64 = 100.0;
/// Visits of one terminal; the slowest look at each page counts.
const VISITS: usize = 5;
/// A page that does not come within this time is missing.
const PATIENCE: Duration = Duration::from_secs(10);
/// The control: the screen's loop stands still for so long before one page, and that page must show it.
const STANDSTILL: Duration = Duration::from_millis(150);
/// Set for the child: how many letters wait. A process has one screen.
const CHILD: &str = "JIUJIN_BENCH_ROWS";

fn main() {
    match std::env::var(CHILD) {
        Ok(rows) => terminal_with(rows.parse().expect("a number")),
        Err(_) => compare(),
    }
}

fn compare() {
    let [few, many] = ROWS.map(measured);
    let mut slowest = 0.0_f64;
    for (page, long) in many.iter().filter(|(page, _)| *page != "control") {
        let short = few[page];
        println!(
            "{{\"page\":\"{page}\",\"ms_at_{}\":{short:.1},\"ms_at_{}\":{long:.1},\"ratio\":{:.2}}}",
            ROWS[0],
            ROWS[1],
            long / short
        );
        slowest = slowest.max(*long);
    }
    let (seen, of_limit) = (many["control"] >= STANDSTILL.as_secs_f64() * 1e3, slowest / PAGE_MAX_MS);
    println!(
        "{{\"what\":\"every page with {} letters\",\"pages\":{},\"slowest_ms\":{slowest:.1},\"of_limit\":{of_limit:.2},\"control_seen\":{seen}}}",
        ROWS[1],
        many.len() - 1
    );
    assert!(seen, "a loop that stands still is not noticed");
    assert!(of_limit <= 1.0 || cfg!(debug_assertions), "a page takes too long");
}

fn measured(rows: usize) -> BTreeMap<String, f64> {
    let child = std::env::current_exe().expect("this program");
    let output = Command::new(child).env(CHILD, rows.to_string()).stderr(Stdio::inherit()).output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "with {rows} letters: {}", output.status);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = said.lines().last().expect("the times");
    serde_json::from_str(line).expect("the times are JSON")
}

fn terminal_with(rows: usize) {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
    stranded_kiosk(folder.path());
    let config = Arc::new(configured(folder.path(), rows));
    fill(&config, rows);
    headless::install(config.panel.width_px, config.panel.height_px).expect("no other screen here");
    let window = screens::open(&config).expect("the pages open");
    let terminal = Terminal::start(&window, config, true, |_| ()).expect("it starts");
    window.show().expect("shown");
    let (eyes, events) = (Eyes::new(&window), terminal.events.clone());
    let resident = std::thread::spawn(move || {
        let _leaves = Leaves;
        let mut times = BTreeMap::new();
        (0..VISITS).for_each(|_| visit(&eyes, &events, &mut times));
        let _ = slint::invoke_from_event_loop(|| std::thread::sleep(STANDSTILL));
        let woke = Instant::now();
        see(&eyes, &events, ("home", Happening::Woke.into_event()));
        times.insert("control".to_owned(), woke.elapsed().as_secs_f64() * 1e3);
        let _ = events.blocking_send(Event::Quit);
        times
    });
    slint::run_event_loop_until_quit().expect("the loop runs");
    terminal.stop();
    let times = resident.join().expect("every page came");
    println!("{}", serde_json::to_string(&times).expect("numbers"));
}

/// The ceiling a little higher, so that new visits still begin.
fn configured(folder: &Path, rows: usize) -> Config {
    let file = folder.join("kiosk.toml");
    let text = std::fs::read_to_string(&file).expect("written before");
    let limits = format!(
        "{text}[limits]\noutbox_rows = {}\nfree_disk_mib = 10\n[reader]\nport = \"off\"\n",
        rows + 1_000
    );
    std::fs::write(&file, limits).expect("written");
    Config::load(&file).expect("its configuration")
}

fn fill(config: &Config, rows: usize) {
    let mut store = Store::of(config, Timestamp::now()).expect("a store").store;
    let identity = Identity::load(&config.storage.data_dir).expect("readable").expect("enrolled");
    (0..rows).for_each(|_| drop(submit(&mut store, &identity, &asked(config))));
}

trait IntoEvent {
    fn into_event(self) -> Event;
}

impl IntoEvent for Happening {
    fn into_event(self) -> Event {
        Event::Touched(Touch::Visit(self))
    }
}

/// From the attract page to the first question, then once more to one's own cases. What Submit takes with as many rows
/// is a figure of `benches/outbox.rs`.
fn visit(eyes: &Eyes, events: &tokio::sync::mpsc::Sender<Event>, times: &mut BTreeMap<String, f64>) {
    let (who, service) = (Arc::new(resident()), simple_service());
    let steps = [
        ("home", Happening::Woke.into_event()),
        ("search", Happening::SearchOpened.into_event()),
        ("home", Happening::WentBack.into_event()),
        ("guide", Event::Touched(Touch::Service(service))),
        ("card", Happening::Started.into_event()),
        ("confirm", Event::Visit(Happening::CardRead(who.clone()))),
        ("consent", Happening::IdentityConfirmed(true).into_event()),
        ("form", Happening::Agreed.into_event()),
        ("goodbye", Happening::VisitEnded.into_event()),
        ("attract", Happening::VisitEnded.into_event()),
        ("home", Happening::Woke.into_event()),
        ("card", Happening::CasesWanted.into_event()),
        ("confirm", Event::Visit(Happening::CardRead(who))),
        ("cases", Happening::IdentityConfirmed(true).into_event()),
        ("home", Happening::WentBack.into_event()),
        ("goodbye", Happening::VisitEnded.into_event()),
        ("attract", Happening::VisitEnded.into_event()),
    ];
    for (page, event) in steps {
        let start = Instant::now();
        see(eyes, events, (page, event));
        let took = start.elapsed().as_secs_f64() * 1e3;
        let slowest = times.entry(page.to_owned()).or_default();
        *slowest = slowest.max(took);
    }
}

/// Until the page is there, and the loop has drawn it.
fn see(eyes: &Eyes, events: &tokio::sync::mpsc::Sender<Event>, (page, event): (&str, Event)) {
    let start = Instant::now();
    events.blocking_send(event).expect("the loop listens");
    while eyes.page() != page {
        assert!(start.elapsed() < PATIENCE, "{page} did not come, {} is shown", eyes.page());
        std::thread::sleep(Duration::from_millis(1));
    }
    // The loop draws between two questions.
    eyes.page();
}

/// A service that asks something and is open to the resident without the office's word.
fn simple_service() -> String {
    let shelf = Shelf::new(jiujin_contract::catalogue::day_one().offered());
    let card = serde_json::to_value(resident()).expect("a card");
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let facts = serde_json::json!({"card": card, "shared": null, "today": today, "age": 36, "answers": {}});
    let open = shelf.single().find(|service| {
        let draft = Draft::new(service.form.clone(), &Facts::new(facts.clone()), Default::default());
        draft.page_count() > 0
            && !service.item.needs_network
            && service.item.eligibility.check(&facts).is_empty()
    });
    open.expect("such a service").item.id.clone()
}

/// A resident who gave up takes the window along.
struct Leaves;

impl Drop for Leaves {
    fn drop(&mut self) {
        let _ = slint::quit_event_loop();
    }
}

fn resident() -> Resident {
    Resident {
        kind: CardKind::Resident,
        name: "王小一".into(),
        name_en: None,
        sex: Sex::Male,
        ethnicity: Some("汉".into()),
        nationality: None,
        birth: "1990-03-07".parse().expect("a date"),
        address: Some("测试省样例市演示区青禾街道幸福路18号".into()),
        id_number: IdNumber::new("109999199003070017"),
        issuer: None,
        valid_to: None,
    }
}
