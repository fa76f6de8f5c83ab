use super::*;
use crate::letter::Fate;
use jiff::civil::date;
use jiujin_contract::case::{CaseNumber, CaseState};
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
use jiujin_contract::keys::{DeviceKey, OfficeSealingKey, OfficeSigningKey};
use jiujin_contract::receipt::{OfficeReceipt, ReceiptNumber, ShortId, SignedReceipt};
use jiujin_contract::sealing::{SealedSubmission, seal};
use jiujin_contract::submission::{ConsentGiven, DeviceId, ItemRef, Submission, SubmissionId};
use jiujin_contract::wire::{AnnounceAnswer, AnnouncedHolding, Holding};
use std::time::{Duration, Instant};

mod attachments;
mod controls;
mod damage;
mod upgrade;

struct Counter {
    device: DeviceKey,
    office: OfficeSealingKey,
    signing: OfficeSigningKey,
    short_id: ShortId,
}

impl Counter {
    fn new() -> Counter {
        Counter {
            device: DeviceKey::generate().unwrap(),
            office: OfficeSealingKey::generate().unwrap(),
            signing: OfficeSigningKey::generate().unwrap(),
            short_id: ShortId::from_index(7),
        }
    }

    fn submit(&self, store: &mut Store, now: Timestamp) -> Result<Acknowledged, StoreError> {
        store.submit(now, date(2026, 11, 22), self.short_id, |numbered| {
            seal(&self.submission(numbered, now), &self.office.public(), &self.device)
        })
    }

    fn submission(&self, numbered: &Numbered, now: Timestamp) -> Submission {
        Submission {
            id: numbered.id,
            item: ItemRef { id: "S041".into(), version: 3 },
            resident: resident(),
            answers: serde_json::json!({"reason": "CANARY-REASON", "text": "x".repeat(6_000)}),
            provenance: Default::default(),
            pruned_paths: Vec::new(),
            consent: ConsentGiven { version: "1".into(), agreed_at: now, guardian: None },
            kiosk: DeviceId::parse("kiosk-1").unwrap(),
            kiosk_short_id: self.short_id,
            receipt_number: numbered.receipt_number.clone(),
            sequence: numbered.sequence,
            created_at: now,
            signature: None,
            corrects: None,
            attachments: vec![],
        }
    }

    fn receipt(&self, made: &Acknowledged) -> SignedReceipt {
        OfficeReceipt {
            id: made.id,
            digest: made.digest,
            receipt_number: made.receipt.clone(),
            case_number: CaseNumber::issue(109999, date(2026, 11, 22), 7),
            state: CaseState::Submitted,
            received_at: at(0),
        }
        .sign(&self.signing)
    }
}

fn resident() -> Resident {
    Resident {
        kind: CardKind::Resident,
        name: "王CANARY一".into(),
        name_en: None,
        sex: Sex::Female,
        ethnicity: None,
        nationality: None,
        birth: date(1970, 1, 1),
        address: None,
        id_number: IdNumber::new("109999197001010028"),
        issuer: None,
        valid_to: None,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_348_800 + second).unwrap()
}

fn limits() -> OutboxLimits {
    OutboxLimits {
        rows: 100_000,
        bytes: 1 << 40,
        age_ms: 30 * 86_400_000,
        free_disk_bytes: 0,
        keep_sent_ms: 86_400_000,
    }
}

fn opened(path: &Path) -> Opened {
    Store::open(path, limits(), at(0)).unwrap()
}

fn state(store: &Store, id: SubmissionId) -> (String, u32) {
    let line = store.lines(Some(id), 1, at(0)).unwrap().remove(0);
    (line.state, line.attempts)
}

#[test]
fn an_acknowledged_submission_is_there_after_a_restart() {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let path = folder.path().join("kiosk.sqlite");
    let made = counter.submit(&mut opened(&path).store, at(1)).unwrap();
    let mut again = opened(&path);
    assert!(again.alarm.is_none());
    let letters = again.store.due(at(2), 20).unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].sealed.id(), letters[0].sealed.digest()), (made.id, made.digest));
    letters[0].sealed.verify(&counter.device.public()).unwrap();
    assert_eq!(again.store.counts().unwrap().waiting, 1);
}

