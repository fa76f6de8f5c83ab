use super::*;
use crate::identity::{CardKind, IdNumber, Resident, Sex};
use crate::submission::ConsentGiven;
use jiff::Timestamp;
use proptest::prelude::*;

fn submission() -> Submission {
    let short_id = "K7F4".parse().unwrap();
    let resident = Resident {
        kind: CardKind::Resident,
        name: "测试人甲".into(),
        name_en: None,
        sex: Sex::Female,
        ethnicity: None,
        nationality: None,
        birth: jiff::civil::date(1990, 1, 1),
        address: Some("测试市测试区".into()),
        id_number: IdNumber::new("109999199001010025"),
        issuer: None,
        valid_to: None,
    };
    Submission {
        id: SubmissionId::make(Timestamp::UNIX_EPOCH).unwrap(),
        item: ItemRef { id: "S001".into(), version: 3 },
        resident,
        answers: serde_json::json!({"phone": "13900000000"}),
        provenance: Default::default(),
        pruned_paths: vec![],
        consent: ConsentGiven { version: "1".into(), agreed_at: Timestamp::UNIX_EPOCH, guardian: None },
        kiosk: DeviceId::parse("kiosk-1").unwrap(),
        kiosk_short_id: short_id,
        receipt_number: ReceiptNumber::issue(short_id, jiff::civil::date(2026, 11, 22), 7),
        sequence: 7,
        created_at: Timestamp::UNIX_EPOCH,
        signature: None,
        corrects: None,
        attachments: vec![],
    }
}

#[test]
fn only_the_office_opens_what_a_kiosk_sealed() {
    let (office, device) = (OfficeSealingKey::generate().unwrap(), DeviceKey::generate().unwrap());
    let submission = submission();
    let sealed = seal(&submission, &office.public(), &device).unwrap();
    let arrived = SealedSubmission::parse(sealed.bytes()).unwrap();
    assert_eq!(arrived.digest(), sealed.digest());
    assert!(arrived.open(&office, &device.public()).unwrap() == submission);

    let thief = OfficeSealingKey::generate().unwrap();
    assert!(matches!(arrived.open(&thief, &device.public()), Err(SealError::OtherKey { .. })));
    let stranger = DeviceKey::generate().unwrap();
    assert!(matches!(arrived.open(&office, &stranger.public()), Err(SealError::WrongSignature)));
}

#[test]
fn nothing_of_the_resident_is_readable_in_the_sealed_bytes() {
    let office = OfficeSealingKey::generate().unwrap();
    let sealed = seal(&submission(), &office.public(), &DeviceKey::generate().unwrap()).unwrap();
    for secret in ["测试人甲", "109999199001010025", "13900000000", "测试市"] {
        let found = sealed.bytes().windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is readable");
    }
    assert!(!format!("{sealed:?} {:?}", submission()).contains("1990"));
}

#[test]
fn every_flipped_byte_is_noticed() {
    let (office, device) = (OfficeSealingKey::generate().unwrap(), DeviceKey::generate().unwrap());
    let sealed = seal(&submission(), &office.public(), &device).unwrap();
    for place in 0..sealed.bytes().len() {
        let mut bytes = sealed.bytes().to_vec();
        bytes[place] ^= 1;
        let opened = SealedSubmission::parse(&bytes).and_then(|s| s.open(&office, &device.public()));
        assert!(opened.is_err(), "byte {place} changed unnoticed");
    }
}

#[test]
fn every_truncation_and_every_extra_byte_is_refused() {
    let office = OfficeSealingKey::generate().unwrap();
    let sealed = seal(&submission(), &office.public(), &DeviceKey::generate().unwrap()).unwrap();
    for length in 0..sealed.bytes().len() {
        assert!(SealedSubmission::parse(&sealed.bytes()[..length]).is_err());
    }
    let longer = [sealed.bytes(), b"x"].concat();
    assert!(SealedSubmission::parse(&longer).is_err());
}

#[test]
fn an_envelope_that_lies_about_its_content_is_refused_even_with_a_good_signature() {
    let (office, device) = (OfficeSealingKey::generate().unwrap(), DeviceKey::generate().unwrap());
    let sealed = seal(&submission(), &office.public(), &device).unwrap();
    let mut bytes = sealed.bytes().to_vec();
    let sequence_at = sealed.envelope().aad_len - 1;
    bytes[sequence_at] ^= 1;
    let signed = bytes.len() - SIGNATURE_BYTES;
    let signature = device.sign(&with_purpose(PURPOSE_SUBMISSION, &bytes[..signed]));
    bytes[signed..].copy_from_slice(&signature);
    let opened = SealedSubmission::parse(&bytes).unwrap().open(&office, &device.public());
    assert!(matches!(opened, Err(SealError::Unopenable)));
}

#[test]
fn a_submission_beyond_the_limit_is_not_sealed() {
    let mut large = submission();
    large.answers = serde_json::json!({"text": "x".repeat(SEALED_BYTES_MAX)});
    let office = OfficeSealingKey::generate().unwrap();
    let sealed = seal(&large, &office.public(), &DeviceKey::generate().unwrap());
    assert!(matches!(sealed, Err(SealError::TooLarge { .. })));
}

#[test]
fn a_submission_names_its_attachments_inside_the_seal_and_one_without_stays_as_it_was() {
    let (office, device) = (OfficeSealingKey::generate().unwrap(), DeviceKey::generate().unwrap());
    let mut named = submission();
    assert!(!serde_json::to_string(&named).unwrap().contains("attachments"), "older offices read it");
    let paper = seal_attachment(b"lease", &office.public(), named.id, "/lease").unwrap();
    named.attachments = vec![paper.named("/lease", "image/jpeg")];
    let opened = seal(&named, &office.public(), &device).unwrap().open(&office, &device.public()).unwrap();
    assert_eq!(opened.attachments, named.attachments);
    named.attachments.push(paper.named("/other", "image/jpeg"));
    assert!(matches!(seal(&named, &office.public(), &device), Err(SealError::Attachments(_))));
}

#[test]
fn a_query_is_for_the_asking_kiosk_and_its_office_only() {
    let office = OfficeSealingKey::generate().unwrap();
    let (mine, other) = (DeviceId::parse("kiosk-1").unwrap(), DeviceId::parse("kiosk-2").unwrap());
    let query = seal_query("109999199001010025", &office.public(), &mine).unwrap();
    assert_eq!(open_query(&query, &office, &mine).unwrap().as_str(), "109999199001010025");
    assert!(open_query(&query, &office, &other).is_err());
    assert!(open_query(&query[..20], &office, &mine).is_err());
    assert!(open_query(&query, &OfficeSealingKey::generate().unwrap(), &mine).is_err());
}

#[test]
fn a_submission_id_is_a_version_7_uuid_and_nothing_else() {
    let id = SubmissionId::make("2026-11-22T10:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(SubmissionId::parse(&id.to_string()).unwrap(), id);
    assert!(SubmissionId::parse("67e55044-10b1-426f-9247-bb680e5fe0c8").is_err());
    assert!(SubmissionId::parse("").is_err());
}

proptest! {
    #[test]
    fn no_garbage_is_taken_for_an_envelope(mut bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(SealedSubmission::parse(&bytes).is_err());
        let magic = b"JJS\x01\x01";
        let head = bytes.len().min(magic.len());
        bytes[..head].copy_from_slice(&magic[..head]);
        let _ = SealedSubmission::parse(&bytes);
    }
}
