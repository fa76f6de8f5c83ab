//! One arm per command; each a thin call into its room.
use super::{
    CatalogueCommand, Command, ConfigCommand, EXIT_NO, EXIT_OK, EXIT_USAGE, FormCommand, IdCommand,
    ImeCommand, ReaderCommand,
};
use super::{configuration, doctor, outbox, screens, visit};
use crate::config::Config;
use crate::input::{self, Lexicon};
use crate::screens::fonts;
use crate::shelf;
use jiujin_contract::{catalogue, form};
use jiujin_hardware::cli;
use std::io::{self, BufReader, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Carries a command out and says how it ended. No command is the demo.
pub fn run(command: Option<Command>) -> u8 {
    let (stdin, mut out, mut err) = (BufReader::new(io::stdin()), io::stdout(), io::stderr());
    match command {
        #[cfg(feature = "demo")]
        None => visit::demo(None),
        #[cfg(not(feature = "demo"))]
        None => {
            let _ = writeln!(err, "say what to do; jiujin --help lists the commands");
            EXIT_USAGE
        }
        #[cfg(feature = "demo")]
        Some(Command::Demo(arguments)) => visit::demo(Some(arguments)),
        Some(Command::Run(arguments)) => visit::terminal(&arguments.config),
        Some(Command::Visit(arguments)) => visit::visit(&arguments),
        Some(Command::Screens(arguments)) => screens::render(&arguments),
        Some(Command::Reader(command)) => reader(command),
        Some(Command::Id(IdCommand::Check)) => cli::id_check(stdin, out, err),
        Some(Command::Form(FormCommand::Describe)) => form::describe_lines(stdin, out),
        Some(Command::Catalogue(command)) => said(catalogue_command(command, &mut out)),
        Some(Command::Outbox(command)) => match outbox::run(&command, jiff::Timestamp::now(), &mut out) {
            Ok(good) => u8::from(!good),
            Err(error) => complain(&error),
        },
        Some(Command::Config(ConfigCommand::Init { file })) => match configuration::init(&file, &mut out) {
            Ok(()) => EXIT_OK,
            Err(error) => {
                complain(&format!("{}: {error}; an existing file is never overwritten", file.display()))
            }
        },
        Some(Command::Config(ConfigCommand::Check { file })) => {
            said(configuration::check(&file, &mut out, &mut err))
        }
        Some(Command::Enrol { config, office, code }) => enrol(&config, &office, &code),
        Some(Command::Ime(ImeCommand::Convert)) => {
            let titles = catalogue::day_one().items.into_iter().map(|item| item.name.zh);
            match input::convert_lines(stdin, out, &Arc::new(Lexicon::new(titles))) {
                Ok(()) => EXIT_OK,
                Err(error) => complain(&error),
            }
        }
        Some(Command::Doctor { config, json }) => said(doctor::examine(config.as_deref(), json, &mut out)),
    }
}

/// One line on standard error, exit code 2.
pub(super) fn complain(error: &dyn std::fmt::Display) -> u8 {
    // Nobody to tell: the exit code still says it.
    let _ = writeln!(io::stderr(), "{error}");
    EXIT_USAGE
}

fn said(result: io::Result<u8>) -> u8 {
    result.unwrap_or_else(|error| complain(&error))
}

fn reader(command: ReaderCommand) -> u8 {
    let (stdin, out, err) = (BufReader::new(io::stdin()), io::stdout(), io::stderr());
    match command {
        ReaderCommand::Decode => cli::decode(stdin, out, err),
        ReaderCommand::Encode => cli::encode(stdin, out, err),
        ReaderCommand::Read { port, baud, timeout_s } => {
            cli::read(&cli::ReadRequest { port, baud, timeout: Duration::from_secs(timeout_s) }, out, err)
        }
        ReaderCommand::Record { port, baud, timeout_s, out: file } => {
            let request = cli::ReadRequest { port, baud, timeout: Duration::from_secs(timeout_s) };
            match file.map(|path| std::fs::File::create(&path).map_err(|error| (path, error))).transpose() {
                Ok(Some(file)) => cli::record(&request, file, err),
                Ok(None) => cli::record(&request, out, err),
                Err((path, error)) => complain(&format!("{}: {error}", path.display())),
            }
        }
        ReaderCommand::SetRateBack { port } => cli::set_rate_back(&port, out, err),
        ReaderCommand::Replay { file } => match std::fs::read_to_string(&file) {
            Ok(recording) => cli::replay(&recording, out, err),
            Err(error) => complain(&format!("{}: {error}", file.display())),
        },
        ReaderCommand::Probe { port } => match cli::probe(port.as_deref(), out) {
            EXIT_OK => EXIT_OK,
            code => {
                complain(&"no reader answers; check its cable and power, or name its port with --port");
                code
            }
        },
        ReaderCommand::Simulate { link, script } => cli::simulate((link, script.as_deref()), stdin, out, err),
    }
}

fn catalogue_command(command: CatalogueCommand, out: &mut dyn Write) -> io::Result<u8> {
    match command {
        CatalogueCommand::Check { dir } => {
            let code = match dir {
                Some(dir) => catalogue::lint::check_dir(&dir, &fonts::draws, out),
                None => catalogue::lint::check_catalogue(&catalogue::day_one(), &fonts::draws, out),
            }?;
            Ok(u8::try_from(code).unwrap_or(EXIT_NO))
        }
        CatalogueCommand::Search { query, catalogue: dir, limit } => {
            let found = match dir {
                Some(dir) => catalogue::load_dir(&dir)?,
                None => catalogue::day_one(),
            };
            let search = crate::search::Search::new(found.offered().iter().map(shelf::entry));
            crate::search::print_hits(&search, &query, limit, out)?;
            Ok(EXIT_OK)
        }
    }
}

fn enrol(config: &Path, office: &str, code: &str) -> u8 {
    let config = match Config::load(config) {
        Ok(config) => config,
        Err(error) => return complain(&error),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error),
    };
    match runtime.block_on(crate::enrol::enrol(&config, office, code)) {
        Ok(answer) => {
            println!("{}", serde_json::json!({"device_id": answer.device_id, "short_id": answer.short_id}));
            EXIT_OK
        }
        Err(error) => {
            complain(&error);
            EXIT_NO
        }
    }
}
