//! Puts a kiosk together: store, catalogue, courier, reader thread and loop around one window. The same
//! assembly serves `run`, `visit`, `demo` and the tests.
use crate::card;
use crate::codes;
use crate::config::Config;
use crate::courier::Courier;
use crate::kiosk::{EVENTS_MAX, Event, Kiosk, Outlets, Report};
use crate::printer;
use crate::scanner;
use crate::screens;
use crate::session::{Pauses, Session};
use crate::shelf::Shelf;
use crate::store::Store;
use jiujin_hardware::scanner::ScannerThread;
use jiujin_ui::AppWindow;
use slint::ComponentHandle;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::mpsc;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Store(#[from] crate::store::StoreError),
    #[error("{0}")]
    Courier(#[from] crate::courier::CourierError),
    #[error("the loop's thread cannot start: {0}")]
    Thread(#[from] std::io::Error),
    #[error("the screen cannot start: {0}; without a display use `jiujin visit`")]
    Screen(#[from] slint::PlatformError),
}

/// A kiosk that runs until `stop` or until its window closes.
pub struct Terminal {
    pub events: mpsc::Sender<Event>,
    reader: Option<card::ReaderThread>,
    scanner: Option<ScannerThread>,
    thread: Option<JoinHandle<()>>,
}

impl Terminal {
    /// Starts the loop and the reader around an existing window; must be called on the window's thread.
    pub fn start(
        window: &AppWindow,
        config: Arc<Config>,
        same_card_again: bool,
        tell: impl Fn(Report) + Send + 'static,
    ) -> Result<Terminal, StartError> {
        let opened = Store::of(&config, jiff::Timestamp::now())?;
        if let Some(alarm) = &opened.alarm {
            tracing::error!(set_aside = %alarm.set_aside.display(), salvaged = alarm.salvaged, reason = alarm.reason, "store");
        }
        let mut store = opened.store;
        let courier = Courier::new(&config)?;
        if let Some(courier) = &courier {
            store.enrolled_as(courier.identity().office.device_id.as_str())?;
        }
        let (events, inbox) = mpsc::channel(EVENTS_MAX);
        screens::dress(window, &config);
        screens::listen(window, &events);
        let reader = reader(&config, same_card_again, &events)?;
        let paper = printer::start(&config, events.clone())?;
        let scanner = scanner::start(&config, events.clone())?;
        let outlets = Outlets {
            print: Box::new(move |receipt| paper.as_ref().is_some_and(|paper| paper.print(receipt).is_ok())),
            show: show_on(window),
            tell: Box::new(tell),
            ask_card: reader
                .as_ref()
                .map_or_else(|| Box::new(|_| ()) as Box<dyn Fn(bool) + Send>, card::ReaderThread::asker),
        };
        let session = Session::new(screens::house_settings(&config), pauses(&config));
        let parts = (session, store, courier);
        let loop_events = events.clone();
        let thread = std::thread::Builder::new()
            .name("loop".into())
            .spawn(move || run(parts, config, (loop_events, inbox), outlets))?;
        Ok(Terminal { events, reader, scanner, thread: Some(thread) })
    }

    /// Ends the loop and waits until its last transaction is done.
    pub fn stop(mut self) {
        drop(self.reader.take());
        drop(self.scanner.take());
        // A loop that is gone already needs no message.
        let _ = self.events.blocking_send(Event::Quit);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// `auto` takes the first port that answers; without any reader the kiosk still informs.
fn reader(
    config: &Config,
    same_card_again: bool,
    events: &mpsc::Sender<Event>,
) -> std::io::Result<Option<card::ReaderThread>> {
    let port = match config.reader.port.as_str() {
        "off" => None,
        "auto" => jiujin_hardware::card::find_port(),
        port => Some(port.to_owned()),
    };
    let Some(port) = port else { return Ok(None) };
    card::ReaderThread::start(config, &port, same_card_again, events.clone()).map(Some)
}

/// Catalogue and code lists are read here, so that the first page need not wait for them.
fn run(
    mut parts: (Session, Store, Option<Courier>),
    config: Arc<Config>,
    (events, inbox): (mpsc::Sender<Event>, mpsc::Receiver<Event>),
    outlets: Outlets,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    codes::stock(&mut parts.1, &config);
    match (stocked(&mut parts.1), runtime) {
        (Ok(shelf), Ok(runtime)) => {
            let kiosk = Kiosk::new(parts, (Arc::new(shelf), config), events, outlets);
            runtime.block_on(kiosk.run(inbox));
        }
        (Err(error), _) => tracing::error!(%error, "the catalogue cannot be read"),
        (_, Err(error)) => tracing::error!(%error, "the loop cannot start"),
    }
    // Without its loop a screen would promise what nobody does.
    let _ = slint::quit_event_loop();
}

fn stocked(store: &mut Store) -> Result<Shelf, crate::store::StoreError> {
    let shown = store.catalogue_items(jiff::Timestamp::now())?;
    if let Some(since) = shown.expired {
        tracing::error!(%since, version = shown.version, "the catalogue expired; is news held back?");
    }
    let shelf = Shelf::new(shown.items).with_board(shown.board);
    for left_out in shown.left_out.iter().chain(&shelf.left_out) {
        tracing::error!(left_out, "catalogue item");
    }
    codes::keep_holidays(store, &shelf.board.holidays)?;
    Ok(shelf)
}

/// Views are handed to the window's thread; only the newest one matters to it.
fn show_on(window: &AppWindow) -> Box<dyn Fn(screens::view::View) + Send> {
    let window = window.as_weak();
    Box::new(move |view| {
        let _ = window.upgrade_in_event_loop(move |window| screens::show(&window, &view));
    })
}

fn pauses(config: &Config) -> Pauses {
    Pauses {
        idle_ms: config.session.idle_timeout_s * 1_000,
        idle_slow_ms: config.session.elder_timeout_s * 1_000,
        warning_ms: config.session.warning_s * 1_000,
        look_up_ms: config.session.look_up_s * 1_000,
        resume_ms: config.session.resume_s * 1_000,
        goodbye_ms: config.session.goodbye_s * 1_000,
    }
}
