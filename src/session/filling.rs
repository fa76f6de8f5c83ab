//! Questions, signature and review: from the first form page to Submit.
use super::application::Application;
use super::editing::Editing;
use super::stage::{Filling, Stage, Stroke};
use super::{Happening, Moment, Order, Session, Step};
use jiujin_contract::form::{FieldView, Input, PageView};
use jiujin_contract::submission::{SIGNATURE_POINTS_MAX, SIGNATURE_STROKES_MAX};
use serde_json::Value;
use std::collections::BTreeSet;

#[cfg(test)]
mod tests;

/// YYYYMMDD
const DATE_DIGITS: usize = 8;

impl Session {
    /// Whether the question at `path` is a code list.
    pub fn asks_code(&self, path: &str) -> bool {
        let Stage::Filling(filling) = &self.stage else { return false };
        filling
            .fields()
            .iter()
            .any(|field| field.path == path && matches!(field.input, Input::CodeList { .. }))
    }

    pub(super) fn on_application(self, happening: Happening, now: Moment) -> Step {
        match self.stage.clone() {
            Stage::Filling(filling) => self.on_form(*filling, happening, now),
            Stage::Signing { application, strokes } => self.on_signature(application, strokes, happening),
            Stage::Reviewing { application } => self.on_review(application, happening),
            _ => self.stay(),
        }
    }

    /// Opens a form page, or what comes after the last one.
    pub(super) fn open_page(self, application: Application, page: usize) -> Step {
        if page < application.draft.page_count() {
            let filling = Filling {
                application,
                page,
                entry: None,
                code: None,
                open: None,
                editing: None,
                insist: false,
                opened: BTreeSet::new(),
                correcting: false,
            };
            return self.show(filling.with_next_field_open());
        }
        if application.wants_signature() && application.signature.is_none() {
            return self.go(Stage::Signing { application: Box::new(application), strokes: vec![] });
        }
        self.go(Stage::Reviewing { application: Box::new(application) })
    }

    fn show(self, filling: Filling) -> Step {
        self.go(Stage::Filling(Box::new(filling)))
    }

    fn on_form(self, mut filling: Filling, happening: Happening, now: Moment) -> Step {
        match happening {
            Happening::FieldOpened(path) => {
                filling.close_field(now);
                filling.open_field(&path);
            }
            Happening::FieldClosed => filling.close_field(now),
            Happening::Typed(keystroke) => {
                if let Some(editing) = &mut filling.editing {
                    editing.press(keystroke);
                }
            }
            Happening::CodeOpened { path, code } => {
                filling.close_field(now);
                filling.open_field(&path);
                filling.code = Some((path, code));
            }
            Happening::ChoiceMade { path, value } => {
                filling.close_field(now);
                filling.code = None;
                filling.opened.insert(path.clone());
                if let Some(value) = filling.chosen(&path, &value) {
                    // A refused answer shows at its field; the draft keeps the reason.
                    let _ = filling.application.draft.answer(&path, Some(value), now.timestamp());
                }
                return self.show(filling.with_next_field_open());
            }
            // Several answers to one question: it stays open for the next.
            Happening::AnswerGiven { path, value } => {
                filling.close_field(now);
                filling.open_field(&path);
                // A refused answer shows at its field; the draft keeps the reason.
                let _ = filling.application.draft.answer(&path, value, now.timestamp());
            }
            Happening::EntryAdded(path) => {
                filling.close_field(now);
                let index = filling.entries(&path);
                filling.application.draft.add_entry(&path);
                filling.entry = Some(format!("{path}.{index}"));
                return self.show(filling.with_next_field_open());
            }
            Happening::EntryOpened { path, index } => {
                filling.close_field(now);
                filling.entry = Some(format!("{path}.{index}"));
            }
            Happening::EntryRemoved { path, index } => {
                filling.close_field(now);
                filling.application.draft.remove_entry(&path, index);
                filling.open_field(&path);
            }
            Happening::WentOn => return self.leave_form_page(filling, now),
            Happening::WentBack => return self.back_from_form(filling, now),
            _ => {}
        }
        self.show(filling)
    }

    fn leave_form_page(self, mut filling: Filling, now: Moment) -> Step {
        filling.close_field(now);
        let missing = filling.first_problem();
        let untouched = filling.next_untouched();
        if missing.is_some() && untouched.is_some() && !filling.insist {
            return self.show(filling.with_next_field_open());
        }
        if let Some(path) = missing {
            filling.insist = true;
            filling.open_field(&path);
            return self.show(filling);
        }
        if filling.entry.is_some() {
            filling.insist = false;
            filling.leave_entry();
            return self.show(filling);
        }
        let next = if filling.correcting { filling.application.draft.page_count() } else { filling.page + 1 };
        self.open_page(filling.application, next)
    }

    fn back_from_form(self, mut filling: Filling, now: Moment) -> Step {
        filling.close_field(now);
        if filling.entry.is_some() {
            filling.leave_entry();
            return self.show(filling);
        }
        if filling.correcting {
            return self.go(Stage::Reviewing { application: Box::new(filling.application) });
        }
        if filling.page == 0 {
            let Application { who, service, .. } = filling.application;
            return self.go(Stage::Consenting { who, service, browse: Default::default() });
        }
        let page = filling.page - 1;
        self.open_page(filling.application, page)
    }

