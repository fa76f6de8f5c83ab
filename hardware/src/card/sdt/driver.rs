//! Host side of the line: one request in flight, flushed before, repeated once after damage, and a card read
//! from placing to lifting. Nothing of what it logs is personal: commands, codes, sizes and times.
mod fault;
mod placement;
mod rate;

use super::command::{
    AnswerError, Command, FindCard, ReadCard, ReadNewestAddress, ReadSamId, Response, SamStatus, SelectCard,
};
use super::frame::{self, Decoder, Direction, Found, FrameError};
use super::layout;
use super::payload::{Payload, TEXT_BYTES};
use super::sam_id::SamId;
use super::status::{Remedy, Status};
use crate::card::{CardRead, Milliseconds};
use crate::port::Port;
pub use fault::Fault;
pub use placement::Placement;
pub use rate::BAUD_RATES;
use std::time::{Duration, Instant};
use zeroize::{Zeroize, Zeroizing};

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

/// So much of what is no frame is shown to the technician.
const STRANGE_BYTES_MAX: usize = 16;

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
    /// The last request and the body of its answer, kept so that polling needs no new memory.
    request: Vec<u8>,
    answer: Zeroizing<Vec<u8>>,
    /// While a rate is looked for: what came that is no frame.
    strange_bytes: Option<Vec<u8>>,
}

impl Driver {
    pub fn new(port: Port) -> Driver {
        let (request, answer) = (Vec::new(), Zeroizing::new(Vec::new()));
        Driver {
            port,
            decoder: Decoder::new(Direction::Response),
            clean: false,
            request,
            answer,
            strange_bytes: None,
        }
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
        self.send(C::BODY)?;
        let response = self.receive(first_byte, cancel, C::is_mine)?;
        let (status, bytes) = (response.status.code(), response.data.len());
        let card_said = [response.sw1, response.sw2];
        tracing::trace!(command = ?C::BODY, status, ?card_said, bytes, ms = started.elapsed().as_millis() as u64, "answered");
        Ok(C::read(response)?)
    }

    fn send(&mut self, body: &[u8]) -> Result<(), Fault> {
        self.decoder.clear();
        frame::encode_to(&mut self.request, body);
        self.port.write(&self.request).map_err(Fault::Lost)
    }

    /// The first frame that can be the answer. Late answers to earlier commands are passed over.
    fn receive(
        &mut self,
        first_byte: Duration,
        cancel: &dyn Fn() -> bool,
        is_mine: fn(&Response) -> bool,
    ) -> Result<Response, Fault> {
        let line_time = Duration::from_millis(
            LONGEST_ANSWER * BITS_PER_BYTE * 1_000 / u64::from(self.port.baud().max(300)),
        );
        let (started, overall) = (Instant::now(), first_byte + 2 * line_time);
        let (mut last_byte, mut heard) = (started, Heard::default());
        let (mut buffer, noise_before) = (Zeroizing::new([0; 4096]), self.decoder.discarded_bytes());
        loop {
            if cancel() {
                return Err(Fault::Cancelled);
            }
            let count = self.port.read(buffer.as_mut_slice()).map_err(Fault::Lost)?;
            if let Some(strange) = &mut self.strange_bytes {
                strange.extend(buffer.iter().take(count.min(STRANGE_BYTES_MAX - strange.len())));
            }
            let answer = &mut self.answer;
            self.decoder.push(&buffer[..count], |found| heard.take(found, is_mine, answer));
            if heard.mine {
                let noise = self.decoder.discarded_bytes() - noise_before;
                self.clean = noise == 0 && self.decoder.pending_bytes() == 0 && !heard.strangers;
                return self.answered();
            }
            if count > 0 {
                last_byte = Instant::now();
            }
            // Noise alone says nothing about when the answer begins; half a frame or damage does.
            let begun = self.decoder.pending_bytes() > 0 || heard.damage.is_some();
            let patience = if begun { GAP } else { first_byte };
            let since = if begun { last_byte } else { started };
            if since.elapsed() >= patience || started.elapsed() >= overall {
                self.clean = false;
                return match heard.damage {
                    _ if heard.strangers => self.answered(),
                    Some(error) => Err(Fault::Damaged(error)),
                    None => Err(Fault::Silent),
                };
            }
        }
    }

    /// Takes the answer out of its buffer and wipes that.
    fn answered(&mut self) -> Result<Response, Fault> {
        let response = Response::parse(&self.answer);
        self.answer.zeroize();
        response.ok_or(Fault::Damaged(FrameError::BadLength))
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
}

/// What came over the line while an answer was waited for.
#[derive(Default)]
struct Heard {
    mine: bool,
    /// Other whole frames.
    strangers: bool,
    damage: Option<FrameError>,
}

impl Heard {
    /// Keeps the body of the first answer, or of the last stranger as long as there is none.
    fn take(&mut self, found: Found<'_>, is_mine: fn(&Response) -> bool, kept: &mut Zeroizing<Vec<u8>>) {
        let body = match found {
            Found::Frame(body) => body,
            Found::Error(error) => return self.damage = Some(error),
        };
        let mine = !self.mine && Response::parse(body).is_some_and(|response| is_mine(&response));
        self.strangers |= !mine;
        if !self.mine {
            kept.zeroize();
            kept.extend_from_slice(body);
        }
        self.mine |= mine;
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
