//! Fills every form of the catalogue at random, as residents would, and asks kiosk and office whether it is complete.
//! Fifty times each, which takes some twenty seconds of processor time in a debug build; `JIUJIN_FILLS=5` is enough
//! while writing an item.
use jiujin_contract::catalogue::{Catalogue, day_one};
use jiujin_contract::form::{Draft, Facts, FieldView, Finished, Form, Input, TextKind, Timestamp};
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
use jiujin_contract::item::ServiceItem;
use jiujin_contract::keys::{DeviceKey, OfficeSealingKey};
use jiujin_contract::receipt::ReceiptNumber;
use jiujin_contract::sealing::{SealedSubmission, seal};
use jiujin_contract::submission::{ConsentGiven, DeviceId, ItemRef, Submission, SubmissionId};
use jiujin_contract::text::Lang;
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};

const FILLS: usize = 50;
/// Rounds of correcting what is wrong before we call a form impossible.
const ROUNDS_MAX: usize = 300;
const NOW: Timestamp = Timestamp(1_790_000_000_000);
const TODAY: &str = "2026-09-21";

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(day_one);

/// xorshift: the same forms every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.roll(10) as u8)).collect()
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.roll(items.len())]
    }
}

fn fills() -> usize {
    std::env::var("JIUJIN_FILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(FILLS)
}

/// An invented resident; offline ones have no shared data.
fn facts(dice: &mut Dice) -> Facts {
    let shared = if dice.roll(2) == 0 { Value::Null } else { CATALOGUE.definitions.directory_sample() };
    Facts::new(json!({
        "card": {"kind": "resident", "name": "王青山", "sex": "male", "birth": "1984-03-05", "address": "青禾街道幸福路18号",
            "id_number": id_number("19840305", 1), "ethnicity": "汉", "issuer": "青禾分局", "valid_to": null},
        "shared": shared, "today": TODAY, "age": 42, "answers": {}
    }))
}

/// GB 11643 check character.
fn id_number(birth: &str, sequence: usize) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let body = format!("109999{birth}{sequence:03}");
    let sum: u32 = body.chars().zip(WEIGHTS).map(|(c, w)| c.to_digit(10).unwrap() * w).sum();
    let check = b"10X98765432"[sum as usize % 11];
    format!("{body}{}", check as char)
}

/// Luhn.
fn bank_card(dice: &mut Dice) -> String {
    let body = format!("622202{}", dice.digits(12));
    let doubled = |(i, c): (usize, char)| {
        let digit = c.to_digit(10).unwrap() * (2 - i as u32 % 2);
        digit / 10 + digit % 10
    };
    let sum: u32 = body.chars().rev().enumerate().map(doubled).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// GB 32100 check character.
fn uscc(dice: &mut Dice) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("92109999MA{}", dice.digits(7));
    let value = |c: u8| ALPHABET.iter().position(|a| *a == c).unwrap();
    let weights = std::iter::successors(Some(1usize), |w| Some(w * 3 % 31));
    let sum: usize = body.bytes().zip(weights).map(|(c, w)| value(c) * w).sum();
    format!("{body}{}", ALPHABET[(31 - sum % 31) % 31] as char)
}

fn text(kind: TextKind, max_chars: usize, dice: &mut Dice) -> String {
    let written = match kind {
        TextKind::IdNumber => {
            let birth = *dice.pick(&["19550312", "19901111", "20150601", "20260303"]);
            id_number(birth, 1 + dice.roll(99))
        }
        TextKind::Mobile => format!("139{}", dice.digits(8)),
        TextKind::Landline => format!("010-6{}", dice.digits(7)),
        TextKind::BankCard => bank_card(dice),
        TextKind::Uscc => uscc(dice),
        TextKind::Plate => format!("京A{}", dice.digits(5)),
        TextKind::PostalCode => format!("1{}", dice.digits(5)),
        TextKind::Latin => format!("A{}", dice.digits(7)),
        TextKind::Name => dice.pick(&["李安安", "王小禾", "欧阳青山", "张三"]).to_string(),
        TextKind::Place => dice.pick(&["幸福路18号", "青禾花园2幢101室"]).to_string(),
        TextKind::Plain | TextKind::Multiline => dice.pick(&["青禾", "测试内容", "示范中心"]).to_string(),
    };
    written.chars().take(max_chars.max(1)).collect()
}

