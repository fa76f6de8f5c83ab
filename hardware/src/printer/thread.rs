//! The one owner of the printer's port: a thread that prints what it is given and tells what is wrong before the
//! next resident needs a receipt.
use super::escpos::EscPos;
use super::{Bitmap, Paper, Printer, PrinterFault, PrinterSettings};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Receipts that wait while one is printed; one resident asks for one.
const QUEUE_MAX: usize = 2;
/// How often an idle printer is asked how it is.
const GLANCE: Duration = Duration::from_secs(3);
/// Longest time in which a stop is noticed.
const PIECE: Duration = Duration::from_millis(50);

/// What the thread has to tell. A fault is told when it begins, and for every receipt that it kept from the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrinterEvent {
    /// Connected, or well again.
    Ready {
        paper_low: bool,
    },
    Printed,
    PaperOut,
    Jammed,
    CoverOpen,
    /// Silent, unplugged or set to another width; `help` is the technician's line.
    NotAnswering {
        help: String,
    },
}

/// More receipts are waiting than one resident can have asked for.
#[derive(Debug, thiserror::Error)]
#[error("the printer is still busy with other receipts; try again when they are out")]
pub struct Busy;

/// Dropping it stops the thread and frees the port.
pub struct PrinterThread {
    jobs: Option<SyncSender<Bitmap>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl PrinterThread {
    pub fn spawn(
        settings: PrinterSettings,
        tell: impl Fn(PrinterEvent) + Send + 'static,
    ) -> std::io::Result<PrinterThread> {
        let (jobs, inbox) = sync_channel(QUEUE_MAX);
        let stop = Arc::new(AtomicBool::new(false));
        let life = Life { settings, stop: stop.clone(), tell: Box::new(tell), printer: None, said: None };
        let thread =
            std::thread::Builder::new().name("receipt-printer".into()).spawn(move || life.live(&inbox))?;
        Ok(PrinterThread { jobs: Some(jobs), stop, thread: Some(thread) })
    }

    /// Returns at once; what came of it is an event.
    pub fn print(&self, receipt: Bitmap) -> Result<(), Busy> {
        self.jobs.as_ref().ok_or(Busy)?.try_send(receipt).map_err(|_| Busy)
    }
}

impl Drop for PrinterThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panicked thread has nothing left to stop.
            let _ = thread.join();
        }
    }
}

struct Life {
    settings: PrinterSettings,
    stop: Arc<AtomicBool>,
    tell: Box<dyn Fn(PrinterEvent) + Send>,
    printer: Option<EscPos>,
    /// What was told last about the printer's state, so that nothing is told twice.
    said: Option<PrinterEvent>,
}

impl Life {
    fn live(mut self, inbox: &Receiver<Bitmap>) {
        let mut next_glance = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            match inbox.recv_timeout(PIECE) {
                Ok(receipt) => {
                    self.print(&receipt);
                    next_glance = Instant::now() + GLANCE;
                }
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) if Instant::now() >= next_glance => {
                    self.look();
                    next_glance = Instant::now() + GLANCE;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn print(&mut self, receipt: &Bitmap) {
        match self.with_printer(|printer| printer.print(receipt)) {
            Ok(()) => (self.tell)(PrinterEvent::Printed),
            Err(fault) => {
                self.said = None;
                self.state(Err(fault));
            }
        }
    }

    fn look(&mut self) {
        let state = self.with_printer(Printer::status);
        self.state(state);
    }

    /// A port that is gone is opened again the next time.
    fn with_printer<T>(
        &mut self,
        act: impl FnOnce(&mut EscPos) -> Result<T, PrinterFault>,
    ) -> Result<T, PrinterFault> {
        let mut printer = match self.printer.take() {
            Some(printer) => printer,
            None => {
                let stop = self.stop.clone();
                EscPos::open(&self.settings, move || stop.load(Ordering::Relaxed))?
            }
        };
        let done = act(&mut printer);
        if !matches!(done, Err(PrinterFault::Lost(_))) {
            self.printer = Some(printer);
        }
        done
    }

    /// Tells what changed.
    fn state(&mut self, state: Result<Paper, PrinterFault>) {
        let event = match state {
            Ok(paper) => PrinterEvent::Ready { paper_low: paper == Paper::Low },
            Err(PrinterFault::PaperOut) => PrinterEvent::PaperOut,
            Err(PrinterFault::CoverOpen) => PrinterEvent::CoverOpen,
            Err(PrinterFault::Jammed) => PrinterEvent::Jammed,
            Err(PrinterFault::Stopped) => return,
            Err(fault) => PrinterEvent::NotAnswering { help: fault.to_string() },
        };
        if self.said.as_ref() != Some(&event) {
            self.said = Some(event.clone());
            (self.tell)(event);
        }
    }
}
