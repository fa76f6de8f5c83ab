//! The simulated module: obeys requests as a real one does, then spoils its answers as ordered.
use super::fault::{Fault, FaultKind};
use super::line::Line;
use super::people::Person;
use super::{Options, Order, Switch};
use crate::card::sdt::command::BAUD_PARAMETERS;
use crate::card::sdt::frame::{Decoder, Direction, Found, FrameError, encode};
use crate::card::sdt::payload::{PHOTO_BYTES, TEXT_BYTES};
use crate::card::sdt::sam_id::SamId;
use crate::card::sdt::text;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often orders are looked for between requests.
const GLANCE: Duration = Duration::from_millis(5);
/// What a real module takes before it answers.
const COMMAND_DELAY: Duration = Duration::from_millis(10);
/// What it takes to read text and photo over the radio.
const CARD_DELAY: Duration = Duration::from_millis(400);
/// Bytes sent between two sleeps of a paced answer, as a USB bridge delivers them.
const BURST: usize = 62;
/// What an old answer in the buffer looks like: "card found".
const STALE: [u8; 7] = [0, 0, 0x9F, 0, 0, 0, 0];
/// Silence after which the rest of a request is not waited for any longer.
const REQUEST_GAP: Duration = Duration::from_millis(500);
/// Preamble and LEN: so much makes a request, less is noise.
const REQUEST_HEAD: usize = 7;

/// How far the module has come with the card that lies on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Fresh,
    Found,
    Selected,
}

pub(crate) struct Reader {
    options: Options,
    line: Option<Line>,
    orders: Receiver<Order>,
    card: Option<(Box<Person>, Phase)>,
    faults: Vec<Fault>,
    baud: u32,
    last_byte: Instant,
    /// When the answer begins. Counted from the request, so that a late wake-up does not add to the line's time.
    begins: Instant,
    plug_at: Option<Instant>,
}

impl Reader {
    pub fn new(options: Options, line: Line, orders: Receiver<Order>) -> Reader {
        Reader {
            options,
            line: Some(line),
            orders,
            card: None,
            faults: Vec::new(),
            baud: 115_200,
            last_byte: Instant::now(),
            begins: Instant::now(),
            plug_at: None,
        }
    }

