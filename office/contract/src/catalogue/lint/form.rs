//! Checks of the form itself: schemas, rules, translations, and that nothing known is asked.
use super::{COMPLETE, Findings};
use crate::form::Form;
use crate::item::ServiceItem;
use serde_json::Value;

/// Keys and words no form may carry: a kiosk never asks for a secret.
const SECRETS: [&str; 9] =
    ["password", "passwd", "pin_code", "cvv", "密码", "口令", "验证码", "动态码", "Password"];
/// What the card says about the person who stands here. A question with one of these keys must be prefilled.
const ON_THE_CARD: [(&str, &str); 7] = [
    ("my_name", "card.name"),
    ("my_id", "card.id_number"),
    ("my_sex", "card.sex"),
    ("my_birth", "card.birth"),
    ("my_age", "card.birth"),
    ("my_ethnicity", "card.ethnicity"),
    ("my_address", "card.address"),
];
const CARD_LABELS: [&str; 8] = [
    "您的姓名",
    "身份证号码",
    "您的身份证号码",
    "您的性别",
    "您的出生日期",
    "您的年龄",
    "您的民族",
    "户籍地址",
];
/// What the office's directory knows.
const IN_THE_DIRECTORY: [(&str, &str); 4] = [
    ("phone", "shared.phone"),
    ("address", "shared.address"),
    ("family", "shared.family"),
    ("bank_card", "shared.bank_card"),
];

pub(super) fn check(item: &ServiceItem, found: &mut Findings) {
    if let Err(error) = jsonschema::draft7::new(&item.schema) {
        found.add("/schema", format!("not a JSON Schema: {error}"));
    }
    match Form::compile(&item.translations, &item.schema, Some(&item.uischema)) {
        Ok(form) if form.is_newer_dialect() => {
            found.add(
                "/schema/$schema",
                "2020-12; write draft-07, other tools with JSON Forms refuse this one",
            );
        }
        Ok(_) => check_pages(item, found),
        Err(error) => found.add("/schema", error.to_string()),
    }
    check_both_languages(item, found);
    properties(&item.schema, "", "/schema", &mut |question| {
        check_words(item, &question, found);
        check_secrets(item, &question, found);
        check_can_be_answered(&question, found);
        check_nothing_known_is_asked(item, &question, found);
        check_references(item, &question, found);
        check_numbers(&question, found);
    });
    elements(&item.uischema, &item.schema, "/uischema", &mut |element| check_element(item, &element, found));
}

/// A word that one language has and the other lacks.
fn check_both_languages(item: &ServiceItem, found: &mut Findings) {
    let empty = Default::default();
    for (lang, other) in [(COMPLETE[0], COMPLETE[1]), (COMPLETE[1], COMPLETE[0])] {
        let known = item.translations.get(&other).unwrap_or(&empty);
        let words = item.translations.get(&lang).into_iter().flatten();
        for (key, _) in words.filter(|(key, _)| !known.contains_key(*key)) {
            let pointer = format!("/translations/{}/{key}", lang.tag());
            found.add(pointer, format!("has no words in {}", other.tag()));
        }
    }
}

/// Every question of the schema stands on a page, or nobody would ever be asked.
fn check_pages(item: &ServiceItem, found: &mut Findings) {
    let mut scopes = Vec::new();
    elements(&item.uischema, &item.schema, "", &mut |at| scopes.extend(scope_of(at.element)));
    let asked = item.schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    for (key, _) in asked.filter(|(key, _)| !scopes.contains(&format!("#/properties/{key}").as_str())) {
        found.add(format!("/schema/properties/{key}"), "stands on no page");
    }
}

/// 19.99 is no multiple of 0.01 in binary numbers, neither here nor in any browser.
fn check_numbers(question: &Asked, found: &mut Findings) {
    let step = question.property.get("multipleOf").and_then(Value::as_f64);
    if step.is_some_and(|step| step.fract() != 0.0) {
        found.add(&question.pointer, "a step below 1 refuses right amounts; leave multipleOf out");
    }
}

/// A question with its place.
struct Asked<'a> {
    key: &'a str,
    /// Translation key: `family.name`.
    path: String,
    pointer: String,
    property: &'a Value,
    siblings: &'a Value,
}

fn properties<'a>(schema: &'a Value, prefix: &str, pointer: &str, visit: &mut dyn FnMut(Asked<'a>)) {
    for (key, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = format!("{prefix}{key}");
        let pointer = format!("{pointer}/properties/{key}");
        let inner = property.get("items").filter(|items| items.get("properties").is_some());
        if let Some(items) = inner {
            properties(items, &format!("{path}."), &format!("{pointer}/items"), visit);
        }
        visit(Asked { key, path, pointer, property, siblings: schema });
    }
}

fn check_words(item: &ServiceItem, question: &Asked, found: &mut Findings) {
    let choices = question.property.get("enum").or_else(|| question.property.pointer("/items/enum"));
    let choices = choices.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let branches = ["oneOf", "anyOf"].into_iter().filter_map(|key| question.property.get(key)?.as_array());
    let constants = branches.flatten().filter_map(|branch| branch.get("const")?.as_str());
    let choices = choices.chain(constants);
    let mut keys = vec![format!("{}.label", question.path)];
    keys.extend(choices.map(|choice| format!("{}.{choice}", question.path)));
    for compare in question.property.get("x-compare").and_then(Value::as_array).into_iter().flatten() {
        let key = compare.get("key").and_then(Value::as_str).unwrap_or_default();
        keys.push(format!("{}.error.{key}", question.path));
    }
    for key in keys {
        need(item, &key, &question.pointer, found);
    }
}