#[test]
fn running_numbers_never_repeat_and_have_no_gap() {
    let (mut store, counter) = (Store::in_memory().unwrap(), Counter::new());
    let receipts: Vec<_> = (0..5).map(|n| counter.submit(&mut store, at(n)).unwrap().receipt).collect();
    assert_eq!(receipts[0], number(&counter, 1));
    assert_eq!(receipts[4], number(&counter, 5));
    assert_eq!(store.sequence().unwrap(), 5);
}

fn number(counter: &Counter, sequence: u64) -> ReceiptNumber {
    ReceiptNumber::issue(counter.short_id, date(2026, 11, 22), sequence)
}

#[test]
fn a_submission_that_cannot_be_sealed_leaves_no_number_and_no_letter() {
    let mut store = Store::in_memory().unwrap();
    let refused = store.submit(at(1), date(2026, 11, 22), ShortId::from_index(7), |_| {
        Err::<SealedSubmission, _>(jiujin_contract::sealing::SealError::Unsealable("no"))
    });
    assert!(matches!(refused, Err(StoreError::Seal(_))));
    assert_eq!(store.sequence().unwrap(), 0);
    assert!(store.due(at(2), 20).unwrap().is_empty());
    assert_eq!(store.counts().unwrap().waiting, 0);
}

#[test]
fn what_was_being_sent_at_a_crash_is_queued_again_with_the_attempt_counted() {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let path = folder.path().join("kiosk.sqlite");
    let mut store = opened(&path).store;
    let made = counter.submit(&mut store, at(1)).unwrap();
    store.mark_sending(&[made.id], at(2)).unwrap();
    drop(store);
    let store = opened(&path).store;
    assert_eq!(state(&store, made.id), ("queued".into(), 1));
    store.journal_check().unwrap();
}

#[test]
fn contents_go_only_after_the_second_confirmation() {
    let (mut store, counter) = (Store::in_memory().unwrap(), Counter::new());
    let made = counter.submit(&mut store, at(1)).unwrap();
    let receipt = counter.receipt(&made);
    let held = AnnouncedHolding { id: made.id, holding: Holding::Held(receipt.clone()) };
    let answer = AnnounceAnswer { letters: vec![held] };
    let settle = |store: &mut Store| {
        store.settle_announced(&answer, &counter.signing.public(), at(4)).unwrap();
    };
    settle(&mut store);
    assert_eq!((kept(&store), state(&store, made.id).0.as_str()), (1, "queued"));
    store.mark_sending(&[made.id], at(2)).unwrap();
    store.apply(&[(made.id, Fate::Confirmed(receipt))], at(3)).unwrap();
    assert_eq!(store.announcement(10).unwrap()[0].digest, made.digest);
    assert_eq!(kept(&store), 1);
    settle(&mut store);
    settle(&mut store);
    assert_eq!((kept(&store), state(&store, made.id).0.as_str()), (0, "purged"));
    let events: Vec<_> = store.journal_since(0, 99).unwrap().into_iter().map(|entry| entry.event).collect();
    assert_eq!(events, ["draft", "sealed", "queued", "sending", "confirmed", "purged"]);
}

