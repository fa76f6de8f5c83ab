//! What the screens get: plain values, nothing to compute.
use super::facts::{Provenance, Source};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq)]
pub struct PageView {
    pub title: String,
    pub fields: Vec<FieldView>,
}

/// One question. `Debug` shows no answer.
#[derive(Clone, PartialEq)]
pub struct FieldView {
    /// Dotted: `family.0.name`. Empty for a note.
    pub path: String,
    pub label: String,
    pub help: String,
    pub example: String,
    pub input: Input,
    pub value: Option<Value>,
    /// The value in words; numbers of identity and bank cards are masked.
    pub shown: String,
    pub source: Source,
    pub locked: bool,
    pub enabled: bool,
    pub required: bool,
    /// What to do about the value that stands there, or about the one that was refused. An empty field is no
    /// error until somebody wants to go on: that is `Draft::problems`.
    pub error: Option<String>,
    pub max_chars: usize,
}

impl std::fmt::Debug for FieldView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FieldView({}, {:?}, {:?})", self.path, self.source, self.error)
    }
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Text(TextKind),
    Number {
        whole: bool,
        min: Option<f64>,
        max: Option<f64>,
        unit: String,
    },
    Date,
    YesNo,
    Choice(Vec<ChoiceView>),
    Multi(Vec<ChoiceView>),
    /// A code list too long for buttons; the kiosk filters it by the value of its parent.
    CodeList {
        list: String,
        parent_value: Option<String>,
    },
    /// A list such as family members.
    Entries(Vec<EntryView>),
    Signature,
    Attachment {
        types: Vec<String>,
        max_bytes: usize,
        dpi: u32,
    },
    /// Words between questions.
    Note(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    Plain,
    Name,
    Place,
    IdNumber,
    Mobile,
    Landline,
    BankCard,
    Uscc,
    Plate,
    PostalCode,
    Latin,
    Multiline,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceView {
    pub value: Value,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EntryView {
    /// `family.0`
    pub path: String,
    pub title: String,
    pub fields: Vec<FieldView>,
}

/// What still has to be done before the form can go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    /// Index among the visible pages.
    pub page: usize,
    pub label: String,
    pub message: String,
}

/// What is sealed. `Debug` shows no answer.
#[derive(Clone, PartialEq)]
pub struct Finished {
    /// Answers of visible questions only.
    pub answers: Value,
    /// What was given but is left out, because its question is hidden now.
    pub pruned_paths: Vec<String>,
    pub provenance: BTreeMap<String, Provenance>,
}

impl std::fmt::Debug for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Finished({} answers, pruned {:?})", self.provenance.len(), self.pruned_paths)
    }
}