fn need(item: &ServiceItem, key: &str, pointer: &str, found: &mut Findings) {
    for lang in COMPLETE {
        let sentence = item.translations.get(&lang).and_then(|words| words.get(key));
        if sentence.is_none_or(|sentence| sentence.trim().is_empty()) {
            found.add(pointer, format!("no words for `{key}` in {}", lang.tag()));
        }
    }
}

fn check_secrets(item: &ServiceItem, question: &Asked, found: &mut Findings) {
    let labels = COMPLETE
        .iter()
        .filter_map(|lang| item.translations.get(lang)?.get(&format!("{}.label", question.path)));
    let format = question.property.get("format").and_then(Value::as_str).unwrap_or_default();
    let mut written = labels.map(String::as_str).chain([question.key, format]);
    if written.any(|text| SECRETS.iter().any(|secret| text.contains(secret))) {
        found.add(&question.pointer, "a kiosk never asks for a password or a code");
    }
}

/// A kiosk has no device that makes an attachment: the resident would stand before a button that does nothing, and where
/// an answer is required the form could never be sent.
fn check_can_be_answered(question: &Asked, found: &mut Findings) {
    if question.property.get("x-attachment").is_some() {
        found.add(&question.pointer, "no kiosk can make an attachment yet; ask for the paper at the counter");
    }
}

fn check_nothing_known_is_asked(item: &ServiceItem, question: &Asked, found: &mut Findings) {
    let source = question.property.pointer("/x-prefill/source").and_then(Value::as_str);
    let known = ON_THE_CARD.iter().chain(&IN_THE_DIRECTORY).find(|(key, _)| *key == question.path);
    if let Some((_, answered_by)) = known.filter(|_| source.is_none()) {
        found.add(&question.pointer, format!("`{answered_by}` answers this; add prefill"));
    }
    let label =
        item.translations.get(&COMPLETE[0]).and_then(|words| words.get(&format!("{}.label", question.path)));
    let top = !question.path.contains('.');
    if top && source.is_none() && label.is_some_and(|label| CARD_LABELS.contains(&label.as_str())) {
        found.add(&question.pointer, "the card answers this; add prefill");
    }
}

/// Derivations, comparisons and parents name questions that exist.
fn check_references(item: &ServiceItem, question: &Asked, found: &mut Findings) {
    let property = question.property;
    let args = property.pointer("/x-derive/args").and_then(Value::as_array).into_iter().flatten();
    let others = property.get("x-compare").and_then(Value::as_array).into_iter().flatten();
    let others = others.filter_map(|compare| compare.get("other"));
    let parent = property.pointer("/x-codes/parent").into_iter();
    for pointer in
        args.chain(others).chain(parent).filter_map(Value::as_str).filter(|other| *other != "today")
    {
        let key = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
        let here = question.siblings.pointer(&format!("/properties/{key}"));
        let at_top = item.schema.pointer(&format!("/properties/{key}"));
        if here.or(at_top).is_none() {
            found.add(&question.pointer, format!("refers to `{key}`, which is not asked"));
        }
    }
}

/// An element of the UI schema with the object its scopes look into.
struct Element<'a> {
    pointer: String,
    element: &'a Value,
    schema: &'a Value,
}

fn elements<'a>(element: &'a Value, schema: &'a Value, pointer: &str, visit: &mut dyn FnMut(Element<'a>)) {
    visit(Element { pointer: pointer.to_string(), element, schema });
    for (i, child) in element.get("elements").and_then(Value::as_array).into_iter().flatten().enumerate() {
        elements(child, schema, &format!("{pointer}/elements/{i}"), visit);
    }
    let entry =
        scope_of(element).and_then(|scope| schema.pointer(scope.trim_start_matches('#'))?.get("items"));
    if let (Some(detail), Some(entry)) = (element.pointer("/options/detail"), entry) {
        elements(detail, entry, &format!("{pointer}/options/detail"), visit);
    }
}

fn scope_of(element: &Value) -> Option<&str> {
    element.get("scope").and_then(Value::as_str)
}

fn check_element(item: &ServiceItem, at: &Element, found: &mut Findings) {
    let exists = |scope: &str| scope == "#" || at.schema.pointer(scope.trim_start_matches('#')).is_some();
    if let Some(scope) = scope_of(at.element).filter(|scope| !exists(scope)) {
        found.add(&at.pointer, format!("`{scope}` is not in the schema"));
    }
    let mut scopes = Vec::new();
    condition_scopes(at.element.pointer("/rule/condition"), &mut scopes);
    for scope in scopes.into_iter().filter(|scope| !exists(scope)) {
        found.add(format!("{}/rule", at.pointer), format!("the rule looks at `{scope}`, which is not asked"));
    }
    let named = at.element.get("i18n").and_then(Value::as_str);
    match (at.element.get("type").and_then(Value::as_str), named) {
        (Some("Category"), Some(name)) => need(item, &format!("{name}.label"), &at.pointer, found),
        (Some("Label"), Some(name)) => need(item, &format!("{name}.text"), &at.pointer, found),
        (Some("Category"), None) => found.add(&at.pointer, "a page needs i18n"),
        _ => {}
    }
}

fn condition_scopes<'a>(condition: Option<&'a Value>, scopes: &mut Vec<&'a str>) {
    let Some(condition) = condition else { return };
    scopes.extend(condition.get("scope").and_then(Value::as_str));
    for inner in condition.get("conditions").and_then(Value::as_array).into_iter().flatten() {
        condition_scopes(Some(inner), scopes);
    }
}
