//! The shipped printer driver against a printer on a pseudo-terminal: what was drawn is what falls out, and what
//! keeps it from falling out is told by name.
#[path = "support/timing.rs"]
mod timing;

use jiujin_hardware::port::Flow;
use jiujin_hardware::printer::escpos::EscPos;
use jiujin_hardware::printer::{Bitmap, Printer, PrinterEvent, PrinterFault, PrinterSettings, PrinterThread};
use jiujin_hardware::simulator::printer::{PrinterSimulator, PrinterTrouble};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const SOON: Duration = timing::PATIENCE;

/// A picture with every byte value in it, those of real-time commands side by side.
fn receipt(width_px: u32, height_px: u32) -> Bitmap {
    let bytes = width_px.div_ceil(8) as usize * height_px as usize;
    let bits = (0..bytes).map(|at| [0x10, 0x04, 0x02, (at / 3) as u8, (at * 7) as u8][at % 5]).collect();
    Bitmap::from_bits(width_px, height_px, bits).unwrap()
}

fn settings(port: &Path) -> PrinterSettings {
    PrinterSettings { flow: Flow::None, ..PrinterSettings::at(&port.display().to_string()) }
}

fn driver(simulator: &PrinterSimulator) -> EscPos {
    EscPos::open(&settings(simulator.port()), || false).unwrap()
}

#[test]
fn what_was_drawn_is_what_falls_out() {
    let simulator = PrinterSimulator::start(None).unwrap();
    let mut printer = driver(&simulator);
    for (width, height) in [(576, 1_000), (8, 1), (384, 129)] {
        let drawn = receipt(width, height);
        printer.print(&drawn).unwrap();
        let slip = simulator.slip(SOON).unwrap();
        assert_eq!((slip.picture, slip.stray_bytes), (drawn, 0));
    }
    assert!(matches!(printer.print(&receipt(640, 8)), Err(PrinterFault::TooWide(640, 576))));
}

#[test]
fn every_trouble_has_its_own_fault_and_goes_away() {
    let simulator = PrinterSimulator::start(None).unwrap();
    let mut printer = driver(&simulator);
    for (trouble, expected) in [
        (PrinterTrouble::PaperOut, "out of paper"),
        (PrinterTrouble::CoverOpen, "cover is open"),
        (PrinterTrouble::Jam, "jammed"),
        (PrinterTrouble::Silent, "does not answer"),
        (PrinterTrouble::PaperOutAfter(300), "out of paper"),
    ] {
        simulator.trouble(trouble);
        std::thread::sleep(Duration::from_millis(50));
        let fault = printer.print(&receipt(576, 800)).unwrap_err().to_string();
        assert!(fault.contains(expected), "{trouble:?}: {fault}");
        simulator.trouble(PrinterTrouble::None);
        std::thread::sleep(Duration::from_millis(50));
        assert!(simulator.slip(Duration::ZERO).is_none(), "{trouble:?} left half a receipt");
        let drawn = receipt(384, 40);
        printer.print(&drawn).unwrap();
        let mut picture = simulator.slip(SOON).unwrap().picture;
        if matches!(trouble, PrinterTrouble::PaperOutAfter(_)) {
            assert!(picture.height_px() < 800, "the half receipt is cut off by itself");
            picture = simulator.slip(SOON).unwrap().picture;
        }
        assert_eq!(picture, drawn, "after {trouble:?}");
    }
}

fn thread(simulator: &PrinterSimulator) -> (PrinterThread, Receiver<PrinterEvent>) {
    let (tell, events) = channel();
    let thread = PrinterThread::spawn(settings(simulator.port()), move |event| drop(tell.send(event)));
    (thread.unwrap(), events)
}

#[test]
fn the_thread_tells_each_change_once_and_every_receipt_its_end() {
    let simulator = PrinterSimulator::start(None).unwrap();
    let (printer, events) = thread(&simulator);
    assert_eq!(events.recv_timeout(SOON), Ok(PrinterEvent::Ready { paper_low: false }));
    printer.print(receipt(576, 400)).unwrap();
    assert_eq!(events.recv_timeout(SOON), Ok(PrinterEvent::Printed));
    simulator.trouble(PrinterTrouble::PaperLow);
    assert_eq!(events.recv_timeout(SOON), Ok(PrinterEvent::Ready { paper_low: true }));
    simulator.trouble(PrinterTrouble::PaperOut);
    assert_eq!(events.recv_timeout(SOON), Ok(PrinterEvent::PaperOut));
    printer.print(receipt(576, 400)).unwrap();
    assert_eq!(events.recv_timeout(SOON), Ok(PrinterEvent::PaperOut));
    simulator.trouble(PrinterTrouble::None);
    assert_eq!(events.recv_timeout(SOON), Ok(PrinterEvent::Ready { paper_low: false }));
    let drawn = receipt(576, 30);
    printer.print(drawn.clone()).unwrap();
    assert_eq!(events.recv_timeout(SOON), Ok(PrinterEvent::Printed));
    let pictures: Vec<Bitmap> =
        std::iter::from_fn(|| simulator.slip(Duration::from_millis(50))).map(|slip| slip.picture).collect();
    assert_eq!(pictures, [receipt(576, 400), drawn], "the receipt that met no paper never comes out");
}

#[test]
fn a_printer_that_was_unplugged_prints_again_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = PrinterSimulator::start(Some(folder.path().join("printer"))).unwrap();
    let (printer, events) = thread(&simulator);
    assert_eq!(events.recv_timeout(SOON), Ok(PrinterEvent::Ready { paper_low: false }));
    simulator.unplug();
    let gone = events.recv_timeout(SOON).unwrap();
    assert!(matches!(&gone, PrinterEvent::NotAnswering { help } if help.contains("cable")), "{gone:?}");
    simulator.plug();
    assert_eq!(events.recv_timeout(SOON), Ok(PrinterEvent::Ready { paper_low: false }));
    printer.print(receipt(576, 20)).unwrap();
    assert_eq!(events.recv_timeout(SOON), Ok(PrinterEvent::Printed));
}

#[test]
fn a_silent_printer_stops_neither_the_caller_nor_the_end() {
    let simulator = PrinterSimulator::start(None).unwrap();
    simulator.trouble(PrinterTrouble::Silent);
    let [mut told, mut ended] = [Duration::MAX; 2];
    timing::keeps(Duration::from_millis(300), || {
        let (printer, events) = thread(&simulator);
        let pages = [receipt(576, 2_000), receipt(576, 2_000)];
        let started = Instant::now();
        for page in pages {
            printer.print(page).unwrap();
        }
        told = told.min(started.elapsed());
        assert!(matches!(events.recv_timeout(SOON), Ok(PrinterEvent::NotAnswering { .. })));
        let started = Instant::now();
        drop(printer);
        ended = ended.min(started.elapsed());
        told.max(ended)
    });
}

#[test]
fn a_picture_that_is_no_receipt_is_not_made() {
    assert!(Bitmap::blank(0, 10).is_none() && Bitmap::blank(641, 10).is_none());
    assert!(Bitmap::blank(576, 4_001).is_none() && Bitmap::from_bits(16, 2, vec![0; 3]).is_none());
    let mut bitmap = Bitmap::blank(9, 2).unwrap();
    bitmap.set(8, 1);
    bitmap.set(9, 1);
    assert_eq!(bitmap.bits(), [0, 0, 0, 0x80]);
    assert!(bitmap.is_black(8, 1) && !bitmap.is_black(9, 1));
}
