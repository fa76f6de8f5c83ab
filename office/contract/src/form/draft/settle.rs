//! After an answer: which rules look at it, what they show or hide, what is derived from it, until nothing moves.
use super::Draft;
use crate::form::check::{Fault, same};
use crate::form::derive::derive;
use crate::form::facts::{Provenance, Source, Timestamp};
use crate::form::field::{Compare, Field, Shape};
use crate::form::limits::SETTLE_ROUNDS_MAX;
use crate::form::outline::{Outline, Watcher};
use crate::form::path;
use serde_json::{Map, Value};
use std::cmp::Ordering;

impl Draft {
    pub(super) fn settle(&mut self, mut changed: Vec<String>, now: Timestamp) {
        let form = self.form.clone();
        self.evaluated = 0;
        for round in 0..SETTLE_ROUNDS_MAX {
            let mut watchers = vec![];
            changed.iter().for_each(|path| form.outline.watch.affected(path, &mut watchers));
            watchers.sort();
            watchers.dedup();
            if round > 0 && watchers.is_empty() {
                break;
            }
            changed.clear();
            for watcher in watchers {
                match watcher {
                    Watcher::Rule(gate) => self.reconsider(&form.outline, gate, &mut changed),
                    Watcher::Derived(field) => self.rederive(&form.outline.fields[field], now, &mut changed),
                }
            }
        }
        self.show_entries(&form.outline);
        self.ensure_parents(&form.outline);
        self.faults = form.checker.guiding_faults(&self.seen);
        self.needed = form.checker.needed(&self.seen);
        self.compare_all(&form.outline);
    }

    fn reconsider(&mut self, outline: &Outline, gate: usize, changed: &mut Vec<String>) {
        let Some(rule) = outline.gates[gate].rule.as_ref().filter(|rule| rule.shows()) else { return };
        self.evaluated += 1;
        let shown = rule.visible(Some(&self.seen), "");
        if std::mem::replace(&mut self.own[gate], shown) != shown {
            self.repaint(outline, gate, changed);
        }
    }

    fn repaint(&mut self, outline: &Outline, from: usize, changed: &mut Vec<String>) {
        for index in from..outline.gates[from].end {
            let gate = &outline.gates[index];
            let visible = self.own[index] && gate.parent.is_none_or(|parent| self.visible[parent]);
            if std::mem::replace(&mut self.visible[index], visible) == visible {
                continue;
            }
            if let Some(field) = gate.field.map(|field| &outline.fields[field]) {
                self.follow(&field.path);
                changed.push(field.path.clone());
            }
        }
    }

    /// Brings what is seen in line with whether the question is shown.
    fn follow(&mut self, at: &str) {
        if !self.is_shown(at) {
            path::remove(&mut self.seen, at);
        } else if let Some(value) = path::get(Some(&self.answers), at).cloned() {
            path::set(&mut self.seen, at, value);
        }
    }

    /// Two controls may ask for the same value; it is hidden only when both are.
    pub(super) fn is_shown(&self, at: &str) -> bool {
        match self.form.outline.find(at) {
            Some(place) => {
                let gates = self.form.outline.gates_of(place.top());
                gates.iter().any(|gate| self.visible[*gate])
            }
            None => true,
        }
    }

    fn rederive(&mut self, field: &Field, now: Timestamp, changed: &mut Vec<String>) {
        let Some(asked) = field.derive.as_ref().filter(|_| self.derives) else { return };
        let values: Vec<Option<&Value>> =
            asked.args.iter().map(|arg| path::get(Some(&self.seen), arg)).collect();
        let derived = derive(&asked.function, &values, self.facts.today());
        let old = path::get(Some(&self.answers), &field.path);
        if old == derived.as_ref() {
            return;
        }
        let inputs = asked.args.iter().filter_map(|arg| self.provenance.get(arg)).map(|p| p.assurance).max();
        match derived {
            Some(value) => {
                let mut provenance = Provenance::new(Source::Derived, now);
                provenance.assurance = inputs.unwrap_or(provenance.assurance);
                self.put(&field.path, value, provenance);
            }
            None => self.clear(&field.path),
        }
        changed.push(field.path.clone());
    }

    /// A shown question inside an object makes the object, so that its own `required` is checked.
    fn ensure_parents(&mut self, outline: &Outline) {
        for field in outline.nested() {
            let (parent, _) = field.path.rsplit_once('.').unwrap_or_default();
            if self.visible[field.gate] && path::get(Some(&self.seen), parent).is_none() {
                path::set(&mut self.seen, parent, Value::Object(Map::new()));
            }
        }
    }

    fn compare_all(&mut self, outline: &Outline) {
        let mut found = vec![];
        for field in outline.comparing() {
            self.compare(&field.path, "", &field.compare, &mut found);
        }
        for field in outline.lists() {
            let Shape::Entries(detail) = &field.shape else { continue };
            let count =
                path::get(Some(&self.seen), &field.path).and_then(Value::as_array).map_or(0, Vec::len);
            for index in 0..count {
                let entry = format!("{}.{index}", field.path);
                for inner in detail.fields.iter().filter(|inner| !inner.compare.is_empty()) {
                    self.compare(&format!("{entry}.{}", inner.path), &entry, &inner.compare, &mut found);
                }
            }
        }
        self.faults.extend(found);
    }

    /// Only values that are both there are compared; inside a list the other one is looked for in the entry first.
    fn compare(&self, at: &str, entry: &str, rules: &[Compare], found: &mut Vec<Fault>) {
        let Some(value) = path::get(Some(&self.seen), at) else { return };
        for rule in rules {
            let today = self.facts.today().map(|day| Value::String(day.to_string()));
            let inside = path::get(Some(&self.seen), &format!("{entry}.{}", rule.other));
            let other = match rule.other.as_str() {
                "today" => today.as_ref(),
                other => inside.or_else(|| path::get(Some(&self.seen), other)),
            };
            if other.is_some_and(|other| !holds(&rule.op, value, other)) {
                let asked = Value::Array(vec![
                    rule.op.clone().into(),
                    rule.other.clone().into(),
                    rule.key.clone().into(),
                ]);
                found.push(Fault { path: path::pointer(at), keyword: "compare", asked: asked.into() });
            }
        }
    }
}

/// Numbers by size, texts (ISO dates among them) by their letters; what cannot be compared is not refused.
fn holds(op: &str, value: &Value, other: &Value) -> bool {
    let order = match (value, other) {
        (Value::Number(a), Value::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => None,
    };
    match (op, order) {
        ("==", _) => same(value, other),
        ("!=", _) => !same(value, other),
        (_, None) => true,
        ("<", Some(order)) => order == Ordering::Less,
        ("<=", Some(order)) => order != Ordering::Greater,
        (">", Some(order)) => order == Ordering::Greater,
        (">=", Some(order)) => order != Ordering::Less,
        _ => true,
    }
}
