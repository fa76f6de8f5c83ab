use super::*;
use std::fs;
use std::path::PathBuf;

/// A closed store with some letters, and its bytes.
struct Damaged {
    folder: tempfile::TempDir,
    path: PathBuf,
    letters: Vec<Acknowledged>,
}

fn store_with_letters(count: i64) -> Damaged {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let path = folder.path().join("kiosk.sqlite");
    let mut store = opened(&path).store;
    let letters = (0..count).map(|n| counter.submit(&mut store, at(n)).unwrap()).collect();
    drop(store);
    Damaged { folder, path, letters }
}

fn set_aside_files(folder: &Path) -> usize {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("damaged-") && !name.ends_with("-wal")).count()
}

#[test]
fn a_file_without_its_header_is_set_aside_and_its_letters_are_queued_again() {
    let Damaged { folder, path, letters } = store_with_letters(12);
    let mut bytes = fs::read(&path).unwrap();
    bytes[..100].fill(0xA5);
    fs::write(&path, bytes).unwrap();
    let mut opened = opened(&path);
    let alarm = opened.alarm.unwrap();
    assert_eq!(alarm.salvaged, 12);
    assert!(alarm.set_aside.exists());
    assert_eq!(set_aside_files(folder.path()), 1);
    let found: Vec<_> =
        opened.store.due(at(60), 50).unwrap().iter().map(|letter| letter.sealed.digest()).collect();
    assert_eq!(found, letters.iter().map(|letter| letter.digest).collect::<Vec<_>>());
    assert!(opened.store.sequence().unwrap() >= 12 + 1_000);
}

#[test]
fn an_empty_file_still_starts_and_never_repeats_a_number() {
    let Damaged { folder, path, .. } = store_with_letters(3);
    fs::write(&path, b"").unwrap();
    let opened = opened(&path);
    assert_eq!(opened.alarm.unwrap().salvaged, 0);
    assert!(opened.store.sequence().unwrap() > 1_000_000);
    assert_eq!(set_aside_files(folder.path()), 1);
}

#[test]
fn letters_that_are_only_in_the_log_are_found_there() {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let path = folder.path().join("kiosk.sqlite");
    let mut store = opened(&path).store;
    let made: Vec<_> = (0..5).map(|n| counter.submit(&mut store, at(n)).unwrap()).collect();
    // A power cut: the files as they are now, the process still alive.
    let cut = tempfile::tempdir().unwrap();
    let cut_path = cut.path().join("kiosk.sqlite");
    fs::copy(&path, &cut_path).unwrap();
    fs::copy(path.with_extension("sqlite-wal"), cut_path.with_extension("sqlite-wal")).unwrap();
    fs::write(&cut_path, vec![0xEE; 8_192]).unwrap();
    // With a sound header SQLite would take everything from the log by itself.
    let log = cut_path.with_extension("sqlite-wal");
    let mut frames = fs::read(&log).unwrap();
    frames[..32].fill(0);
    fs::write(&log, frames).unwrap();
    let mut opened = opened(&cut_path);
    assert_eq!(opened.alarm.as_ref().unwrap().salvaged, 5);
    assert_eq!(opened.store.due(at(60), 50).unwrap().len(), made.len());
}

/// R8, the short version: bit flips, cuts and overwritten pages at places drawn from a fixed seed.
#[test]
fn five_hundred_damaged_files_always_start() {
    let Damaged { folder: _folder, path, letters } = store_with_letters(8);
    let whole = fs::read(&path).unwrap();
    let first = std::env::var("JIUJIN_RIG_FIRST_SEED").map_or(0x2026_1122_u64, |n| n.parse().unwrap());
    let mut seed = first;
    let mut draw = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let (mut alarms, mut salvaged, mut lost) = (0, 0, 0);
    let runs = std::env::var("JIUJIN_RIG_RUNS").map_or(500, |n| n.parse().unwrap());
    for _ in 0..runs {
        let mut bytes = whole.clone();
        match draw(4) {
            0 => (0..1 + draw(8)).for_each(|_| bytes[draw(whole.len())] ^= 1 << draw(8)),
            1 => bytes.truncate(draw(whole.len())),
            2 => {
                let start = draw(whole.len() / 4_096) * 4_096;
                bytes[start..start + 4_096].fill(draw(256) as u8);
            }
            _ => bytes[..100].iter_mut().for_each(|byte| *byte = draw(256) as u8),
        }
        let readable = letters_readable(&bytes, &letters);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiosk.sqlite");
        fs::write(&path, bytes).unwrap();
        let mut opened = opened(&path);
        opened.store.due(at(60), 50).unwrap();
        // Queued, or parked by its damaged row: the bytes are here and a person is told.
        let found = kept_whole(&opened.store, &letters);
        alarms += usize::from(opened.alarm.is_some());
        salvaged += found;
        lost += readable.saturating_sub(found);
    }
    let verdict = if lost == 0 { "holds" } else { "BROKEN" };
    println!(
        "{{\"rig\":\"R8\",\"seed\":{first},\"runs\":{runs},\"alarms\":{alarms},\"letters\":{salvaged},\"readable_but_lost\":{lost},\"verdict\":\"{verdict}\"}}"
    );
    assert!(alarms > runs / 5 && salvaged > runs * 4);
    assert_eq!(lost, 0);
}

