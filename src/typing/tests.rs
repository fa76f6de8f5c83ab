//! Keys in, and what the session hears.
use super::*;

fn keyboard(layout: Layout) -> Typing {
    let mut typing = Typing::new(&Shelf::new(vec![]), vec![]);
    assert!(typing.press(Key::LayoutChosen(layout)).is_empty());
    typing
}

fn press(typing: &mut Typing, keys: &str) -> Vec<Happening> {
    keys.chars().flat_map(|key| typing.press(Key::Text(key.to_string()))).collect()
}

fn place_of(typing: &Typing, wanted: &str) -> usize {
    let offered = typing.candidates();
    offered.iter().position(|word| word == wanted).unwrap_or_else(|| panic!("{wanted} is not in {offered:?}"))
}

fn written(text: &str) -> Vec<Happening> {
    vec![Happening::Typed(Keystroke::Insert(text.to_owned()))]
}

#[test]
fn parts_typed_by_their_sounds_lead_to_the_character() {
    let mut typing = keyboard(Layout::Parts);
    for _ in 0..3 {
        assert!(press(&mut typing, "jin").is_empty());
        let part = place_of(&typing, "金");
        assert!(typing.press(Key::Candidate(part)).is_empty(), "a part is not written yet");
    }
    let whole = place_of(&typing, "鑫");
    assert_eq!(typing.press(Key::Candidate(whole)), written("鑫"));
    assert!(!typing.is_composing());
}

#[test]
fn a_part_can_be_taken_back_and_its_sound_is_never_written() {
    let mut typing = keyboard(Layout::Parts);
    press(&mut typing, "mu");
    let part = place_of(&typing, "木");
    typing.press(Key::Candidate(part));
    press(&mut typing, "m");
    assert_eq!(typing.press(Key::LayoutChosen(Layout::Pinyin)), vec![]);
    assert!(!typing.is_composing());
    typing.press(Key::LayoutChosen(Layout::Parts));
    press(&mut typing, "mu");
    let part = place_of(&typing, "木");
    typing.press(Key::Candidate(part));
    assert!(typing.press(Key::Backspace).is_empty());
    assert!(!typing.is_composing());
    assert_eq!(typing.press(Key::Backspace), vec![Happening::Typed(Keystroke::Backspace)]);
}

#[test]
fn a_code_point_shows_its_character_before_it_is_written() {
    let mut typing = keyboard(Layout::CodePoint);
    assert!(press(&mut typing, "20BB").is_empty());
    assert!(typing.candidates().is_empty(), "20BB stands in no name");
    assert!(press(&mut typing, "7").is_empty());
    assert_eq!(typing.candidates(), vec!["𠮷".to_owned()]);
    assert_eq!(press(&mut typing, " "), written("𠮷"));
}

#[test]
fn strokes_that_came_to_nothing_are_dropped_with_their_keys() {
    let mut typing = keyboard(Layout::Stroke);
    assert!(press(&mut typing, "hhsh").is_empty());
    assert_eq!(typing.press(Key::LayoutChosen(Layout::Pinyin)), vec![]);
    assert!(typing.candidates().is_empty());
}
