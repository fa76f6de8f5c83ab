//! The driver against a hostile line: whatever comes over it, no panic, no identity that is not the card's own.
#[path = "support/pty.rs"]
mod pty;
#[path = "support/timing.rs"]
mod timing;

use jiujin_hardware::card::sdt::driver::{Driver, Outcome, Placement};
use jiujin_hardware::card::sdt::frame::{Decoder, Direction, Found, encode};
use jiujin_hardware::card::sdt::layout;
use jiujin_hardware::card::{CardReader, ReaderConfig, ReaderEvent, ReaderThread};
use jiujin_hardware::port::Port;
use jiujin_hardware::simulator::{Options, Simulator, people};
use proptest::prelude::*;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Malformed frames the driver gets to see.
const MALFORMED_MIN: u64 = 10_000;
const UNPLUGS: u64 = 100;
const REPLUGS: usize = 1_000;

fn instant(link: Option<std::path::PathBuf>) -> Options {
    Options { link, paced: false, ..Options::default() }
}

fn decoded(chunks: &[&[u8]]) -> (Vec<Vec<u8>>, usize, u64, usize) {
    let mut decoder = Decoder::new(Direction::Response);
    let (mut frames, mut errors) = (Vec::new(), 0);
    for chunk in chunks {
        decoder.push(chunk, |found| match found {
            Found::Frame(body) => frames.push(body.to_vec()),
            Found::Error(_) => errors += 1,
        });
    }
    (frames, errors, decoder.discarded_bytes(), decoder.pending_bytes())
}

/// Bytes that often look like frames: noise, preambles, lengths, whole frames, in any order.
fn nearly_frames() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        Just(vec![0xAA, 0xAA, 0xAA, 0x96, 0x69]),
        Just(vec![0xAA]),
        (0_u16..5000).prop_map(|len| len.to_be_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 3..300).prop_map(|body| encode(&body).unwrap()),
    ];
    prop::collection::vec(part, 0..30).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_result(bytes in nearly_frames(), size in 1_usize..300) {
        let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        let whole = decoded(&[&bytes]);
        prop_assert_eq!(&decoded(&chunks), &whole);
        prop_assert_eq!(&decoded(&single), &whole);
        let framed: usize = whole.0.iter().map(|body| body.len() + 8).sum();
        prop_assert_eq!(framed as u64 + whole.2 + whole.3 as u64, bytes.len() as u64);
    }

    #[test]
    fn what_was_encoded_is_decoded(body in prop::collection::vec(any::<u8>(), 3..4095)) {
        let frame = encode(&body).unwrap();
        prop_assert_eq!(decoded(&[&frame]), (vec![body], 0, 0, 0));
    }

    #[test]
    fn any_text_block_gives_a_card_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 256), flag in any::<u8>()) {
        let mut block: [u8; 256] = bytes.try_into().unwrap();
        (block[248], block[249]) = (b"IYJ \0"[usize::from(flag) % 5], 0);
        let reading = layout::read(&block);
        prop_assert!(!serde_json::to_string(&reading).unwrap().is_empty());
        let debug = format!("{reading:?}");
        let value = serde_json::to_value(&reading).unwrap();
        let number = value["card"]["id_number"].as_str().unwrap();
        prop_assert!(number.chars().count() < 6 || !debug.contains(number));
    }
}

/// A small generator, so that a failing run can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

/// One way to break a frame so that it is none any more.
fn broken(frame: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bad = frame.to_vec();
    let at = 5 + dice.below(frame.len() as u64 - 5) as usize;
    match dice.below(4) {
        0 => bad[at] ^= 1 << dice.below(8),
        1 => bad.truncate(at),
        2 => {
            bad.remove(at);
        }
        _ => bad[5] = 0xFF,
    }
    bad
}

/// A reader that mixes `1..=16` malformed frames into two of three answers and always answers truly.
fn hostile_reader(master: &mut serialport::TTYPort, stop: &dyn Fn() -> bool) -> u64 {
    use std::io::{Read, Write};
    let person = people::find("adult").unwrap();
    let card = [&[0, 0, 0x90, 1, 0, 4, 0][..], &person.text_block(), &person.photo()].concat();
    let other = people::find("pensioner").unwrap();
    let foreign =
        encode(&[&[0, 0, 0x90, 1, 0, 4, 0][..], &other.text_block(), &other.photo()].concat()).unwrap();
    let (mut dice, mut sent, mut requests) =
        (Dice(0x1234_5678_9ABC_DEF1), 0, Decoder::new(Direction::Request));
    while !stop() {
        let mut buffer = [0; 256];
        let count = master.read(&mut buffer).unwrap_or(0);
        let mut asked = Vec::new();
        requests.push(&buffer[..count], |found| {
            if let Found::Frame(body) = found {
                asked.push((body[0], body[1]));
            }
        });
        for request in asked {
            let truth = encode(match request {
                (0x20, 1) => &[0, 0, 0x9F, 0, 0, 0, 0],
                (0x20, 2) => &[0, 0, 0x90, 0, 0, 0, 0, 0, 0, 0, 0],
                (0x30, 1) => &card,
                (0x30, 3) => &[0, 0, 0x91],
                _ => &[0, 0, 0x90],
            })
            .unwrap();
            let mut answer = Vec::new();
            if dice.below(3) > 0 {
                for _ in 0..=dice.below(16) {
                    let model = if dice.below(2) == 0 { &truth } else { &foreign };
                    answer.extend(broken(model, &mut dice));
                    sent += 1;
                }
            }
            answer.extend(&truth);
            let _ = master.write_all(&answer);
        }
    }
    sent
}

