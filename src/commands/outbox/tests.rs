use super::*;
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
use jiujin_contract::keys::{DeviceKey, OfficeSealingKey, OfficeSigningKey};
use jiujin_contract::receipt::ShortId;
use jiujin_contract::sealing::seal;
use jiujin_contract::submission::{ConsentGiven, DeviceId, ItemRef, Submission};
use jiujin_contract::wire::EnrolAnswer;
use std::path::Path;

/// A configured, enrolled kiosk with some letters.
fn kiosk(letters: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("kiosk.toml"), "[storage]\ndata_dir = \".\"\n").unwrap();
    let (key, sealing) = (DeviceKey::generate().unwrap(), OfficeSealingKey::generate().unwrap());
    let office = EnrolAnswer {
        device_id: DeviceId::parse("kiosk-9").unwrap(),
        short_id: ShortId::from_index(9),
        name: "test".into(),
        sealing_key: sealing.public(),
        verifying_key: OfficeSigningKey::generate().unwrap().public(),
        root: None,
        office_time: now(),
    };
    let config = Config::load(&folder.path().join("kiosk.toml")).unwrap();
    let mut store = Store::of(&config, now()).unwrap().store;
    for _ in 0..letters {
        let sealing = |numbered: &crate::store::Numbered| {
            seal(&submission(numbered, &office), &office.sealing_key, &key)
        };
        store.submit(now(), "2026-11-22".parse().unwrap(), office.short_id, sealing).unwrap();
    }
    Identity::new(key, office, "").save(folder.path()).unwrap();
    folder
}

fn submission(numbered: &crate::store::Numbered, office: &EnrolAnswer) -> Submission {
    Submission {
        id: numbered.id,
        item: ItemRef { id: "S041".into(), version: 1 },
        resident: Resident {
            kind: CardKind::Resident,
            name: "赵示例".into(),
            name_en: None,
            sex: Sex::Male,
            ethnicity: None,
            nationality: None,
            birth: "1980-02-03".parse().unwrap(),
            address: None,
            id_number: IdNumber::new("109999198002030013"),
            issuer: None,
            valid_to: None,
        },
        answers: json!({}),
        provenance: Default::default(),
        pruned_paths: vec![],
        consent: ConsentGiven { version: "1".into(), agreed_at: now(), guardian: None },
        kiosk: office.device_id.clone(),
        kiosk_short_id: office.short_id,
        receipt_number: numbered.receipt_number.clone(),
        sequence: numbered.sequence,
        created_at: now(),
        signature: None,
        corrects: None,
        attachments: vec![],
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_795_348_800).unwrap()
}

fn at(folder: &tempfile::TempDir) -> Where {
    Where { config: folder.path().join("kiosk.toml") }
}

fn printed(command: OutboxCommand) -> Vec<Value> {
    let mut out = Vec::new();
    run(&command, now(), &mut out).unwrap();
    String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn list_and_show_tell_states_and_never_contents() {
    let folder = kiosk(2);
    let lines = printed(OutboxCommand::List(at(&folder)));
    assert_eq!((lines.len(), &lines[0]["state"], &lines[1]["sequence"]), (3, &json!("queued"), &json!(2)));
    assert_eq!(lines[2]["counts"]["waiting"], 2);
    let id = lines[0]["id"].as_str().unwrap().to_owned();
    let shown = printed(OutboxCommand::Show { at: at(&folder), id });
    assert_eq!(shown[0]["journal"].as_array().unwrap().len(), 3);
    let all = format!("{lines:?}{shown:?}");
    assert!(!all.contains("赵") && !all.contains("109999198002030013"));
}

#[test]
fn letters_travel_on_a_stick_and_arrive_once() {
    let (old, new) = (kiosk(3), kiosk(1));
    let file = old.path().join("letters.jsonl");
    assert_eq!(printed(OutboxCommand::Export { at: at(&old), file: file.clone() })[0]["exported"], 3);
    let import = |expected: u64| {
        let line = printed(OutboxCommand::Import { at: at(&new), file: file.clone() }).remove(0);
        assert_eq!(line["imported"], expected, "{line}");
    };
    import(3);
    import(0);
    assert_eq!(printed(OutboxCommand::List(at(&new))).last().unwrap()["counts"]["waiting"], 4);
}

#[test]
fn one_wrong_byte_on_the_stick_and_nothing_is_taken() {
    let (old, new) = (kiosk(2), kiosk(0));
    let file = old.path().join("letters.jsonl");
    printed(OutboxCommand::Export { at: at(&old), file: file.clone() });
    let whole = std::fs::read(&file).unwrap();
    for place in [5, whole.len() / 3, whole.len() / 2, whole.len() - 40] {
        let mut broken = whole.clone();
        broken[place] ^= 1;
        refused(&new, &file, &broken);
    }
    refused(&new, &file, &whole[..whole.len() - 60]);
    assert_eq!(printed(OutboxCommand::List(at(&new))).len(), 1);
}

fn refused(kiosk: &tempfile::TempDir, file: &Path, bytes: &[u8]) {
    std::fs::write(file, bytes).unwrap();
    let import = OutboxCommand::Import { at: at(kiosk), file: file.to_owned() };
    assert!(matches!(run(&import, now(), &mut Vec::new()), Err(OutboxError::Stick { .. })));
}

#[test]
fn a_parked_letter_is_queued_again_by_hand() {
    let folder = kiosk(1);
    let id = printed(OutboxCommand::List(at(&folder)))[0]["id"].as_str().unwrap().to_owned();
    let mut store = at(&folder).store().unwrap();
    let parsed = parse(&id).unwrap();
    store.mark_sending(&[parsed], now()).unwrap();
    store.apply(&[(parsed, crate::letter::Fate::Parked { reason: "unknown-item".into() })], now()).unwrap();
    assert_eq!(printed(OutboxCommand::List(at(&folder)))[0]["reason"], "unknown-item");
    printed(OutboxCommand::Retry { at: at(&folder), id: None, all: true });
    assert_eq!(printed(OutboxCommand::List(at(&folder)))[0]["state"], "queued");
}
