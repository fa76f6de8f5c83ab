//! The one owner of the reader's port: a thread with blocking input and output that can only send events.
//! It polls only while asked, tells a moved card from a missing one, and comes back after an unplug.
use super::sdt::driver::{Driver, Fault, Outcome, Placement, Progress, pause};
use super::{CardRead, CardReader};
use crate::port::{self, Pin, Port};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// The rate at which most readers leave the factory.
const BAUD_DEFAULT: u32 = 115_200;
/// Waits between attempts to open a port that is gone; the last one repeats, so that a reader is back
/// within three seconds of being plugged in.
const REOPEN_MS: [u64; 5] = [25, 200, 500, 1_000, 2_000];
/// How often the thread looks whether it is asked or its port is gone.
const GLANCE: Duration = Duration::from_millis(50);
/// How often a card that must be lifted is looked for.
const LIFT_GLANCE: Duration = Duration::from_millis(400);

#[derive(Debug, Clone)]
pub struct ReaderConfig {
    pub port: String,
    pub baud: u32,
    /// Deliver a card again that was not lifted since. Only scripted visits want that: on a real kiosk a
    /// forgotten card must not identify the next person.
    pub same_card_again: bool,
}

/// What the thread has to tell.
#[derive(Debug)]
pub enum ReaderEvent {
    /// `baud`: the rate it was found at, which may not be the configured one.
    Connected {
        sam_id: String,
        baud: u32,
    },
    /// The port is gone or silent; it is tried again by itself.
    Lost {
        reason: String,
    },
    /// The module says it cannot work.
    OutOfOrder {
        reason: String,
    },
    Reading,
    /// The card was moved or lifted too soon.
    Moved,
    Read(Box<CardRead>),
    Unreadable {
        reason: String,
    },
    /// The last card still lies there: it has to be lifted and placed again.
    StillThere,
}

/// Dropping it stops the thread and frees the port.
pub struct ReaderThread {
    flags: Arc<Flags>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Flags {
    wanted: AtomicBool,
    stop: AtomicBool,
    rate_back: AtomicBool,
}

impl ReaderThread {
    pub fn spawn(
        config: ReaderConfig,
        tell: impl Fn(ReaderEvent) + Send + 'static,
    ) -> std::io::Result<ReaderThread> {
        ReaderThread::spawn_pinned(config, None, tell)
    }

    /// Speaks only to the device the kiosk was set up with; another one at its port is reported as out of
    /// order and not opened.
    pub fn spawn_pinned(
        config: ReaderConfig,
        pin: Option<Pin>,
        tell: impl Fn(ReaderEvent) + Send + 'static,
    ) -> std::io::Result<ReaderThread> {
        let flags = Arc::new(Flags::default());
        let life =
            Life { config, pin, flags: flags.clone(), tell: Box::new(tell), placement: Placement::unknown() };
        let thread = std::thread::Builder::new().name("card-reader".into()).spawn(move || life.live())?;
        Ok(ReaderThread { flags, thread: Some(thread) })
    }

    /// Sets a reader that was left at another rate back to 115200, for good. For the technician's page;
    /// [`ReaderEvent::Connected`] tells the new rate.
    pub fn set_rate_back(&self) {
        self.flags.rate_back.store(true, Ordering::Relaxed);
    }

    /// A switch for [`CardReader::ask_for_card`] that can be given away.
    pub fn asker(&self) -> impl Fn(bool) + Send + use<> {
        let flags = self.flags.clone();
        move |wanted| flags.wanted.store(wanted, Ordering::Relaxed)
    }
}

impl CardReader for ReaderThread {
    fn ask_for_card(&self, wanted: bool) {
        self.flags.wanted.store(wanted, Ordering::Relaxed);
    }
}

impl Drop for ReaderThread {
    fn drop(&mut self) {
        self.flags.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panicked thread has nothing left to stop.
            let _ = thread.join();
        }
    }
}

struct Life {
    config: ReaderConfig,
    pin: Option<Pin>,
    flags: Arc<Flags>,
    tell: Box<dyn Fn(ReaderEvent) + Send>,
    placement: Placement,
}