#[test]
fn ten_thousand_malformed_frames_never_change_an_identity() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let pty::Pty { device: mut master, path, _held } = pty::open();
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let (report, progress) = channel();
    let hostile = std::thread::spawn(move || {
        let sent = hostile_reader(&mut master, &|| stopped.load(Ordering::Relaxed));
        report.send(sent).unwrap();
    });
    let truth = layout::read(&people::find("adult").unwrap().text_block());
    let mut driver = Driver::new(Port::open(&path, 115_200).unwrap());
    let (mut reads, started) = (0, Instant::now());
    // Each round sees some 30 malformed frames; rounds that end in a fault count as well.
    for _ in 0..330 {
        if let Ok(Outcome::Read(card)) = driver.wait_card(&mut Placement::unknown(), &|| false, &mut |_| ()) {
            assert_eq!(card.reading, truth);
            reads += 1;
        }
    }
    stop.store(true, Ordering::Relaxed);
    let sent = progress.recv().unwrap();
    hostile.join().unwrap();
    println!("{sent} malformed frames, {reads} reads, {:.1} s", started.elapsed().as_secs_f64());
    assert!(sent >= MALFORMED_MIN, "{sent}");
    assert!(reads > 100, "{reads}");
}

fn reader_on(link: &std::path::Path) -> (ReaderThread, Receiver<ReaderEvent>) {
    let (tell, events) = channel();
    let config = ReaderConfig { port: link.display().to_string(), baud: 115_200, same_card_again: false };
    let thread = ReaderThread::spawn(config, move |event| drop(tell.send(event))).unwrap();
    (thread, events)
}

fn wait_for(
    events: &Receiver<ReaderEvent>,
    wanted: impl Fn(&ReaderEvent) -> bool,
) -> Result<ReaderEvent, RecvTimeoutError> {
    let deadline = Instant::now() + timing::PATIENCE;
    loop {
        let event = events.recv_timeout(deadline.saturating_duration_since(Instant::now()))?;
        if wanted(&event) {
            return Ok(event);
        }
    }
}

#[test]
fn pulling_the_cable_at_any_point_of_a_read_never_shows_half_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let simulator = Simulator::start(instant(Some(link.clone()))).unwrap();
    let adult = people::find("adult").unwrap();
    let truth = layout::read(&adult.text_block());
    let (thread, events) = reader_on(&link);
    let mut dice = Dice(0xC0FF_EE00_1234_5679);
    let (mut returns, mut reads) = (Vec::new(), 0);
    wait_for(&events, |event| matches!(event, ReaderEvent::Connected { .. })).unwrap();
    for _ in 0..UNPLUGS {
        simulator.lift();
        let after = dice.below(1295);
        simulator.place(adult.clone());
        thread.ask_for_card(true);
        // Find, select or the read itself is cut, at a random byte.
        std::thread::sleep(Duration::from_millis(dice.below(6)));
        simulator.obey(&format!("fault disconnect {after} 20")).unwrap();
        let mut plugged = None;
        while plugged.is_none() {
            match events.recv_timeout(timing::PATIENCE).unwrap() {
                ReaderEvent::Read(card) => {
                    assert_eq!(card.reading, truth);
                    reads += 1;
                }
                ReaderEvent::Lost { .. } => plugged = Some(Instant::now()),
                _ => {}
            }
        }
        wait_for(&events, |event| matches!(event, ReaderEvent::Connected { .. })).unwrap();
        returns.push(plugged.unwrap().elapsed());
        thread.ask_for_card(false);
    }
    returns.sort();
    println!("{UNPLUGS} unplugs, {reads} whole reads, slowest return {:?}", returns.last());
    // One in twenty may fall into a moment when the machine is busy with something else.
    let most = returns[returns.len() * 95 / 100 - 1];
    assert!(most < Duration::from_secs(3), "{returns:?}");
}

fn count(folder: &str) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn a_thousand_replugs_leak_neither_descriptor_nor_thread() {
    // A process of its own, so that other tests' descriptors are not counted.
    if std::env::var_os("JIUJIN_REPLUG").is_none() {
        let me = std::env::current_exe().unwrap();
        let run = std::process::Command::new(me)
            .args([
                "--exact",
                "a_thousand_replugs_leak_neither_descriptor_nor_thread",
                "--nocapture",
                "--test-threads=1",
            ])
            .env("JIUJIN_REPLUG", "1")
            .status()
            .unwrap();
        assert!(run.success());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let simulator = Simulator::start(instant(Some(link.clone()))).unwrap();
    let (_thread, events) = reader_on(&link);
    let connected = |event: &ReaderEvent| matches!(event, ReaderEvent::Connected { .. });
    let lost = |event: &ReaderEvent| matches!(event, ReaderEvent::Lost { .. });
    wait_for(&events, connected).unwrap();
    let before = (count("/proc/self/fd"), count("/proc/self/task"));
    for _ in 0..REPLUGS {
        simulator.unplug();
        simulator.plug();
        wait_for(&events, lost).unwrap();
        wait_for(&events, connected).unwrap();
    }
    let after = (count("/proc/self/fd"), count("/proc/self/task"));
    println!("{REPLUGS} replugs: descriptors and threads {before:?} before, {after:?} after");
    assert_eq!(after, before);
}
