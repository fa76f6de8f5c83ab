//! A window without a display: the same pages drawn by the same renderer into memory, driven by the
//! same touches. Scripted visits, screenshots, tests and benches stand on it.
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{EventLoopProxy, Platform, WindowAdapter, WindowEvent};
use slint::{EventLoopError, LogicalPosition, PhysicalSize, PlatformError, Rgb8Pixel};
use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// Longest sleep of the loop; a task wakes it at once.
const NAP_MAX: Duration = Duration::from_millis(250);
/// Pace of animations, one frame at 60 Hz.
const FRAME: Duration = Duration::from_millis(16);

type Task = Box<dyn FnOnce() + Send>;

enum Wake {
    Run(Task),
    Quit,
}

thread_local! {
    static SCREEN: RefCell<Option<Rc<Screen>>> = const { RefCell::new(None) };
}

/// What the headless panel shows right now, and how long drawing took.
struct Screen {
    window: Rc<MinimalSoftwareWindow>,
    pixels: RefCell<Vec<Rgb8Pixel>>,
    size: Cell<PhysicalSize>,
    last_frame: Cell<Duration>,
    longest_gap: Cell<Duration>,
}

struct Headless {
    screen: Rc<Screen>,
    tasks: Receiver<Wake>,
    sender: Sender<Wake>,
}

struct Proxy(Sender<Wake>);

/// Makes this thread the screen. Must run before the first window exists, once per process.
pub fn install(width: u32, height: u32) -> Result<(), PlatformError> {
    let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
    let size = PhysicalSize::new(width, height);
    window.set_size(size);
    let screen = Rc::new(Screen {
        window,
        pixels: RefCell::new(vec![Rgb8Pixel::default(); (width * height) as usize]),
        size: Cell::new(size),
        last_frame: Cell::default(),
        longest_gap: Cell::default(),
    });
    SCREEN.set(Some(screen.clone()));
    let (sender, tasks) = mpsc::channel();
    slint::platform::set_platform(Box::new(Headless { screen, tasks, sender }))
        .map_err(|error| PlatformError::Other(format!("a screen exists already: {error:?}")))
}

impl Platform for Headless {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.screen.window.clone())
    }

    fn run_event_loop(&self) -> Result<(), PlatformError> {
        let mut last_turn = Instant::now();
        loop {
            slint::platform::update_timers_and_animations();
            self.screen.draw();
            let gap = last_turn.elapsed();
            self.screen.longest_gap.set(self.screen.longest_gap.get().max(gap));
            match self.tasks.recv_timeout(self.nap()) {
                Ok(Wake::Quit) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Ok(Wake::Run(task)) => {
                    last_turn = Instant::now();
                    task();
                }
                Err(RecvTimeoutError::Timeout) => last_turn = Instant::now(),
            }
        }
    }

    fn new_event_loop_proxy(&self) -> Option<Box<dyn EventLoopProxy>> {
        Some(Box::new(Proxy(self.sender.clone())))
    }
}

impl Headless {
    fn nap(&self) -> Duration {
        if self.screen.window.has_active_animations() {
            return FRAME;
        }
        slint::platform::duration_until_next_timer_update().map_or(NAP_MAX, |due| due.min(NAP_MAX))
    }
}

impl EventLoopProxy for Proxy {
    fn quit_event_loop(&self) -> Result<(), EventLoopError> {
        self.0.send(Wake::Quit).map_err(|_| EventLoopError::EventLoopTerminated)
    }

    fn invoke_from_event_loop(&self, task: Task) -> Result<(), EventLoopError> {
        self.0.send(Wake::Run(task)).map_err(|_| EventLoopError::EventLoopTerminated)
    }
}

impl Screen {
    fn draw(&self) {
        let started = Instant::now();
        let width = self.size.get().width as usize;
        let drawn = self.window.draw_if_needed(|renderer| {
            renderer.render(&mut self.pixels.borrow_mut(), width);
        });
        if drawn {
            self.last_frame.set(started.elapsed());
        }
    }
}

fn with_screen<T>(look: impl FnOnce(&Screen) -> T) -> Option<T> {
    SCREEN.with_borrow(|screen| screen.as_deref().map(look))
}

/// Draws what is due now and tells how long the last frame took; `None` where the screen is a real window.
pub fn draw_now() -> Option<Duration> {
    with_screen(|screen| {
        slint::platform::update_timers_and_animations();
        screen.draw();
        screen.last_frame.get()
    })
}

/// The longest time the event loop was busy in one turn since the last call.
pub fn take_longest_gap() -> Option<Duration> {
    with_screen(|screen| screen.longest_gap.take())
}

/// One finger down and up again at a place of the window.
pub fn touch(window: &slint::Window, position: LogicalPosition) {
    let button = slint::platform::PointerEventButton::Left;
    window.dispatch_event(WindowEvent::PointerMoved { position });
    window.dispatch_event(WindowEvent::PointerPressed { position, button });
    window.dispatch_event(WindowEvent::PointerReleased { position, button });
    window.dispatch_event(WindowEvent::PointerExited);
}

/// A finger drawn along `path`, for the signature pad.
pub fn drag(window: &slint::Window, path: &[LogicalPosition]) {
    let button = slint::platform::PointerEventButton::Left;
    let (Some(first), Some(last)) = (path.first(), path.last()) else { return };
    window.dispatch_event(WindowEvent::PointerPressed { position: *first, button });
    for position in path {
        window.dispatch_event(WindowEvent::PointerMoved { position: *position });
    }
    window.dispatch_event(WindowEvent::PointerReleased { position: *last, button });
    window.dispatch_event(WindowEvent::PointerExited);
}

/// Writes what the panel shows as a PNG file.
pub fn shoot(path: &Path) -> std::io::Result<()> {
    with_screen(|screen| {
        slint::platform::update_timers_and_animations();
        screen.draw();
        let size = screen.size.get();
        let pixels: Vec<u8> =
            screen.pixels.borrow().iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect();
        write_png(path, size.width, size.height, &pixels)
    })
    .unwrap_or_else(|| Err(std::io::Error::other("screenshots need the headless screen")))
}

fn write_png(path: &Path, width: u32, height: u32, rgb: &[u8]) -> std::io::Result<()> {
    let file = std::io::BufWriter::new(std::fs::File::create(path)?);
    let mut encoder = png::Encoder::new(file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(())
}
