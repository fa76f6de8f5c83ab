//! The loop: owns the session and the store, hears every event and carries out the orders. It decides
//! nothing itself: the session decides what a visit becomes, the courier's verdict what a letter becomes.
mod cases;
mod comparison;
mod enclosures;
mod letters;
mod orders;

use crate::card;
use crate::codes::{self, Codes};
use crate::config::Config;
use crate::courier::Courier;
use crate::letter::Letter;
use crate::notice::{CardPrompt, Notice};
use crate::printer;
use crate::screens::view::View;
use crate::screens::{Status, Touch};
use crate::session::{Happening, Moment, Order, Session};
use crate::shelf::Shelf;
use crate::store::Store;
use crate::typing::Typing;
use jiujin_contract::form::STREETS;
use jiujin_contract::sealing::Sealer;
use jiujin_hardware::printer::Bitmap;
pub use letters::Outcome;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Events that may wait; a screen that floods the loop is slowed down, not the memory filled.
pub const EVENTS_MAX: usize = 256;
/// How often the clock on the screen and the minutes left are looked at.
const GLANCE: Duration = Duration::from_secs(1);
/// Time for a journey to set out before the next one is prepared.
const PREPARE_AFTER: Duration = Duration::from_millis(2);

/// Everything that enters at the top of the road.
#[derive(Debug)]
pub enum Event {
    Touched(Touch),
    Card(card::Report),
    Visit(Happening),
    /// Somebody came back from the office.
    Answered(Box<Outcome>),
    Printer(printer::Report),
    Quit,
}

/// What the loop tells the world at the very moment it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// The transaction is durable, `took` after Submit was touched; the resident reads "received" now.
    Acknowledged { receipt: String, id: String, digest: String, took: Duration },
    /// Letters that still wait, after each change.
    Waiting(u64),
}

/// Where the loop's output goes.
pub struct Outlets {
    pub show: Box<dyn Fn(View) + Send>,
    pub tell: Box<dyn Fn(Report) + Send>,
    /// Hands a receipt to the printer; false if it cannot take one.
    pub print: Box<dyn Fn(Bitmap) -> bool + Send>,
    /// Switches the reader's polling on and off.
    pub ask_card: Box<dyn Fn(bool) + Send>,
}

pub struct Kiosk {
    session: Session,
    store: Store,
    courier: Option<Courier>,
    shelf: Arc<Shelf>,
    typing: Typing,
    status: Status,
    config: Arc<Config>,
    events: mpsc::Sender<Event>,
    outlets: Outlets,
    started: Instant,
    shown: Option<View>,
    asking: bool,
    delivering: bool,
    /// An attachment is on its way.
    carrying: bool,
    carry_at: u64,
    /// The next portion, marked and read while the one before is on its way; goes out as soon as that is back.
    ready: Vec<Letter>,
    prepared: bool,
    /// Made while the resident reads the check page, for this one submission.
    sealer: Option<Sealer>,
    announce_at: u64,
    compare_at: u64,
    news_at: u64,
    ceilings_at: u64,
}

impl Kiosk {
    pub fn new(
        (session, store, courier): (Session, Store, Option<Courier>),
        (shelf, config): (Arc<Shelf>, Arc<Config>),
        events: mpsc::Sender<Event>,
        outlets: Outlets,
    ) -> Kiosk {
        let mut status = Status::new(&config);
        status.posted(&config, &shelf.board.site);
        let session = match codes::lists(&store, &config) {
            Ok(lists) => session.with_lists(lists),
            Err(error) => {
                tracing::error!(%error, "streets are typed, not chosen");
                session
            }
        };
        let typing = Typing::new(&shelf, store.code_names(STREETS).unwrap_or_default());
        let started = Instant::now();
        Kiosk {
            session,
            store,
            courier,
            shelf,
            typing,
            status,
            config,
            events,
            outlets,
            started,
            shown: None,
            asking: false,
            delivering: false,
            carrying: false,
            carry_at: 0,
            ready: Vec::new(),
            prepared: true,
            sealer: None,
            announce_at: 0,
            compare_at: 0,
            news_at: 0,
            ceilings_at: 0,
        }
    }

    /// Runs until the last sender is gone or somebody asks to quit.
    pub async fn run(mut self, mut inbox: mpsc::Receiver<Event>) {
        self.refresh();
        loop {
            let wake = self.nap();
            let event = tokio::select! {
                event = inbox.recv() => match event {
                    None | Some(Event::Quit) => return,
                    Some(event) => event,
                },
                () = tokio::time::sleep(wake) => Event::Visit(Happening::DeadlinePassed),
            };
            self.look_at_ceilings();
            self.handle(event);
            self.carry_due_attachment();
            self.send_due_letters();
            self.fetch_news();
            self.refresh();
        }
    }

    /// Whether a new application may begin. What is queued stays queued, and a kiosk that was full goes on by itself.
    fn look_at_ceilings(&mut self) {
        let elapsed = self.now().elapsed_ms;
        if elapsed < self.ceilings_at {
            return;
        }
        self.ceilings_at = elapsed + GLANCE.as_millis() as u64;
        let refusal = self.store.may_begin(jiff::Timestamp::now()).err();
        let may = refusal.is_none();
        if may != self.status.storage {
            let why = refusal.map(|error| error.to_string()).unwrap_or_default();
            tracing::warn!(may, why, "new applications");
        }
        self.status.storage = may;
    }

