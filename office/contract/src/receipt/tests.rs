use super::*;
use jiff::civil::date;

fn number() -> ReceiptNumber {
    ReceiptNumber::issue("K7F4".parse().unwrap(), date(2026, 11, 22), 7)
}

#[test]
fn a_receipt_number_has_its_fixed_form() {
    let number = number();
    assert!(number.as_str().starts_with("K7F4-1122-0007-"));
    assert_eq!(number.as_str().len(), 16);
    assert_eq!(ReceiptNumber::parse(number.as_str()), Ok(number));
}

#[test]
fn a_number_written_by_hand_is_forgiven_case_blanks_and_round_zeros() {
    let plain = number().as_str().replace('-', " ").to_lowercase().replace('0', "o").replace('1', "l");
    assert_eq!(ReceiptNumber::parse(&plain), Ok(number()));
}

#[test]
fn every_single_wrong_character_is_noticed() {
    let good = number().as_str().to_owned();
    for (place, _) in good.char_indices().filter(|(_, c)| *c != '-') {
        for other in ALPHABET.iter().chain(b"0125 8") {
            let mut bad = good.clone().into_bytes();
            bad[place] = *other;
            let bad = String::from_utf8(bad).unwrap();
            assert!(bad == good || ReceiptNumber::parse(&bad).is_err(), "{bad} taken for {good}");
        }
    }
}

#[test]
fn every_swap_of_neighbours_is_noticed() {
    let good: Vec<char> = ReceiptNumber::issue(ShortId::from_index(123_456), date(2026, 3, 29), 4_182)
        .as_str()
        .chars()
        .filter(|c| *c != '-')
        .collect();
    for i in 0..good.len() - 1 {
        let mut swapped = good.clone();
        swapped.swap(i, i + 1);
        let text: String = swapped.iter().collect();
        assert!(swapped == good || ReceiptNumber::parse(&text).is_err(), "{text}");
    }
}

#[test]
fn garbage_is_no_receipt_number() {
    for text in ["", "-", "K7F4-1122-0007", "K7F4-1122-0007-CC", "居民服务中心凭条号", "0000-1122-0007-C"]
    {
        assert!(ReceiptNumber::parse(text).is_err(), "{text}");
    }
}

#[test]
fn short_ids_count_up_without_repeating() {
    let ids: std::collections::BTreeSet<ShortId> = (0..2_000).map(ShortId::from_index).collect();
    assert_eq!(ids.len(), 2_000);
}

#[test]
fn an_office_receipt_holds_only_as_signed_and_only_for_its_submission() {
    let key = OfficeSigningKey::generate().unwrap();
    let receipt = OfficeReceipt {
        id: SubmissionId::parse("019a7c00-0000-7000-8000-000000000001").unwrap(),
        digest: Digest::of(b"sealed"),
        receipt_number: number(),
        case_number: CaseNumber::issue(109_999, date(2026, 11, 22), 7),
        state: CaseState::Submitted,
        received_at: Timestamp::UNIX_EPOCH,
    };
    let signed = receipt.clone().sign(&key);
    let travelled: SignedReceipt = serde_json::from_str(&serde_json::to_string(&signed).unwrap()).unwrap();
    assert_eq!(travelled.verify_for(&key.public(), receipt.id, receipt.digest), Ok(&receipt));

    let mut forged = travelled.clone();
    forged.receipt.state = CaseState::Approved;
    assert_eq!(forged.verify(&key.public()), Err(ReceiptError::Signature));
    let other = Digest::of(b"other bytes");
    assert_eq!(travelled.verify_for(&key.public(), receipt.id, other), Err(ReceiptError::OtherSubmission));
}
