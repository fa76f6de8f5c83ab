use super::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Compiled once for all tests.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(super::day_one);

fn day_one() -> &'static Catalogue {
    &CATALOGUE
}

/// A small item; `{}` is where a test adds its own lines.
fn item_text(extra: &str) -> String {
    format!(
        r#"id = "S900"
version = 1
name = "试办 | Trial"
summary = "试一试。 | A trial."
department = "civil"
category = "ageing"
kind = "promised"
days = [20, 5]
output = "notice"
keywords = ["试"]
popularity = 1
who = "人 | People"
conditions = ["有卡。 | You have a card."]
materials = ["card"]
result = "通知 | A notice"
law = ["《试行办法》 | Trial rules"]
{extra}
"#
    )
}

fn compile_one(extra: &str) -> Result<ServiceItem, ItemProblem> {
    let catalogue = day_one();
    authoring::compile_item(&catalogue.definitions, "items/S900.toml", &item_text(extra))
}

fn form_with(ask: &str) -> Result<ServiceItem, ItemProblem> {
    compile_one(&format!("pages = [{{ title = \"页 | Page\", ask = [{ask}] }}]"))
}

#[test]
fn the_catalogue_of_day_one_has_no_problem() {
    let catalogue = day_one();
    assert_eq!(catalogue.problems, vec![]);
    assert!(!catalogue.items.is_empty());
}

#[test]
fn a_misspelt_key_is_named_with_file_and_line() {
    let problem = compile_one("colour = \"red\"").unwrap_err();
    assert_eq!(
        (problem.file.as_str(), problem.line, problem.key.as_str()),
        ("items/S900.toml", 17, "colour")
    );
    assert!(problem.message.contains("unknown key `colour`"), "{problem}");
}

#[test]
fn broken_toml_is_named_with_its_line() {
    let problem = compile_one("who = [").unwrap_err();
    assert!(problem.line >= 17 && problem.message.contains("not TOML"), "{problem}");
}

