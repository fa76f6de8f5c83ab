use super::*;

fn event(state: CaseState) -> CaseEvent {
    CaseEvent { state, at: Timestamp::UNIX_EPOCH, note: None }
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