fn kept(store: &Store) -> i64 {
    store.db.query_row("SELECT COUNT(*) FROM payload", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_parked_letter_holds_up_nothing_and_has_a_way_out() {
    let (mut store, counter) = (Store::in_memory().unwrap(), Counter::new());
    let made: Vec<_> = (0..3).map(|n| counter.submit(&mut store, at(n)).unwrap()).collect();
    let later = Fate::Later { due_at: at(500), reason: "office-cannot-process".into() };
    store.mark_sending(&[made[0].id, made[1].id], at(3)).unwrap();
    store
        .apply(&[(made[0].id, Fate::Parked { reason: "invalid-answers".into() }), (made[1].id, later)], at(4))
        .unwrap();
    let due: Vec<_> = store.due(at(5), 20).unwrap().iter().map(|letter| letter.sealed.id()).collect();
    assert_eq!(due, [made[2].id]);
    assert_eq!(store.counts().unwrap().parked, 1);
    store.retry(made[0].id, at(6)).unwrap();
    let due: Vec<_> = store.due(at(600), 20).unwrap().iter().map(|letter| letter.sealed.id()).collect();
    assert_eq!(due, [made[0].id, made[1].id, made[2].id], "oldest first");
}

#[test]
fn a_closed_road_stops_every_letter_and_opens_at_once_when_the_office_answers() {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let path = folder.path().join("kiosk.sqlite");
    let mut store = opened(&path).store;
    let made: Vec<_> = (0..2).map(|n| counter.submit(&mut store, at(n)).unwrap()).collect();
    store.mark_sending(&[made[0].id], at(3)).unwrap();
    store
        .apply(&[(made[0].id, Fate::RoadClosed { until: at(60), reason: "unreachable".into() })], at(4))
        .unwrap();
    drop(store);
    let mut store = opened(&path).store;
    assert!(store.due(at(30), 20).unwrap().is_empty());
    assert_eq!(store.road().unwrap().failures, 1);
    assert_eq!(store.due(at(60), 20).unwrap().len(), 2);
    store.mark_sending(&[made[0].id], at(60)).unwrap();
    store.apply(&[(made[0].id, Fate::Confirmed(counter.receipt(&made[0])))], at(61)).unwrap();
    assert_eq!(store.due(at(61), 20).unwrap().len(), 1);
    assert_eq!(store.road().unwrap(), settings::Road::default());
}

#[test]
fn a_clock_that_jumps_back_does_not_hold_letters_for_years() {
    let (mut store, counter) = (Store::in_memory().unwrap(), Counter::new());
    let made = counter.submit(&mut store, at(1)).unwrap();
    store.mark_sending(&[made.id], at(2)).unwrap();
    store
        .apply(&[(made.id, Fate::RoadClosed { until: at(900), reason: "unreachable".into() })], at(2))
        .unwrap();
    let in_2001 = Timestamp::from_second(1_000_000_000).unwrap();
    assert_eq!(store.due(in_2001, 20).unwrap().len(), 1);
}

#[test]
fn states_move_forward_only() {
    let (mut store, counter) = (Store::in_memory().unwrap(), Counter::new());
    let made = counter.submit(&mut store, at(1)).unwrap();
    store.apply(&[(made.id, Fate::Confirmed(counter.receipt(&made)))], at(2)).unwrap();
    assert_eq!(state(&store, made.id).0, "queued", "what was not sent is not confirmed");
    assert!(store.db.execute("UPDATE submission SET state = 'confirmed'", []).is_err());
    assert!(store.db.execute("UPDATE submission SET digest = zeroblob(32)", []).is_err());
    assert!(store.db.execute("DELETE FROM payload", []).is_err());
    assert!(store.db.execute("UPDATE counter SET value = 0", []).is_err());
    assert_eq!(state(&store, made.id).0, "queued");
}

#[test]
fn a_changed_line_of_the_journal_is_found() {
    let (mut store, counter) = (Store::in_memory().unwrap(), Counter::new());
    counter.submit(&mut store, at(1)).unwrap();
    assert_eq!(store.journal_check().unwrap(), 3);
    for (change, line) in
        [("UPDATE journal SET detail = 'x' WHERE line = 2", 2), ("DELETE FROM journal WHERE line = 1", 2)]
    {
        let undo = store.db.unchecked_transaction().unwrap();
        undo.execute(change, []).unwrap();
        assert!(
            matches!(store.journal_check(), Err(StoreError::JournalBroken { line: found }) if found == line)
        );
        undo.rollback().unwrap();
    }
}

#[test]
fn ceilings_refuse_new_visits_by_name_and_keep_the_queue() {
    let counter = Counter::new();
    let mut store = Store::in_memory().unwrap();
    for second in 0..3 {
        counter.submit(&mut store, at(second)).unwrap();
    }
    let refusal = |limits: OutboxLimits, store: &mut Store, now: i64| {
        store.limits = limits;
        store.may_begin(at(now)).unwrap_err().to_string()
    };
    assert!(refusal(OutboxLimits { rows: 3, ..limits() }, &mut store, 9).contains("outbox_rows"));
    assert!(refusal(OutboxLimits { bytes: 9_000, ..limits() }, &mut store, 9).contains("outbox_mib"));
    assert!(
        refusal(OutboxLimits { age_ms: 86_400_000, ..limits() }, &mut store, 2 * 86_400)
            .contains("outbox_age_days")
    );
    store.limits = limits();
    store.may_begin(at(9)).unwrap();
    assert_eq!(store.due(at(9), 20).unwrap().len(), 3);
}

#[test]
fn a_full_disk_is_named_before_it_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.sqlite");
    let few = OutboxLimits { free_disk_bytes: u64::MAX, ..limits() };
    let store = Store::open(&path, few, at(0)).unwrap().store;
    assert!(matches!(store.may_begin(at(1)), Err(StoreError::Refused(Ceiling::FreeDisk { .. }))));
}

#[test]
fn only_one_kiosk_owns_a_store_and_a_command_may_still_look() {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let path = folder.path().join("kiosk.sqlite");
    let mut store = opened(&path).store;
    let made = counter.submit(&mut store, at(1)).unwrap();
    store.mark_sending(&[made.id], at(2)).unwrap();
    assert!(matches!(Store::open(&path, limits(), at(3)), Err(StoreError::InUse { .. })));
    let look = Store::inspect(&path, limits()).unwrap();
    assert_eq!(state(&look, made.id).0, "sending");
}

#[test]
fn a_store_of_a_newer_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.sqlite");
    let store = opened(&path).store;
    store
        .db
        .execute_batch("PRAGMA user_version = 9; UPDATE counter SET value = 9 WHERE name = 'schema'")
        .unwrap();
    drop(store);
    assert!(matches!(Store::open(&path, limits(), at(3)), Err(StoreError::Newer { found: 9, .. })));
    assert!(matches!(Store::inspect(&path, limits()), Err(StoreError::Newer { found: 9, .. })));
}

