//! Finds sealed submissions and attachments in a damaged SQLite file, page by page, without trusting its structure. What is
//! found must be a whole envelope, whose own digest and signature the office checks again.
//!
//! Only the leaf pages of tables matter (SQLite file format, sections 1.6 and 2.1; log frames, section 4.1).
use jiujin_contract::sealing::{SealedAttachment, SealedSubmission};
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::wire::ATTACHMENT_TOTAL_MAX;
use std::collections::{BTreeMap, HashMap};

/// SQLite's default, which this program never changes.
const PAGE_BYTES: usize = 4096;
const WAL_HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// First byte of a leaf page of a table.
const TABLE_LEAF: u8 = 0x0D;
/// The largest record of interest: id, digest and the bytes of a sealed attachment.
const RECORD_BYTES_MAX: u64 = ATTACHMENT_TOTAL_MAX + 256;

/// What was readable.
#[derive(Default)]
pub(super) struct Salvage {
    pub letters: Vec<SealedSubmission>,
    /// Papers, each with the submission it belongs to.
    pub attachments: Vec<(SubmissionId, SealedAttachment)>,
    /// The highest running number that was still readable.
    pub sequence: Option<u64>,
}

pub(super) fn carve(file: &[u8], wal: &[u8]) -> Salvage {
    let pages = Pages::new(file, wal);
    let (mut found, mut papers) = (BTreeMap::new(), BTreeMap::new());
    let mut sequence = None;
    for image in &pages.images {
        for record in leaf_records(image, &pages) {
            match record.as_slice() {
                [Field::Blob(id), Field::Blob(sealed)] if id.len() == 16 => {
                    if let Ok(letter) = SealedSubmission::parse(sealed) {
                        sequence = sequence.max(Some(letter.envelope().sequence));
                        found.insert(letter.envelope().sequence, letter);
                    }
                }
                [Field::Blob(id), Field::Blob(digest), Field::Blob(sealed)] => {
                    if let Some((id, paper)) = paper(id, digest, sealed) {
                        papers.insert((id, paper.digest()), paper);
                    }
                }
                [Field::Text(name), Field::Whole(value)] if name.as_slice() == b"sequence" => {
                    sequence = sequence.max(u64::try_from(*value).ok());
                }
                _ => {}
            }
        }
    }
    let attachments = papers.into_iter().map(|((id, _), paper)| (id, paper)).collect();
    Salvage { letters: found.into_values().collect(), attachments, sequence }
}

/// Whole only if the bytes make the digest beside them.
fn paper(id: &[u8], digest: &[u8], sealed: &[u8]) -> Option<(SubmissionId, SealedAttachment)> {
    let id = SubmissionId::from_bytes(id.try_into().ok()?).ok()?;
    let paper = SealedAttachment::parse(sealed.to_vec()).ok()?;
    (paper.digest().as_bytes() == digest).then_some((id, paper))
}

/// Every image of every page: the log's are newer than the file's.
struct Pages<'a> {
    images: Vec<&'a [u8]>,
    newest_first: HashMap<u32, Vec<&'a [u8]>>,
}

impl<'a> Pages<'a> {
    fn new(file: &'a [u8], wal: &'a [u8]) -> Pages<'a> {
        let mut pages = Pages { images: Vec::new(), newest_first: HashMap::new() };
        let frames = wal.get(WAL_HEADER_BYTES..).unwrap_or_default();
        let mut logged: Vec<(u32, &[u8])> = frames
            .chunks_exact(FRAME_HEADER_BYTES + PAGE_BYTES)
            .filter_map(|frame| Some((be32(frame, 0)?, frame.get(FRAME_HEADER_BYTES..)?)))
            .collect();
        logged.reverse();
        let filed = (1u32..).zip(file.chunks(PAGE_BYTES));
        for (number, image) in logged.into_iter().chain(filed) {
            pages.images.push(image);
            pages.newest_first.entry(number).or_default().push(image);
        }
        pages
    }

    /// The rest of a long record: pages linked by their first four bytes.
    fn overflow(&self, mut number: u32, mut missing: usize, generation: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(missing.min(RECORD_BYTES_MAX as usize));
        while missing > 0 {
            let images = self.newest_first.get(&number)?;
            let image = images.get(generation).or(images.last())?;
            let part = image.get(4..4 + missing.min(PAGE_BYTES - 4))?;
            bytes.extend_from_slice(part);
            missing -= part.len();
            number = be32(image, 0)?;
        }
        Some(bytes)
    }
}

