//! `jiujin outbox`: what waits for the office, without ever showing contents; and sealed letters on a stick, from
//! one disk to another or to the office.
mod stick;
#[cfg(test)]
mod tests;

use crate::config::{Config, ConfigError};
use crate::enrol::{EnrolError, Identity};
use crate::parked;
use crate::store::{Line, OutboxLimits, Store, StoreError};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiujin_contract::submission::{SubmissionError, SubmissionId};
use jiujin_contract::text::Lang;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::PathBuf;

/// Lines that `list` prints at most.
const LINES_MAX: usize = 1_000_000;

#[derive(Subcommand)]
pub enum OutboxCommand {
    /// One line per submission: ids, state, age, reason. Example: jiujin outbox list --config kiosk.toml
    List(Where),
    /// One submission with its lines of the journal. Example: jiujin outbox show --config kiosk.toml ID
    Show {
        #[command(flatten)]
        at: Where,
        id: String,
    },
    /// Queues parked submissions again. Example: jiujin outbox retry --config kiosk.toml --all
    Retry {
        #[command(flatten)]
        at: Where,
        id: Option<String>,
        /// Every parked one
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
    /// Writes every unconfirmed submission, sealed, to a file signed by this kiosk. Attachments stay here and follow
    /// by the network; the summary counts them.
    ///
    /// Example: jiujin outbox export --config kiosk.toml /media/stick/letters.jsonl
    Export {
        #[command(flatten)]
        at: Where,
        file: PathBuf,
    },
    /// Queues the letters of an exported file here. Safe to repeat.
    ///
    /// Example: jiujin outbox import --config kiosk.toml /media/stick/letters.jsonl
    Import {
        #[command(flatten)]
        at: Where,
        file: PathBuf,
    },
}

#[derive(Args)]
pub struct Where {
    #[arg(long)]
    config: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    #[error("{0}: {1}")]
    Id(String, SubmissionError),
    #[error("say which one, or --all")]
    Which,
    #[error("this kiosk is not enrolled, so it has no key to sign with; `jiujin enrol` first")]
    NotEnrolled,
    #[error("{path}: {source}; check the stick")]
    File { path: PathBuf, source: io::Error },
    #[error("{path}, line {line}: {wrong}; nothing was taken from this file")]
    Stick { path: PathBuf, line: usize, wrong: String },
    #[error("{0}")]
    Output(#[from] io::Error),
}

/// Carries out one command; the answer is whether there was something to do.
pub fn run(command: &OutboxCommand, now: Timestamp, out: &mut impl Write) -> Result<bool, OutboxError> {
    match command {
        OutboxCommand::List(at) => list(&at.store()?, now, out),
        OutboxCommand::Show { at, id } => show(&at.store()?, parse(id)?, now, out),
        OutboxCommand::Retry { at, id: Some(id), .. } => retry(&mut at.store()?, vec![parse(id)?], now, out),
        OutboxCommand::Retry { at, id: None, all: true } => {
            let mut store = at.store()?;
            let waiting = all_parked(&store, now)?;
            retry(&mut store, waiting, now, out)
        }
        OutboxCommand::Retry { .. } => Err(OutboxError::Which),
        OutboxCommand::Export { at, file } => {
            let config = Config::load(&at.config)?;
            let identity = Identity::load(&config.storage.data_dir)?.ok_or(OutboxError::NotEnrolled)?;
            stick::export(&at.store()?, &identity, file, now, out)
        }
        OutboxCommand::Import { at, file } => stick::import(&mut at.store()?, file, now, out),
    }
}

impl Where {
    fn store(&self) -> Result<Store, OutboxError> {
        let config = Config::load(&self.config)?;
        Ok(Store::inspect(&config.store_path(), OutboxLimits::of(&config.limits))?)
    }
}

fn parse(id: &str) -> Result<SubmissionId, OutboxError> {
    SubmissionId::parse(id).map_err(|error| OutboxError::Id(id.to_owned(), error))
}

fn list(store: &Store, now: Timestamp, out: &mut impl Write) -> Result<bool, OutboxError> {
    let lines = store.lines(None, LINES_MAX, now)?;
    for line in &lines {
        writeln!(out, "{}", advised(line))?;
    }
    let summary = json!({
        "counts": store.counts()?, "road": store.road()?, "comparison": store.last_comparison()?
    });
    writeln!(out, "{summary}")?;
    Ok(true)
}

/// A parked one says in both languages what to do.
fn advised(line: &Line) -> Value {
    let mut told = json!(line);
    if line.state == "parked" {
        let reason = line.reason.as_deref().unwrap_or_default();
        let both = |words: fn(&str, Lang) -> &'static str| json!({"zh": words(reason, Lang::ZhCn), "en": words(reason, Lang::En)});
        told["technician"] = both(parked::technician);
        told["resident"] = both(parked::resident);
    }
    told
}

fn show(store: &Store, id: SubmissionId, now: Timestamp, out: &mut impl Write) -> Result<bool, OutboxError> {
    let Some(line) = store.lines(Some(id), 1, now)?.pop() else {
        return Err(StoreError::Unknown { id: id.to_string() }.into());
    };
    let journal = store.journal_of(&id.to_string())?;
    let attachments = store.attachments_of(id)?;
    let told = json!({"submission": advised(&line), "attachments": attachments, "journal": journal});
    writeln!(out, "{told}")?;
    Ok(true)
}

fn all_parked(store: &Store, now: Timestamp) -> Result<Vec<SubmissionId>, OutboxError> {
    let lines = store.lines(None, LINES_MAX, now)?;
    lines.iter().filter(|line| line.state == "parked").map(|line| parse(&line.id)).collect()
}

fn retry(
    store: &mut Store,
    ids: Vec<SubmissionId>,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<bool, OutboxError> {
    for id in &ids {
        store.retry(*id, now)?;
        writeln!(out, "{}", json!({"id": id, "state": "queued"}))?;
    }
    writeln!(out, "{}", json!({"retried": ids.len()}))?;
    Ok(!ids.is_empty())
}
