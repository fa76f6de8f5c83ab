//! Touch to pixels at 1080×1920 with the software renderer: a key, a candidate, a page change, a page of the catalogue.
//! Also the time from start to the first frame, and what the idle kiosk keeps in memory.
//!
//! Every touch goes through the window as a finger's would, then the changed part is drawn; percentiles are over single
//! touches. Fails when a figure is over its limit; a debug build only reports.

use jiujin::screens::{self, Samples, headless};
use jiujin::session::settings::Settings;
use jiujin_ui::{App, FormPage, HomePage, KeyLayout, Keyboard, PageId};
use slint::{ComponentHandle, LogicalPosition, Model, ModelRc, SharedString, VecModel};
use std::time::{Duration, Instant};

const WIDTH: u32 = 1_080;
const HEIGHT: u32 = 1_920;
const ROUNDS: usize = 200;
/// A key or a candidate, 99th percentile.
const KEY_P99_MAX: Duration = Duration::from_millis(2);
/// A page or a step of the catalogue, 99th percentile: one frame at 60 Hz.
const PAGE_P99_MAX: Duration = Duration::from_micros(16_700);
const FIRST_FRAME_MAX: Duration = Duration::from_millis(150);
const RESIDENT_KB_MAX: u64 = 64 * 1024;

fn main() {
    let start = Instant::now();
    headless::install(WIDTH, HEIGHT).expect("no other screen in this process");
    let samples = screens::samples(&Settings::default(), WIDTH, HEIGHT).expect("the pages open");
    samples.show("attract");
    headless::draw_now();
    let first_frame = start.elapsed();
    let resident = resident_kb();
    let mut met =
        report_once("first frame", first_frame.as_micros() as u64, FIRST_FRAME_MAX.as_micros() as u64, "us");
    met &= report_once("idle resident", resident, RESIDENT_KB_MAX, "kb");
    met &= report("key", keys(&samples), KEY_P99_MAX);
    met &= report("candidate", candidates(&samples), KEY_P99_MAX);
    met &= report("page change", page_changes(&samples), PAGE_P99_MAX);
    met &= report("catalogue page", catalogue_pages(&samples), PAGE_P99_MAX);
    met &= report_once("resident after all", resident_kb(), RESIDENT_KB_MAX, "kb");
    assert!(met || cfg!(debug_assertions), "a figure is over its limit");
}

/// Puts a finger on `place` and draws; how long both took together.
fn touched(samples: &Samples, place: LogicalPosition) -> Duration {
    let start = Instant::now();
    headless::touch(samples.window().window(), place);
    headless::draw_now();
    start.elapsed()
}

/// The middle of what is read out as `label`.
fn place(samples: &Samples, label: &str) -> LogicalPosition {
    screens::eyes::place_of(samples.window(), label).unwrap_or_else(|| panic!("{label} is on the page"))
}

/// A figure goes into the open field: the pad answers, the text grows by one.
fn keys(samples: &Samples) -> Vec<Duration> {
    samples.show("form");
    headless::draw_now();
    let window = samples.window();
    let weak = window.as_weak();
    window.global::<Keyboard>().on_key(move |key| {
        let Some(window) = weak.upgrade() else { return };
        let form = window.global::<FormPage>();
        let before = form.get_before();
        let full = before.chars().count() >= 18;
        form.set_before(if full { key } else { before + key.as_str() });
    });
    let places: Vec<_> = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(|key| place(samples, key)).into();
    (0..ROUNDS).map(|round| touched(samples, places[round % places.len()])).collect()
}

