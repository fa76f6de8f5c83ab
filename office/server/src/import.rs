//! A kiosk's sealed export, carried on a stick: checked whole, then taken like any delivery. The file: a head, one
//! sealed letter per line as a batch has it, and the kiosk's signature over everything before.
use crate::desk::Desk;
use crate::intake;
use crate::refusal::Refusal;
use crate::store::{NewCase, Placed, StoreError};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiujin_contract::keys::DevicePublicKey;
use jiujin_contract::sealing::{SEALED_BYTES_MAX, SealedSubmission};
use jiujin_contract::submission::DeviceId;
use jiujin_contract::wire::{BATCH_ITEMS_MAX, BatchItem, Problem, ProblemKind};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const PURPOSE: &[u8] = b"jiujin outbox export 1\n";
/// A sealed letter in base64 with its id.
const LINE_BYTES_MAX: u64 = SEALED_BYTES_MAX as u64 * 2;
/// More letters than any outbox holds.
const LETTERS_MAX: usize = 1_000_000;

/// Why nothing was taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{path}: {source}; check the stick")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path}, line {line}: {wrong}; nothing was taken from this file")]
    Stick { path: PathBuf, line: usize, wrong: String },
    #[error("the file is of device {0}, which is not enrolled here or was revoked; nothing was taken")]
    Stranger(DeviceId),
    #[error("the office failed: {}", .0.title)]
    Office(Problem),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What `jiujin-office import` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    pub device: DeviceId,
    pub letters: usize,
    /// Cases made now.
    pub taken: usize,
    pub already_here: usize,
    /// Papers that the letters taken now name and that are not here: they stay at the kiosk and follow by the network.
    pub attachments_missing: usize,
    /// Refused letters stay at the kiosk; with the office's reason.
    pub refused: Vec<RefusedLetter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedLetter {
    pub id: String,
    pub reason: String,
}

#[derive(Deserialize)]
struct Head {
    jiujin_export: u32,
    device: DeviceId,
    public_key: DevicePublicKey,
}

#[derive(Deserialize)]
struct Foot {
    letters: usize,
    signature: String,
}

/// Is this a whole export, signed by the kiosk that it names? Needs no office.
pub fn check_export(path: &Path) -> Result<(), ImportError> {
    Stick::open(path)?.check().map(drop)
}

/// Reads twice: first everything is checked, then it is taken in batches.
pub async fn import(desk: &Arc<Desk>, path: &Path) -> Result<Imported, ImportError> {
    let checked = Stick::open(path)?.check()?;
    let known = desk.store.device(&checked.device).await?;
    if !known.is_some_and(|device| device.active && device.public_key == checked.public_key) {
        return Err(ImportError::Stranger(checked.device));
    }
    let mut stick = Stick::open(path)?;
    stick.head()?;
    let mut imported = Imported {
        device: checked.device,
        letters: checked.letters,
        taken: 0,
        already_here: 0,
        attachments_missing: 0,
        refused: Vec::new(),
    };
    let mut left = checked.letters;
    while left > 0 {
        let count = left.min(BATCH_ITEMS_MAX);
        let mut letters = Vec::with_capacity(count);
        for _ in 0..count {
            letters.push(stick.letter()?);
        }
        take(desk, letters, &mut imported).await?;
        left -= count;
    }
    Ok(imported)
}

async fn take(
    desk: &Arc<Desk>,
    letters: Vec<SealedSubmission>,
    imported: &mut Imported,
) -> Result<(), ImportError> {
    let office = |Refusal(problem)| ImportError::Office(problem);
    let mut fresh = Vec::new();
    for letter in letters {
        match desk.store.known(letter.id(), letter.digest()).await? {
            Some(placed) => imported.count(&letter.id().to_string(), &placed),
            None => fresh.push(letter),
        }
    }
    let ids: Vec<String> = fresh.iter().map(|letter| letter.id().to_string()).collect();
    let mut cases: Vec<NewCase> = Vec::new();
    for (id, examined) in ids.into_iter().zip(intake::examine_all(desk, fresh).await.map_err(office)?) {
        match examined {
            Ok(case) => cases.push(case),
            Err(Refusal(problem)) => {
                imported.refused.push(RefusedLetter { id, reason: problem.kind.code() });
            }
        }
    }
    let placed = intake::place(desk, &cases).await?;
    for (case, _) in cases.iter().zip(&placed).filter(|(_, placed)| matches!(placed, Placed::New(_))) {
        imported.attachments_missing += desk.store.papers_missing(case.sealed.id()).await?;
    }
    cases
        .iter()
        .zip(&placed)
        .for_each(|(case, placed)| imported.count(&case.sealed.id().to_string(), placed));
    Ok(())
}

