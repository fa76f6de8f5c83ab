//! The engine agrees with JSON Forms, case by case.
use jiujin_contract::form::describe;
use serde_json::Value;

fn cases(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let keys = expected.as_object().unwrap().keys();
    keys.filter(|key| expected[*key] != found[*key])
        .map(|key| format!("{key}: expected {} found {}", expected[key], found[key]))
        .collect()
}

#[test]
fn every_example_of_the_json_forms_package_is_described_alike() {
    let document = cases(include_str!("data/json-forms-cases.json"));
    for case in document["cases"].as_array().unwrap() {
        let found = describe(&case["schema"], case.get("uischema"), case.get("data"));
        assert_eq!(differences(&case["expect"], &found), Vec::<String>::new(), "{}", case["name"]);
    }
}

#[test]
fn every_random_rule_shows_and_enables_alike() {
    let document = cases(include_str!("data/json-forms-rules.json"));
    for case in document["cases"].as_array().unwrap() {
        let found = describe(&document["schema"], case.get("uischema"), case.get("data"));
        assert_eq!(
            differences(&case["expect"], &found["controls"][0]),
            Vec::<String>::new(),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn every_schema_we_made_up_is_described_alike() {
    let document = cases(include_str!("data/json-forms-generated.json"));
    for case in document["cases"].as_array().unwrap() {
        let found = describe(&case["schema"], case.get("uischema"), case.get("data"));
        assert_eq!(differences(&case["expect"], &found), Vec::<String>::new(), "{}", case["name"]);
    }
}
