//! Questions, signature and the last look before Submit.
use crate::session::application::Application;
use crate::session::filling::SIGNATURE_PATH;
use crate::session::stage::{Filling, Stroke};
use jiujin_contract::form::{FieldView, Input, Source};
use jiujin_contract::text::Lang;

#[derive(Debug, Clone, PartialEq)]
pub struct FormView {
    pub service: String,
    pub title: String,
    pub step: usize,
    pub steps: usize,
    pub fields: Vec<FieldView>,
    pub editing: Option<EditingView>,
    /// Same words as at the fields; empty until Continue was touched with something missing.
    pub errors: Vec<ErrorView>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EditingView {
    pub path: String,
    pub text: String,
    pub caret: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ErrorView {
    pub path: String,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SignView {
    pub service: String,
    pub step: usize,
    pub steps: usize,
    pub strokes: Vec<Stroke>,
    pub signer: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CheckView {
    pub step: usize,
    pub steps: usize,
    pub groups: Vec<GroupView>,
    /// Who receives it.
    pub department: String,
    pub signed: bool,
}

/// One group of the review page; `change` is the path that its Change button opens.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupView {
    pub title: String,
    pub change: Option<String>,
    pub rows: Vec<RowView>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RowView {
    pub label: String,
    pub value: String,
    pub source: Source,
}

pub fn form(filling: &Filling, lang: Lang) -> FormView {
    let application = &filling.application;
    let page = application.draft.page(filling.page, lang);
    let on_page = |path: &str| page.fields.iter().any(|field| path.starts_with(field.path.as_str()));
    let errors = if filling.insist { application.draft.problems(lang) } else { vec![] };
    let errors: Vec<ErrorView> = errors
        .into_iter()
        .filter(|problem| on_page(&problem.path))
        .map(|problem| ErrorView { path: problem.path, message: problem.message })
        .collect();
    FormView {
        service: application.service.item.short_name.get(lang).to_owned(),
        title: page.title,
        step: filling.page + 1,
        steps: application.steps(),
        fields: page.fields,
        editing: filling.editing.as_ref().map(|editing| EditingView {
            path: editing.path.clone(),
            text: editing.text(),
            caret: editing.caret(),
        }),
        errors,
    }
}

pub fn sign(application: &Application, strokes: &[Stroke], lang: Lang) -> SignView {
    SignView {
        service: application.service.item.name.get(lang).to_owned(),
        step: application.draft.page_count() + 1,
        steps: application.steps(),
        strokes: strokes.to_vec(),
        signer: application.who.masked_name(),
    }
}

pub fn check(application: &Application, lang: Lang) -> CheckView {
    let draft = &application.draft;
    let mut groups: Vec<GroupView> = (0..draft.page_count()).map(|page| group(application, page, lang)).collect();
    groups.retain(|group| !group.rows.is_empty());
    CheckView {
        step: application.steps(),
        steps: application.steps(),
        groups,
        department: application.service.item.department.get(lang).to_owned(),
        signed: application.signature.is_some(),
    }
}

fn group(application: &Application, page: usize, lang: Lang) -> GroupView {
    let view = application.draft.page(page, lang);
    let change = view.fields.iter().find(|field| !field.locked && is_question(field)).map(|field| field.path.clone());
    let rows = view.fields.iter().filter(|field| is_question(field)).flat_map(rows).collect();
    GroupView { title: view.title, change, rows }
}

fn is_question(field: &FieldView) -> bool {
    !matches!(field.input, Input::Note(_) | Input::Signature)
}

/// A list shows one row per entry, everything else one row.
fn rows(field: &FieldView) -> Vec<RowView> {
    let row = |label: &str, value: &str| RowView { label: label.to_owned(), value: value.to_owned(), source: field.source };
    match &field.input {
        Input::Entries(entries) => entries
            .iter()
            .map(|entry| {
                let words: Vec<&str> = entry.fields.iter().map(|field| field.shown.as_str()).filter(|w| !w.is_empty()).collect();
                row(&entry.title, &words.join("，"))
            })
            .collect(),
        _ if field.shown.is_empty() => vec![],
        _ => vec![row(&field.label, &field.shown)],
    }
}

/// The path under which the review page asks for another signature.
pub fn signature_path() -> &'static str {
    SIGNATURE_PATH
}
