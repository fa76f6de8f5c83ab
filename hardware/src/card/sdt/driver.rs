//! Host side of the line: one request in flight, flushed before, repeated once after damage, and a card read
//! from placing to lifting. Nothing of what it logs is personal: commands, codes, sizes and times.
mod fault;
mod placement;

use super::command::{
    AnswerError, Command, FindCard, ReadCard, ReadNewestAddress, ReadSamId, Response, SamStatus, SelectCard,
    set_baud_frame,
};
use super::frame::{Decoder, Direction, Found, FrameError};
use super::layout;
use super::payload::{Payload, TEXT_BYTES};
use super::sam_id::SamId;
use super::status::{Remedy, Status};
use crate::card::{CardRead, Milliseconds};
use crate::port::Port;
pub use fault::Fault;
pub use placement::Placement;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Silence between two reads of one answer that ends it. USB bridges deliver in bursts of 16 ms and more.
const GAP: Duration = Duration::from_millis(200);
/// Bits on the line per byte: 8N1.
const BITS_PER_BYTE: u64 = 10;
/// The longest answer known.
const LONGEST_ANSWER: u64 = 2321;
/// Pause between two searches for a card.
const POLL: Duration = Duration::from_millis(250);
/// Refused reads before the card counts as unreadable here.
const TRIES_MAX: u8 = 3;
/// Reads that failed because the card moved before it counts as unreadable here.
const MOVES_MAX: u8 = 6;
/// How long each rate is given when the right one is looked for.
const DETECT_WAIT: Duration = Duration::from_millis(300);
/// Rates to try when a reader is silent, most likely first.
pub const BAUD_RATES: [u32; 5] = [115_200, 9_600, 57_600, 38_400, 19_200];

/// What the search for a card came to.
#[derive(Debug)]
pub enum Outcome {
    Read(Box<CardRead>),
    /// The same card as last time has not been lifted.
    StillThere,
    /// The card cannot be read here.
    Unreadable(Fault),
}

/// What happens on the way, for the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Reading,
    /// Taken away or moved before the end.
    Moved,
}

pub struct Driver {
    port: Port,
    decoder: Decoder,
    /// The last exchange was exactly one answer and nothing else.
    clean: bool,
}

impl Driver {
    pub fn new(port: Port) -> Driver {
        Driver { port, decoder: Decoder::new(Direction::Response), clean: false }
    }

    pub fn port(&self) -> &Port {
        &self.port
    }

    /// Sends a command and reads its answer; damage, silence and answers to other questions are repeated
    /// once, after a status request has brought the line back into step.
    pub fn ask<C: Command>(&mut self, cancel: &dyn Fn() -> bool) -> Result<C::Answer, Fault> {
        match self.ask_once::<C>(cancel) {
            Err(fault) if fault.is_worth_repeating() => {
                tracing::debug!(command = ?C::BODY, %fault, "resynchronising");
                // Only brings the line into step; whether the module is well shows in the repetition.
                let _ = self.ask_once::<SamStatus>(cancel);
                self.ask_once::<C>(cancel)
            }
            other => other,
        }
    }

    fn ask_once<C: Command>(&mut self, cancel: &dyn Fn() -> bool) -> Result<C::Answer, Fault> {
        self.port.discard_input().map_err(Fault::Lost)?;
        self.exchange::<C>(Duration::from_millis(C::FIRST_BYTE_MS), cancel)
    }

    fn exchange<C: Command>(
        &mut self,
        first_byte: Duration,
        cancel: &dyn Fn() -> bool,
    ) -> Result<C::Answer, Fault> {
        let started = Instant::now();
        self.decoder.clear();
        self.port.write(&C::frame()).map_err(Fault::Lost)?;
        let body = self.receive(first_byte, cancel, C::is_mine)?;
        let response = Response::parse(&body).ok_or(Fault::Damaged(FrameError::BadLength))?;
        let (status, bytes) = (response.status.code(), response.data.len());
        tracing::trace!(command = ?C::BODY, status, bytes, ms = started.elapsed().as_millis() as u64, "answered");
        Ok(C::read(response)?)
    }

