//! The device side of the same bytes: a reader on a pseudo-terminal that the shipped driver talks to. People,
//! lifting and faults are commands, so that anybody can produce any of them in a second.
pub mod fault;
mod line;
pub mod people;
pub mod printer;
mod reader;
pub mod scanner;
pub mod script;

use fault::Fault;
use people::Person;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;

/// How the simulated reader behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Another name under which the port can be opened; follows the port when it is plugged in again.
    pub link: Option<PathBuf>,
    /// Answer at a real line's pace and with a real card's delays; else at once.
    pub paced: bool,
    /// After a read, find says "no card" until the card is lifted, as real readers do.
    pub refind_requires_lift: bool,
    /// Stay silent about malformed requests instead of answering 10, 11 or 21.
    pub silent_on_bad_requests: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { link: None, paced: true, refind_requires_lift: true, silent_on_bad_requests: false }
    }
}

/// What can be done to the simulated reader.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Order {
    Place(Box<Person>),
    Lift,
    Fault(Fault),
    Set(Switch, bool),
    Unplug,
    Plug,
    Quit,
}

/// What a running reader can be told to do otherwise; the fields of [`Options`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    Paced,
    RefindRequiresLift,
    SilentOnBadRequests,
}

/// A running reader. Dropping it unplugs it.
pub struct Simulator {
    orders: Sender<Order>,
    port: PathBuf,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    pub fn start(options: Options) -> io::Result<Simulator> {
        let line = line::Line::open(options.link.as_deref())?;
        let port = options.link.clone().unwrap_or_else(|| line.path().to_owned());
        let (orders, inbox) = mpsc::channel();
        let reader = reader::Reader::new(options, line, inbox);
        let thread =
            std::thread::Builder::new().name("reader-simulator".into()).spawn(move || reader.run())?;
        Ok(Simulator { orders, port, thread: Some(thread) })
    }

    /// What a driver opens.
    pub fn port(&self) -> &Path {
        &self.port
    }

    /// Puts a card on the reader; another one that lies there is lifted first.
    pub fn place(&self, person: Person) {
        self.send(Order::Place(Box::new(person)));
    }

    pub fn lift(&self) {
        self.send(Order::Lift);
    }

    pub fn fault(&self, fault: Fault) {
        self.send(Order::Fault(fault));
    }

    /// Changes how the reader behaves from its next answer on.
    pub fn set(&self, switch: Switch, on: bool) {
        self.send(Order::Set(switch, on));
    }

    /// Pulls the cable: the port disappears.
    pub fn unplug(&self) {
        self.send(Order::Unplug);
    }

    pub fn plug(&self) {
        self.send(Order::Plug);
    }

    fn send(&self, order: Order) {
        // A reader that is gone obeys nobody; its driver notices that by itself.
        let _ = self.orders.send(order);
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.send(Order::Quit);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
