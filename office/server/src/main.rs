//! `jiujin-office`: serves the reference office, lists and moves its cases, adds and revokes devices, takes what
//! kiosks exported to a stick.
mod ceremony;
mod command_error;

use clap::{Parser, Subcommand};
use command_error::CommandError;
use jiujin_contract::case::{CaseNumber, CaseState};
use jiujin_contract::catalogue::OpenState;
use jiujin_contract::submission::{DeviceId, SubmissionId};
use jiujin_contract::text::Text;
use jiujin_office::{Moved, Office, without_password};
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

/// Where an office keeps its data unless it is told otherwise.
const DEFAULT_DATABASE: &str = "sqlite:jiujin-office.db";

/// The reference central office: takes what kiosks submit and makes each a case, exactly once.
#[derive(Parser)]
#[command(name = "jiujin-office", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until stopped. First line of output: {"listening":…,"database":…}
    ///
    /// Example: jiujin-office serve --database sqlite:/var/lib/jiujin/office.db --listen 127.0.0.1:8080
    Serve {
        /// sqlite:PATH or postgres://USER@HOST/NAME
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        /// Address and port; port 0 takes a free one
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
    /// One JSON line per case: id, digest, receipt number, case number, state, device. Never a name.
    ///
    /// Example: jiujin-office cases --database sqlite:office.db
    Cases {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
    },
    /// One JSON line per look into a resident's data: when, device, resident (a keyed hash), question, service, consent.
    ///
    /// Example: jiujin-office audit --database sqlite:office.db
    Audit {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
    },
    /// Move a case on: received, accepted, processing, approved, concluded … Exit 1 if its state does not allow it.
    ///
    /// Example: jiujin-office move --database sqlite:office.db --case 109999-20261122-00001-C --to accepted
    Move {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        /// The case's number
        #[arg(long)]
        case: String,
        /// The next state, as `cases` prints it
        #[arg(long)]
        to: String,
        /// What the resident should know; shown at the kiosk in every language
        #[arg(long)]
        note: Option<String>,
        /// A question the resident has to correct, by its name in the service's form; may be repeated. Only with
        /// --to correction_requested
        #[arg(long = "field")]
        fields: Vec<String>,
    },
    /// Take the sealed letters that a kiosk exported to a file. Safe to repeat. Exit 1 if a letter was refused.
    ///
    /// Example: jiujin-office import --database sqlite:office.db /media/stick/letters.jsonl
    Import {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        /// What `jiujin outbox export` wrote
        file: std::path::PathBuf,
    },
    /// Open one attachment of a case with the office's key into a new file. Exit 1 if it is not here whole.
    ///
    /// Example: jiujin-office attachment --database sqlite:office.db --submission 0199… --path /lease --out lease.jpg
    Attachment {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        /// The id of the case's submission, as `cases` prints it
        #[arg(long)]
        submission: String,
        /// The answer, as `cases` prints it
        #[arg(long)]
        path: String,
        /// A file that does not exist yet; only its owner may read it
        #[arg(long)]
        out: std::path::PathBuf,
    },
    /// Open a service, let only begun visits finish (closing), or close it. Exit 1 if it was never offered here.
    ///
    /// Example: jiujin-office item --database sqlite:office.db S041 closing
    Item {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        /// As in the catalogue
        id: String,
        #[arg(value_parser = ["open", "closing", "closed"])]
        state: String,
    },
    /// Post notices, the words of the site and new holidays to all kiosks, signed with the catalogue
    ///
    /// Example: jiujin-office board --database sqlite:office.db board.toml
    Board {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        /// `[[notice]]` with title, body, from and until; `[site]` with centre and staff; `[holidays]` with off and
        /// work, the days of years that are newer than this program. An empty file takes all away
        file: std::path::PathBuf,
    },
    /// Kiosks of this office
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Root keys: who may say which key signs the catalogue
    #[command(subcommand)]
    Root(ceremony::RootCommand),
}

#[derive(Subcommand)]
enum DeviceCommand {
    /// A one-time code with which one kiosk enrols within ten minutes: {"code":…,"expires":…}
    ///
    /// Example: jiujin-office device add --database sqlite:office.db --name "Lobby, left"
    Add {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        /// What people call the kiosk
        #[arg(long)]
        name: String,
    },
    /// One JSON line per kiosk: id, short id, name, active, enrolled_at
    ///
    /// Example: jiujin-office device list --database sqlite:office.db
    List {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
    },
    /// Hear nothing more from one kiosk, for ever; what it delivered stays. Exit 1 if it is not active.
    ///
    /// Example: jiujin-office device revoke --database sqlite:office.db kiosk-k7f4-0123456789abcdef
    Revoke {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        /// The id, as `device list` prints it
        device: String,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,sqlx=off".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_no() => refuse(&error),
        // A reader that has seen enough (`| head`) is no failure.
        Err(CommandError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("jiujin-office: {}", error.to_string().replace('\n', " "));
    ExitCode::from(2)
}

/// "No" is an answer, not a mistake.
fn refuse(error: &CommandError) -> ExitCode {
    fail(error);
    ExitCode::FAILURE
}

async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Serve { database, listen } => serve(&database, listen).await,
        Command::Cases { database } => cases(&existing(&database).await?).await,
        Command::Audit { database } => audit(&existing(&database).await?).await,
        Command::Move { database, case, to, note, fields } => {
            move_case(&existing(&database).await?, (&case, &to), note, &fields).await
        }
        Command::Item { database, id, state } => item(&existing(&database).await?, &id, &state).await,
        Command::Attachment { database, submission, path, out } => {
            let id: SubmissionId =
                submission.parse().map_err(|_| CommandError::SubmissionId(submission.clone()))?;
            print_line(&existing(&database).await?.open_attachment(id, &path, &out).await?)
        }
        Command::Import { database, file } => import(&database, &file).await,
        Command::Board { database, file } => {
            print_line(&jiujin_office::post_board(&jiujin_office::keys_beside(&database), &file)?)
        }
        Command::Device(command) => device(command).await,
        Command::Root(command) => ceremony::run(command),
    }
}

