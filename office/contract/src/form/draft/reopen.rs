//! 补正: answers that were sent once, on the table again with only the named questions open. Kiosk and office judge by
//! the same rule: what was not named stays as it was sent, unless it was wrong as it stood.
use super::Draft;
use crate::form::Form;
use crate::form::facts::{Facts, Provenance, Source, Timestamp};
use crate::form::field::Field;
use crate::form::path;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was sent, and which of its questions may be answered anew.
#[derive(Clone, Copy)]
pub struct Sent<'a> {
    pub answers: &'a Value,
    pub provenance: &'a BTreeMap<String, Provenance>,
    /// Paths of questions; one inside a list opens the whole list, and none at all opens every question.
    pub open: &'a [String],
}

impl Draft {
    /// Where a named question is answered by the card, the card is asked again.
    pub fn reopened(form: Arc<Form>, facts: &Facts, sent: Sent<'_>, now: Timestamp) -> Draft {
        let before = Draft::resume(form.clone(), sent.answers, facts);
        let mut draft = Draft::bare(form.clone(), facts, true);
        draft.shut = before.shut(sent.open);
        for path in super::given_paths(&before.answers, &form) {
            let Some(value) = path::get(Some(&before.answers), &path).cloned() else { continue };
            let known = sent.provenance.get(&path).copied();
            draft.put(&path, value, known.unwrap_or(Provenance::new(Source::Resident, now)));
        }
        draft.prefill_where(now, |field| is_named(sent.open, &field.path));
        draft.settle(vec![String::new()], now);
        draft
    }

    /// Questions that stay as they are: shown, not named, not computed, and nothing wrong with them.
    fn shut(&self, open: &[String]) -> BTreeSet<String> {
        if open.is_empty() {
            return BTreeSet::new();
        }
        let stays = |field: &&Field| {
            let (at, pointer) = (&field.path, path::pointer(&field.path));
            let is_wrong = self.faults.iter().any(|fault| fault.path.starts_with(&pointer));
            field.derive.is_none() && self.is_shown(at) && !is_named(open, at) && !is_wrong
        };
        self.form.outline.fields.iter().filter(stays).map(|field| field.path.clone()).collect()
    }

    pub(super) fn is_shut(&self, at: &str) -> bool {
        self.shut.iter().any(|shut| covers(shut, at))
    }

    /// Questions that were answered otherwise although nobody asked for it. An answer that a named one hides now is
    /// none of them.
    pub fn strayed(
        form: &Arc<Form>,
        facts: &Facts,
        (before, open): (&Value, &[String]),
        after: &Value,
    ) -> Vec<String> {
        let before = Draft::resume(form.clone(), before, facts);
        let after = Draft::resume(form.clone(), after, facts);
        let value = |draft: &Draft, at: &str| path::get(Some(&draft.answers), at).cloned();
        let shut = before.shut(open).into_iter();
        shut.filter(|at| after.is_shown(at) && value(&before, at) != value(&after, at)).collect()
    }

    /// Whether one of the named questions, or what they show anew, stands on the `index`-th visible page.
    pub fn is_page_open(&self, index: usize) -> bool {
        let page = self.page(index, Default::default());
        page.fields.iter().any(|field| !field.path.is_empty() && !field.locked)
    }
}

fn is_named(open: &[String], at: &str) -> bool {
    open.iter().any(|named| covers(at, named) || covers(named, at))
}

/// Whether `path` is the question itself or lies inside it.
fn covers(question: &str, path: &str) -> bool {
    path.strip_prefix(question).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests;
