use super::*;
use crate::case::{CaseNumber, CaseState};
use crate::identity::IdNumber;
use crate::keys::{OfficeSealingKey, OfficeSigningKey};
use crate::receipt::{OfficeReceipt, ReceiptNumber};
use crate::sealing::Digest;

const NOW: &str = "2026-11-22T10:00:00Z";

fn signed_announcement(key: &DeviceKey) -> Request {
    let device = DeviceId::parse("kiosk-1").unwrap();
    let signer = Signer { device: &device, key, now: NOW.parse().unwrap() };
    Request::announce(vec![]).signed(&signer).unwrap()
}

fn head<'a>(request: &'a Request, path: &'a str) -> RequestHead<'a> {
    let header = |name| request.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str());
    RequestHead {
        method: request.method,
        path,
        content_digest: header("content-digest"),
        signature_input: header("signature-input"),
        signature: header("signature"),
    }
}

#[test]
fn a_signed_request_is_believed_only_whole_and_only_from_its_device() {
    let key = DeviceKey::generate().unwrap();
    let request = signed_announcement(&key);
    let now = NOW.parse().unwrap();
    let signed = read_signature(head(&request, PATH_ANNOUNCE), &request.body, now).unwrap();
    assert_eq!(signed.device.as_str(), "kiosk-1");
    signed.verify(&key.public()).unwrap();
    assert!(signed.verify(&DeviceKey::generate().unwrap().public()).is_err());

    let elsewhere = read_signature(head(&request, PATH_BATCH), &request.body, now).unwrap();
    assert!(matches!(elsewhere.verify(&key.public()), Err(SignatureError::Wrong)));
    let other_body = read_signature(head(&request, PATH_ANNOUNCE), b"{}", now);
    assert!(matches!(other_body, Err(SignatureError::OtherBody)));
    let unsigned = Request::announce(vec![]);
    let missing = read_signature(head(&unsigned, PATH_ANNOUNCE), &unsigned.body, now);
    assert!(matches!(missing, Err(SignatureError::Missing(_))));
}

#[test]
fn a_stale_or_future_signature_is_refused() {
    let request = signed_announcement(&DeviceKey::generate().unwrap());
    for now in ["2026-11-22T10:05:01Z", "2026-11-22T09:54:59Z", "2001-01-01T00:00:00Z"] {
        let read = read_signature(head(&request, PATH_ANNOUNCE), &request.body, now.parse().unwrap());
        assert!(matches!(read, Err(SignatureError::Stale(_))), "{now}");
    }
}

#[test]
fn hostile_signature_headers_are_refused_without_a_panic() {
    let request = signed_announcement(&DeviceKey::generate().unwrap());
    let good = head(&request, PATH_ANNOUNCE);
    let inputs = [
        "",
        "jiujin=",
        "jiujin=()",
        "jiujin=(\"@method\");created=1;keyid=\"kiosk-1\"",
        "jiujin=(\"@method\" \"@path\" \"content-digest\");created=-1;nonce=\"x\";alg=\"ed25519\";keyid=\"kiosk-1\"",
        "jiujin=(\"@bogus\");keyid=\"../../etc\"",
        "别的=1",
    ];
    for input in inputs {
        let hostile = RequestHead { signature_input: Some(input), ..good };
        assert!(read_signature(hostile, &request.body, NOW.parse().unwrap()).is_err(), "{input}");
    }
    let long = "a".repeat(100_000);
    let hostile = RequestHead { signature_input: Some(&long), ..good };
    assert!(read_signature(hostile, &request.body, NOW.parse().unwrap()).is_err());
}

fn receipt(key: &OfficeSigningKey, digest: Digest) -> (SubmissionId, Verdict) {
    let id = SubmissionId::make(Timestamp::UNIX_EPOCH).unwrap();
    let day = jiff::civil::date(2026, 11, 22);
    let receipt = OfficeReceipt {
        id,
        digest,
        receipt_number: ReceiptNumber::issue("K7F4".parse().unwrap(), day, 7),
        case_number: CaseNumber::issue(109_999, day, 7),
        state: CaseState::Submitted,
        received_at: NOW.parse().unwrap(),
    };
    (id, Verdict::Accepted(receipt.sign(key)))
}

fn answer<'a>(status: u16, content_type: &'a str, body: &'a [u8]) -> Answer<'a> {
    Answer { status, content_type: Some(content_type), retry_after: None, body }
}

#[test]
fn a_receipt_counts_only_if_the_office_signed_it_for_these_bytes() {
    let (key, digest) = (OfficeSigningKey::generate().unwrap(), Digest::of(b"bytes"));
    let (id, verdict) = receipt(&key, digest);
    let body = serde_json::to_vec(&verdict).unwrap();
    let first = delivery(&answer(201, TYPE_JSON, &body), id, digest, &key.public());
    assert!(matches!(first, Delivery::Delivered(_)));
    let again = delivery(&answer(200, "application/json; charset=utf-8", &body), id, digest, &key.public());
    assert!(matches!(again, Delivery::AlreadyThere(_)));

    let stranger = OfficeSigningKey::generate().unwrap().public();
    let forged = delivery(&answer(201, TYPE_JSON, &body), id, digest, &stranger);
    assert!(matches!(forged, Delivery::SetBack(Setback::LyingAnswer(_))));
    let other = delivery(&answer(201, TYPE_JSON, &body), id, Digest::of(b"others"), &key.public());
    assert!(matches!(other, Delivery::SetBack(Setback::LyingAnswer(_))));
}

