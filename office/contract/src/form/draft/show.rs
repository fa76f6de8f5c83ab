//! Pages, questions and problems as the screens want them.
use super::Draft;
use crate::form::check::Fault;
use crate::form::codes::{DIVISIONS, Parent};
use crate::form::facts::Source;
use crate::form::field::{Field, Shape, text_kind};
use crate::form::messages;
use crate::form::outline::{Gate, Item, Outline, Page, Place};
use crate::form::path;
use crate::form::view::{ChoiceView, EntryView, FieldView, Input, PageView, Problem};
use crate::form::words;
use crate::text::Lang;
use serde_json::Value;
use std::collections::BTreeSet;

impl Draft {
    /// Pages with at least one visible question or note.
    pub fn page_count(&self) -> usize {
        self.pages().count()
    }

    fn pages(&self) -> impl Iterator<Item = (usize, &Page)> {
        let shown = |page: &Page| page.items.iter().any(|item| self.is_item_shown(item));
        self.form.outline.pages.iter().enumerate().filter(move |(_, page)| shown(page))
    }

    fn is_item_shown(&self, item: &Item) -> bool {
        match item {
            Item::Field(index) => self.visible[self.form.outline.fields[*index].gate],
            Item::Note { gate, .. } => self.visible[*gate],
        }
    }

    /// The `index`-th visible page; an empty one beyond the last.
    pub fn page(&self, index: usize, lang: Lang) -> PageView {
        let Some((_, page)) = self.pages().nth(index) else {
            return PageView { title: String::new(), fields: vec![] };
        };
        let title_key = page.i18n.as_ref().map(|prefix| format!("{prefix}.label"));
        let title = title_key.and_then(|key| self.form.text(lang, &key)).unwrap_or(&page.title);
        let shown = page.items.iter().filter(|item| self.is_item_shown(item));
        let fields = shown.map(|item| match item {
            Item::Field(index) => self.field_view(&self.form.outline.fields[*index], "", lang),
            Item::Note { text, i18n, .. } => self.note(text, i18n.as_deref(), lang),
        });
        PageView { title: title.to_string(), fields: fields.collect() }
    }

    fn note(&self, text: &str, i18n: Option<&str>, lang: Lang) -> FieldView {
        let key = i18n.map_or_else(|| text.to_string(), |prefix| format!("{prefix}.text"));
        let words = self.form.text(lang, &key).unwrap_or(text).to_string();
        FieldView {
            path: String::new(),
            label: String::new(),
            help: String::new(),
            example: String::new(),
            input: Input::Note(words),
            value: None,
            shown: String::new(),
            source: Source::Empty,
            locked: true,
            enabled: false,
            required: false,
            error: None,
            max_chars: 0,
        }
    }

    /// `entry` is the path of the list entry the field stands in, empty outside lists.
    fn field_view(&self, field: &Field, entry: &str, lang: Lang) -> FieldView {
        let at = if entry.is_empty() { field.path.clone() } else { format!("{entry}.{}", field.path) };
        let text = |suffix: &str| self.form.text(lang, &format!("{}.{suffix}", field.prefix));
        let value = path::get(Some(&self.answers), &at).cloned();
        let source = self.source(&at, value.is_some());
        let locked = field.derive.is_some() || self.is_locked(&at, field) || self.is_shut(&at);
        let pointer = path::pointer(&at);
        FieldView {
            label: self.label(field, lang),
            help: text("description")
                .or(field.schema.get("description").and_then(Value::as_str))
                .unwrap_or_default()
                .into(),
            example: text("example").unwrap_or_default().into(),
            input: self.input(field, &at, lang),
            shown: value
                .as_ref()
                .map(|value| words::shown(&self.form, field, value, lang))
                .unwrap_or_default(),
            enabled: !locked && self.is_enabled(&at),
            required: field.required || self.needed.contains(&pointer),
            error: self.error(field, &at, value.is_some(), lang),
            max_chars: field.max_chars,
            path: at,
            value,
            source,
            locked,
        }
    }

    fn source(&self, at: &str, given: bool) -> Source {
        if !given {
            return Source::Empty;
        }
        let own = self.provenance.get(at);
        let list = || {
            self.form
                .outline
                .entry_of(at)
                .and_then(|(entry, _)| self.provenance.get(entry.rsplit_once('.')?.0))
        };
        own.or_else(list).map_or(Source::Resident, |provenance| provenance.source)
    }

    fn label(&self, field: &Field, lang: Lang) -> String {
        self.form.text(lang, &format!("{}.label", field.prefix)).unwrap_or(&field.label).to_string()
    }