fn date(dice: &mut Dice) -> String {
    let dates = [
        "2005-12-01",
        "2016-05-01",
        "2020-02-29",
        "2025-08-01",
        "2026-09-01",
        "2026-09-20",
        TODAY,
        "2026-09-22",
        "2026-10-15",
        "2027-03-01",
        "2029-12-31",
    ];
    dice.pick(&dates).to_string()
}

fn value(field: &FieldView, dice: &mut Dice) -> Option<Value> {
    Some(match &field.input {
        Input::Text(kind) => json!(text(*kind, field.max_chars, dice)),
        Input::Number { min, max, whole, .. } => {
            let low = min.unwrap_or(0.0);
            let high = max.unwrap_or(low + 100.0).min(low + 1000.0);
            let number = low + (dice.roll(11) as f64 / 10.0) * (high - low);
            if *whole { json!(number as i64) } else { json!((number * 100.0).round() / 100.0) }
        }
        Input::Date => json!(date(dice)),
        Input::YesNo => json!(dice.roll(3) > 0),
        Input::Choice(choices) => dice.pick(choices).value.clone(),
        Input::Multi(choices) => {
            let first = dice.roll(choices.len());
            let count = 1 + dice.roll(choices.len() - first);
            choices[first..first + count].iter().map(|choice| choice.value.clone()).collect()
        }
        Input::CodeList { .. } => json!(dice.pick(&["110101", "330106", "440305"])),
        Input::Signature => json!("iVBORw0KGgo="),
        Input::Attachment { .. } => json!("iVBORw0KGgo="),
        Input::Entries(_) | Input::Note(_) => return None,
    })
}

/// Every question shown now, those of list entries too.
fn shown(draft: &Draft) -> Vec<FieldView> {
    let mut fields = Vec::new();
    for index in 0..draft.page_count() {
        for field in draft.page(index, Lang::ZhCn).fields {
            if let Input::Entries(entries) = &field.input {
                fields.extend(entries.iter().flat_map(|entry| entry.fields.clone()));
            }
            fields.push(field);
        }
    }
    fields
}

/// Answers what is empty or wrong until nothing is left to do.
fn fill(draft: &mut Draft, dice: &mut Dice) {
    for round in 0..ROUNDS_MAX {
        let wrong: Vec<String> = draft.problems(Lang::ZhCn).into_iter().map(|problem| problem.path).collect();
        if round > 0 && wrong.is_empty() {
            return;
        }
        for field in shown(draft) {
            // Two dates can be at odds with no way out for the second one: then all are given anew.
            let stuck = round % 8 == 7 && field.input == Input::Date;
            let wanted = wrong.contains(&field.path) || field.error.is_some() || stuck;
            let skip = !wanted && (round > 0 || field.value.is_some() || dice.roll(4) == 0);
            if field.locked || !field.enabled || field.path.is_empty() || skip {
                continue;
            }
            if let Input::Entries(entries) = &field.input {
                if entries.is_empty() {
                    draft.add_entry(&field.path);
                }
            } else if let Some(value) = value(&field, dice) {
                let _ = draft.answer(&field.path, Some(value), NOW);
            }
        }
    }
}

fn compiled(item: &ServiceItem) -> Arc<Form> {
    match Form::compile(&item.translations, &item.schema, Some(&item.uischema)) {
        Ok(form) => Arc::new(form),
        Err(error) => panic!("{}: {error}", item.id),
    }
}

/// What leaves the kiosk.
fn submission(item: &ServiceItem, finished: &Finished) -> Submission {
    let kiosk_short_id = "K7F4".parse().unwrap();
    let now = jiff::Timestamp::from_millisecond(NOW.0).unwrap();
    Submission {
        id: SubmissionId::make(now).unwrap(),
        item: ItemRef { id: item.id.clone(), version: item.version },
        resident: Resident {
            kind: CardKind::Resident,
            name: "王青山".into(),
            name_en: None,
            sex: Sex::Male,
            ethnicity: None,
            nationality: None,
            birth: jiff::civil::date(1984, 3, 5),
            address: None,
            id_number: IdNumber::new(id_number("19840305", 1)),
            issuer: None,
            valid_to: None,
        },
        answers: finished.answers.clone(),
        provenance: Default::default(),
        pruned_paths: finished.pruned_paths.clone(),
        consent: ConsentGiven { version: item.consent.version.clone(), agreed_at: now, guardian: None },
        kiosk: DeviceId::parse("kiosk-1").unwrap(),
        kiosk_short_id,
        receipt_number: ReceiptNumber::issue(kiosk_short_id, jiff::civil::date(2026, 9, 21), 7),
        sequence: 7,
        created_at: now,
        signature: None,
        corrects: None,
        attachments: vec![],
    }
}

