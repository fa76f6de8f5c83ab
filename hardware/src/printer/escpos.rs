//! ESC/POS over a serial line: raster (`GS v 0`) and cut, `DLE EOT` for what is wrong now, `GS r` to hear that the
//! paper came out. Nothing is sent as text: a printer's own fonts lack rare characters.
//! Commands: Epson ESC/POS reference; every maker of receipt printers follows these.
use super::{Bitmap, Paper, Printer, PrinterFault, PrinterSettings};
use crate::port::Port;
use std::time::{Duration, Instant};

/// Wakes the printer up in a known state.
pub(crate) const INIT: [u8; 2] = [0x1B, 0x40];
/// Prints a block of dots, then m, width in bytes and height in rows, both little-endian.
pub(crate) const RASTER: [u8; 3] = [0x1D, 0x76, 0x30];
/// Feeds to the knife and cuts.
pub(crate) const CUT: [u8; 4] = [0x1D, 0x56, 0x42, 0x00];
/// Answers when everything before it is on paper.
pub(crate) const REPORT: [u8; 3] = [0x1D, 0x72, 0x01];
/// Asked at any time: 2 cover and paper stop, 3 errors, 4 paper sensors.
pub(crate) const REAL_TIME_STATUS: [u8; 2] = [0x10, 0x04];
/// Empties the printer's buffer: the rest of a receipt that failed must not come out for the next resident.
pub(crate) const CLEAR_BUFFER: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/// Bits of the answers to DLE EOT 2, 3 and 4.
pub(crate) const COVER_OPEN: u8 = 0x04;
pub(crate) const PAPER_STOP: u8 = 0x20;
pub(crate) const CUTTER_STUCK: u8 = 0x08;
/// Mechanical, unrecoverable, or to be recovered by hand.
pub(crate) const BROKEN: u8 = 0x64;
pub(crate) const PAPER_LOW: u8 = 0x0C;
pub(crate) const PAPER_END: u8 = 0x60;

/// Rows sent between two looks at the printer's state.
const BAND_ROWS: usize = 128;
/// Bytes handed to the line at once.
const PIECE_BYTES: usize = 512;
/// How long the printer may take to answer a real-time question, and how often it is asked.
const STATUS_WAIT: Duration = Duration::from_millis(500);
const STATUS_TRIES: u8 = 2;
/// How long it may take no bytes before something is wrong.
const STALL: Duration = Duration::from_secs(3);
/// The slowest printers feed 50 mm/s; cutting and warming up take the rest.
const ROWS_PER_SECOND: u64 = 400;
const FINISH: Duration = Duration::from_secs(8);

/// The driver. `stopped` is asked at least every 50 ms.
pub struct EscPos {
    port: Port,
    width_px: u32,
    stopped: Box<dyn Fn() -> bool + Send>,
    /// Rows of a receipt that failed may still wait in the printer.
    leftovers: bool,
    /// The printer said that everything so far is on paper.
    reported: bool,
}

impl EscPos {
    pub fn open(
        settings: &PrinterSettings,
        stopped: impl Fn() -> bool + Send + 'static,
    ) -> Result<EscPos, PrinterFault> {
        let port =
            Port::open_with(&settings.port, settings.baud, settings.flow).map_err(PrinterFault::Lost)?;
        let (width_px, stopped) = (settings.width_px, Box::new(stopped));
        Ok(EscPos { port, width_px, stopped, leftovers: false, reported: false })
    }

    fn print_all(&mut self, receipt: &Bitmap) -> Result<(), PrinterFault> {
        if self.leftovers {
            self.send(&CLEAR_BUFFER)?;
        }
        self.real_time_status()?;
        self.send(&INIT)?;
        if self.leftovers {
            // Half of somebody else's receipt is not the head of this one.
            self.send(&CUT)?;
        }
        let row_bytes = receipt.row_bytes();
        for band in receipt.bits().chunks(row_bytes * BAND_ROWS) {
            let rows = (band.len() / row_bytes) as u16;
            let ([wide_low, wide_high], [low, high]) = ((row_bytes as u16).to_le_bytes(), rows.to_le_bytes());
            self.send(&[&RASTER[..], &[0, wide_low, wide_high, low, high]].concat())?;
            self.send(band)?;
            self.real_time_status()?;
        }
        self.send(&CUT)?;
        self.wait_until_printed(receipt.height_px())
    }

    fn wait_until_printed(&mut self, rows: u32) -> Result<(), PrinterFault> {
        self.drain()?;
        self.reported = false;
        self.send(&REPORT)?;
        let until = Instant::now() + FINISH + Duration::from_secs(u64::from(rows) / ROWS_PER_SECOND);
        while Instant::now() < until && !self.reported {
            if self.hear(STATUS_WAIT, is_report)?.is_none() {
                // A printer that still prints answers what is asked in real time.
                self.real_time_status()?;
            }
        }
        // On paper as far as it goes; the last rows may have met its end. Printers that know no report had time.
        self.real_time_status().map(drop)
    }