    fn input(&self, field: &Field, at: &str, lang: Lang) -> Input {
        let choices = |values: &[Value]| -> Vec<ChoiceView> {
            let choice = |value: &Value| ChoiceView {
                label: words::choice(&self.form, field, value, lang),
                value: value.clone(),
            };
            values.iter().map(choice).collect()
        };
        let number = |key: &str| field.schema.get(key).and_then(Value::as_f64);
        match &field.shape {
            Shape::Text(kind) => Input::Text(*kind),
            Shape::Number { whole } => Input::Number {
                whole: *whole,
                min: number("minimum"),
                max: number("maximum"),
                unit: words::unit(&self.form, field, lang),
            },
            Shape::Date => Input::Date,
            Shape::YesNo => Input::YesNo,
            Shape::Choice(values) => Input::Choice(choices(values)),
            Shape::Multi(values) => Input::Multi(choices(values)),
            Shape::Code { list, parent } => self.code_input(field, list, parent.as_deref(), at),
            Shape::Entries(detail) => Input::Entries(self.entries(field, detail, at, lang)),
            Shape::Signature => Input::Signature,
            Shape::Attachment { types, max_bytes, dpi } => {
                Input::Attachment { types: types.clone(), max_bytes: *max_bytes, dpi: *dpi }
            }
            Shape::Whole => Input::Note(String::new()),
        }
    }

    /// Chosen, or typed where a list of the site has nothing below the parent.
    fn code_input(&self, field: &Field, list: &str, parent: Option<&str>, at: &str) -> Input {
        let parent = match parent.map(|parent| self.parent_value(at, parent)) {
            None => Parent::NotNamed,
            Some(None) => Parent::Open,
            Some(Some(code)) => Parent::Answered(code),
        };
        let list = list.to_owned();
        let parent_value = match self.facts.lists().filter(|_| list != DIVISIONS) {
            None => parent.code(),
            Some(lists) => match lists.opening(&list, parent) {
                None => return Input::Text(text_kind(&field.schema, false)),
                opening => opening,
            },
        };
        Input::CodeList { list, parent_value }
    }

    /// The parent's code: looked for in the same entry first.
    fn parent_value(&self, at: &str, parent: &str) -> Option<String> {
        let beside = at.rsplit_once('.').map(|(around, _)| format!("{around}.{parent}"));
        let beside = beside.and_then(|path| path::get(Some(&self.seen), &path));
        let found = beside.or_else(|| path::get(Some(&self.seen), parent))?;
        found.as_str().map(String::from)
    }

    fn entries(&self, field: &Field, detail: &Outline, at: &str, lang: Lang) -> Vec<EntryView> {
        let items = path::get(Some(&self.answers), at).and_then(Value::as_array);
        let label = self.label(field, lang);
        let view = |index: usize| {
            let entry = format!("{at}.{index}");
            let shown = self.entry_gates(detail, &entry);
            let visible = detail.fields.iter().filter(|field| shown[field.gate]);
            let fields: Vec<FieldView> = visible.map(|field| self.field_view(field, &entry, lang)).collect();
            EntryView { title: words::entry_title(&label, index, &fields), path: entry, fields }
        };
        (0..items.map_or(0, Vec::len)).map(view).collect()
    }

    /// What stands in the way of the value that is there, or of the one that was refused.
    fn error(&self, field: &Field, at: &str, given: bool, lang: Lang) -> Option<String> {
        if let Some(refused) = self.refused.get(at) {
            return Some(messages::refused(&self.form, field, *refused, lang));
        }
        let fault = self.fault_at(at).filter(|fault| given && fault.keyword != "required")?;
        Some(messages::fault(&self.form, field, fault, lang))
    }