#[test]
fn nothing_readable_of_a_resident_is_in_the_files() {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let path = folder.path().join("kiosk.sqlite");
    let mut store = opened(&path).store;
    counter.submit(&mut store, at(1)).unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for canary in ["CANARY", "109999197001010028", "1970-01-01"] {
            assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary}");
        }
    }
}

#[test]
fn a_catalogue_comes_into_force_whole_and_never_an_older_one() {
    let mut store = Store::in_memory().unwrap();
    let (a, b, c) = (b"item a".to_vec(), b"item b".to_vec(), b"item c".to_vec());
    let digest = |body: &Vec<u8>| <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest(body));
    let (da, db, dc) = (digest(&a), digest(&b), digest(&c));
    let update = |version, parts: &[[u8; 32]], fetched: &[Vec<u8>]| crate::letter::Update {
        version,
        believed: damage::believed(version),
        etag: Some(format!("\"{version}\"")),
        manifest: b"m".to_vec(),
        parts: parts.to_vec(),
        fetched: fetched.to_vec(),
    };
    store.catalogue_take(&update(4, &[da, db], &[a.clone(), b.clone()]), at(1)).unwrap();
    assert!(matches!(
        store.catalogue_take(&update(5, &[da, dc], &[]), at(2)),
        Err(StoreError::CataloguePart { .. })
    ));
    assert_eq!(store.catalogue_active().unwrap().unwrap().version, 4);
    store.catalogue_take(&update(5, &[da, dc], &[c]), at(3)).unwrap();
    let rollback = store.catalogue_take(&update(4, &[da, db], &[]), at(4));
    assert!(matches!(rollback, Err(StoreError::CatalogueRollback { offered: 4, newest: 5 })));
    let active = store.catalogue_active().unwrap().unwrap();
    assert_eq!((active.version, active.parts.len(), active.parts[0].1.as_slice()), (5, 2, a.as_slice()));
    store.db.execute("UPDATE catalogue_part SET body = x'00' WHERE digest = ?1", [dc]).unwrap();
    assert_eq!(store.catalogue_active().unwrap().unwrap().version, 4, "the last good one");
    let held = store.catalogue_held().unwrap();
    assert_eq!((held.version, held.etag.as_deref(), held.parts.contains(&dc)), (5, Some("\"5\""), true));
}

