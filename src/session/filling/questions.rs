//! One page of questions: which is open, what was typed into it, what still waits for an answer.
use crate::session::Moment;
use crate::session::editing::Editing;
use crate::session::stage::Filling;
use jiujin_contract::form::{FieldView, Input, PageView};
use serde_json::Value;

/// YYYYMMDD
const DATE_DIGITS: usize = 8;

impl Filling {
    pub(in crate::session) fn view(&self) -> PageView {
        self.application.draft.page(self.page, Default::default())
    }

    /// Fields of this page, or of the list entry that is open.
    pub(in crate::session) fn fields(&self) -> Vec<FieldView> {
        shown_fields(self.view().fields, self.entry.as_deref())
    }

    /// The value behind a choice that was touched.
    pub(in crate::session) fn chosen(&self, path: &str, words: &str) -> Option<Value> {
        let field = self.fields().into_iter().find(|field| field.path == path)?;
        match field.input {
            Input::YesNo => Some(Value::Bool(words == "true")),
            Input::Choice(choices) => {
                let same = |value: &Value| match value {
                    Value::String(text) => text == words,
                    other => serde_json::from_str(words).is_ok_and(|typed: Value| *other == typed),
                };
                choices.into_iter().map(|choice| choice.value).find(same)
            }
            _ => Some(Value::String(words.to_owned())),
        }
    }

    pub(in crate::session) fn entries(&self, path: &str) -> usize {
        let list = self.view().fields.into_iter().find(|field| field.path == path);
        list.map_or(0, |field| if let Input::Entries(entries) = field.input { entries.len() } else { 0 })
    }

    /// Opens the question at `path`, inside its list entry where it has one. What the resident may not answer
    /// stays closed.
    pub(in crate::session) fn open_field(&mut self, path: &str) {
        self.enter_entry(path);
        let field = self.fields().into_iter().find(|field| field.path == path && is_open_to_answers(field));
        let Some(field) = field else { return };
        self.open = Some(path.to_owned());
        self.opened.insert(path.to_owned());
        if takes_text(&field.input) {
            let text = match &field.value {
                Some(Value::String(day)) if field.input == Input::Date => day.replace('-', ""),
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                _ => String::new(),
            };
            let max_chars = if field.input == Input::Date { DATE_DIGITS } else { field.max_chars };
            self.editing = Some(Editing::new(path, &text, max_chars));
        }
    }

    /// Opens the list entry that `path` lies in, when it is not on the table yet.
    pub(in crate::session) fn enter_entry(&mut self, path: &str) {
        let lists = self.view().fields.into_iter().filter_map(|field| match field.input {
            Input::Entries(entries) => Some(entries),
            _ => None,
        });
        let inside =
            lists.flatten().map(|entry| entry.path).find(|entry| covers(entry, path) && entry != path);
        if inside.is_some() {
            self.entry = inside;
        }
    }

    /// Back to the list, which stays open so that another entry can be added.
    pub(in crate::session) fn leave_entry(&mut self) {
        let list =
            self.entry.take().and_then(|entry| entry.rsplit_once('.').map(|(list, _)| list.to_owned()));
        if let Some(list) = list {
            self.open_field(&list);
        }
    }

    /// Hands the typed text to the draft. A refused answer stays in the field with its reason.
    pub(in crate::session) fn close_field(&mut self, now: Moment) {
        self.open = None;
        let Some(editing) = self.editing.take() else { return };
        let text = editing.text();
        let input =
            self.fields().into_iter().find(|field| field.path == editing.path).map(|field| field.input);
        let value = match text.trim() {
            "" => None,
            typed if input == Some(Input::Date) => Some(Value::String(dashed(typed))),
            typed if matches!(input, Some(Input::Number { .. })) => Some(
                typed.parse::<serde_json::Number>().map_or(Value::String(typed.to_owned()), Value::Number),
            ),
            typed => Some(Value::String(typed.to_owned())),
        };
        let _ = self.application.draft.answer(&editing.path, value, now.timestamp());
    }

    pub(in crate::session) fn first_problem(&self) -> Option<String> {
        let fields = self.fields();
        let problems = self.application.draft.problems(Default::default());
        problems
            .into_iter()
            .map(|problem| problem.path)
            .find(|path| fields.iter().any(|field| covers(&field.path, path)))
    }

    /// The next empty question that nobody opened yet.
    pub(in crate::session) fn next_untouched(&self) -> Option<String> {
        let wanted = |field: &FieldView| is_open_to_answers(field) && field.required && field.value.is_none();
        self.fields()
            .into_iter()
            .find(|field| wanted(field) && !self.opened.contains(&field.path))
            .map(|field| field.path)
    }

    pub(in crate::session) fn with_next_field_open(mut self) -> Filling {
        if let Some(path) = self.next_untouched() {
            self.open_field(&path);
        }
        self
    }

    /// What the office wants corrected has an answer already; it opens all the same.
    pub(in crate::session) fn with_correction_open(mut self) -> Filling {
        if self.open.is_none() && self.application.correction.is_some() {
            let first = self.fields().into_iter().find(is_open_to_answers);
            first.into_iter().for_each(|field| self.open_field(&field.path));
        }
        self
    }
}

/// The fields of a page, or of the one entry of a list that is open.
pub fn shown_fields(fields: Vec<FieldView>, entry: Option<&str>) -> Vec<FieldView> {
    let Some(open) = entry else { return fields };
    let entries = fields.into_iter().filter_map(|field| match field.input {
        Input::Entries(entries) => Some(entries),
        _ => None,
    });
    entries.flatten().find(|entry| entry.path == open).map(|entry| entry.fields).unwrap_or_default()
}

/// Whether the resident may answer this question.
fn is_open_to_answers(field: &FieldView) -> bool {
    !field.locked && field.enabled && !matches!(field.input, Input::Note(_))
}

/// `20261122` as `2026-11-22`; unfinished dates stay as typed, and the form says what is missing.
fn dashed(digits: &str) -> String {
    match (digits.get(..4), digits.get(4..6), digits.get(6..)) {
        (Some(year), Some(month), Some(day)) if digits.len() == DATE_DIGITS => {
            format!("{year}-{month}-{day}")
        }
        _ => digits.to_owned(),
    }
}

/// Whether this question is answered with the keyboard.
pub fn takes_text(input: &Input) -> bool {
    matches!(input, Input::Text(_) | Input::Number { .. } | Input::Date)
}

/// Whether `path` is the field itself or lies inside it (an entry of a list).
pub(super) fn covers(field: &str, path: &str) -> bool {
    path == field || path.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'))
}
