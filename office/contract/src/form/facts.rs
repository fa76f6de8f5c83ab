//! What is known before anything is asked, and where every answer came from.
use super::codes::CodeLists;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// Unix milliseconds; the engine has no clock of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// `{"card": …, "shared": … or null, "today": "YYYY-MM-DD", "age": n, "answers": {…}}`. Shows nothing in `Debug`.
#[derive(Clone, PartialEq, Default)]
pub struct Facts {
    json: Value,
    lists: Option<Arc<CodeLists>>,
}

impl Facts {
    pub fn new(json: Value) -> Facts {
        Facts { json, lists: None }
    }

    /// What can be chosen from here; without it every code list counts as there.
    pub fn with_lists(mut self, lists: Arc<CodeLists>) -> Facts {
        self.lists = Some(lists);
        self
    }

    pub(super) fn lists(&self) -> Option<&CodeLists> {
        self.lists.as_deref()
    }

    pub fn json(&self) -> &Value {
        &self.json
    }

    pub fn today(&self) -> Option<jiff::civil::Date> {
        self.json.get("today").and_then(Value::as_str).and_then(|day| day.parse().ok())
    }

    /// `card.name`, `shared.household.address`; `None` when it is not known.
    pub(super) fn find(&self, source: &str) -> Option<&Value> {
        let found = source.split('.').try_fold(&self.json, |value, key| value.get(key))?;
        let known = !found.is_null() && found.as_str() != Some("");
        known.then_some(found)
    }
}

impl From<Value> for Facts {
    fn from(facts: Value) -> Facts {
        Facts::new(facts)
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Facts")
    }
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Card,
    Shared,
    Resident,
    Derived,
    #[default]
    Empty,
}

/// Trust levels of 国办函〔2016〕108号.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Assurance {
    /// Issued by an authority, used directly.
    A,
    /// Checked once by an office, used again.
    B,
    /// Brought by the resident: the original can be checked.
    C,
    /// Said by the resident, who answers for it.
    D,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    pub source: Source,
    pub time: Timestamp,
    pub assurance: Assurance,
}

impl Provenance {
    pub(super) fn new(source: Source, time: Timestamp) -> Provenance {
        let assurance = match source {
            Source::Card => Assurance::A,
            Source::Shared => Assurance::B,
            _ => Assurance::D,
        };
        Provenance { source, time, assurance }
    }
}
