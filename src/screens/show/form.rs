//! Questions, signature and review onto their pages.
use super::model;
use crate::screens::fonts::visible;
use crate::screens::form::{CheckView, FormView, GroupView, SignView};
use crate::screens::ink::drawn;
use jiujin_contract::form::{ChoiceView, FieldView, Input, Source, TextKind};
use jiujin_ui::{
    AppWindow, CheckGroup, CheckPage, CheckRow, ChoiceItem, EntryItem, FieldKind, FormField, FormPage,
    FormProblem, Origin, PageId, SignPage,
};
use serde_json::Value;
use slint::{ComponentHandle, ModelRc, SharedString};

pub fn form(window: &AppWindow, view: &FormView) -> PageId {
    let form = window.global::<FormPage>();
    form.set_step(view.step as i32);
    form.set_steps(view.steps as i32);
    form.set_title(view.title.as_str().into());
    form.set_entry(view.entry_title.as_str().into());
    form.set_fields(model(view.fields.iter().map(|field| form_field(field, view))));
    let open = view.open.as_ref().and_then(|path| view.fields.iter().position(|field| field.path == *path));
    form.set_open(open.map_or(-1, |index| index as i32));
    form.set_problems(model(view.errors.iter().map(|error| FormProblem {
        path: error.path.as_str().into(),
        label: error.label.as_str().into(),
        message: error.message.as_str().into(),
    })));
    form.set_suggestions(ModelRc::default());
    form.set_composing(view.composing.as_str().into());
    let Some(editing) = &view.editing else { return PageId::Form };
    let is_date =
        open.and_then(|index| view.fields.get(index)).is_some_and(|field| field.input == Input::Date);
    let chars: Vec<char> = editing.text.chars().collect();
    let part = |from: usize, to: usize| -> SharedString {
        visible(&chars.iter().skip(from).take(to - from).collect::<String>()).as_ref().into()
    };
    form.set_before(part(0, editing.caret));
    form.set_after(part(editing.caret, chars.len().max(editing.caret)));
    form.set_count(view.count.as_str().into());
    if is_date {
        form.set_year(part(0, 4));
        form.set_month(part(4, 6));
        form.set_day(part(6, 8));
        form.set_date_part(match editing.caret {
            0..4 => 0,
            4..6 => 1,
            _ => 2,
        });
    }
    PageId::Form
}

fn form_field(field: &FieldView, view: &FormView) -> FormField {
    let error = view.errors.iter().find(|error| error.path == field.path).map(|error| error.message.clone());
    FormField {
        path: field.path.as_str().into(),
        label: field.label.as_str().into(),
        help: field.help.as_str().into(),
        example: field.example.as_str().into(),
        kind: kind(&field.input),
        shown: visible(&field.shown).as_ref().into(),
        origin: origin(field.source),
        locked: field.locked,
        enabled: field.enabled,
        required: field.required,
        multiline: field.input == Input::Text(TextKind::Multiline),
        large: matches!(field.input, Input::Text(TextKind::IdNumber | TextKind::BankCard | TextKind::Uscc)),
        error: error.or_else(|| field.error.clone()).unwrap_or_default().into(),
        choices: model(choices(field, view)),
        trail: view.trail(&field.path).into(),
        entries: model(entries(field)),
    }
}

fn kind(input: &Input) -> FieldKind {
    match input {
        Input::Text(_) => FieldKind::Text,
        Input::Number { .. } => FieldKind::Number,
        Input::Date => FieldKind::Date,
        Input::YesNo => FieldKind::YesNo,
        Input::Choice(_) => FieldKind::Choice,
        Input::Multi(_) => FieldKind::Multi,
        Input::CodeList { .. } => FieldKind::CodeList,
        Input::Entries(_) => FieldKind::Entries,
        Input::Signature => FieldKind::Signature,
        Input::Attachment { .. } => FieldKind::Attachment,
        Input::Note(_) => FieldKind::Note,
    }
}

