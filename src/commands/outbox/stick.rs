//! The exported file: a head, one sealed letter per line as the office's batch has it, and the kiosk's signature
//! over everything before. Nobody but the office can open the letters. Attachments stay in the store: the letters name
//! them, so the office flags what is missing until this kiosk has carried it there.
use super::OutboxError;
use crate::enrol::Identity;
use crate::store::Store;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use jiujin_contract::keys::DevicePublicKey;
use jiujin_contract::sealing::{SEALED_BYTES_MAX, SealedSubmission};
use jiujin_contract::wire::BatchItem;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

const PURPOSE: &[u8] = b"jiujin outbox export 1\n";
/// A sealed letter in base64 with its id.
const LINE_BYTES_MAX: u64 = SEALED_BYTES_MAX as u64 * 2;
/// More letters than any outbox holds.
const LETTERS_MAX: usize = 1_000_000;

#[derive(Serialize, Deserialize)]
struct Head {
    jiujin_export: u32,
    device: String,
    public_key: DevicePublicKey,
    created_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Foot {
    letters: usize,
    signature: String,
}

pub(super) fn export(
    store: &Store,
    identity: &Identity,
    path: &Path,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<bool, OutboxError> {
    let failed = |source| OutboxError::File { path: path.to_owned(), source };
    let head = Head {
        jiujin_export: 1,
        device: identity.office.device_id.to_string(),
        public_key: identity.key.public(),
        created_at: now,
    };
    let draft = path.with_extension("part");
    let mut file =
        Signing { file: BufWriter::new(File::create(&draft).map_err(failed)?), hash: Sha256::new() };
    file.line(&head).map_err(failed)?;
    let mut letters = 0;
    store.each_unconfirmed(|sealed| {
        letters += 1;
        file.line(&BatchItem::of(sealed)).map_err(failed)
    })?;
    let digest = file.hash.clone().finalize();
    let signature = STANDARD.encode(identity.key.sign(&[PURPOSE, &digest].concat()));
    file.line(&Foot { letters, signature }).map_err(failed)?;
    let written = file.file.into_inner().map_err(|error| failed(error.into_error()))?;
    written.sync_all().map_err(failed)?;
    fs::rename(&draft, path).map_err(failed)?;
    // Papers are too large for the format; they stay queued and follow by the road, where the office awaits them.
    let attachments = store.attachments_waiting()?;
    let file = path.display().to_string();
    writeln!(out, "{}", json!({"exported": letters, "attachments_left_here": attachments, "file": file}))?;
    Ok(letters > 0)
}

/// Writes lines and keeps the digest of all of them.
struct Signing {
    file: BufWriter<File>,
    hash: Sha256,
}

impl Signing {
    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line).map_err(io::Error::other)?;
        text.push(b'\n');
        self.hash.update(&text);
        self.file.write_all(&text)
    }
}

/// Checks the whole file first; one wrong byte and nothing is taken.
pub(super) fn import(
    store: &mut Store,
    path: &Path,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<bool, OutboxError> {
    read(path, &mut |_| Ok(()))?;
    let (mut taken, mut known) = (0, 0);
    let head = read(path, &mut |sealed| {
        match store.take_in(sealed, now)? {
            true => taken += 1,
            false => known += 1,
        }
        Ok(())
    })?;
    store.note(now, "imported", &head.device, &format!("{taken} letters, {known} known"))?;
    writeln!(out, "{}", json!({"imported": taken, "already_here": known, "device": head.device}))?;
    Ok(taken > 0)
}

fn read(
    path: &Path,
    each: &mut dyn FnMut(&SealedSubmission) -> Result<(), OutboxError>,
) -> Result<Head, OutboxError> {
    let failed = |source| OutboxError::File { path: path.to_owned(), source };
    let wrong = |line: usize, wrong: &str| OutboxError::Stick {
        path: path.to_owned(),
        line,
        wrong: wrong.to_owned(),
    };
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let mut hash = Sha256::new();
    let first = next_line(&mut file).map_err(failed)?;
    let head: Head = serde_json::from_slice(&first).map_err(|_| wrong(1, "this is no exported outbox"))?;
    if head.jiujin_export != 1 {
        return Err(wrong(1, "another version of this program exported it"));
    }
    hash.update(&first);
    for line in 2..LETTERS_MAX {
        let text = next_line(&mut file).map_err(failed)?;
        if let Ok(item) = serde_json::from_slice::<BatchItem>(&text) {
            let sealed = item.open().map_err(|error| wrong(line, &error.to_string()))?;
            sealed.verify(&head.public_key).map_err(|error| wrong(line, &error.to_string()))?;
            hash.update(&text);
            each(&sealed)?;
            continue;
        }
        let foot: Foot = serde_json::from_slice(&text).map_err(|_| wrong(line, "the file ends too early"))?;
        let signature = STANDARD.decode(&foot.signature).unwrap_or_default();
        let signed = [PURPOSE, &hash.finalize()].concat();
        head.public_key.verify(&signed, &signature).map_err(|_| wrong(line, "the signature does not fit"))?;
        return if foot.letters == line - 2 { Ok(head) } else { Err(wrong(line, "letters are missing")) };
    }
    Err(wrong(LETTERS_MAX, "more letters than any outbox holds"))
}

fn next_line(file: &mut BufReader<File>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
    Ok(line)
}
