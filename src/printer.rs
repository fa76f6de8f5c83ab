//! The printer room: draws a receipt as a picture, so that every printer shows the same characters, and turns
//! what the printer says into what the resident sees. Nothing is printed later: by then somebody else stands there.
pub mod slip;

use crate::config::Config;
use crate::kiosk::Event;
use jiujin_hardware::printer::{Bitmap, Busy, PrinterEvent, PrinterSettings, PrinterThread};
use tokio::sync::mpsc;

/// Dots across a roll, 8 to the millimetre, without the printer's own margins (ESC/POS: 80 mm and 58 mm rolls).
const DOTS_80_MM: u32 = 576;
const DOTS_58_MM: u32 = 384;
/// Rolls narrower than this count as 58 mm.
const WIDE_MM: u32 = 70;

/// What the printer has for the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// Able to print, or not.
    Ready(bool),
    Printed,
}

/// Dots across the configured roll.
pub fn width_px(config: &Config) -> u32 {
    if config.printer.paper_mm < WIDE_MM { DOTS_58_MM } else { DOTS_80_MM }
}

/// The printer's thread, wired to the loop; `None` where no printer is configured.
pub fn start(config: &Config, events: mpsc::Sender<Event>) -> std::io::Result<Option<Paper>> {
    if config.printer.port == "off" {
        return Ok(None);
    }
    let settings =
        PrinterSettings { width_px: width_px(config), ..PrinterSettings::at(&config.printer.port) };
    let thread = PrinterThread::spawn(settings, move |event| {
        tracing::info!(?event, "printer");
        // A loop that is gone needs no reports.
        let _ = events.blocking_send(Event::Printer(report(&event)));
    })?;
    Ok(Some(Paper(thread)))
}

/// Where receipts go.
pub struct Paper(PrinterThread);

impl Paper {
    pub fn print(&self, receipt: Bitmap) -> Result<(), Busy> {
        self.0.print(receipt)
    }
}

fn report(event: &PrinterEvent) -> Report {
    match event {
        PrinterEvent::Ready { .. } => Report::Ready(true),
        PrinterEvent::Printed => Report::Printed,
        PrinterEvent::PaperOut
        | PrinterEvent::Jammed
        | PrinterEvent::CoverOpen
        | PrinterEvent::NotAnswering { .. } => Report::Ready(false),
    }
}
