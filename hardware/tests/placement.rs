//! One placement, one result: a card left from before a restart is read, a card that was handed on is not read
//! again until it was lifted, and another card is read at once.
#[path = "support/timing.rs"]
mod timing;

use jiujin_hardware::card::{CardReader, ReaderConfig, ReaderEvent, ReaderThread};
use jiujin_hardware::cli::{self, ReadRequest};
use jiujin_hardware::simulator::{Options, Simulator};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const ADULT: &str = "109999199003070017";
const PENSIONER: &str = "109999195106120023";

fn simulator() -> Simulator {
    Simulator::start(Options { paced: false, ..Options::default() }).unwrap()
}

fn read_once(simulator: &Simulator) -> (u8, String) {
    let request =
        ReadRequest { port: simulator.port().display().to_string(), baud: None, timeout: timing::PATIENCE };
    let mut output = Vec::new();
    let code = cli::read(&request, &mut output, Vec::new());
    (code, String::from_utf8(output).unwrap())
}

#[test]
fn a_card_left_by_an_earlier_process_is_read_after_three_seconds() {
    let simulator = simulator();
    simulator.obey("place adult").unwrap();
    assert_eq!(read_once(&simulator).0, cli::OK);
    for _ in 0..2 {
        timing::keeps(Duration::from_secs(5), || {
            let started = Instant::now();
            let (code, output) = read_once(&simulator);
            assert!(code == cli::OK && output.contains(ADULT), "{code} {output}");
            started.elapsed()
        });
    }
}

#[test]
fn a_left_card_is_read_although_the_first_try_failed() {
    let simulator = simulator();
    simulator.obey("place adult").unwrap();
    assert_eq!(read_once(&simulator).0, cli::OK);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // The trial after three seconds meets a weak field.
            std::thread::sleep(Duration::from_millis(2_500));
            simulator.obey("fault status 41 4").unwrap();
        });
        let (code, output) = read_once(&simulator);
        assert!(code == cli::OK && output.contains(ADULT), "{code} {output}");
    });
}

struct Kiosk {
    thread: ReaderThread,
    events: Receiver<ReaderEvent>,
}

fn kiosk(simulator: &Simulator) -> Kiosk {
    let (tell, events) = channel();
    let config =
        ReaderConfig { port: simulator.port().display().to_string(), baud: 115_200, same_card_again: false };
    let thread = ReaderThread::spawn(config, move |event| drop(tell.send(event))).unwrap();
    Kiosk { thread, events }
}

impl Kiosk {
    fn until<T>(&self, limit: Duration, wanted: impl Fn(ReaderEvent) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + limit;
        while let Ok(event) = self.events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            if let Some(found) = wanted(event) {
                return Some(found);
            }
        }
        None
    }

    fn number_within(&self, ms: u64) -> Option<String> {
        self.until(Duration::from_millis(ms), |event| match event {
            ReaderEvent::Read(card) => {
                Some(serde_json::to_value(&card.reading).unwrap()["card"]["id_number"].as_str()?.to_owned())
            }
            _ => None,
        })
    }

    fn number(&self) -> Option<String> {
        self.number_within(timing::PATIENCE.as_millis() as u64)
    }

    fn still_there(&self) -> bool {
        let told = |event| matches!(event, ReaderEvent::StillThere).then_some(());
        self.until(timing::PATIENCE, told).is_some()
    }
}

#[test]
fn a_card_that_still_lies_there_is_told_and_read_again_only_after_it_was_lifted() {
    let simulator = simulator();
    let kiosk = kiosk(&simulator);
    simulator.obey("place adult").unwrap();
    kiosk.thread.ask_for_card(true);
    assert_eq!(kiosk.number().as_deref(), Some(ADULT));
    kiosk.thread.ask_for_card(false);
    std::thread::sleep(Duration::from_millis(300));
    for _ in 0..2 {
        kiosk.thread.ask_for_card(true);
        assert!(kiosk.still_there());
        kiosk.thread.ask_for_card(false);
        std::thread::sleep(Duration::from_millis(100));
    }
    kiosk.thread.ask_for_card(true);
    assert_eq!(kiosk.number_within(5_000), None, "one placement gives one result");
    simulator.obey("lift").unwrap();
    std::thread::sleep(Duration::from_millis(700));
    simulator.obey("place adult").unwrap();
    assert_eq!(kiosk.number().as_deref(), Some(ADULT));
}

#[test]
fn another_card_in_place_of_the_last_one_is_read_at_once() {
    let simulator = simulator();
    let kiosk = kiosk(&simulator);
    simulator.obey("place adult").unwrap();
    kiosk.thread.ask_for_card(true);
    assert_eq!(kiosk.number().as_deref(), Some(ADULT));
    assert!(kiosk.still_there());
    simulator.obey("place pensioner").unwrap();
    assert_eq!(kiosk.number().as_deref(), Some(PENSIONER));
    kiosk.thread.ask_for_card(false);
    std::thread::sleep(Duration::from_millis(300));
    simulator.obey("place adult").unwrap();
    kiosk.thread.ask_for_card(true);
    assert_eq!(kiosk.number().as_deref(), Some(ADULT));
}

#[test]
fn a_weak_field_on_a_delivered_card_does_not_deliver_it_twice() {
    let simulator = simulator();
    let kiosk = kiosk(&simulator);
    simulator.obey("place adult").unwrap();
    kiosk.thread.ask_for_card(true);
    assert_eq!(kiosk.number().as_deref(), Some(ADULT));
    simulator.obey("fault status 41").unwrap();
    assert_eq!(kiosk.number_within(5_000), None);
}

#[test]
fn a_card_whose_reading_was_broken_off_is_read_for_the_next_page() {
    let simulator = simulator();
    let kiosk = kiosk(&simulator);
    simulator.obey("place adult").unwrap();
    kiosk.thread.ask_for_card(true);
    assert_eq!(kiosk.number().as_deref(), Some(ADULT));
    simulator.obey("lift").unwrap();
    std::thread::sleep(Duration::from_millis(700));
    simulator.obey("place pensioner").unwrap();
    simulator.obey("fault delay 500 3").unwrap();
    let reading = |event| matches!(event, ReaderEvent::Reading).then_some(());
    assert!(kiosk.until(timing::PATIENCE, reading).is_some());
    kiosk.thread.ask_for_card(false);
    std::thread::sleep(Duration::from_millis(1_000));
    kiosk.thread.ask_for_card(true);
    assert_eq!(kiosk.number().as_deref(), Some(PENSIONER));
}

#[test]
fn a_thread_is_gone_within_300_ms_whatever_it_does() {
    for command in ["fault none", "place adult", "fault silence 1000", "unplug"] {
        let simulator = simulator();
        simulator.obey(command).unwrap();
        for ms in [0, 250, 400, 900] {
            timing::keeps(Duration::from_millis(300), || {
                let kiosk = kiosk(&simulator);
                kiosk.thread.ask_for_card(true);
                std::thread::sleep(Duration::from_millis(ms));
                let started = Instant::now();
                drop(kiosk.thread);
                started.elapsed()
            });
        }
    }
}
