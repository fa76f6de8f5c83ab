//! One resident's answers to one form. Hidden answers stay here as long as the visit lasts, so nothing typed is lost
//! by changing one's mind; rules, checks and the sealed submission see only what is shown.
mod accept;
mod entries;
mod reopen;
mod settle;
mod show;

pub use reopen::Sent;

use super::check::Fault;
use super::derive::derive;
use super::facts::{Facts, Provenance, Source, Timestamp};
use super::field::{Field, Shape};
use super::path;
use super::view::Finished;
use super::{Form, limits};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Why an answer was not taken. The field keeps its old value and shows what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    #[error("the form has no question at this path")]
    NoSuchQuestion,
    #[error("the answer comes from the card or is computed; it cannot be changed here")]
    Locked,
    #[error("the question is not open now")]
    NotOpen,
    #[error("longer than {max} characters")]
    TooLong { max: usize },
    #[error("another kind of value is needed")]
    WrongKind,
    #[error("more than {max} at once")]
    TooMany { max: usize },
}

#[derive(Clone, PartialEq)]
pub struct Draft {
    form: Arc<Form>,
    facts: Facts,
    /// Everything given, hidden or not.
    answers: Value,
    /// What is shown: rules and checks look at this.
    seen: Value,
    /// By gate: its own rule shows it.
    own: Vec<bool>,
    /// By gate: it and everything around it is shown.
    visible: Vec<bool>,
    provenance: BTreeMap<String, Provenance>,
    refused: BTreeMap<String, AnswerError>,
    faults: Vec<Fault>,
    /// Pointers of what is obligatory because of other answers.
    needed: BTreeSet<String>,
    /// Questions of a submission that was sent back which stay as they are.
    shut: BTreeSet<String>,
    /// Answers that arrived at the office are judged as they are, not derived again.
    derives: bool,
    evaluated: usize,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({} answers)", self.provenance.len())
    }
}

impl Draft {
    /// Prefilled from card and shared data, everything derivable derived.
    pub fn new(form: Arc<Form>, facts: &Facts, now: Timestamp) -> Draft {
        let mut draft = Draft::bare(form, facts, true);
        draft.prefill_where(now, |_| true);
        draft.settle(vec![String::new()], now);
        draft
    }

    /// Answers that were sealed elsewhere, to be checked again.
    pub fn resume(form: Arc<Form>, answers: &Value, facts: &Facts) -> Draft {
        let mut draft = Draft::bare(form, facts, false);
        if answers.is_object() {
            draft.answers = answers.clone();
            draft.seen = answers.clone();
        }
        draft.settle(vec![String::new()], Timestamp::default());
        draft
    }

    fn bare(form: Arc<Form>, facts: &Facts, derives: bool) -> Draft {
        let gates = form.outline.gates.len();
        Draft {
            form,
            facts: facts.clone(),
            answers: Value::Object(Map::new()),
            seen: Value::Object(Map::new()),
            own: vec![true; gates],
            visible: vec![true; gates],
            provenance: BTreeMap::new(),
            refused: BTreeMap::new(),
            faults: vec![],
            needed: BTreeSet::new(),
            shut: BTreeSet::new(),
            derives,
            evaluated: 0,
        }
    }

    fn prefill_where(&mut self, now: Timestamp, is_wanted: impl Fn(&Field) -> bool) {
        let form = self.form.clone();
        for field in form.outline.fields.iter().filter(|field| is_wanted(field)) {
            let Some(prefill) = &field.prefill else { continue };
            let found = self.facts.find(&prefill.source).cloned();
            let Some(Ok(value)) = found.map(|value| accept::accept(field, value)) else { continue };
            let source = if prefill.source.starts_with("card.") { Source::Card } else { Source::Shared };
            self.put(&field.path, value, Provenance::new(source, now));
        }
    }

    fn put(&mut self, at: &str, value: Value, provenance: Provenance) {
        path::set(&mut self.answers, at, value.clone());
        if self.is_shown(at) {
            path::set(&mut self.seen, at, value);
        }
        self.provenance.insert(at.to_string(), provenance);
    }

    fn clear(&mut self, at: &str) {
        path::remove(&mut self.answers, at);
        path::remove(&mut self.seen, at);
        self.provenance.remove(at);
    }

