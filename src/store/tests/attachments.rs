//! Sealed papers in the store: with their submission or not at all, counted, kept until the office has both.
use super::*;
use crate::letter::{Carried, Parcel, Passage};
use jiujin_contract::sealing::seal_attachment;
use std::fs;

/// More than one page and less than a second of testing.
static PAPER: [u8; 60_000] = [7; 60_000];

fn with_papers(counter: &Counter, store: &mut Store, papers: &[&str]) -> Acknowledged {
    let made = store.submit(at(1), date(2026, 11, 22), counter.short_id, |numbered| {
        let office = counter.office.public();
        let sealed = papers.iter().map(|path| seal_attachment(&PAPER, &office, numbered.id, path));
        let attachments = sealed.collect::<Result<Vec<_>, _>>()?;
        let submission = seal(&counter.submission(numbered, at(1)), &office, &counter.device)?;
        Ok(Parcel { submission, attachments })
    });
    made.unwrap()
}

/// The office took everything of the attachment that is due.
fn carry_whole(store: &mut Store) {
    let enclosure = store.due_enclosure(at(2)).unwrap().unwrap();
    let total = enclosure.sealed.bytes().len() as u64;
    let carried = Carried {
        letter: enclosure.letter,
        digest: enclosure.sealed.digest(),
        attempts: enclosure.attempts,
        held: total,
        total,
        moved: true,
        complete: true,
        setback: None,
        office_time: None,
    };
    store.apply_carried(&carried, &Passage::Whole, at(2)).unwrap();
}