/// A word of the bar is taken: it goes into the field and the bar shows others.
fn candidates(samples: &Samples) -> Vec<Duration> {
    let words = [["青禾", "清河", "青河", "庆和"], ["街道", "解答", "接到", "接待"]];
    let model = |words: &[&str]| {
        ModelRc::new(VecModel::from_iter(words.iter().map(|word| SharedString::from(*word))))
    };
    let window = samples.window();
    let keyboard = window.global::<Keyboard>();
    keyboard.set_layout(KeyLayout::Pinyin);
    keyboard.set_digits_only(false);
    keyboard.set_composing("qing'he".into());
    keyboard.set_candidates(model(&words[0]));
    headless::draw_now();
    let weak = window.as_weak();
    let taken = std::cell::Cell::new(0);
    keyboard.on_candidate(move |index| {
        let Some(window) = weak.upgrade() else { return };
        let (form, keyboard) = (window.global::<FormPage>(), window.global::<Keyboard>());
        taken.set(taken.get() + 1);
        let word = keyboard.get_candidates().row_data(index as usize).unwrap_or_default();
        let before = form.get_before();
        form.set_before(if before.chars().count() > 16 { word } else { before + word.as_str() });
        keyboard.set_candidates(model(&words[taken.get() % 2]));
    });
    let second = place(samples, "清河");
    (0..ROUNDS).map(|_| touched(samples, second)).collect()
}

/// From page to page: everything of the body is new. Prints what each page takes.
fn page_changes(samples: &Samples) -> Vec<Duration> {
    let pages = ["home", "guide", "card", "confirm", "consent", "form", "check", "result", "cases", "rating"];
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let start = Instant::now();
        samples.show(pages[round % pages.len()]);
        headless::draw_now();
        // The first round also makes the drawings of each page.
        if round >= pages.len() {
            times.push(start.elapsed());
        }
    }
    for (index, page) in pages.iter().enumerate() {
        let mut own: Vec<_> =
            times.iter().skip(index).step_by(pages.len()).map(Duration::as_micros).collect();
        own.sort();
        println!(
            "{{\"page\":\"{page}\",\"p50_us\":{},\"max_us\":{}}}",
            own[own.len() / 2],
            own[own.len() - 1]
        );
    }
    times
}

/// "More" of the catalogue: six other tiles.
fn catalogue_pages(samples: &Samples) -> Vec<Duration> {
    samples.window().global::<App>().set_page(PageId::Home);
    samples.show("home");
    headless::draw_now();
    let home = samples.window().global::<HomePage>();
    let tiles: Vec<_> = home.get_tiles().iter().collect();
    let weak = samples.window().as_weak();
    let turned = std::cell::Cell::new(0);
    home.on_page_more(move || {
        let Some(window) = weak.upgrade() else { return };
        turned.set(turned.get() + 1);
        let mut shown = tiles.clone();
        shown.rotate_left(turned.get() % tiles.len());
        window.global::<HomePage>().set_tiles(ModelRc::new(VecModel::from(shown)));
        window.global::<HomePage>().set_page(1 + turned.get() as i32 % 3);
    });
    let more = place(samples, "更多");
    (0..ROUNDS).map(|_| touched(samples, more)).collect()
}

/// Prints one JSON line and tells whether the 99th percentile is within `limit`.
fn report(what: &str, mut times: Vec<Duration>, limit: Duration) -> bool {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    let (p50, p99) = (at(50), at(99));
    let ratio = p99.as_secs_f64() / limit.as_secs_f64();
    let (n, p50_us, p99_us, limit_us) = (times.len(), p50.as_micros(), p99.as_micros(), limit.as_micros());
    println!(
        "{{\"what\":\"{what}\",\"n\":{n},\"p50_us\":{p50_us},\"p99_us\":{p99_us},\"limit_us\":{limit_us},\"of_limit\":{ratio:.2}}}"
    );
    ratio <= 1.0
}

fn report_once(what: &str, value: u64, limit: u64, unit: &str) -> bool {
    let ratio = value as f64 / limit as f64;
    println!("{{\"what\":\"{what}\",\"{unit}\":{value},\"limit_{unit}\":{limit},\"of_limit\":{ratio:.2}}}");
    ratio <= 1.0
}

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
