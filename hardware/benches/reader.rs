//! How fast the reader's bytes become a card, against the limits of the line. Prints one JSON line per figure
//! with its limit; exits 1 when one is missed. Run: cargo bench -p jiujin-hardware
use jiujin_hardware::card::sdt::command::FindCard;
use jiujin_hardware::card::sdt::driver::{Driver, Outcome, Placement};
use jiujin_hardware::card::sdt::frame::{Decoder, Direction, Found, encode};
use jiujin_hardware::card::sdt::layout;
use jiujin_hardware::card::{CardReader, ReaderConfig, ReaderThread};
use jiujin_hardware::port::Port;
use jiujin_hardware::simulator::{Options, Simulator, people};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What the simulator takes for the radio, by its own description.
const CARD_MS: f64 = 400.0;
/// 10 bytes asked, 1295 answered, ten bits each at 115200.
const LINE_MS: f64 = (10.0 + 1295.0) * 10.0 * 1_000.0 / 115_200.0;
/// Linux counts processor time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

thread_local! {
    /// Of this thread: the simulator's own do not count.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// Counting allocations is only possible by being the allocator.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn report(name: &str, value: f64, limit: f64, below: bool) -> bool {
    let ok = if below { value <= limit } else { value >= limit };
    println!("{}", serde_json::json!({"figure": name, "value": value, "limit": limit, "ok": ok}));
    ok
}

fn decode_speed() -> bool {
    let person = people::find("adult").expect("built in");
    let card = encode(&[&[0, 0, 0x90, 1, 0, 4, 0][..], &person.text_block(), &person.photo()].concat())
        .expect("fits");
    let (mut decoder, mut frames) = (Decoder::new(Direction::Response), 0_u64);
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(1) {
        for _ in 0..100 {
            decoder.push(black_box(&card), |found| frames += u64::from(matches!(found, Found::Frame(_))));
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let block = person.text_block();
    let reading = Instant::now();
    for _ in 0..10_000 {
        black_box(layout::read(black_box(&block)));
    }
    report("text block to card, microseconds", reading.elapsed().as_secs_f64() * 100.0, 50.0, true)
        & report("decoding, MB/s", frames as f64 * card.len() as f64 / seconds / 1e6, 50.0, false)
}

fn no_card_allocations() -> bool {
    let no_card = encode(&[0, 0, 0x80]).expect("fits");
    let mut decoder = Decoder::new(Direction::Response);
    let mut frames = 0_u64;
    decoder.push(&no_card, |_| frames += 1);
    let before = ALLOCATIONS.get();
    for _ in 0..10_000 {
        decoder.push(black_box(&no_card), |_| frames += 1);
    }
    let each = (ALLOCATIONS.get() - before) as f64 / 10_000.0;
    report("allocations per frame without a card", each, 0.0, true)
}

/// The whole way: request, pseudo-terminal, decoder, answer.
fn polling_allocations() -> bool {
    let simulator = Simulator::start(Options { paced: false, ..Options::default() }).expect("a pty");
    let port = Port::open(&simulator.port().display().to_string(), 115_200).expect("opens");
    let mut driver = Driver::new(port);
    let mut poll = |times: u32| (0..times).filter(|_| driver.ask::<FindCard>(&|| false).is_err()).count();
    poll(10);
    let before = ALLOCATIONS.get();
    let polls = poll(500);
    let each = (ALLOCATIONS.get() - before) as f64 / polls.max(1) as f64;
    report("allocations per poll without a card", each, 0.0, true)
}

fn paced_read() -> bool {
    let simulator = Simulator::start(Options::default()).expect("a pty");
    let mut driver =
        Driver::new(Port::open(&simulator.port().display().to_string(), 115_200).expect("opens"));
    let mut times = Vec::new();
    for _ in 0..5 {
        simulator.lift();
        simulator.place(people::find("adult").expect("built in"));
        if let Ok(Outcome::Read(card)) = driver.wait_card(&mut Placement::unknown(), &|| false, &mut |_| ()) {
            times.push(card.ms.read as f64);
        }
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or(f64::INFINITY);
    println!(
        "{}",
        serde_json::json!({"figure": "read, median ms", "value": median, "line_ms": LINE_MS, "card_ms": CARD_MS})
    );
    report("read without the card's own time / line time", (median - CARD_MS) / LINE_MS, 1.05, true)
}

/// Processor time of the threads of this name, in seconds.
fn processor_seconds(thread: &str) -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok())
        .filter(|stat| stat.contains(thread))
        .filter_map(|stat| {
            let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
            Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
        })
        .sum::<f64>()
        / TICKS_PER_SECOND
}

fn polling() -> bool {
    let simulator = Simulator::start(Options::default()).expect("a pty");
    let config =
        ReaderConfig { port: simulator.port().display().to_string(), baud: 115_200, same_card_again: false };
    let thread = ReaderThread::spawn(config, |_| ()).expect("a thread");
    thread.ask_for_card(true);
    std::thread::sleep(Duration::from_secs(5));
    let (before, started) = (processor_seconds("card-reader"), Instant::now());
    std::thread::sleep(Duration::from_secs(20));
    let share = (processor_seconds("card-reader") - before) / started.elapsed().as_secs_f64();
    report("polling, percent of a core", share * 100.0, 0.5, true)
}

fn main() {
    let all = [decode_speed(), no_card_allocations(), polling_allocations(), paced_read(), polling()];
    std::process::exit(i32::from(all.contains(&false)));
}