async fn device(command: DeviceCommand) -> Result<(), CommandError> {
    match command {
        DeviceCommand::Add { database, name } => {
            let office = Office::open_records(&database).await?;
            let enrolment = office.add_device(&name).await?;
            office.close().await;
            print_line(&serde_json::json!({"code": enrolment.code, "expires": enrolment.expires}))
        }
        DeviceCommand::List { database } => {
            for device in existing(&database).await?.devices().await? {
                print_line(&device)?;
            }
            Ok(())
        }
        DeviceCommand::Revoke { database, device } => {
            let id = DeviceId::parse(&device).map_err(|_| CommandError::DeviceId(device.clone()))?;
            match existing(&database).await?.revoke_device(&id).await? {
                true => print_line(&serde_json::json!({"id": id, "active": false})),
                false => Err(CommandError::NoSuchDevice(device)),
            }
        }
    }
}

async fn item(office: &Office, id: &str, state: &str) -> Result<(), CommandError> {
    let wanted = match state {
        "closing" => OpenState::Closing,
        "closed" => OpenState::Closed,
        _ => OpenState::Open,
    };
    match office.set_item_state(id, wanted).await? {
        true => print_line(&serde_json::json!({"id": id, "state": state})),
        false => Err(CommandError::NoSuchItem(id.to_owned())),
    }
}

async fn import(database: &str, file: &std::path::Path) -> Result<(), CommandError> {
    // Refuses a wrong file or a mistyped database before the whole office opens.
    jiujin_office::check_export(file)?;
    existing(database).await?.close().await;
    let office = Office::open(database).await?;
    let imported = office.import(file).await?;
    office.close().await;
    print_line(&imported)?;
    if imported.refused.is_empty() { Ok(()) } else { Err(CommandError::Refused(imported.refused.len())) }
}

async fn serve(database: &str, listen: SocketAddr) -> Result<(), CommandError> {
    let office = Office::open(database).await?;
    let refused = |source| CommandError::Listen { address: listen, source };
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let place = without_password(database);
    print_line(&serde_json::json!({"listening": format!("http://{address}"), "database": place}))?;
    eprintln!("jiujin-office: cases are kept in {place}; console at http://{address}/; stop with Ctrl-C");
    tokio::select! {
        ended = office.serve(listener) => ended.map_err(refused)?,
        _ = stopped() => {}
    }
    office.close().await;
    Ok(())
}

/// Ctrl-C or a service manager's SIGTERM.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// Listing must not create an empty office out of a mistyped path.
async fn existing(database: &str) -> Result<Office, CommandError> {
    let path = database.strip_prefix("sqlite:");
    if path.is_some_and(|path| !std::path::Path::new(path.trim_start_matches("//")).exists()) {
        return Err(CommandError::NoDatabase(database.to_owned()));
    }
    Ok(Office::open_records(database).await?)
}

async fn move_case(
    office: &Office,
    (case, to): (&str, &str),
    note: Option<String>,
    fields: &[String],
) -> Result<(), CommandError> {
    let number: CaseNumber = case.parse().map_err(|_| CommandError::CaseNumber(case.to_owned()))?;
    let to = CaseState::from_code(to).ok_or_else(|| CommandError::State(to.to_owned()))?;
    let note = note.map(|note| Text { zh: note.clone(), zh_tw: None, en: note });
    if !fields.is_empty() && to != CaseState::CorrectionRequested {
        return Err(CommandError::FieldsWithoutCorrection);
    }
    let moved = match fields {
        [] => office.move_case(&number, to, note.as_ref()).await?,
        fields => office.ask_correction(&number, fields, note.as_ref()).await?,
    };
    match moved {
        Moved::To(state) => print_line(&serde_json::json!({"case_number": number, "state": state})),
        Moved::NotAllowed(error) => Err(CommandError::NotAllowed(error)),
        Moved::HasParts => Err(CommandError::HasParts(case.to_owned())),
        Moved::NoSuchCase => Err(CommandError::NoSuchCase(case.to_owned())),
        Moved::NoSuchQuestion => Err(CommandError::NoSuchQuestion),
        Moved::TooManyQuestions => Err(CommandError::TooManyQuestions),
    }
}

async fn cases(office: &Office) -> Result<(), CommandError> {
    for case in office.cases().await? {
        print_line(&case)?;
    }
    Ok(())
}

async fn audit(office: &Office) -> Result<(), CommandError> {
    for row in office.audited().await? {
        print_line(&row)?;
    }
    Ok(())
}

fn print_line(value: &impl serde::Serialize) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    let line = serde_json::to_string(value).map_err(std::io::Error::from)?;
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