#[test]
fn another_kiosks_letters_are_taken_in_once() {
    let (mut old, mut new, counter) =
        (Store::in_memory().unwrap(), Store::in_memory().unwrap(), Counter::new());
    counter.submit(&mut old, at(1)).unwrap();
    Counter::new().submit(&mut new, at(1)).unwrap();
    let mut letters: Vec<SealedSubmission> = Vec::new();
    old.each_unconfirmed(|sealed| -> Result<(), StoreError> {
        letters.push(sealed.clone());
        Ok(())
    })
    .unwrap();
    assert!(new.take_in(&letters[0], at(2)).unwrap());
    assert!(!new.take_in(&letters[0], at(3)).unwrap());
    assert_eq!(new.due(at(4), 20).unwrap().len(), 2, "with the same running number as one of its own");
    assert_eq!(new.sequence().unwrap(), 1);
}

#[test]
fn ten_thousand_waiting_letters_slow_nothing_down() {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let mut store = opened(&folder.path().join("kiosk.sqlite")).store;
    store.db.execute_batch("PRAGMA synchronous = OFF").unwrap();
    let first = counter.submit(&mut store, at(0)).unwrap();
    let sealed = store.due(at(1), 1).unwrap().remove(0).sealed;
    let many = store.db.unchecked_transaction().unwrap();
    let (mut row, mut payload) = (
        many.prepare("INSERT INTO submission SELECT ?1, 'queued', created_at, ?2, 0, 'R', item_id, 1, digest, bytes, 0, ?3, NULL, NULL, NULL, NULL, NULL FROM submission WHERE id = ?4").unwrap(),
        many.prepare("INSERT INTO payload VALUES (?1, ?2)").unwrap(),
    );
    for n in 2..10_000i64 {
        let id = *SubmissionId::make(at(n)).unwrap().as_bytes();
        row.execute(rusqlite::params![id, n, at(90_000).as_millisecond() - 86_000_000, first.id.as_bytes()])
            .unwrap();
        payload.execute(rusqlite::params![id, sealed.bytes()]).unwrap();
    }
    drop((row, payload));
    many.commit().unwrap();
    let start = Instant::now();
    store.may_begin(at(2)).unwrap();
    assert_eq!(store.due(at(2), 20).unwrap().len(), 1);
    let took = start.elapsed();
    assert!(took.as_millis() < 100, "{took:?}");
}

#[test]
fn the_second_confirmation_is_an_announcement_that_is_answered() {
    let (mut store, counter) = (Store::in_memory().unwrap(), Counter::new());
    let made: Vec<_> = (0..3).map(|n| counter.submit(&mut store, at(n)).unwrap()).collect();
    for letter in &made[..2] {
        store.mark_sending(&[letter.id], at(4)).unwrap();
        store.apply(&[(letter.id, Fate::Confirmed(counter.receipt(letter)))], at(4)).unwrap();
    }
    assert_eq!(store.announcement(10).unwrap().len(), 3);
    let stranger = Counter::new();
    let holding = |id, holding| AnnouncedHolding { id, holding };
    let lie =
        AnnounceAnswer { letters: vec![holding(made[0].id, Holding::Held(stranger.receipt(&made[0])))] };
    store.settle_announced(&lie, &counter.signing.public(), at(5)).unwrap();
    assert_eq!(state(&store, made[0].id).0, "confirmed", "a stranger's word purges nothing");
    let letters = vec![
        holding(made[0].id, Holding::Held(counter.receipt(&made[0]))),
        holding(made[1].id, Holding::Awaited),
        holding(made[2].id, Holding::Awaited),
    ];
    store.settle_announced(&AnnounceAnswer { letters }, &counter.signing.public(), at(6)).unwrap();
    let states: Vec<_> = made.iter().map(|letter| state(&store, letter.id).0).collect();
    assert_eq!(states, ["purged", "queued", "queued"], "what the office lost is sent again");
    store.journal_check().unwrap();
}