fn rows(store: &Store, table: &str) -> i64 {
    store.db.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn confirm(counter: &Counter, store: &mut Store, made: &Acknowledged) {
    store.mark_sending(&[made.id], at(3)).unwrap();
    store.apply(&[(made.id, Fate::Confirmed(counter.receipt(made)))], at(3)).unwrap();
}

fn announce(counter: &Counter, store: &mut Store, made: &Acknowledged, holding: Holding) {
    let answer = AnnounceAnswer { letters: vec![AnnouncedHolding { id: made.id, holding }] };
    store.settle_announced(&answer, &counter.signing.public(), at(4)).unwrap();
}

#[test]
fn a_submission_goes_only_when_the_office_holds_every_paper_and_others_go_before_it() {
    let (counter, mut store) = (Counter::new(), Store::in_memory().unwrap());
    let made = with_papers(&counter, &mut store, &["/lease", "/card"]);
    let plain = counter.submit(&mut store, at(1)).unwrap();
    let due = |store: &mut Store| -> Vec<_> {
        store.due(at(2), 20).unwrap().iter().map(|letter| letter.sealed.id()).collect()
    };
    assert_eq!(due(&mut store), [plain.id]);
    assert!(store.mark_sending(&[made.id], at(2)).is_err(), "not even by mistake");
    carry_whole(&mut store);
    assert_eq!(due(&mut store), [plain.id]);
    carry_whole(&mut store);
    assert_eq!(due(&mut store), [made.id, plain.id]);
    assert!(store.due_enclosure(at(2)).unwrap().is_none());
    store.journal_check().unwrap();
}

#[test]
fn papers_count_for_the_ceiling_of_bytes() {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let small = OutboxLimits { bytes: 100_000, ..limits() };
    let mut store = Store::open(&folder.path().join("kiosk.sqlite"), small, at(0)).unwrap().store;
    counter.submit(&mut store, at(1)).unwrap();
    let before = store.counts().unwrap().waiting_bytes;
    store.may_begin(at(1)).unwrap();
    with_papers(&counter, &mut store, &["/lease", "/card"]);
    let after = store.counts().unwrap().waiting_bytes;
    assert!(after > before + 2 * PAPER.len() as u64, "{before} {after}");
    assert!(matches!(store.may_begin(at(1)), Err(StoreError::Refused(Ceiling::Bytes { .. }))));
    let announced: Vec<u64> = store.announcement(9).unwrap().iter().map(|letter| letter.bytes).collect();
    assert!(announced.iter().all(|bytes| *bytes < 20_000), "the letter alone is announced");
}

#[test]
fn a_paper_is_deleted_only_with_its_submission_and_after_both_are_confirmed() {
    let (counter, mut store) = (Counter::new(), Store::in_memory().unwrap());
    let made = with_papers(&counter, &mut store, &["/lease"]);
    let delete = |store: &Store| store.db.execute("DELETE FROM attachment_payload", []);
    assert!(delete(&store).is_err(), "the office does not hold it");
    carry_whole(&mut store);
    assert!(delete(&store).is_err(), "the submission is not confirmed");
    confirm(&counter, &mut store, &made);
    assert_eq!(rows(&store, "attachment_payload"), 1, "one confirmation deletes nothing");
    let undone = store.db.unchecked_transaction().unwrap();
    assert!(undone.execute("DELETE FROM attachment_payload", []).is_ok(), "the control: now it could go");
    undone.rollback().unwrap();
    announce(&counter, &mut store, &made, Holding::Held(counter.receipt(&made)));
    assert_eq!(state(&store, made.id).0, "purged");
    assert_eq!((rows(&store, "attachment"), rows(&store, "attachment_payload")), (0, 0));
    assert_eq!(store.counts().unwrap().waiting_bytes, 0);
}

#[test]
fn an_office_that_lost_the_case_is_asked_for_its_papers_again() {
    let (counter, mut store) = (Counter::new(), Store::in_memory().unwrap());
    let made = with_papers(&counter, &mut store, &["/lease"]);
    carry_whole(&mut store);
    confirm(&counter, &mut store, &made);
    announce(&counter, &mut store, &made, Holding::Awaited);
    assert_eq!(state(&store, made.id).0, "queued");
    assert!(store.due(at(5), 20).unwrap().is_empty(), "the papers first");
    carry_whole(&mut store);
    assert_eq!(store.due(at(5), 20).unwrap().len(), 1);
}

#[test]
fn a_paper_that_comes_and_goes_is_tried_ever_more_rarely_and_one_that_moves_is_not() {
    let (counter, mut store) = (Counter::new(), Store::in_memory().unwrap());
    with_papers(&counter, &mut store, &["/lease"]);
    let mut step = |held: u64| {
        let enclosure = store.due_enclosure(at(2)).unwrap().unwrap();
        let carried = Carried {
            letter: enclosure.letter,
            digest: enclosure.sealed.digest(),
            attempts: enclosure.attempts,
            held,
            total: enclosure.sealed.bytes().len() as u64,
            moved: true,
            complete: false,
            setback: None,
            office_time: None,
        };
        let later = Passage::Later { due_at: at(2), reason: "unreachable".into(), all: true };
        store.apply_carried(&carried, &later, at(2)).unwrap();
        enclosure.attempts
    };
    let tried: Vec<u32> = [10_000, 0, 10_000, 20_000, 20_000].map(&mut step).into();
    assert_eq!(tried, [0, 1, 2, 3, 1], "only beyond what was ever held it begins anew");
}

#[test]
fn papers_of_a_damaged_file_are_found_with_their_letters() {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let path = folder.path().join("kiosk.sqlite");
    let mut store = opened(&path).store;
    let made = with_papers(&counter, &mut store, &["/lease", "/card"]);
    let before = store.attachments_of(made.id).unwrap();
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    bytes[..100].fill(0xA5);
    fs::write(&path, bytes).unwrap();
    let mut after = opened(&path);
    assert_eq!(after.alarm.as_ref().unwrap().salvaged, 1);
    let sorted = |mut lines: Vec<AttachmentLine>| {
        lines.sort_by(|a, b| a.digest.cmp(&b.digest));
        lines
    };
    assert_eq!(sorted(after.store.attachments_of(made.id).unwrap()), sorted(before));
    assert!(after.store.due(at(9), 20).unwrap().is_empty(), "the papers still go first");
    carry_whole(&mut after.store);
    carry_whole(&mut after.store);
    assert_eq!(after.store.due(at(9), 20).unwrap()[0].sealed.digest(), made.digest);
}

#[test]
fn a_paper_that_was_damaged_on_the_disk_parks_its_submission_and_no_other() {
    let (counter, mut store) = (Counter::new(), Store::in_memory().unwrap());
    let (broken, sound) =
        (with_papers(&counter, &mut store, &["/lease"]), with_papers(&counter, &mut store, &["/lease"]));
    let flip = "UPDATE attachment_payload SET sealed = zeroblob(length(sealed)) WHERE letter = ?1";
    store.db.execute(flip, [broken.id.as_bytes()]).unwrap();
    let enclosure = store.due_enclosure(at(2)).unwrap().unwrap();
    assert_eq!(enclosure.letter, sound.id);
    assert_eq!(state(&store, broken.id).0, "parked");
}
