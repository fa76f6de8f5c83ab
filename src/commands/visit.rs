//! Commands that show the kiosk: the real terminal, scripted visits of it, and the demo.
use super::run::complain;
use super::{EXIT_NO, EXIT_OK, EXIT_USAGE, VisitArguments};
use crate::config::Config;
use crate::kiosk::{Event, Report};
use crate::screens::eyes::{Eyes, Hands};
use crate::screens::{self, fonts, headless};
use crate::terminal::Terminal;
use crate::visit::player::{Player, Surroundings};
use crate::visit::{Network, Visit};
use serde_json::json;
use slint::ComponentHandle;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Played by `visit` when no file is named: the card lies on the reader already, or is placed meanwhile.
const CARD_VISIT: &str = include_str!("../../assets/visits/card.toml");
/// How long `--drain` waits for the outbox.
const DRAIN_MAX: Duration = Duration::from_secs(600);

/// Gives fontconfig its folder. Slint reads the variable while it starts, so the program starts itself again with it.
pub fn with_fonts() -> Option<u8> {
    if std::env::var_os(fonts::VARIABLE).is_some() {
        return None;
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(std::env::temp_dir, Into::into);
    let folder = cache.join(format!("jiujin-fonts-{}", rustix::process::getuid().as_raw()));
    let program = std::env::current_exe().and_then(|program| Ok((program, fonts::prepare(&folder)?)));
    match program {
        Ok((program, file)) => {
            let error =
                Command::new(program).args(std::env::args_os().skip(1)).env(fonts::VARIABLE, file).exec();
            Some(complain(&error))
        }
        Err(error) => Some(complain(&format!("{}: {error}; the fonts need a folder", folder.display()))),
    }
}

/// A real terminal in its window.
pub fn terminal(config: &Path) -> u8 {
    if let Some(code) = with_fonts() {
        return code;
    }
    let config = match Config::load(config) {
        Ok(config) => Arc::new(config),
        Err(error) => return complain(&error),
    };
    let shown = screens::open(&config).map_err(Into::into).and_then(|window| {
        let terminal = Terminal::start(&window, config, false, |_| ())?;
        window.run()?;
        terminal.stop();
        Ok::<(), crate::terminal::StartError>(())
    });
    shown.map_or_else(|error| complain(&error), |()| EXIT_OK)
}

/// A configured terminal has no simulator and no switch for its network.
struct Outside;

impl Surroundings for Outside {
    fn place(&self, _: &str) -> Result<(), String> {
        Err("a real reader cannot place a card; use the simulator's own commands".into())
    }

    fn lift(&self) -> Result<(), String> {
        Err("a real reader cannot lift a card".into())
    }

    fn fault(&self, _: &str) -> Result<(), String> {
        Err("faults belong to the simulator".into())
    }

    fn network(&self, _: Network) -> Result<(), String> {
        Err("the network is not the kiosk's to switch".into())
    }

    fn scan(&self, _: &str) -> Result<(), String> {
        Err("a real scanner has to be shown a receipt".into())
    }

    fn send_back(&self, _: &[String]) -> Result<(), String> {
        Err("a real office has officials of its own".into())
    }
}

/// The real kiosk process without a display, playing visits one after another.
pub fn visit(arguments: &VisitArguments) -> u8 {
    if let Some(code) = with_fonts() {
        return code;
    }
    let script = arguments
        .visit
        .as_deref()
        .map_or_else(|| Visit::parse("assets/visits/card.toml", CARD_VISIT), Visit::load);
    let (config, script) = match (Config::load(&arguments.config), script) {
        (Ok(config), Ok(script)) => (Arc::new(config), script),
        (Err(error), _) => return complain(&error),
        (_, Err(error)) => return complain(&error),
    };
    play(arguments, config, script).unwrap_or_else(|error| complain(&error))
}

fn play(
    arguments: &VisitArguments,
    config: Arc<Config>,
    script: Visit,
) -> Result<u8, crate::terminal::StartError> {
    headless::install(config.panel.width_px, config.panel.height_px)?;
    if let Some(folder) = &arguments.shots {
        std::fs::create_dir_all(folder)?;
    }
    let window = screens::open(&config)?;
    let waiting = Arc::new(AtomicU64::new(0));
    let seen = waiting.clone();
    let terminal = Terminal::start(&window, config, true, move |report| match report {
        Report::Acknowledged { receipt, id, digest, .. } => {
            say(&json!({"acknowledged": receipt, "id": id, "digest": digest}));
        }
        Report::Waiting(count) => seen.store(count, Ordering::Relaxed),
    })?;
    window.show()?;
    let (eyes, events, shots) = (Eyes::new(&window), terminal.events.clone(), arguments.shots.clone());
    let (repeat, drain) = (arguments.repeat, arguments.drain);
    let player = std::thread::Builder::new().name("player".into()).spawn(move || {
        let player = Player::new(eyes, &Outside, shots);
        let mut code = EXIT_OK;
        for number in 1..=repeat {
            let played = player.play(&script, |step| say(&json!(step)));
            if let Err(stuck) = played {
                code = complain(&format!("visit {number}: {stuck}")).min(EXIT_NO);
                break;
            }
        }
        if drain && !drained(&waiting) {
            code = EXIT_NO;
        }
        // The window ends with the visits, however they went.
        let _ = events.blocking_send(Event::Quit);
        code
    })?;
    slint::run_event_loop_until_quit()?;
    // R14: how long a touch had to wait at worst while all of this went on.
    if let Some(gap) =
        headless::take_longest_gap().filter(|_| std::env::var_os("JIUJIN_LONGEST_GAP").is_some())
    {
        say(&json!({"longest_gap_ms": gap.as_millis() as u64}));
    }
    terminal.stop();
    Ok(player.join().unwrap_or(EXIT_USAGE))
}

/// At once and whole: a kill a moment later must not take the line back.
fn say(line: &serde_json::Value) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    // Nobody listens any more: the visit itself goes on.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn drained(waiting: &AtomicU64) -> bool {
    let started = Instant::now();
    while waiting.load(Ordering::Relaxed) > 0 {
        if started.elapsed() > DRAIN_MAX {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    true
}

/// The whole product; a window where there is a display.
#[cfg(feature = "demo")]
pub fn demo(arguments: Option<super::DemoArguments>) -> u8 {
    if let Some(code) = with_fonts() {
        return code;
    }
    let display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    let look = arguments.as_ref().map(|arguments| arguments.look.clone()).unwrap_or_default();
    let script = arguments.as_ref().and_then(|arguments| arguments.visit.as_deref());
    let visit = match script.map_or_else(Visit::built_in, Visit::load) {
        Ok(visit) => visit,
        Err(error) => return complain(&error),
    };
    let size = match super::screens::size(&look.size) {
        Ok(size) => size,
        Err(error) => return complain(&error),
    };
    let wish = crate::demo::Wish {
        headless: !display
            || arguments.as_ref().is_some_and(|arguments| arguments.headless || arguments.visit.is_some()),
        hands: match arguments.as_ref().is_some_and(|arguments| arguments.five_keys) {
            true => Hands::FiveKeys,
            false => Hands::Finger,
        },
        visit,
        shots: arguments.and_then(|arguments| arguments.shots),
        size,
        lang: look.lang,
        theme: look.theme,
        text_size: look.text_size,
    };
    match crate::demo::run(wish) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            EXIT_NO
        }
    }
}