fn origin(source: Source) -> Origin {
    match source {
        Source::Card => Origin::Card,
        Source::Shared => Origin::Shared,
        Source::Resident => Origin::Resident,
        Source::Derived => Origin::Derived,
        Source::Empty => Origin::Empty,
    }
}

fn choices(field: &FieldView, view: &FormView) -> Vec<ChoiceItem> {
    let item = |choice: &ChoiceView, selected: bool| ChoiceItem {
        value: in_words(&choice.value),
        label: choice.label.as_str().into(),
        note: SharedString::default(),
        selected,
    };
    match &field.input {
        Input::Choice(all) => {
            all.iter().map(|choice| item(choice, field.value.as_ref() == Some(&choice.value))).collect()
        }
        Input::Multi(all) => {
            let chosen = field.value.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
            all.iter().map(|choice| item(choice, chosen.contains(&choice.value))).collect()
        }
        Input::YesNo => [true, false]
            .map(|answer| ChoiceItem {
                value: answer.to_string().into(),
                label: SharedString::default(),
                note: SharedString::default(),
                selected: field.value == Some(Value::Bool(answer)),
            })
            .to_vec(),
        Input::CodeList { .. } => view
            .codes(&field.path)
            .iter()
            .map(|choice| ChoiceItem {
                value: choice.code.as_str().into(),
                label: visible(&choice.label).as_ref().into(),
                note: SharedString::default(),
                selected: choice.chosen,
            })
            .collect(),
        _ => vec![],
    }
}

fn in_words(value: &Value) -> SharedString {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned).into()
}

fn entries(field: &FieldView) -> Vec<EntryItem> {
    let Input::Entries(entries) = &field.input else { return vec![] };
    let item = |entry: &jiujin_contract::form::EntryView| {
        let words: Vec<&str> =
            entry.fields.iter().map(|field| field.shown.as_str()).filter(|words| !words.is_empty()).collect();
        let error = entry.fields.iter().find_map(|field| field.error.clone()).unwrap_or_default();
        EntryItem {
            title: entry.title.as_str().into(),
            detail: visible(&words.join("，")).as_ref().into(),
            error: error.into(),
        }
    };
    entries.iter().map(item).collect()
}

pub fn sign(window: &AppWindow, view: &SignView) -> PageId {
    let sign = window.global::<SignPage>();
    sign.set_step(view.step as i32);
    sign.set_steps(view.steps as i32);
    sign.set_declaration(view.declaration.into());
    sign.set_document(view.service.as_str().into());
    sign.set_digest(view.digest.as_str().into());
    sign.set_time(view.time.as_str().into());
    sign.set_strokes(model(view.strokes.iter().map(drawn)));
    sign.set_enough(!view.strokes.is_empty());
    sign.set_error(SharedString::default());
    PageId::Sign
}

pub fn check(window: &AppWindow, view: &CheckView) -> PageId {
    let check = window.global::<CheckPage>();
    check.set_step(view.step as i32);
    check.set_steps(view.steps as i32);
    let mut start = 0;
    let groups: Vec<CheckGroup> = view
        .groups
        .iter()
        .map(|group| {
            let shown = check_group(group, start);
            start += 1 + group.rows.len() as i32;
            shown
        })
        .collect();
    check.set_groups(model(groups));
    check.set_lines(start);
    check.set_recipient(view.department.as_str().into());
    check.set_undo_minutes(0);
    check.set_submitting(false);
    PageId::Check
}

fn check_group(group: &GroupView, start: i32) -> CheckGroup {
    CheckGroup {
        title: group.title.as_str().into(),
        page: group.page as i32,
        locked: group.change.is_none(),
        start,
        rows: model(group.rows.iter().map(|row| CheckRow {
            name: row.label.as_str().into(),
            value: visible(&row.value).as_ref().into(),
            origin: origin(row.source),
        })),
    }
}
