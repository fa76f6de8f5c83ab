//! The door: what a screen sends becomes a value of the right kind and size, or an error at the field.
use super::AnswerError;
use crate::form::field::{Field, Shape};
use crate::form::limits::{ANSWER_BYTES_MAX, ANSWER_DEPTH_MAX, CHOICES_MAX, ENTRIES_MAX};
use crate::form::outline::Outline;
use crate::form::view::TextKind;
use serde_json::{Map, Number, Value};

/// Beyond this a JSON number loses digits.
const NUMBER_MAX: f64 = 1e15;

pub(super) fn accept(field: &Field, value: Value) -> Result<Value, AnswerError> {
    match (&field.shape, value) {
        (Shape::Text(kind), Value::String(text)) => {
            text_within(&text, field.max_chars).map(|text| Value::String(tidy(*kind, text)))
        }
        (Shape::Date, Value::String(text)) => {
            text_within(&text, field.max_chars.max(20)).map(|text| Value::String(iso_date(text)))
        }
        (Shape::Code { .. }, Value::String(text)) => {
            text_within(&text, field.max_chars).map(|text| Value::String(text.trim().to_string()))
        }
        (Shape::Number { .. }, Value::Number(number)) => bounded(number),
        (Shape::Number { .. }, Value::String(text)) => {
            let text = text_within(&text, field.max_chars)?;
            bounded(text.trim().parse().map_err(|_| AnswerError::WrongKind)?)
        }
        (Shape::YesNo, value @ Value::Bool(_)) => Ok(value),
        (Shape::Choice(values), value) => listed(values, value),
        (Shape::Multi(values), Value::Array(chosen)) => several(values, chosen),
        (Shape::Entries(detail), Value::Array(items)) => entries(detail, items),
        (Shape::Signature, Value::String(text)) => bytes_within(text, ANSWER_BYTES_MAX),
        (Shape::Attachment { max_bytes, .. }, Value::String(text)) => {
            bytes_within(text, max_bytes / 3 * 4 + 256)
        }
        (Shape::Whole, value) => whole(value),
        _ => Err(AnswerError::WrongKind),
    }
}

fn text_within(text: &str, max: usize) -> Result<&str, AnswerError> {
    let fits = text.len() <= max || (text.len() <= max * 4 && text.chars().count() <= max);
    if fits { Ok(text) } else { Err(AnswerError::TooLong { max }) }
}

fn bytes_within(text: String, max: usize) -> Result<Value, AnswerError> {
    if text.len() <= max { Ok(Value::String(text)) } else { Err(AnswerError::TooLong { max }) }
}

fn bounded(number: Number) -> Result<Value, AnswerError> {
    let plain = number.as_f64().filter(|n| n.is_finite() && n.abs() <= NUMBER_MAX);
    plain.map(|_| Value::Number(number)).ok_or(AnswerError::WrongKind)
}

fn listed(values: &[Value], value: Value) -> Result<Value, AnswerError> {
    if values.contains(&value) { Ok(value) } else { Err(AnswerError::WrongKind) }
}

/// In the order of the question, each once.
fn several(values: &[Value], chosen: Vec<Value>) -> Result<Value, AnswerError> {
    if chosen.len() > CHOICES_MAX {
        return Err(AnswerError::TooMany { max: CHOICES_MAX });
    }
    if !chosen.iter().all(|value| values.contains(value)) {
        return Err(AnswerError::WrongKind);
    }
    Ok(values.iter().filter(|value| chosen.contains(value)).cloned().collect())
}

/// Each entry keeps only what the list asks for.
fn entries(detail: &Outline, items: Vec<Value>) -> Result<Value, AnswerError> {
    if items.len() > ENTRIES_MAX {
        return Err(AnswerError::TooMany { max: ENTRIES_MAX });
    }
    let entry = |item: Value| {
        let Value::Object(mut given) = item else { return Err(AnswerError::WrongKind) };
        let mut kept = Map::new();
        for field in &detail.fields {
            if let Some(value) = given.shift_remove(&field.path).filter(|value| !value.is_null()) {
                kept.insert(field.path.clone(), accept(field, value)?);
            }
        }
        Ok(Value::Object(kept))
    };
    items.into_iter().map(entry).collect()
}

fn whole(value: Value) -> Result<Value, AnswerError> {
    if depth(&value, 0) > ANSWER_DEPTH_MAX {
        return Err(AnswerError::WrongKind);
    }
    match serde_json::to_vec(&value) {
        Ok(bytes) if bytes.len() <= ANSWER_BYTES_MAX => Ok(value),
        _ => Err(AnswerError::TooLong { max: ANSWER_BYTES_MAX }),
    }
}

fn depth(value: &Value, above: usize) -> usize {
    if above > ANSWER_DEPTH_MAX {
        return above;
    }
    let deepest = |child: &Value| depth(child, above + 1);
    match value {
        Value::Array(items) => items.iter().map(deepest).max().unwrap_or(above + 1),
        Value::Object(map) => map.values().map(deepest).max().unwrap_or(above + 1),
        _ => above,
    }
}

/// Spaces and case as the number is written on paper; line breaks only where lines are asked for.
fn tidy(kind: TextKind, text: &str) -> String {
    let lines = kind == TextKind::Multiline;
    let clean: String = text.chars().filter(|c| !c.is_control() || (lines && *c == '\n')).collect();
    let compact = || clean.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    match kind {
        TextKind::IdNumber | TextKind::Uscc | TextKind::Plate => compact().to_uppercase(),
        TextKind::Mobile => compact().replace('-', ""),
        TextKind::BankCard | TextKind::PostalCode | TextKind::Landline => compact(),
        _ => clean.trim().to_string(),
    }
}

/// `19840305`, `1984.3.5`, `1984年3月5日` -> `1984-03-05`; anything else stays for the check to name.
fn iso_date(text: &str) -> String {
    let text = text.trim();
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [whole] if whole.len() == 8 && whole.len() == text.len() => {
            format!("{}-{}-{}", &whole[..4], &whole[4..6], &whole[6..])
        }
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            format!("{year}-{month:0>2}-{day:0>2}")
        }
        _ => text.to_string(),
    }
}
