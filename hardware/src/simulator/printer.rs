//! The device side of a receipt printer on a pseudo-terminal: decodes what the driver sends into the picture that
//! would be on the paper, and runs out of paper, jams and falls silent on demand.
use super::line::Line;
use crate::printer::Bitmap;
use crate::printer::escpos::{
    BROKEN, CLEAR_BUFFER, COVER_OPEN, CUT, INIT, PAPER_END, PAPER_LOW, RASTER, REAL_TIME_STATUS, REPORT,
};
use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often orders are looked for between bytes.
const GLANCE: Duration = Duration::from_millis(5);

/// What is wrong with the printer until it is told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterTrouble {
    None,
    PaperLow,
    PaperOut,
    /// The roll ends after so many more rows.
    PaperOutAfter(u32),
    CoverOpen,
    Jam,
    /// Takes bytes and answers nothing.
    Silent,
}

/// What fell out of the printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    pub picture: Bitmap,
    /// Bytes between the commands that no printer of this kind understands.
    pub stray_bytes: usize,
}

enum Order {
    Trouble(PrinterTrouble),
    Unplug,
    Plug,
    Quit,
}

/// A running printer. Dropping it unplugs it.
pub struct PrinterSimulator {
    orders: Sender<Order>,
    slips: Receiver<Slip>,
    port: PathBuf,
    thread: Option<JoinHandle<()>>,
}

impl PrinterSimulator {
    /// `link`: another name for the port that follows it when it is plugged in again.
    pub fn start(link: Option<PathBuf>) -> io::Result<PrinterSimulator> {
        let line = Line::open(link.as_deref())?;
        let port = link.clone().unwrap_or_else(|| line.path().to_owned());
        let (orders, inbox) = mpsc::channel();
        let (out, slips) = mpsc::channel();
        let device = Device { line: Some(line), link, out, paper: Mechanism::default() };
        let thread =
            std::thread::Builder::new().name("printer-simulator".into()).spawn(move || device.run(&inbox))?;
        Ok(PrinterSimulator { orders, slips, port, thread: Some(thread) })
    }

    /// What a driver opens.
    pub fn port(&self) -> &Path {
        &self.port
    }

    pub fn trouble(&self, trouble: PrinterTrouble) {
        self.send(Order::Trouble(trouble));
    }

    pub fn unplug(&self) {
        self.send(Order::Unplug);
    }

    pub fn plug(&self) {
        self.send(Order::Plug);
    }

    /// The next slip that is cut off within `wait`.
    pub fn slip(&self, wait: Duration) -> Option<Slip> {
        self.slips.recv_timeout(wait).ok()
    }

    fn send(&self, order: Order) {
        // A printer that is gone obeys nobody.
        let _ = self.orders.send(order);
    }
}