#[test]
fn a_text_without_english_is_refused() {
    let problem = form_with(r#"{ key = "a", kind = "text", label = "只有中文" }"#).unwrap_err();
    assert_eq!(problem.key, "pages/0/ask/0/label");
    assert!(problem.message.contains("both languages"), "{problem}");
}

#[test]
fn a_rule_about_a_question_that_is_not_asked_is_refused() {
    let problem =
        form_with(r#"{ key = "a", kind = "text", label = "甲 | A", when = "b == c" }"#).unwrap_err();
    assert!(problem.message.contains("`b`"), "{problem}");
}

#[test]
fn an_unknown_kind_lists_the_known_ones() {
    let problem = form_with(r#"{ key = "a", kind = "password", label = "甲 | A" }"#).unwrap_err();
    assert!(problem.message.contains("known: text, name"), "{problem}");
}

#[test]
fn a_broken_item_is_left_out_and_the_rest_works() {
    let mut files = embedded_files();
    let good = files.iter().filter(|(path, _)| path.starts_with("items/")).count();
    files.push(("items/S998-broken.toml".into(), "id = 3".into()));
    let catalogue = compile(&files);
    assert_eq!(catalogue.items.len(), good);
    assert_eq!(catalogue.problems.len(), 1);
    assert_eq!(catalogue.problems[0].file, "items/S998-broken.toml");
}

#[test]
fn two_items_with_one_id_are_told_apart_by_their_files() {
    let files: Vec<_> = embedded_files();
    let twice = files.iter().find(|(path, _)| path.starts_with("items/")).cloned().unwrap();
    let mut files = files.clone();
    files.push(("items/S999-copy.toml".into(), twice.1));
    let problem = compile(&files).problems.remove(0);
    assert!(problem.message.contains("already"), "{problem}");
}

#[test]
fn a_conditional_question_is_required_only_where_it_is_shown() {
    let item = form_with(
        r#"{ key = "ill", kind = "yes_no", label = "病了吗 | Ill" },
           { key = "who", kind = "name", label = "谁 | Who", when = "ill" },
           { key = "since", kind = "date", label = "哪天 | Since", when = "who == x" }"#,
    )
    .unwrap();
    let validator = jsonschema::draft7::new(&item.schema).unwrap();
    assert!(validator.is_valid(&json!({"ill": false})));
    assert!(!validator.is_valid(&json!({"ill": true})));
    assert!(validator.is_valid(&json!({"ill": true, "who": "王"})));
    assert_eq!(item.schema["required"], json!(["ill"]));
    let since = &item.uischema["elements"][0]["elements"][2]["rule"]["condition"];
    assert_eq!(since["conditions"].as_array().map(Vec::len), Some(2), "inherits the condition of `who`");
}

#[test]
fn shared_definitions_bring_their_prefill_and_words() {
    let item = form_with(r#""phone""#).unwrap();
    assert_eq!(item.schema["properties"]["phone"]["x-prefill"]["source"], "shared.phone");
    assert_eq!(item.translations[&crate::text::Lang::ZhCn]["phone.label"], "手机号码");
}

#[test]
fn a_street_is_chosen_from_the_list_of_the_site_below_the_county_that_was_asked() {
    let item = form_with(
        r#"{ key = "county", kind = "region", label = "区县 | County" },
           { key = "street", kind = "street", label = "街道 | Street", parent = "county" }"#,
    )
    .unwrap();
    let codes = &item.schema["properties"]["street"]["x-codes"];
    assert_eq!(*codes, json!({"list": "streets", "parent": "/county"}));
    let error =
        form_with(r#"{ key = "a", kind = "text", label = "街道 | Street", parent = "b" }"#).unwrap_err();
    assert!(error.to_string().contains("`parent`"), "{error}");
}

#[test]
fn a_list_of_entries_names_its_questions_with_dots() {
    let item = form_with(
        r#"{ key = "kids", kind = "entries", label = "孩子 | Children", entry = "孩子 | child",
             ask = [{ key = "name", kind = "name", label = "姓名 | Name" }] }"#,
    )
    .unwrap();
    assert_eq!(item.question_paths(), ["kids", "kids.name"]);
    assert_eq!(item.translations[&crate::text::Lang::En]["kids.name.label"], "Name");
    assert_eq!(item.uischema["elements"][0]["elements"][0]["options"]["elementLabelProp"], "name");
}

#[test]
fn a_consent_names_every_shared_record_the_form_reads() {
    let item = form_with(r#""phone", "bank_card""#).unwrap();
    let what: Vec<&str> = item.consent.what.iter().map(|part| part.text.en.as_str()).collect();
    assert!(what.contains(&"Mobile number") && what.contains(&"Bank card number"), "{what:?}");
}

#[test]
fn compiled_items_survive_the_journey_as_json() {
    for item in &day_one().items {
        let again: ServiceItem = serde_json::from_str(&item.canonical_json()).unwrap();
        assert_eq!(&again, item);
        assert_eq!(again.content_hash(), item.content_hash());
    }
}

#[test]
fn a_resident_directory_can_be_filled_from_the_samples() {
    let sample = day_one().definitions.directory_sample();
    assert_eq!(sample["insurance"]["status"], "正常参保");
    assert!(sample["household"]["members"].is_array());
}

#[test]
fn a_life_event_asks_shared_questions_once_and_loses_none() {
    let catalogue = day_one();
    assert_eq!(catalogue.life_events.len(), 6);
    for event in &catalogue.life_events {
        let savings = event.as_item(catalogue).unwrap().savings().unwrap();
        assert!(savings.questions() >= 3 && savings.visits() >= 1, "{} saves {savings:?}", event.id);
        for member in &event.members {
            let item = catalogue.item(member).unwrap();
            let own: Vec<&String> = item.schema["properties"].as_object().unwrap().keys().collect();
            let mut mapped: Vec<&String> = event.mapping[member].keys().collect();
            mapped.sort();
            let mut sorted = own.clone();
            sorted.sort();
            assert_eq!(mapped, sorted, "{} in {}", member, event.id);
            for joint in event.mapping[member].values() {
                assert!(event.schema["properties"].get(joint).is_some(), "{joint} of {}", event.id);
            }
        }
    }
}

#[test]
fn every_question_of_a_life_event_stands_on_exactly_one_page() {
    for event in &day_one().life_events {
        let mut shown: Vec<&str> = Vec::new();
        for page in event.uischema["elements"].as_array().unwrap() {
            shown.extend(page["elements"].as_array().unwrap().iter().filter_map(|e| e["scope"].as_str()));
        }
        let unique: std::collections::BTreeSet<&&str> = shown.iter().collect();
        assert_eq!(unique.len(), shown.len(), "{}", event.id);
        assert_eq!(shown.len(), event.schema["properties"].as_object().unwrap().len(), "{}", event.id);
    }
}

#[test]
fn a_life_event_has_words_for_every_question_and_page() {
    for event in &day_one().life_events {
        for words in event.translations.values() {
            for key in event.schema["properties"].as_object().unwrap().keys() {
                assert!(words.contains_key(&format!("{key}.label")), "{key} of {}", event.id);
            }
            for page in event.uischema["elements"].as_array().unwrap() {
                let name = page["i18n"].as_str().unwrap();
                assert!(words.contains_key(&format!("{name}.label")), "{name} of {}", event.id);
            }
        }
    }
}

#[test]
fn the_office_splits_joint_answers_into_those_of_each_service() {
    let catalogue = day_one();
    let event = &catalogue.life_events[0];
    let answers = json!({"child_name": "王小禾", "my_name": "李安安"});
    let split = event.split("S045", &answers).unwrap();
    assert_eq!(split["child_name"], "王小禾");
    assert!(event.split("S999", &answers).is_err());
}

#[test]
fn the_catalogue_holds_the_services_of_the_district() {
    let catalogue = day_one();
    let list = include_str!("../../tests/data/services.tsv");
    let mut missing = Vec::new();
    for line in list.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let Some(item) = catalogue.item(cells[0]) else {
            missing.push(cells[0]);
            continue;
        };
        let name = item.name.zh.replace('（', "(").replace('）', ")");
        assert_eq!(name, cells[1]);
        assert_eq!(item.department.zh, cells[3], "{}", item.id);
        assert_eq!(item.category.name().zh, cells[5], "{}", item.id);
        assert_eq!(item.zero_material(), cells[9] == "yes", "zero material of {}", item.id);
        let days = (item.guide.statutory_days.to_string(), item.guide.promised_days.to_string());
        assert_eq!((days.0.as_str(), days.1.as_str()), (cells[10], cells[11]), "{}", item.id);
        assert_eq!(item.needs_network, cells[13] == "yes", "{}", item.id);
    }
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn a_life_event_is_a_clean_service_item_of_its_own() {
    let catalogue = day_one();
    let lint = lint::Lint::new(catalogue, &|_| true);
    for event in &catalogue.life_events {
        let item = event.as_item(catalogue).unwrap();
        let members = event.members.iter().map(|id| catalogue.item(id).unwrap());
        assert_eq!(item.wants_signature(), event.wants_signature);
        assert!(members.clone().all(|member| member.guide.promised_days <= item.guide.promised_days));
        assert!(item.consent.what.len() >= members.map(|m| m.consent.what.len()).max().unwrap());
        let found: Vec<String> = lint.item(&item).iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn a_life_event_names_its_departments_and_counts_what_it_spares() {
    let catalogue = day_one();
    let offered = catalogue.offered();
    assert_eq!(offered.len(), catalogue.items.len() + catalogue.life_events.len());
    let item = offered.iter().find(|item| item.id == "L01").unwrap();
    let members: usize = item.parts().iter().map(|part| part.members.len()).sum();
    assert_eq!(members, item.joint.as_ref().unwrap().members.len());
    assert!(item.parts().len() > 1, "several departments");
    let savings = item.savings().unwrap();
    assert_eq!(savings.questions_apart - savings.questions_together, savings.questions());
    assert!(item.summary.zh.contains(&format!("少填{}项", savings.questions())), "{}", item.summary.zh);
    let member = &item.joint.as_ref().unwrap().members[0];
    let (own, joint) = member.questions.iter().next().unwrap();
    assert_eq!(member.joint_pointer(&format!("/{own}/0")), format!("/{joint}/0"));
    assert!(catalogue.items.iter().all(|item| item.savings().is_none() && item.parts().is_empty()));
}

#[test]
fn a_business_is_a_shop_or_a_company_and_only_what_was_chosen_is_filed() {
    let item = day_one().offered().into_iter().find(|item| item.id == "L05").unwrap();
    let filed = |answers: Value| -> Vec<String> {
        let parts = item.parts_for(&answers);
        parts.iter().flat_map(|part| part.members.iter().map(|member| member.id.clone())).collect()
    };
    assert_eq!(filed(json!({"business_kind": "company", "sells_food": "no"})), ["S136"]);
    assert_eq!(filed(json!({"business_kind": "company", "sells_food": "yes"})), ["S136", "S105"]);
    assert_eq!(filed(json!({"business_kind": "shop", "sells_food": "no"})), ["S099", "S008"]);
    assert_eq!(filed(json!({})), Vec::<String>::new());
    assert_eq!(item.guide.promised_days, 0, "filed in the morning, concluded the same day");
}

#[test]
fn only_the_departments_of_what_was_chosen_are_named_and_before_the_choice_those_that_depend_on_it_apart() {
    let item = day_one().offered().into_iter().find(|item| item.id == "L05").unwrap();
    let named = |answers: Value| item.department_for(&answers).zh;
    let (market, insurance) = ("市场监督管理局", "人力资源和社会保障局");
    assert_eq!(named(json!({"business_kind": "company", "sells_food": "yes"})), market);
    assert_eq!(named(json!({"business_kind": "shop", "sells_food": "no"})), format!("{market}、{insurance}"));
    assert_eq!(named(json!({})), format!("{market}，看您选的还有{insurance}"));
    let birth = day_one().offered().into_iter().find(|item| item.id == "L01").unwrap();
    assert_eq!(birth.department_for(&json!({})), birth.department);
    assert!(!birth.department.zh.contains("看您选"), "{}", birth.department.zh);
}

#[test]
fn a_member_that_waits_for_an_answer_nobody_can_give_is_named() {
    let mut catalogue = day_one().clone();
    let text = r#"
        id = "L99"
        version = 1
        name = "开店 | Shop"
        summary = "开店 | Shop"
        theme = "opening_business"
        first = [{ title = "哪种？ | Which?", ask = [{ key = "kind", kind = "choice", label = "哪种？ | Which?", choices = { shop = "店 | Shop" } }] }]
        members = [{ id = "S099", when = { kind = "factory" } }]
    "#;
    let problem = life_event::compile(&catalogue, "x.toml", text).unwrap_err().to_string();
    assert!(problem.contains("x.toml") && problem.contains("kind = factory"), "{problem}");
    catalogue.items.clear();
    assert!(life_event::compile(&catalogue, "x.toml", text).is_err());
}
