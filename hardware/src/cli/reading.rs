//! Commands with a device: read one card, ask every port, be a reader.
use super::{NO_CARD, NOT_ANSWERING, OK, OUT_OF_ORDER, UNREADABLE, USAGE};
use crate::card::CardRead;
use crate::card::sdt::command::AnswerError;
use crate::card::sdt::command::SamStatus;
use crate::card::sdt::driver::{Driver, Fault, Outcome, Progress};
use crate::card::sdt::status::Status;
use crate::port::{self, Port};
use crate::recording::Recorder;
use crate::simulator::script::Said;
use crate::simulator::{Options, Simulator};
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The rate at which most readers leave the factory.
const BAUD_DEFAULT: u32 = 115_200;

/// Arguments of `reader read`.
pub struct ReadRequest {
    pub port: String,
    /// `None`: the usual rate, then the four others.
    pub baud: Option<u32>,
    pub timeout: Duration,
}

/// Reads the first card. What goes wrong ends in its own exit code with a line of help; neither a name nor a
/// full number is written to `complain`.
pub fn read(request: &ReadRequest, mut output: impl Write, mut complain: impl Write) -> u8 {
    let (code, help) = match read_card(request) {
        Ok(card) => {
            let document = json!({
                "card": card.reading.card,
                "checks": card.reading.checks,
                "warnings": card.reading.warnings,
                "newest_address": card.newest_address,
                "ms": card.ms,
            });
            return if writeln!(output, "{document}").is_ok() { OK } else { USAGE };
        }
        Err(fault) if fault.is_out_of_order() => (OUT_OF_ORDER, format!("reader out of order: {fault}")),
        Err(Fault::Cancelled) => {
            (NO_CARD, format!("no card within {} s; place one flat on the reader", request.timeout.as_secs()))
        }
        Err(fault) if fault.is_the_cards() => (UNREADABLE, format!("card unreadable: {fault}")),
        Err(fault) => (NOT_ANSWERING, format!("{}: {fault}", request.port)),
    };
    // Nobody left to tell: the exit code still says it.
    let _ = writeln!(complain, "{help}");
    code
}

/// Reads one card and writes what crossed the port as JSON lines, with an invented person in place of the
/// card's own, so that a technician can hand the recording on.
pub fn record(request: &ReadRequest, output: impl Write + Send + 'static, mut complain: impl Write) -> u8 {
    if let Err(fault) = read_from(request, Some(Recorder::to(output))) {
        // What was recorded is the more interesting for the fault.
        let _ = writeln!(complain, "recorded up to this: {fault}");
    }
    OK
}

fn read_card(request: &ReadRequest) -> Result<CardRead, Fault> {
    read_from(request, None)
}

fn read_from(request: &ReadRequest, recorder: Option<Recorder>) -> Result<CardRead, Fault> {
    let deadline = Instant::now() + request.timeout;
    let never = || false;
    let mut port = Port::open(&request.port, request.baud.unwrap_or(BAUD_DEFAULT)).map_err(Fault::Lost)?;
    if let Some(recorder) = recorder {
        port.record(recorder);
    }
    let mut driver = Driver::new(port);
    match driver.ask::<SamStatus>(&never) {
        Err(Fault::Silent | Fault::Damaged(_)) if request.baud.is_none() => drop(driver.detect_baud(&never)?),
        other => other?,
    }
    let mut moved = false;
    let mut watch = |progress| moved |= progress == Progress::Moved;
    match driver.wait_card(false, &|| Instant::now() >= deadline, &mut watch) {
        Ok(Outcome::Read(card)) => Ok(*card),
        Ok(Outcome::Unreadable(fault)) => Err(fault),
        // There was a card, and to the end it could not be read.
        Err(Fault::Cancelled) if moved => Err(Fault::Answer(AnswerError::Status(Status::CardReadFailed))),
        Ok(Outcome::StillThere) => Err(Fault::Cancelled),
        Err(fault) => Err(fault),
    }
}

/// Asks one port, or every port of the machine, for a reader; one JSON line each.
pub fn probe(port: Option<&str>, mut output: impl Write) -> u8 {
    let ports = match port {
        Some(path) => {
            vec![port::Candidate { path: path.to_owned(), usb: None, serial_number: None, product: None }]
        }
        None => port::candidates(),
    };
    let mut found = false;
    for candidate in ports {
        let answer = probe_one(&candidate);
        found |= answer["answers"] == json!(true);
        if writeln!(output, "{answer}").is_err() {
            return USAGE;
        }
    }
    u8::from(!found)
}

fn probe_one(candidate: &port::Candidate) -> Value {
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

/// Is a reader until `quit` or the end of the input. First says where: `{"port":"/dev/pts/N"}`.
pub fn simulate(
    (link, script): (Option<PathBuf>, Option<&Path>),
    input: impl BufRead,
    mut output: impl Write,
    mut complain: impl Write,
) -> u8 {
    let simulator = match Simulator::start(Options { link, ..Options::default() }) {
        Ok(simulator) => simulator,
        Err(error) => {
            let _ = writeln!(complain, "the simulator cannot start: {error}");
            return USAGE;
        }
    };
    let path = std::fs::read_link(simulator.port()).unwrap_or_else(|_| simulator.port().to_owned());
    if writeln!(output, "{}", json!({"port": path})).and_then(|()| output.flush()).is_err() {
        return USAGE;
    }
    let scripted = match script.map(std::fs::read_to_string).transpose() {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => {
            let _ = writeln!(complain, "{}: {error}", script.unwrap_or(Path::new("script")).display());
            return USAGE;
        }
    };
    let lines =
        scripted.lines().map(|line| Ok(line.to_owned())).collect::<Vec<_>>().into_iter().chain(input.lines());
    for line in lines.map_while(Result::ok) {
        let told = match simulator.obey(&line) {
            Ok(Said::Quit) => return OK,
            Ok(Said::Done) => Ok(()),
            Ok(Said::Help(help)) => writeln!(output, "{help}").and_then(|()| output.flush()),
            Err(message) => writeln!(complain, "{message}"),
        };
        if told.is_err() {
            return USAGE;
        }
    }
    OK
}
