use super::*;
use jiujin_contract::keys::{OfficeSealingKey, OfficeSigningKey};
use jiujin_contract::receipt::ShortId;
use jiujin_contract::submission::DeviceId;
use std::os::unix::fs::PermissionsExt;

fn answer() -> EnrolAnswer {
    EnrolAnswer {
        device_id: DeviceId::parse("kiosk-9").unwrap(),
        short_id: ShortId::from_index(9),
        name: "test".into(),
        sealing_key: OfficeSealingKey::generate().unwrap().public(),
        verifying_key: OfficeSigningKey::generate().unwrap().public(),
        root: None,
        office_time: jiff::Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn an_attempt_without_an_answer_keeps_its_key_for_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let first = pending_key(folder.path()).unwrap().public();
    assert_eq!(pending_key(folder.path()).unwrap().public(), first);
    assert!(Identity::load(folder.path()).unwrap().is_none());
}

#[test]
fn an_enrolled_kiosk_knows_itself_and_its_files_are_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let key = pending_key(folder.path()).unwrap().public();
    keep(folder.path(), "https://office.example.org", &answer()).unwrap();
    let identity = Identity::load(folder.path()).unwrap().unwrap();
    assert_eq!(identity.key.public(), key);
    assert_eq!(identity.office.device_id.as_str(), "kiosk-9");
    for file in [KEY_FILE, DEVICE_FILE] {
        let mode = fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, SECRET_MODE, "{file}");
    }
    assert!(!folder.path().join(NEW_KEY_FILE).exists());
}

#[test]
fn the_configured_address_counts_once_somebody_decided_it() {
    let mut office = Config::parse("kiosk.toml", "").unwrap().office;
    let identity = Identity::new(DeviceKey::generate().unwrap(), answer(), "https://enrolled.example.org");
    assert_eq!(office.url, UNDECIDED_URL);
    assert_eq!(identity.office_url(&office), "https://enrolled.example.org");
    office.url = "https://moved.example.org".into();
    assert_eq!(identity.office_url(&office), "https://moved.example.org");
}

#[test]
fn a_damaged_name_file_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(DEVICE_FILE), "{").unwrap();
    let error = Identity::load(folder.path()).err().unwrap().to_string();
    assert!(error.contains("device.json") && error.contains("enrol again"), "{error}");
}
