//! Finding the rate a module was left at, and setting it back: a changed rate survives power-off.
use super::{Driver, Fault};
use crate::card::sdt::command::{AnswerError, Command, SamStatus, set_baud_body};
use crate::card::sdt::frame::PREAMBLE;
use crate::card::sdt::status::Status;
use std::time::Duration;

/// Rates to try when a reader is silent, most likely first.
pub const BAUD_RATES: [u32; 5] = [115_200, 9_600, 57_600, 38_400, 19_200];
/// How long each rate is given when the right one is looked for. A port that says something at the wrong rates
/// has a device on it: it is asked once more, with a patience that outlasts a busy start of the machine.
const DETECT_WAITS: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(900)];

impl Driver {
    /// Makes sure that a reader answers, at another rate if need be. Whatever it says but "out of order" is an
    /// answer; `fixed` keeps to the port's rate.
    pub fn hello(&mut self, fixed: bool, cancel: &dyn Fn() -> bool) -> Result<(), Fault> {
        let configured = self.port.baud();
        let answered = if fixed { self.ask::<SamStatus>(cancel) } else { self.ask_once::<SamStatus>(cancel) };
        let answered = match answered {
            Err(Fault::Silent | Fault::Damaged(_)) if !fixed => match self.detect_baud(cancel) {
                // It may have been waking up while it was asked at its own rate.
                Err(Fault::Silent) => {
                    self.port.set_baud(configured).map_err(Fault::Lost)?;
                    self.ask_once::<SamStatus>(cancel)
                }
                found => found.map(drop),
            },
            other => other,
        };
        match answered {
            Err(fault @ Fault::Answer(_)) if !fault.is_out_of_order() => Ok(()),
            other => other,
        }
    }

    /// Finds the module's rate by asking for its status at each of the five. The port stays at the found one.
    pub fn detect_baud(&mut self, cancel: &dyn Fn() -> bool) -> Result<u32, Fault> {
        let mut words = FirstWords::default();
        for wait in DETECT_WAITS {
            for baud in BAUD_RATES {
                if self.answers_at(baud, wait, &mut words, cancel)? {
                    return Ok(baud);
                }
            }
            if words.preamble || words.strange.is_none() {
                return Err(Fault::Silent);
            }
        }
        Err(words.strange.map_or(Fault::Silent, |bytes| Fault::OtherProtocol(hex::encode_upper(bytes))))
    }

    fn answers_at(
        &mut self,
        baud: u32,
        wait: Duration,
        words: &mut FirstWords,
        cancel: &dyn Fn() -> bool,
    ) -> Result<bool, Fault> {
        self.port.set_baud(baud).map_err(Fault::Lost)?;
        for _ in 0..2 {
            self.port.discard_input().map_err(Fault::Lost)?;
            self.strange_bytes = Some(Vec::new());
            let answered = self.exchange::<SamStatus>(wait, cancel);
            words.hear(self.strange_bytes.take().unwrap_or_default());
            match answered {
                Ok(()) | Err(Fault::Answer(AnswerError::Status(_))) => return Ok(true),
                Err(fault @ (Fault::Lost(_) | Fault::Cancelled)) => return Err(fault),
                Err(_) => {}
            }
        }
        Ok(false)
    }

    /// Sets the module's rate for good; it answers at the old one and needs 5 ms to change.
    pub fn set_baud(&mut self, baud: u32, cancel: &dyn Fn() -> bool) -> Result<(), Fault> {
        let body = set_baud_body(baud).ok_or(AnswerError::Status(Status::BadCommand))?;
        self.port.discard_input().map_err(Fault::Lost)?;
        self.send(&body)?;
        let wait = Duration::from_millis(SamStatus::FIRST_BYTE_MS);
        SamStatus::read(self.receive(wait, cancel, SamStatus::is_mine)?)?;
        std::thread::sleep(Duration::from_millis(10));
        self.port.set_baud(baud).map_err(Fault::Lost)?;
        self.ask::<SamStatus>(cancel)
    }
}

/// What a port said that was no answer.
#[derive(Default)]
struct FirstWords {
    strange: Option<Vec<u8>>,
    /// Our own frames begin so: damaged ones come from a bad cable, not from another device.
    preamble: bool,
}

impl FirstWords {
    fn hear(&mut self, bytes: Vec<u8>) {
        self.preamble |= bytes.windows(PREAMBLE.len()).any(|window| window == PREAMBLE);
        self.strange = self.strange.take().or(Some(bytes).filter(|bytes| !bytes.is_empty()));
    }
}