    fn nap(&self) -> Duration {
        let now = self.now().elapsed_ms;
        let until = |at: u64| Duration::from_millis(at.saturating_sub(now));
        let rest = if self.prepared { GLANCE } else { PREPARE_AFTER };
        self.session.deadline().map_or(rest, |at| until(at).min(rest))
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Touched(touch) => self.touched(touch),
            Event::Card(report) => self.card_reported(report),
            Event::Visit(happening) => self.apply(happening),
            Event::Answered(outcome) => self.letter_answered(*outcome),
            Event::Printer(report) => self.printer_reported(report),
            Event::Quit => {}
        }
    }

    fn touched(&mut self, touch: Touch) {
        match touch {
            Touch::Visit(Happening::Started) if !self.status.storage => {
                self.apply(Happening::BeginRefused(Notice::StorageFull));
            }
            Touch::Visit(happening) => self.apply(happening),
            Touch::Service(id) => {
                if let Some(service) = self.shelf.find(&id).cloned() {
                    self.typing.clear();
                    self.apply(Happening::ServiceChosen(service));
                }
            }
            Touch::Code { path, code } => {
                if let Some(happening) = self.chosen(path, code) {
                    self.apply(happening);
                }
            }
            Touch::Key(key) => {
                self.apply(Happening::ActivitySeen);
                for happening in self.typing.press(key) {
                    self.apply(happening);
                }
            }
        }
    }

    /// A choice of any question; in a code list the level below opens first, and no code is one step back.
    fn chosen(&self, path: String, code: String) -> Option<Happening> {
        let Some((list, open)) = self.session.code_list(&path) else {
            return Some(Happening::ChoiceMade { path, value: code });
        };
        if code.is_empty() {
            let here = open.and_then(|open| self.store.find(&list, &open));
            let above = here.map(|row| row.parent).unwrap_or_default();
            return Some(Happening::CodeOpened { path, code: above });
        }
        if !self.store.below(&list, &code).is_empty() {
            return Some(Happening::CodeOpened { path, code });
        }
        codes::answer(&self.store, &list, &code).map(|value| Happening::ChoiceMade { path, value })
    }

    fn printer_reported(&mut self, report: printer::Report) {
        match report {
            printer::Report::Ready(ready) => {
                self.status.paper = ready;
                if !ready {
                    self.apply(Happening::PrintFailed);
                }
            }
            printer::Report::Printed => self.apply(Happening::Printed),
        }
    }

    fn card_reported(&mut self, report: card::Report) {
        match report {
            card::Report::Reader { ready } => self.status.reader = ready,
            card::Report::Reading => self.apply(Happening::CardReading),
            card::Report::Read(resident) => self.apply(Happening::CardRead(Arc::new(resident))),
            card::Report::Face(face) => self.apply(Happening::FaceKnown(face)),
            card::Report::Failed(prompt) => {
                self.status.reader = prompt != CardPrompt::OutOfOrder;
                self.apply(Happening::CardFailed(prompt));
            }
        }
    }

    /// Lets the session decide, then carries out what it ordered.
    fn apply(&mut self, happening: Happening) {
        let mut due = VecDeque::from([happening]);
        while let Some(happening) = due.pop_front() {
            let now = self.now();
            let step = self.session.clone().apply(happening, now);
            self.session = step.session;
            for order in step.orders {
                due.extend(self.carry_out(order, now));
            }
        }
        self.typing.follow(&self.session);
    }

    fn carry_out(&mut self, order: Order, now: Moment) -> Option<Happening> {
        match order {
            Order::Commit(application) => Some(self.commit(&application, now)),
            Order::LookUp { who, service } => self.look_up(&who, &service),
            Order::FetchCases(who) => self.fetch_cases(&who),
            Order::Withdraw { who, case_number } => self.withdraw(&who, &case_number),
            Order::Reopen { who, case_number, item } => self.reopen(&who, &case_number, &item),
            Order::SendRating { who, submission, level, reasons, anonymous } => {
                self.send_rating(&who, submission, (level, &reasons, anonymous))
            }
            Order::Print(done) => self.print(&done),
            Order::WipeScreen => {
                self.typing.clear();
                None
            }
        }
    }

    fn refresh(&mut self) {
        let wanted = self.session.wants_card();
        if wanted != self.asking {
            self.asking = wanted;
            (self.outlets.ask_card)(wanted);
        }
        let view =
            View::of(&self.session, (&self.shelf, &self.store), &self.status, &self.typing, self.now());
        if self.shown.as_ref() != Some(&view) {
            self.shown = Some(view.clone());
            (self.outlets.show)(view);
        }
        self.prepare_seal();
    }

    fn now(&self) -> Moment {
        let unix_ms = jiff::Timestamp::now().as_millisecond();
        let today = crate::screens::words::local_time(unix_ms, self.config.site.utc_offset_min).date();
        Moment { elapsed_ms: self.started.elapsed().as_millis() as u64, unix_ms, today }
    }
}