    /// Hands everything to the line. A printer whose buffer is full takes nothing for a while.
    fn send(&mut self, bytes: &[u8]) -> Result<(), PrinterFault> {
        let mut last_taken = Instant::now();
        for piece in bytes.chunks(PIECE_BYTES) {
            let mut rest = piece;
            while !rest.is_empty() {
                let count = self.port.write_some(rest).map_err(PrinterFault::Lost)?;
                rest = rest.get(count..).unwrap_or_default();
                self.stalled_since(&mut last_taken, count > 0)?;
            }
        }
        let mut waiting = self.port.unsent().map_err(PrinterFault::Lost)?;
        while waiting > 0 {
            std::thread::sleep(Duration::from_millis(2));
            let before = std::mem::replace(&mut waiting, self.port.unsent().map_err(PrinterFault::Lost)?);
            self.stalled_since(&mut last_taken, waiting < before)?;
        }
        Ok(())
    }

    fn stalled_since(&self, last_taken: &mut Instant, taken: bool) -> Result<(), PrinterFault> {
        if (self.stopped)() {
            return Err(PrinterFault::Stopped);
        }
        if taken {
            *last_taken = Instant::now();
        }
        if last_taken.elapsed() < STALL { Ok(()) } else { Err(PrinterFault::NotAnswering) }
    }

    /// The first byte within `wait` that can be the answer.
    fn hear(&mut self, wait: Duration, is_mine: fn(u8) -> bool) -> Result<Option<u8>, PrinterFault> {
        let until = Instant::now() + wait;
        let mut buffer = [0; 64];
        while Instant::now() < until {
            if (self.stopped)() {
                return Err(PrinterFault::Stopped);
            }
            let count = self.read(&mut buffer)?;
            if let Some(byte) = buffer.iter().take(count).copied().find(|byte| is_mine(*byte)) {
                return Ok(Some(byte));
            }
        }
        Ok(None)
    }

    fn read(&mut self, buffer: &mut [u8; 64]) -> Result<usize, PrinterFault> {
        let count = self.port.read(buffer).map_err(PrinterFault::Lost)?;
        self.reported |= buffer.iter().take(count).any(|byte| is_report(*byte));
        Ok(count)
    }

    /// Passes over late answers, but not over the report that everything is on paper.
    fn drain(&mut self) -> Result<(), PrinterFault> {
        let mut buffer = [0; 64];
        while self.port.waiting().map_err(PrinterFault::Lost)? > 0 {
            self.read(&mut buffer)?;
        }
        Ok(())
    }

    fn ask(&mut self, question: u8) -> Result<u8, PrinterFault> {
        for _ in 0..STATUS_TRIES {
            self.drain()?;
            self.send(&[&REAL_TIME_STATUS[..], &[question]].concat())?;
            if let Some(answer) = self.hear(STATUS_WAIT, is_real_time_status)? {
                return Ok(answer);
            }
        }
        Err(PrinterFault::NotAnswering)
    }

    /// Asks without waiting for what is being printed.
    fn real_time_status(&mut self) -> Result<Paper, PrinterFault> {
        let (cover, error, paper) = (self.ask(2)?, self.ask(3)?, self.ask(4)?);
        if cover & COVER_OPEN != 0 {
            return Err(PrinterFault::CoverOpen);
        }
        if paper & PAPER_END != 0 || cover & PAPER_STOP != 0 {
            return Err(PrinterFault::PaperOut);
        }
        if error & (CUTTER_STUCK | BROKEN) != 0 {
            return Err(PrinterFault::Jammed);
        }
        Ok(if paper & PAPER_LOW != 0 { Paper::Low } else { Paper::Enough })
    }
}

/// Bits 1 and 4 are always set in an answer to DLE EOT, 0 and 7 never.
fn is_real_time_status(byte: u8) -> bool {
    byte & 0x93 == 0x12
}

/// Bits 4 and 7 are never set in an answer to GS r.
fn is_report(byte: u8) -> bool {
    byte & 0x90 == 0
}

impl Printer for EscPos {
    fn status(&mut self) -> Result<Paper, PrinterFault> {
        self.real_time_status()
    }

    fn print(&mut self, receipt: &Bitmap) -> Result<(), PrinterFault> {
        if receipt.width_px() > self.width_px {
            return Err(PrinterFault::TooWide(receipt.width_px(), self.width_px));
        }
        let started = Instant::now();
        let printed = self.print_all(receipt);
        self.leftovers = printed.is_err();
        let (rows, ms) = (receipt.height_px(), started.elapsed().as_millis() as u64);
        match &printed {
            Ok(()) => tracing::debug!(rows, ms, "printed"),
            Err(fault) => tracing::warn!(rows, ms, %fault, "not printed"),
        }
        printed
    }
}