#[test]
fn a_queue_whose_index_lost_its_letters_is_damage_at_the_start_and_not_silence_for_ever() {
    let Damaged { folder, path, letters } = store_with_letters(12);
    let db = Connection::open(&path).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'submission_queue'";
    let page: i64 = db.query_row(root, [], |row| row.get(0)).unwrap();
    let page = page as usize;
    drop(db);
    // A sound tree without a single entry (file format, 1.6: kind 10, no cells, content begins at the end).
    let mut blank = vec![0; 4_096];
    blank[0] = 10;
    blank[5..7].copy_from_slice(&4_096u16.to_be_bytes());
    let mut bytes = fs::read(&path).unwrap();
    bytes[(page - 1) * 4_096..page * 4_096].copy_from_slice(&blank);
    fs::write(&path, bytes).unwrap();
    let mut opened = opened(&path);
    assert_eq!(opened.alarm.as_ref().map(|alarm| alarm.salvaged), Some(letters.len()));
    assert_eq!(opened.store.due(at(60), 50).unwrap().len(), letters.len());
    drop(folder);
}

/// How many whole letters SQLite itself still reads from these bytes: those must be found.
fn letters_readable(bytes: &[u8], letters: &[Acknowledged]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.sqlite");
    fs::write(&path, bytes).unwrap();
    let read = |rowid: i64| {
        let db = Connection::open(&path).ok()?;
        let sealed: Vec<u8> =
            db.query_row("SELECT sealed FROM payload WHERE rowid = ?1", [rowid], |row| row.get(0)).ok()?;
        let sealed = SealedSubmission::parse(&sealed).ok()?;
        letters.iter().find(|letter| letter.digest == sealed.digest())
    };
    (1..=8).filter_map(read).count()
}

fn kept_whole(store: &Store, letters: &[Acknowledged]) -> usize {
    let mut statement = store.db.prepare("SELECT sealed FROM payload").unwrap();
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let digests: Vec<_> = rows.map(|sealed| jiujin_contract::sealing::Digest::of(&sealed.unwrap())).collect();
    letters.iter().filter(|letter| digests.contains(&letter.digest)).count()
}

/// An office with one key, and this its newest manifest.
pub(super) fn believed(version: u64) -> crate::letter::Believed {
    let key = OfficeSigningKey::from_secret_file(
        "{\"key\":\"jiujin-office-signing\",\"secret\":\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\"}",
    );
    let trust = jiujin_contract::catalogue::Trust::single(key.unwrap().public(), version);
    crate::letter::Believed { anchor: "the office".into(), trust }
}

fn update(version: u64) -> crate::letter::Update {
    let body = format!("{{\"of\":{version}}}").into_bytes();
    let part =
        sha2::Digest::finalize(sha2::Digest::chain_update(<sha2::Sha256 as sha2::Digest>::new(), &body))
            .into();
    crate::letter::Update {
        version,
        believed: believed(version),
        etag: None,
        manifest: b"{}".to_vec(),
        parts: vec![part],
        fetched: vec![body],
    }
}

#[test]
fn a_damaged_store_lets_no_older_catalogue_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.sqlite");
    opened(&path).store.catalogue_take(&update(7), at(1)).unwrap();
    fs::write(&path, vec![0xEE; 8_192]).unwrap();
    let mut after = opened(&path);
    assert!(after.alarm.is_some() && after.store.catalogue_active().unwrap().is_none());
    assert_eq!(after.store.catalogue_newest().unwrap(), 7);
    let older = after.store.catalogue_take(&update(6), at(2));
    assert!(matches!(older, Err(StoreError::CatalogueRollback { offered: 6, newest: 7 })));
    after.store.catalogue_take(&update(7), at(3)).unwrap();
}