    /// The first fault of the value itself, or inside it where no question of its own shows it.
    fn fault_at(&self, at: &str) -> Option<&Fault> {
        let pointer = path::pointer(at);
        let is_list =
            self.form.outline.find(at).is_some_and(|place| matches!(place.field().shape, Shape::Entries(_)));
        let inside = |fault: &Fault| {
            fault
                .path
                .strip_prefix(&pointer)
                .is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && !is_list))
        };
        self.faults.iter().find(|fault| inside(fault))
    }

    /// A locked value that is wrong in itself would leave no way out, so it is open.
    pub(super) fn is_locked(&self, at: &str, field: &Field) -> bool {
        let fixed = field.prefill.as_ref().is_some_and(|prefill| prefill.lock);
        let given = self.provenance.get(at).map(|provenance| provenance.source);
        fixed && matches!(given, Some(Source::Card | Source::Shared)) && self.fault_at(at).is_none()
    }

    /// Rule first, then the read-only marks of element and schema, then the element around it.
    pub(super) fn is_enabled(&self, at: &str) -> bool {
        match self.form.outline.find(at) {
            Some(Place::Field(field)) => self.is_gate_enabled(&self.form.outline, field.gate, ""),
            Some(Place::Inside { list, field, detail }) => {
                let entry = self.form.outline.entry_of(at).map(|(entry, _)| entry).unwrap_or_default();
                self.is_gate_enabled(&self.form.outline, list.gate, "")
                    && self.is_gate_enabled(detail, field.gate, &entry)
            }
            None => false,
        }
    }

    fn is_gate_enabled(&self, outline: &Outline, gate: usize, base: &str) -> bool {
        let Gate { parent, rule, readonly, schema_readonly, .. } = &outline.gates[gate];
        let rule = rule.as_ref();
        if rule.is_some_and(|rule| rule.readonly(Some(&self.seen), base)) {
            return false;
        }
        if let Some(rule) = rule.filter(|rule| rule.enables()) {
            return rule.enabled(Some(&self.seen), base);
        }
        match readonly {
            Some(readonly) => !readonly,
            None if *schema_readonly => false,
            None => parent.is_none_or(|parent| self.is_gate_enabled(outline, parent, base)),
        }
    }

    /// What has to be done before the form is complete, in reading order, one per question.
    pub fn problems(&self, lang: Lang) -> Vec<Problem> {
        let mut told = BTreeSet::new();
        let mut found: Vec<(usize, usize, Problem)> = vec![];
        for fault in &self.faults {
            if let Some((page, place, problem)) = self.problem(fault, lang)
                && told.insert(problem.path.clone())
            {
                found.push((page, place, problem));
            }
        }
        for (path, error) in &self.refused {
            let place = self.form.outline.find(path).filter(|_| told.insert(path.clone()));
            let Some(place) = place.filter(|place| self.visible[place.top().gate]) else { continue };
            // A refused answer only matters while nothing stands in its place.
            if path::get(Some(&self.seen), path).is_none() {
                let message = messages::refused(&self.form, place.field(), *error, lang);
                found.push(self.placed(path.clone(), &place, message, lang));
            }
        }
        if found.is_empty() {
            return self.stray(lang).into_iter().collect();
        }
        found.sort_by_key(|(page, place, _)| (*page, *place));
        found.into_iter().map(|(_, _, problem)| problem).collect()
    }

    fn problem(&self, fault: &Fault, lang: Lang) -> Option<(usize, usize, Problem)> {
        let at = self.question_of(fault)?;
        let place = self.form.outline.find(&at)?;
        if self.is_told_inside(fault) {
            return None;
        }
        if !self.is_shown(&at) || self.is_hidden_inside(&at, &place) {
            return None;
        }
        let message = messages::fault(&self.form, place.field(), fault, lang);
        Some(self.placed(at, &place, message, lang))
    }

    /// `if`, `anyOf` and `oneOf` only sum up what their branches say of the answers inside.
    fn is_told_inside(&self, fault: &Fault) -> bool {
        let inside = |other: &Fault| other.path.strip_prefix(&fault.path).is_some_and(|r| r.starts_with('/'));
        matches!(fault.keyword, "if" | "anyOf" | "oneOf") && self.faults.iter().any(inside)
    }

    /// The question that the fault lies at or in; `None` for a rule about the whole form.
    fn question_of(&self, fault: &Fault) -> Option<String> {
        let mut at = path::dotted(&fault.path);
        if let ("dependencies", Some(name)) = (fault.keyword, fault.asked.as_str()) {
            at = if at.is_empty() { name.to_string() } else { format!("{at}.{name}") };
        }
        while self.form.outline.find(&at).is_none() {
            at = at.rsplit_once('.')?.0.to_string();
        }
        Some(at)
    }

    /// A rule about the whole form that no question stands for is told at the last question, or the form would
    /// look complete here and be refused at the office.
    fn stray(&self, lang: Lang) -> Option<Problem> {
        let stray = self.faults.first()?;
        if self.faults.iter().any(|fault| self.question_of(fault).is_some()) {
            return None;
        }
        let shown = |field: &&Field| self.visible[field.gate];
        let last = self.form.outline.fields.iter().rev().find(shown)?;
        let place = self.form.outline.find(&last.path)?;
        let message = messages::fault(&self.form, last, stray, lang);
        Some(self.placed(last.path.clone(), &place, message, lang).2)
    }

    fn is_hidden_inside(&self, at: &str, place: &Place<'_>) -> bool {
        match (place, self.form.outline.entry_of(at)) {
            (Place::Inside { field, detail, .. }, Some((entry, _))) => {
                !self.entry_gates(detail, &entry)[field.gate]
            }
            _ => false,
        }
    }

    fn placed(
        &self,
        path: String,
        place: &Place<'_>,
        message: String,
        lang: Lang,
    ) -> (usize, usize, Problem) {
        let gates = self.form.outline.gates_of(place.top());
        let gate = gates.into_iter().find(|gate| self.visible[*gate]).unwrap_or_default();
        let holds = |page: &Page| {
            page.items.iter().any(
                |item| matches!(item, Item::Field(field) if self.form.outline.fields[*field].gate == gate),
            )
        };
        let page = self.pages().position(|(_, page)| holds(page)).unwrap_or_default();
        let label = self.label(place.field(), lang);
        (page, gate, Problem { path, page, label, message })
    }
}