    pub fn run(mut self) {
        let mut decoder = Decoder::new(Direction::Request);
        loop {
            match self.orders.try_recv() {
                Ok(Order::Quit) | Err(TryRecvError::Disconnected) => return,
                Ok(order) => self.obey(order),
                Err(TryRecvError::Empty) => self.listen(&mut decoder),
            }
            if self.plug_at.is_some_and(|at| at <= Instant::now()) {
                self.obey(Order::Plug);
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Place(person) => self.card = Some((person, Phase::Fresh)),
            Order::Lift => self.card = None,
            Order::Fault(Fault { kind: FaultKind::None, .. }) => self.faults.clear(),
            Order::Fault(Fault { kind: FaultKind::Baud(baud), .. }) => self.baud = baud,
            Order::Fault(fault) => self.faults.push(fault),
            Order::Set(Switch::Paced, on) => self.options.paced = on,
            Order::Set(Switch::RefindRequiresLift, on) => self.options.refind_requires_lift = on,
            Order::Set(Switch::SilentOnBadRequests, on) => self.options.silent_on_bad_requests = on,
            Order::Unplug => self.line = None,
            Order::Plug => {
                self.plug_at = None;
                if self.line.is_none() {
                    self.line = Line::open(self.options.link.as_deref()).ok();
                }
            }
            Order::Quit => {}
        }
    }

    fn listen(&mut self, decoder: &mut Decoder) {
        let Some(line) = &self.line else {
            decoder.clear();
            return sleep(GLANCE);
        };
        let bytes = line.read(GLANCE);
        if bytes.is_empty() {
            return self.give_up_on_half_a_request(decoder);
        }
        self.last_byte = Instant::now();
        if line.host_baud().is_some_and(|host| host != self.baud) {
            // At the wrong rate neither side understands the other.
            decoder.clear();
            return line.write(&[0xF8, 0x00, 0x80, 0xFE]);
        }
        let mut requests = Vec::new();
        decoder.push(&bytes, |found| {
            requests.push(match found {
                Found::Frame(body) => Ok(body.to_vec()),
                Found::Error(error) => Err(error),
            });
        });
        for request in requests {
            self.answer(request);
        }
    }

    fn give_up_on_half_a_request(&mut self, decoder: &mut Decoder) {
        if decoder.pending_bytes() == 0 || self.last_byte.elapsed() < REQUEST_GAP {
            return;
        }
        let begun = decoder.pending_bytes() >= REQUEST_HEAD;
        decoder.clear();
        if begun {
            self.answer(Err(FrameError::BadLength));
        }
    }

    fn answer(&mut self, request: Result<Vec<u8>, FrameError>) {
        self.begins = Instant::now();
        let (body, next_baud) = match request {
            Ok(body) => (self.reply(&body), baud_after(&body)),
            Err(error) if !self.options.silent_on_bad_requests => (vec![0, 0, complaint(error)], None),
            Err(_) => return,
        };
        if body.get(2) == Some(&0x21) && self.options.silent_on_bad_requests {
            return;
        }
        if self.options.paced {
            let delay = if body.len() > TEXT_BYTES { CARD_DELAY } else { COMMAND_DELAY };
            self.begins += delay;
            sleep(self.begins.saturating_duration_since(Instant::now()));
        }
        self.send(&body);
        if let Some(baud) = next_baud {
            self.baud = baud;
        }
    }

    fn reply(&mut self, request: &[u8]) -> Vec<u8> {
        let status = |code: u8| vec![0, 0, code];
        let selected = matches!(self.card, Some((_, Phase::Selected)));
        match request {
            [0x10, 0xFF] => {
                if let Some((_, phase)) = &mut self.card {
                    *phase = Phase::Fresh;
                }
                status(0x90)
            }
            [0x11, 0xFF] => status(0x90),
            [0x12, 0xFF] => with(0x90, &SamId::simulated().to_bytes()),
            [0x20, 0x01] => self.find(),
            [0x20, 0x02] => match &mut self.card {
                Some((_, phase @ Phase::Found)) => {
                    *phase = Phase::Selected;
                    with(0x90, &[0; 8])
                }
                _ => status(0x81),
            },
            [0x30, 0x01 | 0x10 | 0x02 | 0x03 | 0x05] if !selected => status(0x41),
            [0x30, para @ (0x01 | 0x10 | 0x02 | 0x03 | 0x05)] => self.read(*para),
            [0x60, para] if BAUD_PARAMETERS.iter().any(|(_, known)| known == para) => status(0x90),
            [0x61, 0xFF, 24..=255] => status(0x90),
            _ => status(0x21),
        }
    }

    fn find(&mut self) -> Vec<u8> {
        let must_lift = self.options.refind_requires_lift;
        match &mut self.card {
            Some((_, Phase::Selected)) if must_lift => vec![0, 0, 0x80],
            Some((_, phase)) => {
                *phase = Phase::Found;
                with(0x9F, &[0; 4])
            }
            None => vec![0, 0, 0x80],
        }
    }

    fn read(&self, para: u8) -> Vec<u8> {
        let Some((person, _)) = &self.card else { return vec![0, 0, 0x41] };
        match para {
            0x01 | 0x10 => {
                let mut data = Vec::with_capacity(6 + TEXT_BYTES + PHOTO_BYTES);
                data.extend_from_slice(&(TEXT_BYTES as u16).to_be_bytes());
                data.extend_from_slice(&(PHOTO_BYTES as u16).to_be_bytes());
                if para == 0x10 {
                    data.extend_from_slice(&[0, 0]);
                }
                data.extend_from_slice(&person.text_block());
                data.extend_from_slice(&person.photo());
                with(0x90, &data)
            }
            0x02 | 0x03 => match &person.newest_address {
                Some(address) => with(0x90, &text::encode(address, 70)),
                None => vec![0, 0, 0x91],
            },
            _ => with(0x90, &[0; 16]),
        }
    }

    /// The next fault, if there is one, spoils this answer; a cut waits for one that is long enough.
    fn send(&mut self, body: &[u8]) {
        let frame = encode(body).unwrap_or_default();
        let bites = |fault: &&mut Fault| !matches!(fault.kind, FaultKind::Cut(bytes) if bytes >= frame.len());
        let fault = self.faults.first_mut().filter(bites).map(|fault| {
            fault.times = fault.times.saturating_sub(1);
            fault.kind.clone()
        });
        self.faults.retain(|fault| fault.times > 0);
        match fault {
            None => self.pace(&frame),
            Some(FaultKind::Silence | FaultKind::None | FaultKind::Baud(_)) => {}
            Some(FaultKind::Delay(delay)) => {
                self.begins += delay;
                sleep(self.begins.saturating_duration_since(Instant::now()));
                self.pace(&frame);
            }
            Some(FaultKind::Cut(bytes)) => self.pace(frame.get(..bytes).unwrap_or(&frame)),
            Some(FaultKind::Chunk(bytes, gap)) => self.write_pieces(&frame, bytes, gap),
            Some(FaultKind::Garbage(bytes)) => {
                let noise: Vec<u8> = (0..bytes).map(|i| (i as u8).wrapping_mul(37) ^ 0x5C).collect();
                self.pace(&[noise, frame].concat());
            }
            Some(FaultKind::Checksum) => self.pace(&spoil(&frame, frame.len().saturating_sub(1))),
            Some(FaultKind::Length) => self.pace(&spoil(&frame, 6)),
            Some(FaultKind::Stale) => {
                let old = encode(&STALE).unwrap_or_default();
                self.pace(&[old, frame].concat());
            }
            Some(FaultKind::Status(code)) => self.pace(&encode(&[0, 0, code]).unwrap_or_default()),
            Some(FaultKind::Disconnect(bytes, pause)) => {
                self.pace(frame.get(..bytes).unwrap_or(&frame));
                self.line = None;
                self.plug_at = Some(Instant::now() + pause);
            }
        }
    }

    /// At the pace of the line: ten bits a byte.
    fn pace(&self, bytes: &[u8]) {
        if self.options.paced {
            let burst = Duration::from_micros(BURST as u64 * 10 * 1_000_000 / u64::from(self.baud.max(300)));
            self.write_pieces(bytes, BURST, burst);
        } else if let Some(line) = &self.line {
            line.write(bytes);
        }
    }

    fn write_pieces(&self, bytes: &[u8], size: usize, gap: Duration) {
        let Some(line) = &self.line else { return };
        let mut due = self.begins;
        for piece in bytes.chunks(size) {
            // A piece arrives when its last byte does; sleeping to a due time keeps errors from adding up.
            due += gap.mul_f64(piece.len() as f64 / size as f64);
            sleep(due.saturating_duration_since(Instant::now()));
            line.write(piece);
        }
    }
}

fn with(status: u8, data: &[u8]) -> Vec<u8> {
    [&[0, 0, status], data].concat()
}

fn spoil(frame: &[u8], at: usize) -> Vec<u8> {
    let mut spoilt = frame.to_vec();
    if let Some(byte) = spoilt.get_mut(at) {
        *byte ^= 0x01;
    }
    spoilt
}

fn complaint(error: FrameError) -> u8 {
    match error {
        FrameError::BadChecksum => 0x10,
        FrameError::BadLength => 0x11,
    }
}

fn baud_after(request: &[u8]) -> Option<u32> {
    let [0x60, parameter] = request else { return None };
    BAUD_PARAMETERS.into_iter().find(|(_, known)| known == parameter).map(|(baud, _)| baud)
}
