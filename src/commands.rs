//! What can be asked of the program. Exit codes: 0 ok, 1 the answer is "no", 2 wrong usage or unreadable
//! input; others as documented per command.
pub mod configuration;
mod doctor;
pub mod outbox;
mod run;
mod screens;
mod visit;

use clap::{Args, Subcommand};
pub use run::run;
use std::path::PathBuf;

/// It went well.
pub const EXIT_OK: u8 = 0;
/// The answer is "no".
pub const EXIT_NO: u8 = 1;
/// Wrong usage or unreadable input.
pub const EXIT_USAGE: u8 = 2;

#[derive(Subcommand)]
pub enum Command {
    /// The whole product on one machine: office, simulated reader and kiosk.
    ///
    /// Example: jiujin demo --headless --shots shots --lang en
    #[cfg(feature = "demo")]
    Demo(DemoArguments),
    /// A real terminal. Example: jiujin run --config /etc/jiujin/kiosk.toml
    Run(ConfigArgument),
    /// Plays scripted visits on the real kiosk process, without a display.
    ///
    /// Example: jiujin visit --config kiosk.toml --repeat 3 --drain
    Visit(VisitArguments),
    /// Every page with its sample data as PNG. Example: jiujin screens --out shots --theme dark
    Screens(ScreensArguments),
    /// The card reader: read, probe, simulate, decode, encode.
    #[command(subcommand)]
    Reader(ReaderCommand),
    /// Checks identity numbers. Example: echo '{"input":"11010519491231002X","scheme":"gb11643"}' | jiujin id check
    #[command(subcommand)]
    Id(IdCommand),
    /// JSON Forms. Example: jiujin form describe < cases.jsonl
    #[command(subcommand)]
    Form(FormCommand),
    /// Service items: check and search.
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// What waits for the office. Example: jiujin outbox list --config kiosk.toml
    #[command(subcommand)]
    Outbox(outbox::OutboxCommand),
    /// The configuration file. Example: jiujin config check kiosk.toml
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Makes this kiosk known to an office with a one-time code.
    ///
    /// Example: jiujin enrol --config kiosk.toml --office http://127.0.0.1:8080 --code 7K3M9QXA2B
    Enrol {
        #[arg(long)]
        config: PathBuf,
        #[arg(long)]
        office: String,
        #[arg(long)]
        code: String,
    },
    /// Pinyin input. Example: echo '{"pinyin":"shenfenzheng","field":"text"}' | jiujin ime convert
    #[command(subcommand)]
    Ime(ImeCommand),
    /// Every subsystem with its state and the next action. Example: jiujin doctor --config kiosk.toml --json
    Doctor {
        #[arg(long)]
        config: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub struct ConfigArgument {
    #[arg(long)]
    pub config: PathBuf,
}

/// How the pages are to look.
#[derive(Args, Clone)]
pub struct LookArguments {
    /// Width and height in pixels
    #[arg(long, default_value = "1080x1920")]
    pub size: String,
    /// light, dark, contrast or calm
    #[arg(long, default_value = "light")]
    pub theme: String,
    /// zh-CN, zh-TW or en
    #[arg(long, default_value = "zh-CN")]
    pub lang: String,
    /// 1 (small) to 4 (largest)
    #[arg(long, default_value_t = 2)]
    pub text_size: u8,
}

impl Default for LookArguments {
    fn default() -> LookArguments {
        LookArguments { size: "1080x1920".into(), theme: "light".into(), lang: "zh-CN".into(), text_size: 2 }
    }
}

#[cfg(feature = "demo")]
#[derive(Args)]
pub struct DemoArguments {
    /// Without a window, even where there is a display
    #[arg(long)]
    pub headless: bool,
    /// Play the visit with up, down and select of an assistive keypad instead of a finger
    #[arg(long)]
    pub five_keys: bool,
    /// A visit to play instead of the built-in one
    #[arg(long)]
    pub visit: Option<PathBuf>,
    /// Folder for the pictures
    #[arg(long)]
    pub shots: Option<PathBuf>,
    #[command(flatten)]
    pub look: LookArguments,
}

#[derive(Args)]
pub struct VisitArguments {
    #[arg(long)]
    pub config: PathBuf,
    #[arg(long)]
    pub visit: Option<PathBuf>,
    #[arg(long, default_value_t = 1)]
    pub repeat: usize,
    /// Go on until nothing waits for the office any more
    #[arg(long)]
    pub drain: bool,
    #[arg(long)]
    pub shots: Option<PathBuf>,
}

#[derive(Args)]
pub struct ScreensArguments {
    #[arg(long)]
    pub out: PathBuf,
    /// Only this page
    #[arg(long)]
    pub page: Option<String>,
    /// Everything to touch in the lower part of the screen
    #[arg(long)]
    pub reach: bool,
    #[command(flatten)]
    pub look: LookArguments,
}

#[derive(Subcommand)]
pub enum ReaderCommand {
    /// Bytes of a reader to frames and cards, one JSON case per line
    Decode,
    /// Commands to frames, one JSON case per line
    Encode,
    /// Reads one card. Exit 3 no card in time, 4 reader not answering, 5 card unreadable, 6 reader out of order
    Read {
        #[arg(long)]
        port: String,
        #[arg(long)]
        baud: Option<u32>,
        #[arg(long, default_value_t = 30)]
        timeout_s: u64,
    },
    /// What answers on which port
    Probe {
        #[arg(long)]
        port: Option<String>,
    },
    /// Reads one card and writes what crossed the port as JSON lines, the person replaced by an invented one.
    ///
    /// Exit codes as of `read`. Example: jiujin reader record --port /dev/ttyUSB0 --out trouble.jsonl
    Record {
        #[arg(long)]
        port: String,
        #[arg(long)]
        baud: Option<u32>,
        #[arg(long, default_value_t = 30)]
        timeout_s: u64,
        /// Instead of standard output
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Sets a reader that other software left at another rate back to 115200, for good
    SetRateBack {
        #[arg(long)]
        port: String,
    },
    /// Plays a recording through the driver. Example: jiujin reader replay trouble.jsonl
    Replay { file: PathBuf },
    /// A reader on a pty; obeys `place NAME`, `lift`, `fault KIND …`, `help`, `quit` on standard input
    Simulate {
        /// Also reachable under this name
        #[arg(long)]
        link: Option<PathBuf>,
        /// Commands to obey first
        #[arg(long)]
        script: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub enum IdCommand {
    /// One JSON case per line
    Check,
}

#[derive(Subcommand)]
pub enum FormCommand {
    /// Controls, visibility and errors of a form, one JSON case per line
    Describe,
}

#[derive(Subcommand)]
pub enum CatalogueCommand {
    /// Checks service items. Exit 1 if any has a problem. Example: jiujin catalogue check assets/catalogue
    Check { dir: Option<PathBuf> },
    /// Finds services and life events. Example: jiujin catalogue search shenfz
    Search {
        query: String,
        #[arg(long)]
        catalogue: Option<PathBuf>,
        #[arg(long, default_value_t = 10)]
        limit: usize,
    },
}

#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Writes a commented configuration
    Init { file: PathBuf },
    /// Names line and key of every mistake
    Check { file: PathBuf },
}

#[derive(Subcommand)]
pub enum ImeCommand {
    /// Pinyin to text, one JSON case per line
    Convert,
}
