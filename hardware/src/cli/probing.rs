//! Finding the reader for a technician: every port, what answers there, and what to do where nothing does.
use super::{NOT_ANSWERING, OK, OUT_OF_ORDER, USAGE};
use crate::card::sdt::driver::{Driver, Fault};
use crate::port::{self, Candidate, Port};
use serde_json::{Value, json};
use std::io::Write;

/// The rate at which most readers leave the factory.
const BAUD_DEFAULT: u32 = 115_200;

/// Asks one port, or every port of the machine at the same time, for a reader; one JSON line each.
pub fn probe(port: Option<&str>, mut output: impl Write) -> u8 {
    let answers = match port {
        Some(path) => vec![probe_one(&port::device_at(path).unwrap_or_else(|| unnamed(path)))],
        None => probe_all(),
    };
    for answer in &answers {
        if writeln!(output, "{answer}").is_err() {
            return USAGE;
        }
    }
    u8::from(!answers.iter().any(|answer| answer["answers"] == json!(true)))
}

fn probe_all() -> Vec<Value> {
    let candidates = port::candidates();
    let mut answers: Vec<Value> = std::thread::scope(|scope| {
        let asked: Vec<_> =
            candidates.iter().map(|candidate| scope.spawn(move || probe_one(candidate))).collect();
        asked.into_iter().filter_map(|answer| answer.join().ok()).collect()
    });
    answers.extend(port::native_usb_readers().into_iter().map(|usb| {
        json!({
            "port": null,
            "usb": usb,
            "answers": false,
            "help": "a reader on plain USB; this driver speaks to serial ones (switch it to serial mode, or change it)",
        })
    }));
    answers
}

/// A pseudo-terminal, or a port that no bus tells about.
fn unnamed(path: &str) -> Candidate {
    Candidate { path: path.to_owned(), usb: None, serial_number: None, product: None }
}

fn probe_one(candidate: &Candidate) -> Value {
    let never = || false;
    let asked = Port::open(&candidate.path, BAUD_DEFAULT).map_err(Fault::Lost).and_then(|port| {
        let mut driver = Driver::new(port);
        let baud = driver.detect_baud(&never)?;
        Ok((baud, driver.greet(&never)?))
    });
    let mut answer = json!({
        "port": candidate.path,
        "usb": candidate.usb,
        "serial_number": candidate.serial_number,
        "model": candidate.product,
    });
    match asked {
        Ok((baud, sam_id)) => {
            answer["answers"] = json!(true);
            answer["baud"] = json!(baud);
            answer["sam_id"] = json!(sam_id.to_string());
        }
        Err(fault) => {
            answer["answers"] = json!(false);
            answer["help"] = json!(fault.to_string());
        }
    }
    answer
}

/// Sets a reader that was left at another rate back to the usual one, for good. For technicians.
pub fn set_rate_back(port: &str, mut output: impl Write, mut complain: impl Write) -> u8 {
    let never = || false;
    let set = Port::open(port, BAUD_DEFAULT).map_err(Fault::Lost).and_then(|port| {
        let mut driver = Driver::new(port);
        let found = driver.detect_baud(&never)?;
        driver.set_baud(BAUD_DEFAULT, &never)?;
        Ok(found)
    });
    let written = match &set {
        Ok(found) => writeln!(output, "{}", json!({"port": port, "was": found, "baud": BAUD_DEFAULT})),
        Err(fault) => writeln!(complain, "{port}: {fault}"),
    };
    match (set, written) {
        (_, Err(_)) => USAGE,
        (Ok(_), _) => OK,
        (Err(fault), _) if fault.is_out_of_order() => OUT_OF_ORDER,
        (Err(_), _) => NOT_ANSWERING,
    }
}