    fn on_signature(
        self,
        mut application: Box<Application>,
        mut strokes: Vec<Stroke>,
        happening: Happening,
    ) -> Step {
        match happening {
            Happening::PenMoved(stroke) => {
                let points: usize = strokes.iter().map(Vec::len).sum();
                if points + stroke.len() <= SIGNATURE_POINTS_MAX && strokes.len() < SIGNATURE_STROKES_MAX {
                    strokes.push(stroke);
                }
            }
            Happening::PenUndone => {
                strokes.pop();
            }
            Happening::PenCleared => strokes.clear(),
            Happening::WentOn if !strokes.is_empty() => {
                application.signature = Some(strokes);
                return self.go(Stage::Reviewing { application });
            }
            Happening::WentBack => return self.back_to_last_page(*application),
            _ => {}
        }
        self.go(Stage::Signing { application, strokes })
    }

    fn on_review(self, mut application: Box<Application>, happening: Happening) -> Step {
        match happening {
            Happening::CorrectionWanted(path) if path == SIGNATURE_PATH => {
                application.signature = None;
                self.go(Stage::Signing { application, strokes: vec![] })
            }
            Happening::CorrectionWanted(path) => self.correct(*application, &path),
            Happening::PageWanted(page) => {
                let mut step = self.open_page(*application, page);
                if let Stage::Filling(filling) = &mut step.session.stage {
                    filling.correcting = true;
                }
                step
            }
            Happening::WentBack => {
                application.signature = None;
                self.back_to_last_page(*application)
            }
            Happening::Submitted => self.submit(application),
            _ => self.stay(),
        }
    }

    /// The form itself guarantees completeness: a page with a problem opens instead of the submission going out.
    fn submit(self, application: Box<Application>) -> Step {
        if let Some(problem) = application.draft.problems(self.settings.lang).into_iter().next() {
            let mut step = self.correct(*application, &problem.path);
            if let Stage::Filling(filling) = &mut step.session.stage {
                filling.insist = true;
            }
            return step;
        }
        let order = Order::Commit(application.clone());
        let mut step = self.go(Stage::Saving { application });
        step.orders.push(order);
        step
    }

    fn correct(self, application: Application, path: &str) -> Step {
        let draft = &application.draft;
        let page = (0..draft.page_count())
            .find(|page| {
                draft.page(*page, self.settings.lang).fields.iter().any(|field| covers(&field.path, path))
            })
            .unwrap_or(0);
        let mut step = self.open_page(application, page);
        if let Stage::Filling(filling) = &mut step.session.stage {
            filling.correcting = true;
            filling.open_field(path);
        }
        step
    }

    fn back_to_last_page(self, application: Application) -> Step {
        match application.draft.page_count().checked_sub(1) {
            Some(last) => self.open_page(application, last),
            None => {
                let Application { who, service, .. } = application;
                self.go(Stage::Consenting { who, service, browse: Default::default() })
            }
        }
    }
}

/// What the review page calls the signature when it asks for another one.
pub const SIGNATURE_PATH: &str = "@signature";

/// Whether `path` is the field itself or lies inside it (an entry of a list).
fn covers(field: &str, path: &str) -> bool {
    path == field || path.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'))
}

impl Filling {
    fn view(&self) -> PageView {
        self.application.draft.page(self.page, Default::default())
    }

    /// Fields of this page, or of the list entry that is open.
    fn fields(&self) -> Vec<FieldView> {
        shown_fields(self.view().fields, self.entry.as_deref())
    }

    /// The value behind a choice that was touched.
    fn chosen(&self, path: &str, words: &str) -> Option<Value> {
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

    fn entries(&self, path: &str) -> usize {
        let list = self.view().fields.into_iter().find(|field| field.path == path);
        list.map_or(0, |field| if let Input::Entries(entries) = field.input { entries.len() } else { 0 })
    }

    /// Opens the question at `path`, inside its list entry where it has one. What the resident may not answer
    /// stays closed.
    fn open_field(&mut self, path: &str) {
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
    fn enter_entry(&mut self, path: &str) {
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
    fn leave_entry(&mut self) {
        let list =
            self.entry.take().and_then(|entry| entry.rsplit_once('.').map(|(list, _)| list.to_owned()));
        if let Some(list) = list {
            self.open_field(&list);
        }
    }

    /// Hands the typed text to the draft. A refused answer stays in the field with its reason.
    fn close_field(&mut self, now: Moment) {
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

    fn first_problem(&self) -> Option<String> {
        let fields = self.fields();
        let problems = self.application.draft.problems(Default::default());
        problems
            .into_iter()
            .map(|problem| problem.path)
            .find(|path| fields.iter().any(|field| covers(&field.path, path)))
    }

    /// The next empty question that nobody opened yet.
    fn next_untouched(&self) -> Option<String> {
        let wanted = |field: &FieldView| is_open_to_answers(field) && field.required && field.value.is_none();
        self.fields()
            .into_iter()
            .find(|field| wanted(field) && !self.opened.contains(&field.path))
            .map(|field| field.path)
    }

    fn with_next_field_open(mut self) -> Filling {
        if let Some(path) = self.next_untouched() {
            self.open_field(&path);
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
