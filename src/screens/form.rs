//! Questions, signature and the last look before Submit.
use super::words;
use crate::codes::{self, Choice, Codes, Level};
use crate::session::Moment;
use crate::session::application::Application;
use crate::session::filling::shown_fields;
use crate::session::stage::{Filling, Stroke};
use crate::typing::KeyboardView;
use jiujin_contract::calendar;
use jiujin_contract::form::{FieldView, Input, Source, TextKind};
use jiujin_contract::text::Lang;
use serde_json::Value;
use sha2::{Digest, Sha256};

#[derive(Debug, Clone, PartialEq)]
pub struct FormView {
    pub service: String,
    pub title: String,
    pub step: usize,
    pub steps: usize,
    /// Inside one entry of a list: its path.
    pub entry: Option<String>,
    pub fields: Vec<FieldView>,
    /// The question being answered.
    pub open: Option<String>,
    pub editing: Option<EditingView>,
    /// Letters that are not characters yet.
    pub composing: String,
    /// "12 of 18 characters", where the length is fixed.
    pub count: String,
    pub entry_title: String,
    /// By the path of the question.
    codes: Vec<(String, Level)>,
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
    pub label: String,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SignView {
    pub service: String,
    pub declaration: &'static str,
    pub step: usize,
    pub steps: usize,
    pub strokes: Vec<Stroke>,
    /// First characters of the digest of what is signed.
    pub digest: String,
    pub time: String,
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
    pub page: usize,
    pub change: Option<String>,
    pub rows: Vec<RowView>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RowView {
    pub label: String,
    pub value: String,
    pub source: Source,
}

pub fn form(filling: &Filling, codes: &dyn Codes, keyboard: Option<KeyboardView>, lang: Lang) -> FormView {
    let application = &filling.application;
    let page = application.draft.page(filling.page, lang);
    let on_page = |path: &str| page.fields.iter().any(|field| path.starts_with(field.path.as_str()));
    let errors = if filling.insist { application.draft.problems(lang) } else { vec![] };
    let errors: Vec<ErrorView> = errors
        .into_iter()
        .filter(|problem| on_page(&problem.path))
        .map(|problem| ErrorView { path: problem.path, label: problem.label, message: problem.message })
        .collect();
    let fields = shown_fields(page.fields.clone(), filling.entry.as_deref());
    FormView {
        service: application.service.item.short_name.get(lang).to_owned(),
        title: page.title,
        step: filling.page + 1,
        steps: application.steps(),
        entry: filling.entry.clone(),
        entry_title: entry_title(&page.fields, filling.entry.as_deref()),
        composing: keyboard.map(|keyboard| keyboard.composing).unwrap_or_default(),
        count: count(&fields, filling, lang),
        codes: fields.iter().filter_map(|field| code_level(field, (filling, codes), lang)).collect(),
        fields,
        open: filling.open.clone(),
        editing: filling.editing.as_ref().map(|editing| EditingView {
            path: editing.path.clone(),
            text: editing.text(),
            caret: editing.caret(),
        }),
        errors,
    }
}

fn entry_title(fields: &[FieldView], entry: Option<&str>) -> String {
    let Some(open) = entry else { return String::new() };
    let entries = fields
        .iter()
        .filter_map(|field| if let Input::Entries(entries) = &field.input { Some(entries) } else { None });
    entries.flatten().find(|entry| entry.path == open).map(|entry| entry.title.clone()).unwrap_or_default()
}

/// Characters so far, for numbers of a fixed length.
fn count(fields: &[FieldView], filling: &Filling, lang: Lang) -> String {
    let Some(editing) = &filling.editing else { return String::new() };
    let whole = fields.iter().find(|field| field.path == editing.path).and_then(|field| match field.input {
        Input::Text(TextKind::IdNumber | TextKind::Uscc) => Some(18),
        Input::Text(TextKind::Mobile) => Some(11),
        Input::Text(TextKind::PostalCode) => Some(6),
        _ => None,
    });
    let (Some(whole), typed) = (whole, editing.text().chars().count()) else { return String::new() };
    match lang {
        Lang::En => format!("{typed} of {whole} characters"),
        Lang::ZhTw => format!("已填 {typed} 位，還差 {} 位", whole - typed.min(whole)),
        Lang::ZhCn => format!("已填 {typed} 位，还差 {} 位", whole - typed.min(whole)),
    }
}

fn code_level(
    field: &FieldView,
    (filling, codes): (&Filling, &dyn Codes),
    lang: Lang,
) -> Option<(String, Level)> {
    let Input::CodeList { list, parent_value } = &field.input else { return None };
    let open = filling.code.as_ref().filter(|(path, _)| *path == field.path).map(|(_, code)| code);
    let parent = open.filter(|code| !code.is_empty()).or(parent_value.as_ref());
    let answer = field.value.as_ref().and_then(Value::as_str);
    let level = codes::level(codes, list, parent.map_or("", String::as_str), answer, lang);
    Some((field.path.clone(), level))
}

impl FormView {
    /// What can be chosen at the open level of a code list.
    pub fn codes(&self, path: &str) -> &[Choice] {
        self.level(path).map_or(&[], |level| &level.choices)
    }

    /// What is chosen above it.
    pub fn trail(&self, path: &str) -> &str {
        self.level(path).map_or("", |level| &level.trail)
    }

    fn level(&self, path: &str) -> Option<&Level> {
        self.codes.iter().find(|(of, _)| of == path).map(|(_, level)| level)
    }
}

pub fn sign(
    application: &Application,
    strokes: &[Stroke],
    (now, offset_min): (Moment, i32),
    lang: Lang,
) -> SignView {
    SignView {
        service: application.service.item.name.get(lang).to_owned(),
        declaration: words::declaration(lang),
        step: application.draft.page_count() + 1,
        steps: application.steps(),
        strokes: strokes.to_vec(),
        digest: digest(application),
        time: signing_time(now, offset_min, lang),
    }
}

fn signing_time(now: Moment, offset_min: i32, lang: Lang) -> String {
    let at = words::local_time(now.unix_ms, offset_min);
    format!("{} {}", calendar::full_day(at.date(), lang), words::clock(at))
}

/// Of the answers as they would be sealed; four groups are enough to compare by eye.
fn digest(application: &Application) -> String {
    let answers = jiujin_contract::item::canonical_json(&application.draft.finish().answers);
    let hex = hex::encode_upper(&Sha256::digest(answers.as_bytes())[..8]);
    hex.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

pub fn check(application: &Application, lang: Lang) -> CheckView {
    let draft = &application.draft;
    let mut groups: Vec<GroupView> =
        (0..draft.page_count()).map(|page| group(application, page, lang)).collect();
    groups.retain(|group| !group.rows.is_empty());
    CheckView {
        step: application.steps(),
        steps: application.steps(),
        groups,
        department: application.service.item.department_for(&draft.finish().answers).get(lang).to_owned(),
        signed: application.signature.is_some(),
    }
}

fn group(application: &Application, page: usize, lang: Lang) -> GroupView {
    let view = application.draft.page(page, lang);
    let change =
        view.fields.iter().find(|field| !field.locked && is_question(field)).map(|field| field.path.clone());
    let rows = view.fields.iter().filter(|field| is_question(field)).flat_map(rows).collect();
    GroupView { title: view.title, page, change, rows }
}

fn is_question(field: &FieldView) -> bool {
    !matches!(field.input, Input::Note(_) | Input::Signature)
}

/// A list shows one row per entry, everything else one row.
fn rows(field: &FieldView) -> Vec<RowView> {
    let row = |label: &str, value: &str| RowView {
        label: label.to_owned(),
        value: value.to_owned(),
        source: field.source,
    };
    match &field.input {
        Input::Entries(entries) => entries
            .iter()
            .map(|entry| {
                let words: Vec<&str> =
                    entry.fields.iter().map(|field| field.shown.as_str()).filter(|w| !w.is_empty()).collect();
                row(&entry.title, &words.join("，"))
            })
            .collect(),
        _ if field.shown.is_empty() => vec![],
        _ => vec![row(&field.label, &field.shown)],
    }
}
