//! R18: the power goes while a store is brought up to a newer schema, from every older one and from none. An
//! invented next schema after the newest keeps the last step of the proof long enough to be cut.
use super::*;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Set for the child process: the file to bring up to date.
const CHILD: &str = "JIUJIN_TEST_UPGRADE";
const KILLS: u64 = 50;
const ROWS: i64 = 1_400;
/// Kills fall so long after the start of the upgrade, in microseconds.
const WITHIN_US: u64 = 25_000;

/// The first schema with papers.
const ATTACHMENTS_SINCE: i64 = 3;

/// Several statements over every row, so that there is a middle to be killed in.
const INVENTED: &str = "ALTER TABLE submission ADD COLUMN counter_note TEXT;
    UPDATE submission SET counter_note = hex(randomblob(400));
    CREATE INDEX submission_note ON submission (counter_note);
    CREATE TABLE desk (id INTEGER NOT NULL PRIMARY KEY, note TEXT NOT NULL) STRICT;
    INSERT INTO desk (note) SELECT counter_note FROM submission;";

fn known() -> Vec<&'static str> {
    [opening::MIGRATIONS, &[INVENTED]].concat()
}

/// Runs only as the child of the rig.
#[test]
fn child() {
    let Ok(path) = std::env::var(CHILD) else { return };
    let db = opening::prepared(Connection::open(path).unwrap()).unwrap();
    println!("GO");
    opening::migrate_to(&db, &known(), known().len() as i64).unwrap();
}

fn upgrade_cut_short(path: &Path, after: Duration) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::tests::upgrade::child", "--nocapture", "--test-threads", "1"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    for line in lines {
        if line.contains("GO") {
            std::thread::sleep(after);
            let _ = child.kill();
        }
    }
    child.wait().unwrap();
}

fn schema_of(db: &Connection) -> (i64, Vec<Option<String>>) {
    let version = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let mut statement = db.prepare("SELECT sql FROM sqlite_schema ORDER BY name").unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    (version, rows.collect::<Result<_, _>>().unwrap())
}

/// A store of that schema with queued letters, as an older release left it.
fn older_store(path: &Path, version: i64) {
    let db = opening::prepared(Connection::open(path).unwrap()).unwrap();
    db.execute_batch("PRAGMA synchronous = OFF").unwrap();
    opening::migrate_to(&db, &known(), version).unwrap();
    if version == 0 {
        return;
    }
    let change = db.unchecked_transaction().unwrap();
    for row in 0..ROWS {
        let (id, digest) = ([row.to_be_bytes(), [7; 8]].concat(), [row as u8; 32]);
        change
            .execute(
                "INSERT INTO submission (id, state, created_at, sequence, receipt_number, item_id, item_version, digest, bytes)
                 VALUES (?1, 'queued', 1, ?2, 'R' || ?2, 'S041', 1, ?3, 900)",
                (&id, row + 1, digest),
            )
            .unwrap();
        change.execute("INSERT INTO payload (id, sealed) VALUES (?1, zeroblob(900))", [&id]).unwrap();
        if version >= ATTACHMENTS_SINCE {
            let paper = "INSERT INTO attachment (letter, digest, place, total) VALUES (?1, ?2, 0, 900)";
            change.execute(paper, (&id, digest)).unwrap();
            let bytes =
                "INSERT INTO attachment_payload (letter, digest, sealed) VALUES (?1, ?2, zeroblob(900))";
            change.execute(bytes, (&id, digest)).unwrap();
        }
    }
    change.commit().unwrap();
}

#[test]
fn an_upgrade_cut_short_at_any_moment_loses_nothing() {
    let kills = std::env::var("JIUJIN_RIG_RUNS").map_or(KILLS, |n| n.parse().unwrap());
    let newest = known().len() as i64;
    let whole: Vec<_> = (0..=newest)
        .map(|version| {
            let db = Connection::open_in_memory().unwrap();
            opening::migrate_to(&db, &known(), version).unwrap();
            schema_of(&db)
        })
        .collect();
    let (mut seed, mut halfway, mut broken) = (0x2026_1122_u64, 0, 0);
    for older in 0..newest {
        let folder = tempfile::tempdir().unwrap();
        let template = folder.path().join("older.sqlite");
        older_store(&template, older);
        for kill in 0..kills {
            let path = folder.path().join(format!("{kill}.sqlite"));
            std::fs::copy(&template, &path).unwrap();
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            upgrade_cut_short(&path, Duration::from_micros((seed >> 33) % WITHIN_US));
            let db = opening::prepared(Connection::open(&path).unwrap()).unwrap();
            let found = schema_of(&db);
            let rows: i64 = match found.0 {
                0 => 0,
                _ => db.query_row("SELECT COUNT(*) FROM submission", [], |row| row.get(0)).unwrap(),
            };
            let papers: i64 = match found.0 {
                ATTACHMENTS_SINCE.. => {
                    db.query_row("SELECT COUNT(*) FROM attachment_payload", [], |row| row.get(0)).unwrap()
                }
                _ => 0,
            };
            halfway += usize::from(found.0 < newest);
            let sound = whole.contains(&found)
                && found.0 >= older
                && rows == if older == 0 { 0 } else { ROWS }
                && papers == if older < ATTACHMENTS_SINCE { 0 } else { ROWS }
                && opening::migrate_to(&db, &known(), newest).is_ok()
                && schema_of(&db) == whole[newest as usize];
            broken += usize::from(!sound);
        }
    }
    let verdict = if broken == 0 { "holds" } else { "BROKEN" };
    println!(
        "{{\"rig\":\"R18\",\"seed\":{seed},\"schemas\":{newest},\"kills\":{},\"rows\":{ROWS},\"cut_before_the_end\":{halfway},\"broken\":{broken},\"verdict\":\"{verdict}\"}}",
        kills * newest as u64
    );
    assert_eq!(broken, 0);
    assert!(halfway > 0, "some kills fell into the upgrade");
}

#[test]
fn a_store_of_a_newer_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.sqlite");
    older_store(&path, known().len() as i64);
    let before = std::fs::read(&path).unwrap();
    let refused = Store::open(&path, limits(), at(0)).map(drop).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { .. }), "{refused}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