    /// The first frame that can be the answer. Late answers to earlier commands are passed over.
    fn receive(
        &mut self,
        first_byte: Duration,
        cancel: &dyn Fn() -> bool,
        is_mine: fn(&Response) -> bool,
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let line_time = Duration::from_millis(
            LONGEST_ANSWER * BITS_PER_BYTE * 1_000 / u64::from(self.port.baud().max(300)),
        );
        let (started, overall) = (Instant::now(), first_byte + 2 * line_time);
        let (mut last_byte, mut damage, mut stranger) = (started, None, None);
        let (mut buffer, noise_before) = (Zeroizing::new([0; 4096]), self.decoder.discarded_bytes());
        loop {
            if cancel() {
                return Err(Fault::Cancelled);
            }
            let count = self.port.read(buffer.as_mut_slice()).map_err(Fault::Lost)?;
            let (mut answer, mut extra) = (None, false);
            self.decoder.push(&buffer[..count], |found| match found {
                Found::Frame(body)
                    if answer.is_none() && Response::parse(body).is_some_and(|r| is_mine(&r)) =>
                {
                    answer = Some(Zeroizing::new(body.to_vec()));
                }
                Found::Frame(body) => {
                    extra = true;
                    stranger = Some(Zeroizing::new(body.to_vec()));
                }
                Found::Error(error) => damage = Some(error),
            });
            if let Some(body) = answer {
                let noise = self.decoder.discarded_bytes() - noise_before;
                self.clean = noise == 0 && self.decoder.pending_bytes() == 0 && !extra && stranger.is_none();
                return Ok(body);
            }
            if count > 0 {
                last_byte = Instant::now();
            }
            // Noise alone says nothing about when the answer begins; half a frame or damage does.
            let begun = self.decoder.pending_bytes() > 0 || damage.is_some();
            let patience = if begun { GAP } else { first_byte };
            let since = if begun { last_byte } else { started };
            if since.elapsed() >= patience || started.elapsed() >= overall {
                self.clean = false;
                return match (stranger, damage) {
                    (Some(body), _) => Ok(body),
                    (None, Some(error)) => Err(Fault::Damaged(error)),
                    (None, None) => Err(Fault::Silent),
                };
            }
        }
    }

    /// The module's number; the first question after opening may fail, so it is asked up to three times.
    pub fn greet(&mut self, cancel: &dyn Fn() -> bool) -> Result<SamId, Fault> {
        let mut last = Fault::Silent;
        for _ in 0..TRIES_MAX {
            match self.ask::<ReadSamId>(cancel) {
                Err(fault @ (Fault::Silent | Fault::Damaged(_))) => last = fault,
                other => return other,
            }
        }
        Err(last)
    }