    /// Takes an answer; `None` clears it. A refused answer leaves the old one and its reason at the field.
    pub fn answer(&mut self, path: &str, value: Option<Value>, now: Timestamp) -> Result<(), AnswerError> {
        let form = self.form.clone();
        let place = form.outline.find(path).ok_or(AnswerError::NoSuchQuestion)?;
        let taken = self.take(path, place.field(), value);
        match taken {
            Err(error) => {
                self.evaluated = 0;
                self.refused.insert(path.to_string(), error);
                Err(error)
            }
            Ok(value) => {
                self.refused.remove(path);
                match value {
                    Some(value) => self.put(path, value, Provenance::new(Source::Resident, now)),
                    None => self.clear(path),
                }
                self.derive_entry(path, now);
                self.settle(vec![path.to_string()], now);
                Ok(())
            }
        }
    }

    fn take(&self, path: &str, field: &Field, value: Option<Value>) -> Result<Option<Value>, AnswerError> {
        if field.derive.is_some() || self.is_locked(path, field) || self.is_shut(path) {
            return Err(AnswerError::Locked);
        }
        if !self.is_enabled(path) {
            return Err(AnswerError::NotOpen);
        }
        let in_list =
            path.rsplit_once('.').is_some_and(|(above, _)| above.ends_with(|c: char| c.is_ascii_digit()));
        if in_list && path::get(Some(&self.answers), path.rsplit_once('.').map_or("", |(a, _)| a)).is_none() {
            return Err(AnswerError::NoSuchQuestion);
        }
        match value {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                accept::accept(field, value).map(|value| Some(value).filter(|v| v.as_str() != Some("")))
            }
        }
    }

    /// Computes the derived fields of the entry that `path` lies in; their arguments are relative to the entry.
    fn derive_entry(&mut self, path: &str, now: Timestamp) {
        let form = self.form.clone();
        let Some((entry, detail)) = form.outline.entry_of(path) else { return };
        let today = self.facts.today();
        for field in &detail.fields {
            let Some(asked) = &field.derive else { continue };
            let args: Vec<String> = asked.args.iter().map(|arg| format!("{entry}.{arg}")).collect();
            let values: Vec<Option<&Value>> =
                args.iter().map(|arg| path::get(Some(&self.answers), arg)).collect();
            let at = format!("{entry}.{}", field.path);
            match derive(&asked.function, &values, today) {
                Some(value) => self.put(&at, value, Provenance::new(Source::Derived, now)),
                None => self.clear(&at),
            }
        }
    }

    /// What is sealed: shown answers, what was left out, where everything came from.
    pub fn finish(&self) -> Finished {
        let mut answers = self.seen.clone();
        strip_empty(&mut answers);
        let mut pruned_paths = vec![];
        for path in given_paths(&self.answers, &self.form) {
            if path::get(Some(&answers), &path).is_none() {
                pruned_paths.push(path);
            }
        }
        let kept = |(path, provenance): (&String, &Provenance)| {
            path::get(Some(&answers), path).is_some().then(|| (path.clone(), *provenance))
        };
        let provenance = self.provenance.iter().filter_map(kept).collect();
        Finished { answers, pruned_paths, provenance }
    }

    /// Rules that the last answer re-evaluated.
    pub fn evaluated_rules(&self) -> usize {
        self.evaluated
    }
}

/// Objects that hold nothing, made only so that required questions inside them can be missed.
fn strip_empty(value: &mut Value) {
    if let Value::Object(map) = value {
        map.values_mut().for_each(strip_empty);
        map.retain(|_, child| !child.as_object().is_some_and(Map::is_empty));
    }
}

/// Paths of all answers that stand at a question, entries included.
fn given_paths(answers: &Value, form: &Form) -> Vec<String> {
    let mut paths = vec![];
    for field in &form.outline.fields {
        let Some(value) = path::get(Some(answers), &field.path) else { continue };
        if paths.contains(&field.path) {
            continue;
        }
        paths.push(field.path.clone());
        let (Shape::Entries(detail), Some(items)) = (&field.shape, value.as_array()) else { continue };
        for index in 0..items.len().min(limits::ENTRIES_MAX) {
            let inner = detail.fields.iter().map(|inner| format!("{}.{index}.{}", field.path, inner.path));
            paths.extend(inner.filter(|path| path::get(Some(answers), path).is_some()));
        }
    }
    paths
}
