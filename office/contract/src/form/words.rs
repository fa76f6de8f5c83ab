//! A value in words, as the review page and the lists of entries show it.
use super::Form;
use super::field::{Field, Shape};
use super::messages::pick;
use super::regions::region_name;
use super::view::{FieldView, TextKind};
use crate::identity::IdNumber;
use crate::text::Lang;
use serde_json::Value;

pub fn shown(form: &Form, field: &Field, value: &Value, lang: Lang) -> String {
    let chinese = lang != Lang::En;
    match (&field.shape, value) {
        (Shape::YesNo, Value::Bool(flag)) => match (flag, chinese) {
            (true, true) => "是".into(),
            (false, true) => "否".into(),
            (true, false) => "Yes".into(),
            (false, false) => "No".into(),
        },
        (Shape::Text(TextKind::IdNumber), Value::String(number)) => IdNumber::new(number.as_str()).masked(),
        (Shape::Text(TextKind::BankCard), Value::String(number)) => masked_card(number),
        (Shape::Date, Value::String(day)) => day.clone(),
        (Shape::Code { list, .. }, Value::String(code)) if list == "divisions" => {
            region_name(code).map_or_else(|| code.clone(), |name| pick(lang, &name, &name))
        }
        (Shape::Choice(_), value) => choice(form, field, value, lang),
        (Shape::Multi(_), Value::Array(values)) => {
            let words: Vec<String> = values.iter().map(|value| choice(form, field, value, lang)).collect();
            words.join(if chinese { "、" } else { ", " })
        }
        (Shape::Entries(_), Value::Array(items)) => match (items.len(), chinese) {
            (count, true) => pick(lang, &format!("共{count}项"), ""),
            (1, false) => "1 entry".into(),
            (count, false) => format!("{count} entries"),
        },
        (Shape::Signature, _) => pick(lang, "已签名", "Signed"),
        (Shape::Attachment { .. }, _) => pick(lang, "已添加", "Added"),
        (Shape::Number { .. }, Value::Number(number)) => {
            let unit = unit(form, field, lang);
            if unit.is_empty() { number.to_string() } else { format!("{number} {unit}") }
        }
        (_, Value::String(text)) => match form.text(lang, &format!("{}.{text}", field.prefix)) {
            Some(words) => words.to_string(),
            None => text.clone(),
        },
        (_, Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// `<prefix>.<value>`, else the title of the `oneOf` branch, else the value itself.
pub fn choice(form: &Form, field: &Field, value: &Value, lang: Lang) -> String {
    let plain = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if let Some(words) = form.text(lang, &format!("{}.{plain}", field.prefix)) {
        return words.to_string();
    }
    let schemas = [Some(&field.schema), field.schema.get("items")];
    let branches =
        schemas.into_iter().flatten().flat_map(|schema| ["oneOf", "anyOf"].map(|key| schema.get(key)));
    let mut branches = branches.flatten().filter_map(Value::as_array).flatten();
    let title =
        branches.find(|branch| branch.get("const") == Some(value)).and_then(|branch| branch.get("title"));
    let title = title.and_then(Value::as_str);
    let translated = title.and_then(|title| form.text(lang, &format!("{}.{title}", field.prefix)));
    translated.or(title).map_or(plain, String::from)
}

pub fn unit(form: &Form, field: &Field, lang: Lang) -> String {
    form.text(lang, &format!("{}.unit", field.prefix)).unwrap_or_default().to_string()
}

/// The first thing that is filled in names the entry, else its number.
pub fn entry_title(label: &str, index: usize, fields: &[FieldView]) -> String {
    let first = fields.iter().map(|field| field.shown.as_str()).find(|shown| !shown.is_empty());
    first.map_or_else(|| format!("{label} {}", index + 1), String::from)
}

/// `**** 3344`
fn masked_card(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(|c| !c.is_whitespace()).collect();
    let tail: String = digits.iter().skip(digits.len().saturating_sub(4)).collect();
    if digits.len() <= 8 { "*".repeat(digits.len()) } else { format!("**** {tail}") }
}