#[test]
fn a_page_of_html_with_status_200_is_a_captive_portal() {
    for (kind, body) in
        [("text/html", "<html>Login</html>"), (TYPE_JSON, "<html>"), (TYPE_JSON, "{}"), ("", "")]
    {
        let read = answer(200, kind, body.as_bytes()).read::<CasesAnswer>();
        assert_eq!(read, Err(Setback::CaptivePortal), "{kind} {body}");
    }
    assert_eq!(answer(302, "text/html", b"").read::<CasesAnswer>(), Err(Setback::ForeignRedirect));
    assert_eq!(answer(511, "text/html", b"").read::<CasesAnswer>(), Err(Setback::CaptivePortal));
}

#[test]
fn every_problem_has_its_setback() {
    let setback_of = |kind: ProblemKind| {
        let body = serde_json::to_vec(&Problem::new(kind, "words")).unwrap();
        answer(kind.status(), TYPE_PROBLEM, &body).read::<CasesAnswer>().unwrap_err()
    };
    assert!(setback_of(ProblemKind::OtherBytes).parks_the_letter());
    assert!(setback_of(ProblemKind::TooLate).parks_the_letter(), "asking again does not help");
    assert!(setback_of(ProblemKind::InvalidAnswers).parks_the_letter());
    assert!(!setback_of(ProblemKind::OfficeFailure).parks_the_letter());
    assert!(setback_of(ProblemKind::NotAuthorised).pauses_the_courier());
    assert!(!setback_of(ProblemKind::NotAuthorised).parks_the_letter());
    assert_eq!(setback_of(ProblemKind::Replayed), Setback::SignAgain);
    assert_eq!(setback_of(ProblemKind::InvalidAnswers).code(), "invalid-answers");
}

#[test]
fn a_case_that_can_no_longer_be_taken_back_is_refused_with_a_word_of_its_own() {
    assert_eq!((ProblemKind::TooLate.status(), ProblemKind::TooLate.code()), (409, "too-late".to_owned()));
}

#[test]
fn a_wish_to_take_a_case_back_names_the_case_and_never_the_resident() {
    let (office, device) = (OfficeSealingKey::generate().unwrap(), DeviceId::parse("kiosk-1").unwrap());
    let number = IdNumber::new("109999199003070017");
    let resident = ResidentQuery::new(&number, "own-cases-1", &office.public(), &device).unwrap();
    let case_number = CaseNumber::issue(109_999, jiff::civil::date(2026, 11, 22), 7);
    let request = Request::withdraw(&Withdrawal { resident, case_number: case_number.clone() });
    let body = String::from_utf8(request.body).unwrap();
    assert_eq!((request.method, request.path.as_str()), ("POST", PATH_WITHDRAW));
    assert!(body.contains(case_number.as_str()) && !body.contains(number.expose()), "{body}");
}

#[test]
fn a_problem_of_a_newer_office_is_kept_not_feared() {
    let body = br#"{"type":"urn:jiujin:problem:from-the-future","title":"new","status":418}"#;
    let setback = answer(418, TYPE_PROBLEM, body).read::<CasesAnswer>().unwrap_err();
    assert!(matches!(setback, Setback::OfficeCannotProcess(p) if p.kind == ProblemKind::Other));
}

#[test]
fn the_office_sets_the_pace() {
    let busy = Answer { retry_after: Some("120"), ..answer(503, "text/plain", b"") };
    assert_eq!(busy.read::<CasesAnswer>().unwrap_err().retry_after_s(), Some(120));
    let limited = Answer { retry_after: Some("soon"), ..answer(429, "text/plain", b"") };
    assert_eq!(limited.read::<CasesAnswer>(), Err(Setback::RateLimited { retry_after_s: None }));
}

#[test]
fn a_batch_answer_that_leaves_one_out_confirms_the_others_only() {
    let (key, digest) = (OfficeSigningKey::generate().unwrap(), Digest::of(b"bytes"));
    let (id, verdict) = receipt(&key, digest);
    let missing = SubmissionId::make(Timestamp::UNIX_EPOCH).unwrap();
    let items = vec![BatchVerdict { id, is_new: true, verdict }];
    let body = serde_json::to_vec(&BatchAnswer { items }).unwrap();
    let sent = [(id, digest), (missing, digest)];
    let outcomes = deliveries(&answer(200, TYPE_JSON, &body), &sent, &key.public()).unwrap();
    assert!(matches!(outcomes[0].1, Delivery::Delivered(_)));
    assert!(matches!(outcomes[1].1, Delivery::SetBack(Setback::LyingAnswer(_))));
}

#[test]
fn an_enrolment_proves_its_key() {
    let request = EnrolRequest::new("ABCDE-12345", &DeviceKey::generate().unwrap());
    assert!(request.proves_its_key());
    let stolen = EnrolRequest { public_key: DeviceKey::generate().unwrap().public(), ..request };
    assert!(!stolen.proves_its_key());
}

/// RFC 9421 appendix B.1.4 and B.2.6: key and signature of the standard.
#[test]
fn our_keys_agree_with_the_vector_of_the_standard() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let public = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
    let key: crate::keys::DevicePublicKey = public.parse().unwrap();
    let base = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\
        \"@authority\": example.com\n\"content-type\": application/json\n\"content-length\": 18\n\
        \"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
        ;created=1618884473;keyid=\"test-key-ed25519\"";
    let signature =
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    key.verify(base.as_bytes(), &STANDARD.decode(signature).unwrap()).unwrap();
}