impl Imported {
    fn count(&mut self, id: &str, placed: &Placed) {
        match placed {
            Placed::New(_) => self.taken += 1,
            Placed::Known(_) => self.already_here += 1,
            Placed::OtherBytes => self.refuse(id, ProblemKind::OtherBytes),
            Placed::TooLate => self.refuse(id, ProblemKind::TooLate),
        }
    }

    fn refuse(&mut self, id: &str, why: ProblemKind) {
        self.refused.push(RefusedLetter { id: id.to_owned(), reason: why.code() });
    }
}

struct Checked {
    device: DeviceId,
    public_key: DevicePublicKey,
    letters: usize,
}

/// The file, line by line.
struct Stick {
    path: PathBuf,
    file: BufReader<File>,
    line: usize,
    hash: Sha256,
}

impl Stick {
    fn open(path: &Path) -> Result<Stick, ImportError> {
        let file = File::open(path).map_err(|source| ImportError::File { path: path.to_owned(), source })?;
        Ok(Stick { path: path.to_owned(), file: BufReader::new(file), line: 0, hash: Sha256::new() })
    }

    fn wrong(&self, wrong: impl ToString) -> ImportError {
        ImportError::Stick { path: self.path.clone(), line: self.line, wrong: wrong.to_string() }
    }

    fn next_line(&mut self) -> Result<Vec<u8>, ImportError> {
        let mut line = Vec::new();
        self.line += 1;
        let read = self.file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
        read.map_err(|source| ImportError::File { path: self.path.clone(), source })?;
        Ok(line)
    }

    fn head(&mut self) -> Result<Head, ImportError> {
        let line = self.next_line()?;
        let head: Head =
            serde_json::from_slice(&line).map_err(|_| self.wrong("this is no exported outbox"))?;
        self.hash.update(&line);
        if head.jiujin_export == 1 { Ok(head) } else { Err(self.wrong("another version exported it")) }
    }

    fn letter(&mut self) -> Result<SealedSubmission, ImportError> {
        let line = self.next_line()?;
        self.sealed(&line)
    }

    fn sealed(&self, line: &[u8]) -> Result<SealedSubmission, ImportError> {
        let item: BatchItem =
            serde_json::from_slice(line).map_err(|_| self.wrong("the file ends too early"))?;
        item.open().map_err(|error| self.wrong(error))
    }

    /// Every letter is whole and of this device, none is missing, and the device signed the file.
    fn check(mut self) -> Result<Checked, ImportError> {
        let head = self.head()?;
        for letters in 0..LETTERS_MAX {
            let line = self.next_line()?;
            let Ok(foot) = serde_json::from_slice::<Foot>(&line) else {
                self.sealed(&line)?.verify(&head.public_key).map_err(|error| self.wrong(error))?;
                self.hash.update(&line);
                continue;
            };
            let signature = STANDARD.decode(&foot.signature).unwrap_or_default();
            let signed = [PURPOSE, &self.hash.clone().finalize()].concat();
            let signed = head.public_key.verify(&signed, &signature);
            signed.map_err(|_| self.wrong("the signature does not fit"))?;
            return match foot.letters == letters {
                true => Ok(Checked { device: head.device, public_key: head.public_key, letters }),
                false => Err(self.wrong("letters are missing")),
            };
        }
        Err(self.wrong("more letters than any outbox holds"))
    }
}
