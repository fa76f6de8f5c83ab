//! Finding the reader: at any of its five rates, set back for good, back within three seconds of being plugged in,
//! and nobody but the pinned one.
#[path = "support/pty.rs"]
mod pty;
#[path = "support/timing.rs"]
mod timing;

use jiujin_hardware::card::sdt::command::SamStatus;
use jiujin_hardware::card::sdt::driver::{BAUD_RATES, Driver};
use jiujin_hardware::card::{CardReader, ReaderConfig, ReaderEvent, ReaderThread};
use jiujin_hardware::cli;
use jiujin_hardware::port::{Pin, Port};
use jiujin_hardware::simulator::{Options, Simulator};
use serde_json::{Value, json};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

fn simulator_at(baud: u32) -> Simulator {
    let simulator = Simulator::start(Options { paced: false, ..Options::default() }).unwrap();
    simulator.obey(&format!("fault baud {baud}")).unwrap();
    simulator
}

fn path(simulator: &Simulator) -> String {
    simulator.port().display().to_string()
}

fn probed(port: &str) -> (u8, Value) {
    let mut output = Vec::new();
    let code = cli::probe(Some(port), &mut output);
    (code, serde_json::from_slice(&output).unwrap())
}

#[test]
fn a_reader_is_found_at_each_of_its_rates_and_set_back_for_good() {
    std::thread::scope(|scope| {
        for baud in BAUD_RATES {
            scope.spawn(move || {
                let simulator = simulator_at(baud);
                let (code, found) = probed(&path(&simulator));
                assert_eq!((code, &found["baud"]), (cli::OK, &json!(baud)));
                assert_eq!(found["sam_id"].as_str().unwrap().len(), 36);
                let mut output = Vec::new();
                assert_eq!(cli::set_rate_back(&path(&simulator), &mut output, Vec::new()), cli::OK);
                assert_eq!(serde_json::from_slice::<Value>(&output).unwrap()["was"], json!(baud));
                let mut driver = Driver::new(Port::open(&path(&simulator), 115_200).unwrap());
                driver.ask::<SamStatus>(&|| false).unwrap();
            });
        }
    });
}

#[test]
fn a_port_without_a_reader_is_told_with_what_to_do() {
    let (code, found) = probed("/dev/jiujin-nowhere");
    assert_eq!((code, &found["answers"]), (1, &json!(false)));
    assert!(found["help"].as_str().unwrap().contains("cable"));
    let simulator = simulator_at(115_200);
    simulator.obey("fault silence 1000").unwrap();
    assert_eq!(probed(&path(&simulator)).1["answers"], json!(false));
}

#[test]
fn a_device_of_another_protocol_is_named_with_its_first_bytes() {
    use std::io::{Read, Write};
    let pty::Pty { mut device, path, _held } = pty::open();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                if device.read(&mut [0; 64]).is_ok_and(|count| count > 0) {
                    device.write_all(b"\x02\x00\x03\x90\x00\x93\x03 and some more of it").unwrap();
                }
            }
        });
        let help = probed(&path).1["help"].as_str().unwrap().to_owned();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(help.contains("another protocol") && help.contains("02000390009303"), "{help}");
    });
}

fn events_of(port: String, pin: Option<Pin>) -> (ReaderThread, Receiver<ReaderEvent>) {
    let (tell, events) = channel();
    let config = ReaderConfig { port, baud: 115_200, same_card_again: false };
    let thread = ReaderThread::spawn_pinned(config, pin, move |event| drop(tell.send(event))).unwrap();
    (thread, events)
}

fn connected(events: &Receiver<ReaderEvent>) -> u32 {
    loop {
        if let ReaderEvent::Connected { baud, .. } = events.recv_timeout(timing::PATIENCE).unwrap() {
            return baud;
        }
    }
}

#[test]
fn a_reader_at_another_rate_is_used_and_comes_back_within_three_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let options = Options { link: Some(link.clone()), paced: false, ..Options::default() };
    let simulator = Simulator::start(options).unwrap();
    simulator.obey("fault baud 19200").unwrap();
    let (thread, events) = events_of(link.display().to_string(), None);
    assert_eq!(connected(&events), 19_200);
    for away_ms in [0, 1_500, 4_000] {
        timing::keeps(Duration::from_secs(3), || {
            simulator.unplug();
            std::thread::sleep(Duration::from_millis(away_ms));
            simulator.plug();
            let plugged = Instant::now();
            assert_eq!(connected(&events), 19_200);
            plugged.elapsed()
        });
    }
    thread.set_rate_back();
    assert_eq!(connected(&events), 115_200);
    simulator.obey("place adult").unwrap();
    thread.ask_for_card(true);
    let read = std::iter::from_fn(|| events.recv_timeout(timing::PATIENCE).ok())
        .any(|event| matches!(event, ReaderEvent::Read(_)));
    assert!(read);
}

#[test]
fn another_device_at_the_pinned_readers_place_is_an_alarm_and_is_not_spoken_to() {
    let simulator = simulator_at(115_200);
    simulator.obey("place adult").unwrap();
    let pin = Pin { usb: Some("1a86:7523".into()), serial_number: Some("A1".into()) };
    let (thread, events) = events_of(path(&simulator), Some(pin));
    thread.ask_for_card(true);
    let first = events.recv_timeout(timing::PATIENCE).unwrap();
    assert!(
        matches!(&first, ReaderEvent::OutOfOrder { reason } if reason.contains("another device")),
        "{first:?}"
    );
    assert!(events.recv_timeout(Duration::from_secs(2)).is_err(), "told once, and never connected");
}
