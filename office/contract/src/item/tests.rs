use super::*;
use serde_json::json;

fn text(zh: &str) -> Text {
    Text::new(zh, zh)
}

fn item() -> ServiceItem {
    ServiceItem {
        id: "S999".into(),
        version: 1,
        name: text("试办"),
        short_name: text("试办"),
        summary: text("试办"),
        department: text("局"),
        category: Category::Ageing,
        kind: Kind::Promised,
        keywords: vec![],
        popularity: 1,
        life_events: vec![],
        guide: Guide {
            who: text("人"),
            conditions: vec![],
            materials: vec![Material { name: text("证"), source: MaterialSource::Card, note: None }],
            statutory_days: 20,
            promised_days: 5,
            visits: 0,
            fee: text("不收费"),
            result: text("证"),
            output: Output::Card,
            legal_basis: vec![],
            contact: text("12345"),
            complaint: text("12345"),
            faq: vec![],
        },
        eligibility: Eligibility {
            rules: vec![Refusal {
                schema: json!({"properties": {"age": {"minimum": 60}}}),
                reason: text("未满60岁"),
                instead: text("到60岁再来"),
            }],
        },
        consent: Consent {
            version: "1".into(),
            what: vec![],
            from_whom: text("局"),
            purpose: text("办事"),
            recipients: text("局"),
            retention: text("三年"),
        },
        needs_network: false,
        schema: json!({"type": "object", "properties": {
            "phone": {"type": "string"},
            "family": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        }}),
        uischema: json!({"type": "Categorization", "elements": []}),
        translations: Translations::new(),
        document: None,
        joint: None,
    }
}

#[test]
fn nothing_to_bring_is_computed_from_the_materials() {
    let mut item = item();
    assert!(item.zero_material());
    item.guide.materials.push(Material {
        name: text("照片"),
        source: MaterialSource::BroughtLater,
        note: None,
    });
    assert!(!item.zero_material());
    assert_eq!(item.badges(), vec![Badge::WorkingDays(5)]);
}

#[test]
fn too_young_people_hear_why_and_where_to_go() {
    let item = item();
    let refused = item.eligibility.check(&json!({"age": 59, "shared": null}));
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].instead.zh, "到60岁再来");
    assert!(item.eligibility.check(&json!({"age": 60})).is_empty());
}

#[test]
fn an_unknown_fact_never_refuses() {
    assert!(item().eligibility.check(&json!({})).is_empty());
}

#[test]
fn the_hash_does_not_depend_on_the_order_of_keys() {
    assert_eq!(canonical_json(&json!({"b": 1, "a": [true, null]})), r#"{"a":[true,null],"b":1}"#);
    let item = item();
    let again: ServiceItem = serde_json::from_str(&item.canonical_json()).unwrap();
    assert_eq!(again.content_hash(), item.content_hash());
}

#[test]
fn an_unknown_key_is_refused() {
    let mut value = serde_json::to_value(item()).unwrap();
    value["colour"] = json!("red");
    assert!(serde_json::from_value::<ServiceItem>(value).is_err());
}

#[test]
fn questions_of_list_entries_are_named_with_dots() {
    assert_eq!(item().question_paths(), ["phone", "family", "family.name"]);
}