    /// Is the card of the last read still there?
    pub fn card_is_there(&mut self, cancel: &dyn Fn() -> bool) -> Result<bool, Fault> {
        match self.ask::<ReadNewestAddress>(cancel) {
            Ok(_) => Ok(true),
            Err(Fault::Answer(_)) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Waits for a card until it is read, cannot be read, or `cancel` says so. What is known of the card that
    /// may lie there already is kept in `placement`, across calls and replugs.
    pub fn wait_card(
        &mut self,
        placement: &mut Placement,
        cancel: &dyn Fn() -> bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, Fault> {
        if placement.is_delivered() {
            if self.card_is_there(cancel)? {
                return Ok(Outcome::StillThere);
            }
            placement.lifted();
        }
        let mut tries = 0;
        loop {
            match self.attempt(placement, tries > 0, cancel, progress) {
                Ok(Some(card)) => {
                    placement.delivered();
                    return Ok(Outcome::Read(Box::new(card)));
                }
                Ok(None) => {}
                Err(fault) if fault.is_the_cards() => {
                    tries += 1;
                    if tries >= if fault.is_a_refusal() { TRIES_MAX } else { MOVES_MAX } {
                        return Ok(Outcome::Unreadable(fault));
                    }
                    progress(Progress::Moved);
                }
                Err(fault) => return Err(fault),
            }
            pause(POLL, cancel)?;
        }
    }

    /// One search; a card that is there without being new is read where it may be one that was left.
    fn attempt(
        &mut self,
        placement: &mut Placement,
        failed_before: bool,
        cancel: &dyn Fn() -> bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<CardRead>, Fault> {
        let finding = Instant::now();
        match self.ask::<FindCard>(cancel) {
            Ok(()) => {
                placement.found();
                self.read_found(finding, cancel, progress).map(Some)
            }
            Err(Fault::Answer(AnswerError::Status(status))) if status.remedy() == Remedy::KeepAsking => {
                if placement.is_left_card_due(finding, failed_before) {
                    self.read_left(finding, cancel, progress).map(Some).or_else(keep_asking)
                } else {
                    Ok(None)
                }
            }
            Err(fault) => Err(fault),
        }
    }

    fn read_found(
        &mut self,
        finding: Instant,
        cancel: &dyn Fn() -> bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<CardRead, Fault> {
        progress(Progress::Reading);
        let selecting = Instant::now();
        match self.ask::<SelectCard>(cancel) {
            // Selected already, where the answer to the first try was lost: reading works then.
            Err(refused @ Fault::Answer(AnswerError::Status(Status::SelectFailed))) => {
                let read = self.read_selected((finding, selecting), cancel);
                read.map_err(|fault| if fault.is_the_cards() { refused } else { fault })
            }
            Err(fault) => Err(fault),
            Ok(()) => self.read_selected((finding, selecting), cancel),
        }
    }

    /// A card that was selected earlier is read at once; one that was only found has to be selected first.
    fn read_left(
        &mut self,
        finding: Instant,
        cancel: &dyn Fn() -> bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<CardRead, Fault> {
        let selecting = Instant::now();
        let none_there = match self.read_selected((finding, selecting), cancel) {
            Err(fault) if fault.is_the_cards() && !fault.is_a_refusal() => fault,
            other => return other,
        };
        match self.ask::<SelectCard>(cancel) {
            Ok(()) => {
                progress(Progress::Reading);
                self.read_selected((finding, selecting), cancel)
            }
            Err(fault) if fault.is_the_cards() && !fault.is_a_refusal() => Err(none_there),
            Err(fault) => Err(fault),
        }
    }

    fn read_selected(
        &mut self,
        (finding, selecting): (Instant, Instant),
        cancel: &dyn Fn() -> bool,
    ) -> Result<CardRead, Fault> {
        let reading = Instant::now();
        let (mut earlier, mut done) = (None::<Payload>, reading);
        let mut sure = None;
        for _ in 0..TRIES_MAX {
            let payload = self.ask::<ReadCard>(cancel)?.without_fingerprints();
            let alone = self.clean;
            done = if earlier.is_none() { Instant::now() } else { done };
            let (newest_address, quiet) = self.newest_address(cancel)?;
            if (alone && quiet) || earlier.as_ref() == Some(&payload) {
                sure = Some((payload, newest_address));
                break;
            }
            // Stray bytes may belong to another card's answer: only a second read can tell.
            earlier = Some(payload);
        }
        let (payload, newest_address) = sure.ok_or(AnswerError::Doubtful)?;
        let ms = Milliseconds {
            find: (selecting - finding).as_millis() as u64,
            select: (reading - selecting).as_millis() as u64,
            read: (done - reading).as_millis() as u64,
        };
        card_read(payload, newest_address, ms)
    }

    /// The newest address, and whether nothing but its answer came after the card's own: a late answer to
    /// an earlier read would arrive here.
    fn newest_address(&mut self, cancel: &dyn Fn() -> bool) -> Result<(Option<String>, bool), Fault> {
        let waiting = self.port.waiting().map_err(Fault::Lost)?;
        match self
            .exchange::<ReadNewestAddress>(Duration::from_millis(ReadNewestAddress::FIRST_BYTE_MS), cancel)
        {
            Ok(address) => {
                Ok((address.and_then(|slot| slot.expose().map(str::to_owned)), waiting == 0 && self.clean))
            }
            Err(fault @ (Fault::Lost(_) | Fault::Cancelled)) => Err(fault),
            // The card may be lifted by now; its printed address was read.
            Err(Fault::Answer(AnswerError::Status(_))) => Ok((None, waiting == 0 && self.clean)),
            Err(Fault::Silent) => Ok((None, waiting == 0)),
            Err(_) => Ok((None, false)),
        }
    }

    /// Makes sure that a reader answers, at another rate if need be. Whatever it says but "out of order" is an
    /// answer; `fixed` keeps to the port's rate.
    pub fn hello(&mut self, fixed: bool, cancel: &dyn Fn() -> bool) -> Result<(), Fault> {
        let answered = if fixed { self.ask::<SamStatus>(cancel) } else { self.ask_once::<SamStatus>(cancel) };
        match answered {
            Err(Fault::Silent | Fault::Damaged(_)) if !fixed => self.detect_baud(cancel).map(drop),
            Err(fault @ Fault::Answer(_)) if !fault.is_out_of_order() => Ok(()),
            other => other,
        }
    }

    /// Finds the module's rate by asking for its status at each of the five. The port stays at the found one.
    pub fn detect_baud(&mut self, cancel: &dyn Fn() -> bool) -> Result<u32, Fault> {
        for baud in BAUD_RATES {
            self.port.set_baud(baud).map_err(Fault::Lost)?;
            for _ in 0..2 {
                self.port.discard_input().map_err(Fault::Lost)?;
                match self.exchange::<SamStatus>(DETECT_WAIT, cancel) {
                    Ok(()) | Err(Fault::Answer(AnswerError::Status(_))) => return Ok(baud),
                    Err(fault @ (Fault::Lost(_) | Fault::Cancelled)) => return Err(fault),
                    Err(_) => {}
                }
            }
        }
        Err(Fault::Silent)
    }

    /// Sets the module's rate for good; it answers at the old one and needs 5 ms to change.
    pub fn set_baud(&mut self, baud: u32, cancel: &dyn Fn() -> bool) -> Result<(), Fault> {
        let frame = set_baud_frame(baud).ok_or(AnswerError::Status(Status::BadCommand))?;
        self.port.discard_input().map_err(Fault::Lost)?;
        self.decoder.clear();
        self.port.write(&frame).map_err(Fault::Lost)?;
        let body =
            self.receive(Duration::from_millis(SamStatus::FIRST_BYTE_MS), cancel, SamStatus::is_mine)?;
        SamStatus::read(Response::parse(&body).ok_or(Fault::Damaged(FrameError::BadLength))?)?;
        std::thread::sleep(Duration::from_millis(10));
        self.port.set_baud(baud).map_err(Fault::Lost)?;
        self.ask::<SamStatus>(cancel)
    }
}

fn card_read(payload: Payload, newest_address: Option<String>, ms: Milliseconds) -> Result<CardRead, Fault> {
    let text: &[u8; TEXT_BYTES] = payload
        .text()
        .try_into()
        .map_err(|_| AnswerError::DataLength { expected: TEXT_BYTES, found: payload.text().len() })?;
    Ok(CardRead { reading: layout::read(text), newest_address, payload, ms })
}

/// Reading without a find only helps where a card was left; everything else means "none there". A card that
/// refuses is there.
fn keep_asking(fault: Fault) -> Result<Option<CardRead>, Fault> {
    if fault.is_the_cards() && !fault.is_a_refusal() { Ok(None) } else { Err(fault) }
}

/// Sleeps in pieces, so that a cancel is noticed within 300 ms.
pub(crate) fn pause(whole: Duration, cancel: &dyn Fn() -> bool) -> Result<(), Fault> {
    let until = Instant::now() + whole;
    while Instant::now() < until {
        if cancel() {
            return Err(Fault::Cancelled);
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    Ok(())
}
