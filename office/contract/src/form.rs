//! The form engine: JSON Schema and a JSON Forms UI schema in, pages of questions out.
//! The kiosk asks with it, the office checks with it, so both always agree on what a complete form is.
mod check;
mod codes;
mod derive;
mod describe;
mod draft;
mod element;
mod facts;
mod field;
mod label;
pub mod limits;
mod messages;
mod outline;
mod path;
mod regions;
mod resolve;
mod rule;
mod view;
mod words;

pub use codes::{CodeLists, DIVISIONS, STREETS};
pub use describe::{CASE_BYTES_MAX, describe, describe_lines};
pub use draft::{AnswerError, Draft, Sent};
pub use facts::{Assurance, Facts, Provenance, Source, Timestamp};
pub use regions::{Division, divisions, region_name};
pub use view::{ChoiceView, EntryView, FieldView, Finished, Input, PageView, Problem, TextKind};

use crate::text::{Lang, Translations};
use check::Checker;
use element::{Element, generated};
use limits::{PATTERN_CHARS_MAX, SCHEMA_BYTES_MAX, SCHEMA_DEPTH_MAX};
use outline::{Builder, Outline};
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// Why a schema or UI schema cannot be asked. Every kind names the JSON pointer of the mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    #[error("schema {pointer}: {reason}")]
    Schema { pointer: String, reason: String },
    #[error("uischema {pointer}: `{scope}` names no property of the schema")]
    Scope { pointer: String, scope: String },
    #[error("schema {pointer}: `{target}` is outside the document; resolve it when packaging")]
    Reference { pointer: String, target: String },
    #[error(
        "schema {pointer}: the pattern is longer than {PATTERN_CHARS_MAX} characters or cannot be compiled"
    )]
    Pattern { pointer: String },
    #[error("{what}: larger than {SCHEMA_BYTES_MAX} bytes")]
    TooLarge { what: &'static str },
    #[error("{what}: more than {SCHEMA_DEPTH_MAX} objects and lists inside one another")]
    TooDeep { what: &'static str },
    #[error("more than {} questions", limits::FIELDS_MAX)]
    TooManyFields,
    #[error("more than {} rules", limits::RULES_MAX)]
    TooManyRules,
}

impl FormError {
    fn below(self, at: &str) -> FormError {
        match self {
            FormError::Scope { pointer, scope } => {
                FormError::Scope { pointer: format!("{at}{pointer}"), scope }
            }
            other => other,
        }
    }
}

/// A compiled form: immutable, shared by every visit.
#[derive(Debug)]
pub struct Form {
    schema: Value,
    checker: Checker,
    outline: Outline,
    texts: Translations,
    second_opinion: OnceLock<Option<Arc<jsonschema::Validator>>>,
}

impl PartialEq for Form {
    fn eq(&self, other: &Form) -> bool {
        std::ptr::eq(self, other) || (self.schema == other.schema && self.texts == other.texts)
    }
}

impl Eq for Form {}

impl Form {
    /// Checks schema and UI schema and lays them out; without a UI schema the generated one is used.
    pub fn compile(
        texts: &Translations,
        schema: &Value,
        uischema: Option<&Value>,
    ) -> Result<Form, FormError> {
        check_size("schema", schema)?;
        if let Some(uischema) = uischema {
            check_size("uischema", uischema)?;
        }
        check_dialect(schema)?;
        check_parts(schema, schema, &mut String::new())?;
        let element = match uischema.filter(|u| !u.is_null()) {
            Some(uischema) => Element::read(uischema),
            None => generated(schema, schema),
        };
        let outline = Builder::new(schema, schema, "").build(&element)?;
        Ok(Form {
            checker: Checker::compile(schema),
            schema: schema.clone(),
            outline,
            texts: texts.clone(),
            second_opinion: OnceLock::new(),
        })
    }

    /// Whether `jsonschema` itself accepts the answers: the office's second, independent opinion.
    pub fn accepts(&self, answers: &Value) -> bool {
        let validator = self.second_opinion.get_or_init(|| {
            let names =
                ["id-card", "mobile-cn", "landline-cn", "uscc", "bank-card", "plate", "postal-code", "time"];
            let mut options = jsonschema::options().offline().should_validate_formats(true);
            for name in names {
                let check = check::FormatCheck::named(name);
                options = options.with_format(name, move |text: &str| check.accepts(text));
            }
            options.build(&self.schema).ok().map(Arc::new)
        });
        validator.as_ref().is_some_and(|validator| validator.is_valid(answers))
    }

    /// What the office checks: the problems of answers that arrived, with everything hidden left aside.
    pub fn problems(self: &Arc<Form>, answers: &Value, facts: &Facts, lang: Lang) -> Vec<Problem> {
        Draft::resume(self.clone(), answers, facts).problems(lang)
    }

    /// What a question is called, by its path; nothing where the form has no such question.
    pub fn question(&self, path: &str, lang: Lang) -> Option<String> {
        let place = self.outline.find(path)?;
        let field = place.field();
        Some(self.text(lang, &format!("{}.label", field.prefix)).unwrap_or(&field.label).to_owned())
    }

    /// The dialect the schema names is 2020-12 rather than draft-07; the lint marks such items.
    pub fn is_newer_dialect(&self) -> bool {
        names_newer_dialect(&self.schema)
    }

    /// A translated text; Traditional Chinese and English fall back to Simplified Chinese.
    fn text(&self, lang: Lang, key: &str) -> Option<&str> {
        let own = self.texts.get(&lang).and_then(|texts| texts.get(key));
        let found = own.or_else(|| self.texts.get(&Lang::ZhCn)?.get(key));
        found.map(String::as_str)
    }
}

fn names_newer_dialect(schema: &Value) -> bool {
    schema.get("$schema").and_then(Value::as_str).is_some_and(|name| name.contains("2020-12"))
}

fn check_size(what: &'static str, document: &Value) -> Result<(), FormError> {
    if depth(document) > SCHEMA_DEPTH_MAX {
        return Err(FormError::TooDeep { what });
    }
    let bytes = serde_json::to_vec(document).map(|bytes| bytes.len());
    match bytes {
        Ok(bytes) if bytes <= SCHEMA_BYTES_MAX => Ok(()),
        _ => Err(FormError::TooLarge { what }),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The schema itself is a correct draft-07 (or 2020-12) schema.
fn check_dialect(schema: &Value) -> Result<(), FormError> {
    let verdict = match names_newer_dialect(schema) {
        true => jsonschema::draft202012::meta::validate(schema),
        false => jsonschema::draft7::meta::validate(schema),
    };
    verdict.map_err(|error| FormError::Schema {
        pointer: error.instance_path().to_string(),
        reason: error.to_string().chars().take(200).collect(),
    })
}

/// References stay inside the document, patterns compile and are short.
fn check_parts(value: &Value, root: &Value, pointer: &mut String) -> Result<(), FormError> {
    if let Some(target) = value.get("$ref").and_then(Value::as_str) {
        let inside = target == "#" || target.strip_prefix('#').is_some_and(|p| root.pointer(p).is_some());
        if !inside {
            return Err(FormError::Reference { pointer: pointer.clone(), target: target.to_string() });
        }
    }
    if let Some(pattern) = value.get("pattern").and_then(Value::as_str)
        && (pattern.chars().count() > PATTERN_CHARS_MAX || !check::pattern_compiles(pattern))
    {
        return Err(FormError::Pattern { pointer: format!("{pointer}/pattern") });
    }
    let function = value.get("x-derive").and_then(|asked| asked.get("fn")).and_then(Value::as_str);
    if let Some(unknown) = function.filter(|name| !derive::FUNCTIONS.contains(name)) {
        let reason = format!("`{unknown}` is no function; there are {}", derive::FUNCTIONS.join(", "));
        return Err(FormError::Schema { pointer: format!("{pointer}/x-derive/fn"), reason });
    }
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, child)| (path::encode(key), child)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, child)| (at.to_string(), child)).collect(),
        _ => vec![],
    };
    for (key, child) in children.iter().filter(|(_, child)| child.is_object() || child.is_array()) {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(key);
        check_parts(child, root, pointer)?;
        pointer.truncate(length);
    }
    Ok(())
}
