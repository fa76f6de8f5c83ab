//! The demo with a display: the kiosk's window and the dock beside it.
use super::{DemoError, World};
use crate::kiosk::Report;
use crate::screens;
use crate::terminal::Terminal;
use crate::visit::Network;
use crate::visit::player::Surroundings;
use jiujin_hardware::simulator::printer::PrinterTrouble;
use jiujin_ui::{AppWindow, Dock, DockWindow};
use slint::{ComponentHandle, Timer, TimerMode};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The portrait panel is taller than most desks' screens: drawn at half its size.
const SCALE: u32 = 2;
/// Between the two windows.
const GAP_PX: i32 = 16;
/// How often the dock counts.
const COUNT_EVERY: Duration = Duration::from_secs(2);

pub fn show(mut world: World) -> Result<u8, DemoError> {
    let config = Arc::make_mut(&mut world.config);
    config.panel.width_px /= SCALE;
    config.panel.height_px /= SCALE;
    let window = screens::open(&world.config)?;
    let dock = DockWindow::new()?;
    let waiting = Arc::new(AtomicU64::new(0));
    let (seen, weak) = (waiting.clone(), dock.as_weak());
    let terminal = Terminal::start(&window, world.config.clone(), false, move |report| match report {
        Report::Waiting(count) => seen.store(count, Ordering::Relaxed),
        Report::Acknowledged { receipt, .. } => {
            // The dock may be closed already.
            let _ = weak.upgrade_in_event_loop(move |dock| {
                dock.global::<Dock>().set_receipt(receipt.into());
            });
        }
    })?;
    dock.global::<jiujin_ui::Theme>().set_ppi(screens::ppi(&world.config));
    let world = Rc::new(world);
    wire(&dock, &window, &world);
    let timer = count_on(&dock, &world, waiting);
    dock.global::<Dock>().set_console(world.console.as_str().into());
    dock.show()?;
    window.show()?;
    stand_side_by_side(&dock, &window, world.config.panel.width_px);
    slint::run_event_loop()?;
    drop(timer);
    terminal.stop();
    Ok(0)
}

/// The dock to the right of the kiosk. A window manager that knows better is free to move both.
fn stand_side_by_side(dock: &DockWindow, window: &AppWindow, kiosk_px: u32) {
    window.window().set_position(slint::PhysicalPosition::new(0, 0));
    dock.window().set_position(slint::PhysicalPosition::new(kiosk_px as i32 + GAP_PX, 0));
}

fn wire(dock: &DockWindow, window: &AppWindow, world: &Rc<World>) {
    let panel = dock.global::<Dock>();
    let (w, weak) = (world.clone(), dock.as_weak());
    panel.on_place(move |name| {
        if w.place(&name).is_ok() {
            set(&weak, |dock| dock.set_on_reader(name.clone()));
        }
    });
    let (w, weak) = (world.clone(), dock.as_weak());
    panel.on_lift(move || {
        // The simulator runs as long as the demo.
        let _ = w.lift();
        set(&weak, |dock| dock.set_on_reader("".into()));
    });
    let (w, weak) = (world.clone(), dock.as_weak());
    panel.on_set_online(move |online| {
        let _ = w.network(if online { Network::Up } else { Network::Down });
        set(&weak, |dock| dock.set_online(online));
    });
    let (w, weak) = (world.clone(), dock.as_weak());
    panel.on_set_plugged(move |plugged| {
        if plugged {
            w.simulator.plug()
        } else {
            w.simulator.unplug()
        };
        set(&weak, |dock| dock.set_reader_plugged(plugged));
    });
    let (w, weak) = (world.clone(), dock.as_weak());
    panel.on_set_paper(move |free| {
        w.printer.trouble(if free { PrinterTrouble::None } else { PrinterTrouble::Jam });
        set(&weak, |dock| dock.set_paper(free));
    });
    let w = world.clone();
    panel.on_scan(move |receipt| {
        // The simulator runs as long as the demo.
        let _ = w.scan(&receipt);
    });
    // Closing either window ends the demo.
    for pane in [dock.window(), window.window()] {
        pane.on_close_requested(|| {
            // Only fails where no event loop runs, and then there is nothing to end.
            let _ = slint::quit_event_loop();
            slint::CloseRequestResponse::HideWindow
        });
    }
}

fn set(dock: &slint::Weak<DockWindow>, change: impl FnOnce(Dock<'_>)) {
    if let Some(dock) = dock.upgrade() {
        change(dock.global::<Dock>());
    }
}

/// Counts in the background: the office's answer may take a moment, and the kiosk's window shares this thread.
fn count_on(dock: &DockWindow, world: &Rc<World>, waiting: Arc<AtomicU64>) -> Timer {
    let (timer, weak, world) = (Timer::default(), dock.as_weak(), world.clone());
    timer.start(TimerMode::Repeated, COUNT_EVERY, move || {
        let (office, weak, waiting) = (world.office.clone(), weak.clone(), waiting.clone());
        world.runtime.spawn(async move {
            let cases = office.cases().await.map(|cases| cases.len()).unwrap_or(0);
            // The dock may be closed already.
            let _ = weak.upgrade_in_event_loop(move |dock| {
                let panel = dock.global::<Dock>();
                panel.set_waiting(waiting.load(Ordering::Relaxed) as i32);
                panel.set_cases(cases as i32);
            });
        });
    });
    timer
}