impl Drop for PrinterSimulator {
    fn drop(&mut self) {
        self.send(Order::Quit);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Device {
    line: Option<Line>,
    link: Option<PathBuf>,
    out: Sender<Slip>,
    paper: Mechanism,
}

impl Device {
    fn run(mut self, inbox: &Receiver<Order>) {
        loop {
            let bytes = self.line.as_ref().map(|line| line.read(GLANCE)).unwrap_or_default();
            let answers = self.paper.push(&bytes, |slip| drop(self.out.send(slip)));
            if let Some(line) = &self.line {
                line.write(&answers);
            }
            let wait = if self.line.is_some() { Duration::ZERO } else { GLANCE };
            match inbox.recv_timeout(wait) {
                Ok(Order::Trouble(trouble)) => self.paper.trouble = trouble,
                Ok(Order::Unplug) => self.line = None,
                Ok(Order::Plug) => self.line = Line::open(self.link.as_deref()).ok(),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Order::Quit) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}

/// One command as far as it has arrived.
enum Next {
    Incomplete,
    Stray,
    Command(Command, usize),
}

#[derive(Debug, PartialEq, Eq)]
enum Command {
    Init,
    Raster { row_bytes: usize, rows: Vec<u8> },
    Cut,
    Report,
    Ask(u8),
    Clear,
}

/// Head, paper and knife: commands wait while something is wrong, questions never do.
struct Mechanism {
    bytes: Vec<u8>,
    waiting: VecDeque<Command>,
    trouble: PrinterTrouble,
    row_bytes: usize,
    rows: Vec<u8>,
    stray_bytes: usize,
}

impl Default for Mechanism {
    fn default() -> Mechanism {
        Mechanism {
            bytes: Vec::new(),
            waiting: VecDeque::new(),
            trouble: PrinterTrouble::None,
            row_bytes: 0,
            rows: Vec::new(),
            stray_bytes: 0,
        }
    }
}

impl Mechanism {
    fn push(&mut self, bytes: &[u8], mut fall: impl FnMut(Slip)) -> Vec<u8> {
        self.bytes.extend_from_slice(bytes);
        let mut answers = Vec::new();
        loop {
            let taken = match next(&self.bytes) {
                Next::Incomplete => break,
                Next::Stray => {
                    self.stray_bytes += 1;
                    1
                }
                Next::Command(Command::Ask(question), taken) => {
                    answers.push(self.answer(question));
                    taken
                }
                Next::Command(Command::Clear, taken) => {
                    // What is on the paper already stays on it.
                    self.waiting.clear();
                    taken
                }
                Next::Command(command, taken) => {
                    self.waiting.push_back(command);
                    taken
                }
            };
            self.bytes.drain(..taken);
            self.work(&mut answers, &mut fall);
        }
        // What waited for paper goes on when there is some.
        self.work(&mut answers, &mut fall);
        if self.trouble == PrinterTrouble::Silent { Vec::new() } else { answers }
    }

    fn work(&mut self, answers: &mut Vec<u8>, fall: &mut impl FnMut(Slip)) {
        while matches!(
            self.trouble,
            PrinterTrouble::None | PrinterTrouble::PaperLow | PrinterTrouble::PaperOutAfter(_)
        ) {
            match self.waiting.pop_front() {
                None => return,
                Some(Command::Ask(_) | Command::Clear | Command::Init) => {}
                Some(Command::Raster { row_bytes, rows }) => self.burn(row_bytes, &rows),
                Some(Command::Report) => answers.push(0),
                Some(Command::Cut) => {
                    let rows = std::mem::take(&mut self.rows);
                    let height = (rows.len() / self.row_bytes.max(1)) as u32;
                    let picture = Bitmap::from_bits(self.row_bytes as u32 * 8, height, rows);
                    let stray_bytes = std::mem::take(&mut self.stray_bytes);
                    picture.into_iter().for_each(|picture| fall(Slip { picture, stray_bytes }));
                }
            }
        }
    }

    fn burn(&mut self, row_bytes: usize, rows: &[u8]) {
        self.row_bytes = row_bytes;
        for row in rows.chunks(row_bytes.max(1)) {
            if let PrinterTrouble::PaperOutAfter(left) = &mut self.trouble {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.trouble = PrinterTrouble::PaperOut;
                }
            }
            self.rows.extend_from_slice(row);
        }
    }

    fn answer(&self, question: u8) -> u8 {
        let wrong = match (question, self.trouble) {
            (2, PrinterTrouble::CoverOpen) => COVER_OPEN,
            (3, PrinterTrouble::Jam) => BROKEN & 0x04,
            (4, PrinterTrouble::PaperOut) => PAPER_END | PAPER_LOW,
            (4, PrinterTrouble::PaperLow) => PAPER_LOW,
            _ => 0,
        };
        0x12 | wrong
    }
}

fn next(bytes: &[u8]) -> Next {
    if let Some([0 | 48, wide_low, wide_high, low, high, rest @ ..]) = bytes.strip_prefix(&RASTER) {
        let row_bytes = usize::from(u16::from_le_bytes([*wide_low, *wide_high]));
        let size = row_bytes * usize::from(u16::from_le_bytes([*low, *high]));
        return match rest.get(..size) {
            Some(rows) => {
                Next::Command(Command::Raster { row_bytes, rows: rows.to_vec() }, RASTER.len() + 5 + size)
            }
            None => Next::Incomplete,
        };
    }
    if let Some([question, ..]) = bytes.strip_prefix(&REAL_TIME_STATUS) {
        return Next::Command(Command::Ask(*question), 3);
    }
    let fixed = [
        (&INIT[..], Command::Init),
        (&CUT[..], Command::Cut),
        (&REPORT[..], Command::Report),
        (&CLEAR_BUFFER[..], Command::Clear),
    ];
    for (code, command) in fixed {
        if bytes.starts_with(code) {
            return Next::Command(command, code.len());
        }
    }
    let begins = |code: &[u8], more: usize| {
        bytes.len() < code.len() + more && (bytes.starts_with(code) || code.starts_with(bytes))
    };
    let begun = [&INIT[..], &CUT[..], &REPORT[..], &CLEAR_BUFFER[..]].into_iter().any(|code| begins(code, 0));
    if begun || begins(&RASTER, 5) || begins(&REAL_TIME_STATUS, 1) { Next::Incomplete } else { Next::Stray }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_command_is_counted_and_the_next_command_obeyed() {
        let mut mechanism = Mechanism::default();
        let receipt = [&b"\xE5\x8F\x97"[..], &RASTER, &[0, 1, 0, 2, 0, 0x80, 0x01], &CUT].concat();
        let mut slips = Vec::new();
        for byte in receipt {
            mechanism.push(&[byte], |slip| slips.push(slip));
        }
        assert_eq!(slips.len(), 1);
        assert_eq!(slips[0].stray_bytes, 3);
        assert!(slips[0].picture.is_black(0, 0) && slips[0].picture.is_black(7, 1));
    }
}
