//! One screen for all tests of pages: Slint takes one platform per process and one thread, so a thread of its own
//! owns the window and tests hand it what to look at.
use jiujin::screens::{self, Samples, headless};
use jiujin::session::settings::Settings;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock};

type Scene = Box<dyn FnOnce(&Samples) + Send>;

/// A panel as it hangs in a hall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Panel {
    pub name: &'static str,
    pub width: u32,
    pub height: u32,
    pub ppi: f32,
}

pub const PORTRAIT: Panel = Panel { name: "21.5 inch portrait", width: 1_080, height: 1_920, ppi: 102.5 };
pub const LARGE: Panel = Panel { name: "32 inch portrait", width: 1_080, height: 1_920, ppi: 68.8 };
pub const LANDSCAPE: Panel = Panel { name: "21.5 inch landscape", width: 1_920, height: 1_080, ppi: 102.5 };
pub const COUNTER: Panel = Panel { name: "10.1 inch counter-top", width: 1_280, height: 800, ppi: 149.5 };

impl Panel {
    pub fn mm(&self) -> f32 {
        self.ppi / 25.4
    }
}

/// Runs `scene` in front of the one window and hands back what it saw.
pub fn stage<T: Send + 'static>(scene: impl FnOnce(&Samples) -> T + Send + 'static) -> T {
    static STAGE: OnceLock<Mutex<Sender<Scene>>> = OnceLock::new();
    let stage = STAGE.get_or_init(|| Mutex::new(open()));
    let (sender, seen) = channel();
    let scene: Scene = Box::new(move |samples| {
        let outcome = catch_unwind(AssertUnwindSafe(|| scene(samples)));
        // The test may have timed out meanwhile.
        let _ = sender.send(outcome);
    });
    stage.lock().unwrap_or_else(|broken| broken.into_inner()).send(scene).expect("the stage stands");
    seen.recv().expect("the scene is played").unwrap_or_else(|panic| resume_unwind(panic))
}

thread_local! {
    static SPOILT: Cell<bool> = const { Cell::new(false) };
}

/// The sample data are gone: the next scene gets a new window.
pub fn spoil() {
    SPOILT.set(true);
}

fn open() -> Sender<Scene> {
    let (sender, scenes) = channel::<Scene>();
    std::thread::spawn(move || {
        headless::install(PORTRAIT.width, PORTRAIT.height).expect("no other screen in this process");
        let fresh = || screens::samples(&Settings::default(), PORTRAIT.width, PORTRAIT.height);
        let mut samples = fresh().expect("the pages open");
        for scene in scenes {
            scene(&samples);
            if SPOILT.take() {
                samples = fresh().expect("the pages open again");
            }
        }
    });
    sender
}

/// Panel and look of the window from here on.
pub fn dress(samples: &Samples, panel: Panel, settings: &Settings) {
    samples.dress(settings, (panel.width, panel.height), panel.ppi);
}