#[test]
fn every_service_can_be_filled_in_and_is_valid_at_kiosk_and_office() {
    let (key, device) = (OfficeSealingKey::generate().unwrap(), DeviceKey::generate().unwrap());
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut wrong = Vec::new();
    for item in &CATALOGUE.items {
        let form = compiled(item);
        let schema = jsonschema::draft7::new(&item.schema).unwrap();
        for fill_number in 0..fills() {
            let facts = facts(&mut dice);
            let mut draft = Draft::new(form.clone(), &facts, NOW);
            fill(&mut draft, &mut dice);
            let open = draft.problems(Lang::ZhCn);
            let finished = draft.finish();
            let sealed = seal(&submission(item, &finished), &key.public(), &device).unwrap();
            let opened =
                SealedSubmission::parse(sealed.bytes()).unwrap().open(&key, &device.public()).unwrap();
            assert_eq!(opened.answers, finished.answers, "{}", item.id);
            let office = Draft::resume(form.clone(), &opened.answers, &facts).problems(Lang::ZhCn);
            let plain: Vec<String> = schema
                .iter_errors(&finished.answers)
                .map(|e| format!("{e} at {}", e.instance_path()))
                .collect();
            if !(open.is_empty() && office.is_empty() && plain.is_empty()) {
                wrong.push(format!(
                    "{} fill {fill_number}: kiosk {open:?}, office {office:?}, schema {plain:?}",
                    item.id
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of the fills:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
}

#[test]
fn every_life_event_can_be_filled_in_and_split() {
    let mut dice = Dice(0xD1B5_4A32_D192_ED03);
    for event in &CATALOGUE.life_events {
        let form = match Form::compile(&event.translations, &event.schema, Some(&event.uischema)) {
            Ok(form) => Arc::new(form),
            Err(error) => panic!("{}: {error}", event.id),
        };
        for _ in 0..fills() {
            let facts = facts(&mut dice);
            let mut draft = Draft::new(form.clone(), &facts, NOW);
            fill(&mut draft, &mut dice);
            assert_eq!(draft.problems(Lang::ZhCn), vec![], "{}", event.id);
            let answers = draft.finish().answers;
            for member in &event.members {
                if event.wanted.get(member).is_some_and(|wanted| answers[&wanted.question] != wanted.answer) {
                    continue;
                }
                let item = CATALOGUE.item(member).unwrap();
                let own = event.split(member, &answers).unwrap();
                let office = Draft::resume(compiled(item), &own, &facts).problems(Lang::ZhCn);
                assert_eq!(office, vec![], "{member} of {}", event.id);
            }
        }
    }
}

#[test]
fn every_page_of_every_service_has_words_in_both_languages() {
    let mut dice = Dice(7);
    for item in &CATALOGUE.items {
        let mut draft = Draft::new(compiled(item), &facts(&mut dice), NOW);
        fill(&mut draft, &mut dice);
        for lang in [Lang::ZhCn, Lang::En] {
            for index in 0..draft.page_count() {
                let page = draft.page(index, lang);
                assert!(
                    !page.title.is_empty() && !page.title.starts_with("page"),
                    "{} page {index}",
                    item.id
                );
                for field in page.fields {
                    let label = if let Input::Note(words) = &field.input {
                        words.clone()
                    } else {
                        field.label.clone()
                    };
                    assert!(!label.is_empty(), "{} {}", item.id, field.path);
                    if lang == Lang::En {
                        assert!(
                            label.is_ascii() || !label.chars().any(|c| c > '\u{3000}'),
                            "{} {label}",
                            item.id
                        );
                    }
                }
            }
        }
    }
}
