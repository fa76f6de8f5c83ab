//! The receipt printer: puts a drawn receipt on paper and says what keeps it from doing so. The kiosk draws the
//! receipt itself and hands over pixels, so that every printer shows the same characters, rare ones included.
//!
//! ```no_run
//! use jiujin_hardware::printer::{Bitmap, PrinterEvent, PrinterSettings, PrinterThread};
//! let settings = PrinterSettings::at("/dev/serial/by-id/usb-receipt-printer");
//! let printer = PrinterThread::spawn(settings, |event: PrinterEvent| drop(event)).unwrap();
//! let mut receipt = Bitmap::blank(576, 900).unwrap();
//! receipt.set(10, 10);
//! printer.print(receipt).unwrap(); // at once; `Printed` or what was wrong comes as an event
//! ```
//!
//! A receipt that could not be printed is dropped, never printed later: by then another resident may stand there.
//! The submission is saved whatever the printer does, so the resident's turn is always the same (photograph the
//! code on the screen, or ask at the counter), and [`PrinterFault`] says what the technician does.
mod bitmap;
pub mod escpos;
mod thread;

use crate::port::Flow;
pub use bitmap::{Bitmap, HEIGHT_PX_MAX, WIDTH_PX_MAX};
use std::io;
pub use thread::{Busy, PrinterEvent, PrinterThread};

/// Where the printer is and how it is spoken to.
#[derive(Debug, Clone)]
pub struct PrinterSettings {
    pub port: String,
    pub baud: u32,
    /// How the printer says that its buffer is full; without any, long receipts may lose rows.
    pub flow: Flow,
    /// Dots across the paper: 576 for 80 mm rolls, 384 for 58 mm.
    pub width_px: u32,
}

impl PrinterSettings {
    /// What most printers are delivered with.
    pub fn at(port: &str) -> PrinterSettings {
        PrinterSettings { port: port.to_owned(), baud: 115_200, flow: Flow::Hardware, width_px: 576 }
    }
}

/// Why nothing, or not everything, came out. The text is the technician's; the last three are for a technician
/// only, the first three also for whoever keeps the counter.
#[derive(Debug, thiserror::Error)]
pub enum PrinterFault {
    #[error("the printer is out of paper; put in a new roll")]
    PaperOut,
    #[error("the printer's cover is open; close it until it clicks")]
    CoverOpen,
    #[error("the paper is jammed or the cutter is stuck; open the cover, take the paper out, close it")]
    Jammed,
    #[error("the printer does not answer; check power, cable and rate")]
    NotAnswering,
    #[error("the printer's port is gone: {0}; check its cable")]
    Lost(#[source] io::Error),
    #[error("the receipt is {0} dots wide and the paper {1}; set the printer's width")]
    TooWide(u32, u32),
    #[error("stopped")]
    Stopped,
}

/// How much paper is left, as far as the printer can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    Enough,
    /// The roll's last metres: change it before the next day.
    Low,
}

/// A receipt printer of any make. The driver of ESC/POS printers is the one that ships.
pub trait Printer {
    /// Is it ready, and with how much paper?
    fn status(&mut self) -> Result<Paper, PrinterFault>;
    /// Returns when the receipt is printed and cut.
    fn print(&mut self, receipt: &Bitmap) -> Result<(), PrinterFault>;
}
