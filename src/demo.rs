//! The whole product on one machine: office, simulated reader and kiosk in one process, on ephemeral loopback
//! ports and a temporary folder. With a display a visitor plays with the dock; without one the same visit is
//! played by the script and summed up.
mod dock;
mod gate;
mod summary;

use crate::config::Config;
use crate::kiosk::{Event, Report};
use crate::screens::eyes::{Eyes, Hands};
use crate::screens::{self, headless};
use crate::terminal::{StartError, Terminal};
use crate::visit::player::{Player, Surroundings};
use crate::visit::{Network, Visit};
use gate::Gate;
use jiujin_contract::case::CaseError;
use jiujin_hardware::simulator::printer::PrinterSimulator;
use jiujin_hardware::simulator::scanner::ScannerSimulator;
use jiujin_hardware::simulator::script::Said;
use jiujin_hardware::simulator::{Options, Simulator};
use jiujin_office::{Moved, Office, keys_beside, post_board};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use summary::Summary;
use tempfile::TempDir;

/// The reference panel, and the counter-top one: as `jiujin screens` draws them.
const REFERENCE_INCH: f64 = 21.5;
const SMALL_INCH: f64 = 10.1;
/// Invented streets of the invented district.
const BOARD: &str = include_str!("../assets/board-demo.toml");
const STREETS: &str = include_str!("../assets/streets-109999.tsv");
/// Long side of a counter-top panel, at most.
const SMALL_PX: u32 = 1_280;

