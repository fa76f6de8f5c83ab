//! Commands with a device: read one card, ask every port, be a reader.
use super::{NO_CARD, NOT_ANSWERING, OK, OUT_OF_ORDER, UNREADABLE, USAGE};
use crate::card::CardRead;
use crate::card::sdt::command::AnswerError;
use crate::card::sdt::driver::{Driver, Fault, Outcome, Placement, Progress};
use crate::card::sdt::status::Status;
use crate::port::Port;
use crate::recording::{Recorder, Replay};
use crate::simulator::script::Said;
use crate::simulator::{Options, Simulator};
use serde_json::{Value, json};
use std::cell::Cell;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The rate at which most readers leave the factory.
const BAUD_DEFAULT: u32 = 115_200;
/// Longest read of a card that was found before the time was over, at the slowest rate and with a repetition.
const READING_GRACE: Duration = Duration::from_secs(8);
/// Longest recording that is replayed.
const REPLAY_TIMEOUT: Duration = Duration::from_secs(60);

/// Arguments of `reader read`.
pub struct ReadRequest {
    pub port: String,
    /// `None`: the usual rate, then the four others.
    pub baud: Option<u32>,
    pub timeout: Duration,
}

/// Reads the first card. What goes wrong ends in its own exit code with a line of help; neither a name nor a
/// full number is written to `complain`.
pub fn read(request: &ReadRequest, mut output: impl Write, complain: impl Write) -> u8 {
    match read_from(request, None) {
        Ok(card) if writeln!(output, "{}", document(&card)).is_err() => USAGE,
        Ok(_) => OK,
        Err(fault) => explain(request, &fault, complain),
    }
}

/// Reads one card and writes what crossed the port as JSON lines, with an invented person in place of the
/// card's own, so that a technician can hand the recording on. A fault is recorded too, and ends as in [`read`].
pub fn record(request: &ReadRequest, output: impl Write + Send + 'static, complain: impl Write) -> u8 {
    match read_from(request, Some(Recorder::to(output))) {
        Ok(_) => OK,
        Err(fault) => explain(request, &fault, complain),
    }
}

/// Reads the card of a recording with the driver that ships: what the reader said then is said again, at once.
/// The person is an invented one.
pub fn replay(recording: &str, mut output: impl Write, mut complain: impl Write) -> u8 {
    let replay = match Replay::of(recording) {
        Ok(replay) => replay,
        Err(message) => {
            let _ = writeln!(complain, "{message}");
            return USAGE;
        }
    };
    let request = ReadRequest { port: "recording".into(), baud: Some(BAUD_DEFAULT), timeout: REPLAY_TIMEOUT };
    match read_through(Port::replay(replay), &request, Instant::now() + REPLAY_TIMEOUT) {
        Ok(card) if writeln!(output, "{}", document(&card)).is_err() => USAGE,
        Ok(_) => OK,
        Err(fault) => explain(&request, &fault, complain),
    }
}

fn document(card: &CardRead) -> Value {
    json!({
        "card": card.reading.card,
        "checks": card.reading.checks,
        "warnings": card.reading.warnings,
        "newest_address": card.newest_address,
        "ms": card.ms,
    })
}

/// The exit code of a fault, with one line of what to do.
fn explain(request: &ReadRequest, fault: &Fault, mut complain: impl Write) -> u8 {
    let (code, help) = match fault {
        fault if fault.is_out_of_order() => (OUT_OF_ORDER, format!("reader out of order: {fault}")),
        Fault::Cancelled => {
            (NO_CARD, format!("no card within {} s; place one flat on the reader", request.timeout.as_secs()))
        }
        fault if fault.is_the_cards() => (UNREADABLE, format!("card unreadable: {fault}")),
        fault => (NOT_ANSWERING, format!("{}: {fault}", request.port)),
    };
    // Nobody left to tell: the exit code still says it.
    let _ = writeln!(complain, "{help}");
    code
}

fn read_from(request: &ReadRequest, recorder: Option<Recorder>) -> Result<CardRead, Fault> {
    let deadline = Instant::now() + request.timeout;
    let mut port = Port::open(&request.port, request.baud.unwrap_or(BAUD_DEFAULT)).map_err(Fault::Lost)?;
    if let Some(recorder) = recorder {
        port.record(recorder);
    }
    read_through(port, request, deadline)
}

fn read_through(port: Port, request: &ReadRequest, deadline: Instant) -> Result<CardRead, Fault> {
    let never = || false;
    let mut driver = Driver::new(port);
    driver.hello(request.baud.is_some(), &never)?;
    let (mut moved, reading) = (false, Cell::new(false));
    let mut watch = |progress| {
        moved |= progress == Progress::Moved;
        reading.set(progress == Progress::Reading);
    };
    // A card that came in time is read to its end.
    let too_late = || Instant::now() >= if reading.get() { deadline + READING_GRACE } else { deadline };
    match driver.wait_card(&mut Placement::unknown(), &too_late, &mut watch) {
        Ok(Outcome::Read(card)) => Ok(*card),
        Ok(Outcome::Unreadable(fault)) => Err(fault),
        // There was a card, and to the end it could not be read.
        Err(Fault::Cancelled) if moved => Err(Fault::Answer(AnswerError::Status(Status::CardReadFailed))),
        Ok(Outcome::StillThere) => Err(Fault::Cancelled),
        Err(fault) => Err(fault),
    }
}

/// Is a reader until `quit` or the end of the input; without any input at all (in the background of a script)
/// until it is stopped. First says where: `{"port":"/dev/pts/N"}`.
pub fn simulate(
    (link, script): (Option<PathBuf>, Option<&Path>),
    input: impl BufRead,
    mut output: impl Write,
    mut complain: impl Write,
) -> u8 {
    let scripted = match script.map(std::fs::read_to_string).transpose() {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => {
            let _ = writeln!(complain, "{}: {error}", script.unwrap_or(Path::new("script")).display());
            return USAGE;
        }
    };
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
    for (index, line) in scripted.lines().enumerate() {
        match obey(&simulator, line, &mut output) {
            Ok(None) => {}
            Ok(Some(code)) => return code,
            Err(message) => {
                let name = script.unwrap_or(Path::new("script")).display();
                let _ = writeln!(complain, "{name}, line {}: {message}", index + 1);
                return USAGE;
            }
        }
    }
    let mut told_anything = false;
    for line in input.lines().map_while(Result::ok) {
        told_anything = true;
        match obey(&simulator, &line, &mut output) {
            Ok(None) => {}
            Ok(Some(code)) => return code,
            Err(message) => drop(writeln!(complain, "{message}")),
        }
    }
    if told_anything {
        return OK;
    }
    loop {
        std::thread::park();
    }
}

/// Obeys one line; a code when that was the last one.
fn obey(simulator: &Simulator, line: &str, output: &mut impl Write) -> Result<Option<u8>, String> {
    Ok(match simulator.obey(line)? {
        Said::Quit => Some(OK),
        Said::Done => None,
        Said::Help(help) => {
            writeln!(output, "{help}").and_then(|()| output.flush()).is_err().then_some(USAGE)
        }
    })
}