/// What durability costs besides sealing, against a bare insert with the same bytes and pragmas on the same disk.
/// The figure of the whole way is measured in release by `cargo bench`.
#[test]
fn saving_is_measured_against_a_bare_synced_insert() {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let mut store = opened(&folder.path().join("kiosk.sqlite")).store;
    let bare = opening::prepared(Connection::open(folder.path().join("bare.sqlite")).unwrap()).unwrap();
    bare.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, sealed BLOB) STRICT").unwrap();
    let (mut submitting, mut sealing, mut inserting) = (Vec::new(), Vec::new(), Vec::new());
    for n in 1..60i64 {
        let (start, mut sealed_in, mut bytes) = (Instant::now(), Duration::ZERO, Vec::new());
        let seal_one = |numbered: &Numbered| {
            let start = Instant::now();
            let sealed =
                seal(&counter.submission(numbered, at(n)), &counter.office.public(), &counter.device)?;
            (sealed_in, bytes) = (start.elapsed(), sealed.bytes().to_vec());
            Ok(sealed)
        };
        store.submit(at(n), date(2026, 11, 22), counter.short_id, seal_one).unwrap();
        submitting.push(start.elapsed());
        sealing.push(sealed_in);
        let start = Instant::now();
        bare.prepare_cached("INSERT INTO t VALUES (?1, ?2)").unwrap().execute((n, &bytes)).unwrap();
        inserting.push(start.elapsed());
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_micros()
    };
    let (submit, seal, bare) = (median(&mut submitting), median(&mut sealing), median(&mut inserting));
    println!(
        "{{\"figure\":\"submit\",\"submit_us\":{submit},\"of_it_sealing_us\":{seal},\"bare_insert_us\":{bare}}}"
    );
    assert!(submit - seal <= 8 * bare.max(200), "{submit} {seal} {bare}");
}

/// R7's own figure.
const FULL_MOMENTS: i64 = 50;

/// R7: SQLite is out of space at fifty different moments of submit, send and confirm.
#[test]
fn a_disk_that_fills_up_at_any_moment_loses_nothing_and_recovers_by_itself() {
    let (folder, counter) = (tempfile::tempdir().unwrap(), Counter::new());
    let mut store = opened(&folder.path().join("kiosk.sqlite")).store;
    let (mut acknowledged, mut full, mut confirmed) = (Vec::new(), 0, 0);
    let moments = std::env::var("JIUJIN_RIG_RUNS").map_or(FULL_MOMENTS, |n| n.parse().unwrap());
    for moment in 0..moments {
        let now = at(moment * 10);
        let pages: i64 = store.db.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        store.db.execute_batch(&format!("PRAGMA max_page_count = {}", pages + moment % 7)).unwrap();
        for _ in 0..3 {
            match counter.submit(&mut store, now) {
                Ok(made) => acknowledged.push(made),
                Err(StoreError::DiskFull) => full += 1,
                Err(other) => panic!("moment {moment}: {other}"),
            }
        }
        let letters = store.due(now, 2).unwrap_or_default();
        let ids: Vec<_> = letters.iter().map(|letter| letter.sealed.id()).collect();
        if store.mark_sending(&ids, now).is_ok() {
            let answered = acknowledged.iter().filter(|made| ids.contains(&made.id));
            let fates: Vec<_> =
                answered.map(|made| (made.id, Fate::Confirmed(counter.receipt(made)))).collect();
            confirmed += fates.len();
            full += i64::from(store.apply(&fates, now).is_err());
        }
        store.db.execute_batch("PRAGMA max_page_count = 1000000").unwrap();
    }
    assert!(full > moments / 5, "{full}");
    let later = at(moments * 10 + 400);
    store.due(later, 1).unwrap();
    let lines = store.lines(None, usize::MAX >> 1, later).unwrap();
    for made in &acknowledged {
        let line = lines.iter().find(|line| line.id == made.id.to_string()).unwrap();
        assert_eq!(line.digest.as_deref(), Some(made.digest.to_string().as_str()));
        assert!(line.state == "queued" || line.state == "confirmed", "{line:?}");
    }
    assert_eq!(lines.iter().filter(|line| line.state == "confirmed").count(), confirmed);
    store.journal_check().unwrap();
    let kept = acknowledged.len();
    println!(
        "{{\"rig\":\"R7\",\"seed\":0,\"moments\":{moments},\"refused\":{full},\"acknowledged\":{kept},\"lost\":0,\"verdict\":\"holds\"}}"
    );
}