/// What can go wrong before the first page.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("the office does not open: {0}")]
    Office(String),
    #[error("{0}")]
    Config(#[from] crate::config::ConfigError),
    #[error("{0}")]
    Enrol(#[from] crate::enrol::EnrolError),
    #[error("{0}")]
    Start(#[from] StartError),
    #[error("{0}")]
    Screen(#[from] slint::PlatformError),
    #[error("{0}")]
    Visit(#[from] crate::visit::player::Stuck),
}

/// What the demo is asked for.
pub struct Wish {
    pub headless: bool,
    pub visit: Visit,
    pub hands: Hands,
    pub shots: Option<PathBuf>,
    pub size: (u32, u32),
    pub lang: String,
    pub theme: String,
    pub text_size: u8,
}

/// Everything around the kiosk; dropped last.
pub struct World {
    runtime: tokio::runtime::Runtime,
    office: Office,
    gate: Gate,
    simulator: Simulator,
    printer: PrinterSimulator,
    scanner: ScannerSimulator,
    /// Where the office itself listens, whatever the demo does to the kiosk's network.
    console: String,
    config: Arc<Config>,
    folder: TempDir,
}

impl World {
    /// Builds the office, the reader and an enrolled kiosk's folder.
    pub fn build(wish: &Wish) -> Result<World, DemoError> {
        let folder = tempfile::Builder::new().prefix("jiujin-demo-").tempdir()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let database = format!("sqlite:{}", folder.path().join("office.sqlite").display());
        let (office, gate, code, console) = runtime.block_on(open_office(&database))?;
        let notices = folder.path().join("board.toml");
        std::fs::write(&notices, BOARD)?;
        post_board(&keys_beside(&database), &notices)
            .map_err(|error| DemoError::Office(error.to_string()))?;
        let link = folder.path().join("reader");
        let simulator = Simulator::start(Options { link: Some(link.clone()), ..Options::default() })?;
        let paper = folder.path().join("printer");
        let printer = PrinterSimulator::start(Some(paper.clone()))?;
        let scanner = ScannerSimulator::start(Some(folder.path().join("scanner")))?;
        let mut config = Config::parse("demo", "")?;
        config.scanner.port = scanner.port().display().to_string();
        config.printer.port = paper.display().to_string();
        config.office.url = format!("http://{}", gate.address);
        config.storage.data_dir = folder.path().join("kiosk");
        config.site.streets = folder.path().join("streets.tsv");
        std::fs::write(&config.site.streets, STREETS)?;
        config.reader.port = link.display().to_string();
        config.limits.free_disk_mib = 10;
        (config.panel.width_px, config.panel.height_px) = wish.size;
        let is_small = wish.size.0.max(wish.size.1) <= SMALL_PX;
        config.panel.diagonal_inch = if is_small { SMALL_INCH } else { REFERENCE_INCH };
        (config.accessibility.theme, config.accessibility.text_size) = (wish.theme.clone(), wish.text_size);
        config.accessibility.language = jiujin_contract::text::Lang::from_tag(&wish.lang).unwrap_or_default();
        runtime.block_on(crate::enrol::enrol(&config, &config.office.url, &code))?;
        Ok(World {
            runtime,
            office,
            gate,
            simulator,
            printer,
            scanner,
            console,
            config: Arc::new(config),
            folder,
        })
    }

    /// Cases at the office right now.
    fn cases(&self) -> usize {
        self.runtime.block_on(self.office.cases()).map(|cases| cases.len()).unwrap_or(0)
    }
}

async fn open_office(database: &str) -> Result<(Office, Gate, String, String), DemoError> {
    let failed = |error: &dyn std::fmt::Display| DemoError::Office(error.to_string());
    let office = Office::open(database).await.map_err(|error| failed(&error))?;
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(office.serve(listener));
    let code = office.add_device("demo").await.map_err(|error| failed(&error))?.code;
    Ok((office, Gate::open(address).await?, code, format!("http://{address}/")))
}

impl Surroundings for World {
    fn place(&self, person: &str) -> Result<(), String> {
        self.simulator.obey(&format!("place {person}")).map(drop)
    }

    fn lift(&self) -> Result<(), String> {
        self.simulator.obey("lift").map(drop)
    }

    fn fault(&self, command: &str) -> Result<(), String> {
        match self.simulator.obey(&format!("fault {command}"))? {
            Said::Done | Said::Quit | Said::Help(_) => Ok(()),
        }
    }

    fn network(&self, network: Network) -> Result<(), String> {
        self.gate.set(network == Network::Up);
        Ok(())
    }

    fn scan(&self, code: &str) -> Result<(), String> {
        self.scanner.scan(code);
        Ok(())
    }

    fn send_back(&self, questions: &[String]) -> Result<(), String> {
        self.runtime.block_on(send_back(&self.office, questions))
    }
}

async fn send_back(office: &Office, questions: &[String]) -> Result<(), String> {
    let cases = office.cases().await.map_err(|error| error.to_string())?;
    let newest = cases.last().ok_or("there is no case at the office")?;
    let number = newest.case_number.parse().map_err(|error: CaseError| error.to_string())?;
    match office.ask_correction(&number, questions, None).await {
        Ok(Moved::To(_)) => Ok(()),
        Ok(other) => Err(format!("the case was not sent back: {other:?}")),
        Err(error) => Err(error.to_string()),
    }
}

/// Runs the demo; returns the exit code.
pub fn run(wish: Wish) -> Result<u8, DemoError> {
    let world = World::build(&wish)?;
    if wish.headless { play(world, &wish) } else { dock::show(world) }
}

/// The visit without a display: one JSON line per step, pictures, a summary for people on standard error.
fn play(world: World, wish: &Wish) -> Result<u8, DemoError> {
    headless::install(wish.size.0, wish.size.1)?;
    let started = std::time::Instant::now();
    let window = screens::open(&world.config)?;
    let (told, reports) = mpsc::channel();
    let terminal = Terminal::start(&window, world.config.clone(), false, move |report| {
        if let Report::Acknowledged { .. } = &report {
            // The summary may be written already.
            let _ = told.send(report);
        }
    })?;
    slint::ComponentHandle::show(&window)?;
    headless::draw_now();
    let first_frame = started.elapsed();
    let shots = wish.shots.clone().unwrap_or_else(|| world.folder.path().join("shots"));
    std::fs::create_dir_all(&shots)?;
    let (eyes, visit, events) =
        (Eyes::new(&window).with(wish.hands), wish.visit.clone(), terminal.events.clone());
    let keep = wish.shots.is_some();
    let player = std::thread::Builder::new().name("player".into()).spawn(move || {
        let mut summary = Summary::new(first_frame, world.config.reader.baud);
        let player = Player::new(eyes, &world, Some(shots.clone()));
        let played = player.play(&visit, |step| {
            println!("{}", serde_json::to_string(step).unwrap_or_default());
            summary.took(step);
        });
        summary.finish(&world, reports.try_iter().collect(), keep.then_some(shots));
        // The window ends with the visit, however that went.
        let _ = events.blocking_send(Event::Quit);
        (played, summary, world)
    })?;
    slint::run_event_loop_until_quit()?;
    terminal.stop();
    let (played, summary, world) = player.join().map_err(|_| std::io::Error::other("the player stopped"))?;
    eprintln!("{summary}");
    drop(world);
    played?;
    Ok(0)
}
