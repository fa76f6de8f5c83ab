use super::*;

fn event(state: CaseState) -> CaseEvent {
    CaseEvent { state, at: Timestamp::UNIX_EPOCH, note: None, fields: vec![] }
}

#[test]
fn a_case_ends_where_its_events_lead() {
    use CaseState::*;
    let life =
        [Submitted, Received, CorrectionRequested, Corrected, Accepted, Processing, Approved, Concluded];
    assert_eq!(state_of(&life.map(event)), Ok(Concluded));
}

#[test]
fn a_case_cannot_jump_back_or_begin_in_the_middle() {
    use CaseState::*;
    assert_eq!(state_of(&[]), Err(CaseError::NoBeginning));
    assert_eq!(state_of(&[event(Accepted)]), Err(CaseError::NoBeginning));
    let jump = [event(Submitted), event(Accepted), event(Received)];
    assert_eq!(state_of(&jump), Err(CaseError::IllegalMove { from: Accepted, to: Received }));
}

#[test]
fn the_lamp_turns_yellow_on_the_last_days_and_red_after_them() {
    assert_eq!(lamp(CaseState::Processing, 2, 10), Lamp::Green);
    assert_eq!(lamp(CaseState::Processing, 9, 10), Lamp::Yellow);
    assert_eq!(lamp(CaseState::Processing, 10, 10), Lamp::Yellow);
    assert_eq!(lamp(CaseState::Processing, 11, 10), Lamp::Red);
    assert_eq!(lamp(CaseState::Suspended, 99, 10), Lamp::Off);
}

#[test]
fn a_case_number_keeps_its_check_character() {
    let number = CaseNumber::issue(109_999, jiff::civil::date(2026, 11, 22), 7);
    assert!(number.as_str().starts_with("109999-20261122-00007-"));
    assert_eq!(number.as_str().parse::<CaseNumber>().unwrap(), number);
    assert!(number.as_str().replace("00007", "00008").parse::<CaseNumber>().is_err());
    assert!("".parse::<CaseNumber>().is_err());
}

#[test]
fn every_state_reads_its_own_code() {
    for code in ["submitted", "correction_requested", "refused_acceptance", "denied", "forwarded"] {
        assert_eq!(CaseState::from_code(code).unwrap().code(), code);
    }
    assert_eq!(CaseState::from_code("gone"), None);
}

#[test]
fn a_part_of_a_joint_case_has_the_number_on_the_receipt_and_its_place() {
    let joint = CaseNumber::issue(109_999, jiff::civil::date(2026, 11, 22), 7);
    let second = joint.part(2);
    assert_eq!(second.as_str(), format!("{joint}/2"));
    assert_eq!(
        (second.as_str().parse::<CaseNumber>().unwrap().joint(), second.part(3)),
        (joint.as_str(), joint.part(3))
    );
    for wrong in ["/", "/0", "/x", "/100", "/1/2"] {
        assert!(format!("{joint}{wrong}").parse::<CaseNumber>().is_err(), "{wrong}");
    }
}

#[test]
fn a_joint_case_stands_where_its_slowest_part_stands() {
    use CaseState::*;
    for (parts, joint) in [
        (vec![Submitted, Submitted], Submitted),
        (vec![Processing, Received, Concluded], Received),
        (vec![Processing, CorrectionRequested], CorrectionRequested),
        (vec![Concluded, Processing], Processing),
        (vec![Concluded, Concluded], Concluded),
        (vec![Concluded, RefusedAcceptance], Concluded),
        (vec![RefusedAcceptance, RefusedAcceptance], RefusedAcceptance),
        (vec![], Submitted),
    ] {
        assert_eq!(joint_state(&parts), joint, "{parts:?}");
    }
    assert_eq!(joint_lamp(&[Lamp::Green, Lamp::Red, Lamp::Off]), Lamp::Red);
}
