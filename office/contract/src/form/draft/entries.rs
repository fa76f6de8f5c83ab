//! Lists such as family members: adding, removing, and the rules inside each entry.
use super::Draft;
use crate::form::facts::{Provenance, Source, Timestamp};
use crate::form::field::Shape;
use crate::form::limits::ENTRIES_MAX;
use crate::form::outline::Outline;
use crate::form::path;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Rules inside one entry may depend on one another; two rounds settle every tree of them.
const ENTRY_ROUNDS: usize = 3;

impl Draft {
    /// Opens an empty entry at the end of the list; at the limit nothing happens.
    pub fn add_entry(&mut self, path: &str) {
        let now = self.provenance.values().map(|p| p.time).max().unwrap_or_default();
        self.change_entries(path, now, |items| {
            if items.len() < ENTRIES_MAX {
                items.push(Value::Object(Map::new()));
            }
        });
    }

    /// Takes one entry out; those after it move up.
    pub fn remove_entry(&mut self, path: &str, index: usize) {
        let now = self.provenance.values().map(|p| p.time).max().unwrap_or_default();
        let mut removed = false;
        self.change_entries(path, now, |items| {
            removed = index < items.len();
            if removed {
                items.remove(index);
            }
        });
        if removed {
            self.provenance = moved_up(std::mem::take(&mut self.provenance), path, index);
            self.refused = moved_up(std::mem::take(&mut self.refused), path, index);
        }
    }

    fn change_entries(&mut self, path: &str, now: Timestamp, change: impl FnOnce(&mut Vec<Value>)) {
        let form = self.form.clone();
        let is_list = |field: &&crate::form::field::Field| matches!(field.shape, Shape::Entries(_));
        let Some(field) = form.outline.find(path).map(|place| place.field()).filter(is_list) else { return };
        if self.is_locked(path, field) || self.is_shut(path) || !self.is_enabled(path) {
            return;
        }
        let mut items = match path::get(Some(&self.answers), path) {
            Some(Value::Array(items)) => items.clone(),
            _ => vec![],
        };
        change(&mut items);
        let source = self.provenance.get(path).copied().unwrap_or(Provenance::new(Source::Resident, now));
        match items.is_empty() {
            true => self.clear(path),
            false => self.put(path, Value::Array(items), source),
        }
        self.settle(vec![path.to_string()], now);
    }

    /// Entries as they are shown: answers without what the rules inside them hide.
    pub(super) fn show_entries(&mut self, outline: &Outline) {
        for field in outline.lists() {
            let Shape::Entries(detail) = &field.shape else { continue };
            let ruled = detail.gates.iter().any(|gate| gate.rule.is_some());
            let given = path::get(Some(&self.answers), &field.path).cloned();
            let Some(given) = given.filter(|given| ruled && given.is_array() && self.is_shown(&field.path))
            else {
                continue;
            };
            let count = given.as_array().map_or(0, Vec::len);
            path::set(&mut self.seen, &field.path, given);
            for index in 0..count {
                self.prune_entry(detail, &format!("{}.{index}", field.path));
            }
        }
    }

    fn prune_entry(&mut self, detail: &Outline, entry: &str) {
        for _ in 0..ENTRY_ROUNDS {
            let shown = self.entry_gates(detail, entry);
            for field in detail.fields.iter().filter(|field| !shown[field.gate]) {
                path::remove(&mut self.seen, &format!("{entry}.{}", field.path));
            }
        }
    }

    /// By gate of the list's outline: is it shown in this entry?
    pub(super) fn entry_gates(&self, detail: &Outline, entry: &str) -> Vec<bool> {
        let mut shown: Vec<bool> = Vec::with_capacity(detail.gates.len());
        for gate in &detail.gates {
            let around = gate.parent.is_none_or(|parent| shown[parent]);
            let own = gate.rule.as_ref().is_none_or(|rule| rule.visible(Some(&self.seen), entry));
            shown.push(around && own);
        }
        shown
    }
}

/// Keys below the removed entry go, keys below later entries get the index before.
fn moved_up<T>(map: BTreeMap<String, T>, list: &str, removed: usize) -> BTreeMap<String, T> {
    let renamed = |key: String| {
        let Some(inside) = key.strip_prefix(list).and_then(|rest| rest.strip_prefix('.')) else {
            return Some(key);
        };
        let (index, rest) = inside.split_once('.').unwrap_or((inside, ""));
        match index.parse::<usize>() {
            Ok(index) if index == removed => None,
            Ok(index) if index > removed => Some(format!("{list}.{}.{rest}", index - 1)),
            _ => Some(key),
        }
    };
    map.into_iter().filter_map(|(key, value)| Some((renamed(key)?, value))).collect()
}