impl Life {
    fn live(mut self) {
        let (mut attempt, mut told) = (0, false);
        while !self.stopped() {
            let flags = self.flags.clone();
            let stopped = move || flags.stop.load(Ordering::Relaxed);
            let fault = match self.connect(&stopped) {
                Ok((mut driver, sam_id)) => {
                    (attempt, told) = (0, false);
                    (self.tell)(ReaderEvent::Connected { sam_id, baud: self.config.baud });
                    self.serve(&mut driver)
                }
                Err(fault) => fault,
            };
            if self.stopped() {
                return;
            }
            if !told {
                told = true;
                self.report(&fault);
            }
            self.wait(REOPEN_MS.get(attempt).or(REOPEN_MS.last()).copied().unwrap_or(1_000));
            attempt += 1;
        }
    }

    fn report(&self, fault: &Fault) {
        let reason = fault.to_string();
        (self.tell)(if fault.is_out_of_order() {
            ReaderEvent::OutOfOrder { reason }
        } else {
            ReaderEvent::Lost { reason }
        });
    }

    fn connect(&mut self, stopped: &dyn Fn() -> bool) -> Result<(Driver, String), Fault> {
        if self.pin.as_ref().is_some_and(|pin| !pin.matches(port::device_at(&self.config.port).as_ref())) {
            return Err(Fault::OtherDevice);
        }
        let port = Port::open(&self.config.port, self.config.baud).map_err(Fault::Lost)?;
        let mut driver = Driver::new(port);
        driver.hello(false, stopped)?;
        let sam_id = driver.greet(stopped)?;
        // A reader that was left at another rate is spoken to at that one first when it comes back.
        self.config.baud = driver.port().baud();
        Ok((driver, sam_id.to_string()))
    }

    /// Until the port is lost or somebody stops the thread.
    fn serve(&mut self, driver: &mut Driver) -> Fault {
        loop {
            if self.stopped() {
                return Fault::Cancelled;
            }
            let step = if self.flags.rate_back.swap(false, Ordering::Relaxed) {
                self.restore_rate(driver)
            } else if self.wanted() {
                self.look_for_card(driver)
            } else {
                self.idle(driver)
            };
            match step {
                Ok(()) | Err(Fault::Cancelled) => {}
                Err(fault) => return fault,
            }
        }
    }

    fn restore_rate(&mut self, driver: &mut Driver) -> Result<(), Fault> {
        let flags = self.flags.clone();
        let stopped = move || flags.stop.load(Ordering::Relaxed);
        driver.set_baud(BAUD_DEFAULT, &stopped)?;
        self.config.baud = BAUD_DEFAULT;
        let sam_id = driver.greet(&stopped)?.to_string();
        (self.tell)(ReaderEvent::Connected { sam_id, baud: BAUD_DEFAULT });
        Ok(())
    }

    fn idle(&self, driver: &Driver) -> Result<(), Fault> {
        std::thread::sleep(GLANCE);
        driver.port().check().map_err(Fault::Lost)
    }

    fn look_for_card(&mut self, driver: &mut Driver) -> Result<(), Fault> {
        let flags = self.flags.clone();
        let cancel = move || flags.stop.load(Ordering::Relaxed) || !flags.wanted.load(Ordering::Relaxed);
        let tell = &self.tell;
        let mut progress = |progress| {
            tell(match progress {
                Progress::Reading => ReaderEvent::Reading,
                Progress::Moved => ReaderEvent::Moved,
            });
        };
        match driver.wait_card(&mut self.placement, &cancel, &mut progress)? {
            Outcome::Read(card) => {
                if self.config.same_card_again {
                    self.placement = Placement::unknown();
                }
                (self.tell)(ReaderEvent::Read(card));
                self.rest();
            }
            Outcome::StillThere => {
                (self.tell)(ReaderEvent::StillThere);
                self.wait_for_lifting(driver, &cancel)?;
            }
            Outcome::Unreadable(fault) => {
                (self.tell)(ReaderEvent::Unreadable { reason: fault.to_string() });
                self.rest();
            }
        }
        Ok(())
    }

    fn wait_for_lifting(&mut self, driver: &mut Driver, cancel: &dyn Fn() -> bool) -> Result<(), Fault> {
        while driver.card_is_there(cancel)? {
            pause(LIFT_GLANCE, cancel)?;
        }
        self.placement.lifted();
        Ok(())
    }

    /// Gives the loop time to say whether it wants another card.
    fn rest(&self) {
        std::thread::sleep(2 * GLANCE);
    }

    fn wait(&self, ms: u64) {
        for _ in 0..ms / 25 {
            if self.stopped() {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    fn stopped(&self) -> bool {
        self.flags.stop.load(Ordering::Relaxed)
    }

    fn wanted(&self) -> bool {
        self.flags.wanted.load(Ordering::Relaxed)
    }
}