enum Field {
    Whole(i64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
    Other,
}

fn leaf_records(image: &[u8], pages: &Pages<'_>) -> Vec<Vec<Field>> {
    // Page 1 begins with the file's header of 100 bytes.
    [0usize, 100].iter().flat_map(|start| leaf_at(image, *start, pages)).collect()
}

fn leaf_at(image: &[u8], start: usize, pages: &Pages<'_>) -> Vec<Vec<Field>> {
    if image.get(start) != Some(&TABLE_LEAF) {
        return Vec::new();
    }
    let cells = be16(image, start + 3).unwrap_or(0).min(PAGE_BYTES / 4);
    (0..cells)
        .filter_map(|cell| be16(image, start + 8 + 2 * cell))
        .flat_map(|offset| (0..2).filter_map(move |generation| record(image, offset, pages, generation)))
        .collect()
}

/// One cell: length, row number, as much of the record as fits, and where the rest is.
fn record(image: &[u8], offset: usize, pages: &Pages<'_>, generation: usize) -> Option<Vec<Field>> {
    let (length, at) = varint(image, offset)?;
    let (_, at) = varint(image, at)?;
    if length > RECORD_BYTES_MAX {
        return None;
    }
    let length = length as usize;
    let local = local_bytes(length);
    let mut bytes = image.get(at..at + local)?.to_vec();
    if local < length {
        bytes.extend(pages.overflow(be32(image, at + local)?, length - local, generation)?);
    }
    fields(&bytes)
}

/// How much of a record stays on its leaf page (file format, section 1.6).
fn local_bytes(length: usize) -> usize {
    let most = PAGE_BYTES - 35;
    let least = (PAGE_BYTES - 12) * 32 / 255 - 23;
    let wanted = least + length.saturating_sub(least) % (PAGE_BYTES - 4);
    match length {
        _ if length <= most => length,
        _ if wanted <= most => wanted,
        _ => least,
    }
}

fn fields(record: &[u8]) -> Option<Vec<Field>> {
    const FIELDS_MAX: usize = 8;
    let (header, mut at) = varint(record, 0)?;
    let mut body = usize::try_from(header).ok()?;
    let mut found = Vec::new();
    while at < header as usize && found.len() < FIELDS_MAX {
        let (kind, next) = varint(record, at)?;
        at = next;
        let (field, length) = field(record, body, kind)?;
        body += length;
        found.push(field);
    }
    Some(found)
}

fn field(record: &[u8], body: usize, kind: u64) -> Option<(Field, usize)> {
    let whole = |length: usize| {
        let bytes = record.get(body..body + length)?;
        let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
        let start = if negative { -1i64 } else { 0 };
        let value = bytes.iter().fold(start, |value, byte| (value << 8) | i64::from(*byte));
        Some((Field::Whole(value), length))
    };
    match kind {
        1..=4 => whole(kind as usize),
        5 => whole(6),
        6 => whole(8),
        7 => Some((Field::Other, 8)),
        8 | 9 => Some((Field::Whole(kind as i64 - 8), 0)),
        0 => Some((Field::Other, 0)),
        12.. if kind <= RECORD_BYTES_MAX * 2 + 13 => {
            let length = ((kind - 12) / 2) as usize;
            let bytes = record.get(body..body + length)?.to_vec();
            Some((if kind.is_multiple_of(2) { Field::Blob(bytes) } else { Field::Text(bytes) }, length))
        }
        _ => None,
    }
}

/// Up to nine bytes, seven bits each, the ninth whole.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for step in 0..9 {
        let byte = *bytes.get(at + step)?;
        if step == 8 {
            return Some(((value << 8) | u64::from(byte), at + 9));
        }
        value = (value << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, at + step + 1));
        }
    }
    None
}

fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    let found = bytes.get(at..at + 2)?;
    Some(usize::from(u16::from_be_bytes([found[0], found[1]])))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}
