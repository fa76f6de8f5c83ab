use super::*;
use crate::text::Text;
use std::sync::LazyLock;

/// Compiled once for all tests.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(crate::catalogue::day_one);

fn day_one() -> &'static Catalogue {
    &CATALOGUE
}

fn draws_all(_: char) -> bool {
    true
}

/// The complaints about S040 after a change.
fn after(change: impl FnOnce(&mut ServiceItem)) -> Vec<String> {
    let catalogue = day_one();
    let mut item = catalogue.item("S040").expect("S040 is in the catalogue").clone();
    change(&mut item);
    Lint::new(catalogue, &draws_all)
        .item(&item)
        .into_iter()
        .map(|p| format!("{} {}", p.key, p.message))
        .collect()
}

fn complains(found: &[String], of: &str) -> bool {
    found.iter().any(|line| line.contains(of))
}

#[test]
fn every_item_of_day_one_is_clean() {
    let catalogue = day_one();
    let lint = Lint::new(catalogue, &draws_all);
    let found: Vec<String> =
        catalogue.offered().iter().flat_map(|item| lint.item(item)).map(|p| p.to_string()).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_promise_longer_than_the_law_allows_is_found() {
    let found = after(|item| item.guide.promised_days = 9);
    assert!(complains(&found, "/guide/promised_days promised 9 days, the law allows 3"), "{found:?}");
}

#[test]
fn a_missing_translation_is_found() {
    let found = after(|item| {
        item.translations.get_mut(&Lang::En).unwrap().remove("since.label");
    });
    assert!(complains(&found, "/schema/properties/since no words for `since.label` in en"), "{found:?}");
}

#[test]
fn a_form_that_the_kiosk_could_not_open_or_that_hides_a_question_is_found() {
    let nowhere = after(|item| item.uischema["elements"][0]["elements"] = serde_json::json!([]));
    assert!(complains(&nowhere, "stands on no page"), "{nowhere:?}");
    let circle =
        after(|item| item.schema["properties"]["since"] = serde_json::json!({"$ref": "https://example.com"}));
    assert!(complains(&circle, "outside the document"), "{circle:?}");
    let newer = after(|item| item.schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into());
    assert!(complains(&newer, "write draft-07"), "{newer:?}");
    let cents = after(|item| {
        item.schema["properties"]["since"] = serde_json::json!({"type": "number", "multipleOf": 0.01});
    });
    assert!(complains(&cents, "refuses right amounts"), "{cents:?}");
    let one_sided = after(|item| {
        item.translations.get_mut(&Lang::ZhCn).unwrap().insert("since.unit".into(), "天".into());
    });
    assert!(complains(&one_sided, "/since.unit has no words in en"), "{one_sided:?}");
}

#[test]
fn an_untranslated_choice_is_found() {
    let found = after(|item| {
        item.translations.get_mut(&Lang::ZhCn).unwrap().remove("home.rent");
    });
    assert!(complains(&found, "`home.rent` in zh-CN"), "{found:?}");
}

#[test]
fn a_sentence_nobody_reads_to_its_end_is_found() {
    let long = "这句话实在是写得太长太长了根本没有人愿意一口气把它从头读到尾";
    let found = after(|item| item.summary = Text::new(long, "Short."));
    assert!(complains(&found, "/summary a sentence of 30"), "{found:?}");
}

#[test]
fn begging_and_apologies_are_found() {
    let found = after(|item| item.guide.who = Text::new("请您先排队", "Queue"));
    assert!(complains(&found, "without `请`"), "{found:?}");
}

#[test]
fn a_password_is_never_asked() {
    let found = after(|item| {
        item.translations.get_mut(&Lang::ZhCn).unwrap().insert("employer.label".into(), "银行卡密码".into());
    });
    assert!(complains(&found, "never asks for a password"), "{found:?}");
}

#[test]
fn a_picture_that_no_kiosk_can_take_is_never_asked_for() {
    let found = after(|item| {
        item.schema["properties"]["employer"]["x-attachment"] =
            json!({"types": ["image/jpeg"], "max_bytes": 9});
    });
    assert!(complains(&found, "no kiosk can make an attachment"), "{found:?}");
}

#[test]
fn a_rule_that_looks_at_nothing_is_found() {
    let found = after(|item| {
        item.uischema["elements"][2]["rule"]["condition"]["scope"] = json!("#/properties/gone");
    });
    assert!(complains(&found, "`#/properties/gone`, which is not asked"), "{found:?}");
}

#[test]
fn a_question_the_card_answers_is_found() {
    let found = after(|item| {
        item.schema["properties"]["my_name"].as_object_mut().unwrap().remove("x-prefill");
    });
    assert!(complains(&found, "`card.name` answers this"), "{found:?}");
}

#[test]
fn a_character_the_font_lacks_is_found() {
    let catalogue = day_one();
    let draws = |c: char| c != '房';
    let found = Lint::new(catalogue, &draws).item(catalogue.item("S040").unwrap());
    assert!(found.iter().any(|p| p.message.contains("cannot draw 房")), "{found:?}");
}

#[test]
fn a_signature_asked_as_a_question_is_found() {
    let found = after(|item| item.schema["properties"]["since"]["x-signature"] = json!(true));
    assert!(complains(&found, "asks for the signature itself"), "{found:?}");
}

#[test]
fn an_eligibility_rule_about_an_unknown_fact_is_found() {
    let found =
        after(|item| item.eligibility.rules[0].schema = json!({"properties": {"mood": {"const": "good"}}}));
    assert!(complains(&found, "there is no fact `mood`"), "{found:?}");
}

#[test]
fn a_schema_that_is_none_is_found() {
    let found = after(|item| item.schema["properties"]["since"]["maxLength"] = json!("many"));
    assert!(complains(&found, "/schema not a JSON Schema"), "{found:?}");
}

#[test]
fn the_check_ends_with_a_summary_and_says_no_when_an_item_is_broken() {
    let dir = std::env::temp_dir().join(format!("jiujin-lint-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("S999.toml"), "id = \"S999\"\nversion = 1\n").unwrap();
    let mut out = Vec::new();
    let code = check_dir(&dir, &draws_all, &mut out).unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    let lines: Vec<Value> =
        String::from_utf8(out).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(code, 1);
    assert_eq!(lines.last().unwrap()["summary"]["faulty"], 1);
    assert_eq!(lines[0]["file"], "items/S999.toml");
}

#[test]
fn a_directory_that_is_not_there_is_wrong_usage() {
    let mut out = Vec::new();
    assert_eq!(check_dir(Path::new("/nowhere/at/all"), &draws_all, &mut out).unwrap(), 2);
}
