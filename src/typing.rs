//! The keyboard on the screen: which keys an open field wants, and pinyin that becomes characters before the
//! session hears of them. Nothing typed stays here between visits.
mod by_code;
mod by_parts;
mod by_strokes;
#[cfg(test)]
mod tests;

use crate::input::{Field, Input, Lexicon, PAGE};
use crate::session::editing::Keystroke;
use crate::session::filling::shown_fields;
use crate::session::stage::Stage;
use crate::session::{Happening, Session};
use crate::shelf::Shelf;
use by_code::ByCode;
use by_parts::ByParts;
use by_strokes::ByStrokes;
use jiujin_contract::form::{Input as Question, TextKind};
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Number,
    IdNumber,
    Phone,
    Date,
    Code,
    Latin,
    Symbols,
    Pinyin,
    NineKey,
    Stroke,
    Parts,
    CodePoint,
}

/// One touch on the keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    Text(String),
    Backspace,
    Left,
    Right,
    Candidate(usize),
    MoreCandidates,
    FewerCandidates,
    LayoutChosen(Layout),
    Close,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyboardView {
    pub layout: Layout,
    pub chinese: bool,
    pub digits_only: bool,
    pub composing: String,
    pub candidates: Vec<String>,
    pub has_more: bool,
    pub has_less: bool,
}

pub struct Typing {
    input: Input,
    strokes: ByStrokes,
    parts: ByParts,
    code: ByCode,
    layout: Layout,
    /// The open field, so that another one gets its own keys.
    open: Option<(String, Layout, Field)>,
    page: usize,
}

impl Typing {
    /// `streets` are the names that only this site knows.
    pub fn new(shelf: &Shelf, streets: Vec<String>) -> Typing {
        let titles = shelf.services().iter().map(|service| service.item.name.zh.clone());
        let input = Input::new(Arc::new(Lexicon::new(titles).with_places(streets)), Field::Text);
        let (strokes, parts, code) = Default::default();
        Typing { input, strokes, parts, code, layout: Layout::Pinyin, open: None, page: 0 }
    }

    /// Looks which field is open now.
    pub fn follow(&mut self, session: &Session) {
        let open = open_field(session);
        if self.open != open {
            self.clear();
            if let Some((_, layout, field)) = &open {
                self.layout = *layout;
                self.input.set_field(*field);
            }
            self.open = open;
        }
    }

    /// Forgets what was being composed.
    pub fn clear(&mut self) {
        self.input.clear();
        self.clear_rare();
        self.page = 0;
    }

    /// Strokes, parts and digits that came to no character are dropped.
    fn clear_rare(&mut self) {
        self.strokes.clear();
        self.parts.clear();
        self.code.clear();
    }

    /// False when nothing is being composed.
    fn take_back(&mut self) -> bool {
        self.strokes.backspace() || self.input.backspace() || self.parts.backspace() || self.code.backspace()
    }

    /// What the session has to hear.
    pub fn press(&mut self, key: Key) -> Vec<Happening> {
        match key {
            Key::Text(text) => self.text(&text),
            Key::Backspace if self.take_back() => {
                self.page = 0;
                vec![]
            }
            Key::Backspace => typed(Keystroke::Backspace),
            Key::Left => typed(Keystroke::Left),
            Key::Right => typed(Keystroke::Right),
            Key::Candidate(index) => self.choose(self.page * PAGE + index),
            Key::MoreCandidates => {
                self.page = (self.page + 1).min(self.page_count().saturating_sub(1));
                vec![]
            }
            Key::FewerCandidates => {
                self.page = self.page.saturating_sub(1);
                vec![]
            }
            Key::LayoutChosen(layout) => {
                let rest = self.finish();
                self.layout = layout;
                rest
            }
            Key::Close => {
                let mut happenings = self.finish();
                if self.open.as_ref().is_some_and(|(path, ..)| !path.is_empty()) {
                    happenings.push(Happening::FieldClosed);
                }
                happenings
            }
        }
    }

    fn text(&mut self, text: &str) -> Vec<Happening> {
        let composes = matches!(self.layout, Layout::Pinyin | Layout::NineKey | Layout::Parts);
        if text == " " && self.is_composing() {
            return self.choose(self.page * PAGE);
        }
        let searched = match self.layout {
            Layout::Stroke => text.chars().all(|key| self.strokes.push(key)),
            Layout::CodePoint => text.chars().all(|key| self.code.push(key)),
            _ => false,
        };
        if searched {
            self.page = 0;
            return vec![];
        }
        let mut keys = text.chars();
        if let (true, Some(key), None) = (composes, keys.next(), keys.next())
            && (key.is_ascii_lowercase() || key == '\'' || self.layout == Layout::NineKey)
            && self.input.push(key)
        {
            self.page = 0;
            return vec![];
        }
        let mut happenings = self.finish();
        happenings.extend(typed(Keystroke::Insert(text.to_owned())));
        happenings
    }

    fn choose(&mut self, index: usize) -> Vec<Happening> {
        self.page = 0;
        let chosen = if !self.strokes.is_empty() {
            self.strokes.choose(index)
        } else if !self.input.is_empty() {
            self.input.choose(index).and_then(|text| self.as_part(text))
        } else if !self.code.is_empty() {
            self.code.choose()
        } else {
            self.parts.choose(index)
        };
        chosen.map(|text| typed(Keystroke::Insert(text))).unwrap_or_default()
    }

    /// Among parts a chosen character is looked for inside others and not yet written.
    fn as_part(&mut self, text: String) -> Option<String> {
        if self.layout != Layout::Parts {
            return Some(text);
        }
        text.chars().for_each(|part| self.parts.add(part));
        None
    }

    fn is_composing(&self) -> bool {
        !(self.input.is_empty() && self.strokes.is_empty() && self.parts.is_empty() && self.code.is_empty())
    }

    /// Letters still in the composing line go into the field as they are, but the sound of a part is no text.
    fn finish(&mut self) -> Vec<Happening> {
        self.clear_rare();
        if self.layout == Layout::Parts {
            self.input.clear();
        }
        if self.input.is_empty() {
            return vec![];
        }
        self.page = 0;
        typed(Keystroke::Insert(self.input.commit()))
    }

    /// The letters being composed, for a search that need not wait for characters.
    pub fn letters(&self) -> String {
        let composing = self.input.composing();
        composing.chosen + &composing.spelling.replace('\'', "")
    }

    fn page_count(&self) -> usize {
        match () {
            () if !self.strokes.is_empty() => self.strokes.page_count(),
            () if !self.input.is_empty() => self.input.page_count(),
            () => self.parts.page_count(),
        }
    }

    fn candidates(&self) -> Vec<String> {
        if !self.strokes.is_empty() {
            return self.strokes.candidates(self.page);
        }
        if self.input.is_empty() {
            return self.code.found().map_or_else(|| self.parts.candidates(self.page), |one| vec![one]);
        }
        self.input.candidates(self.page).iter().map(|candidate| candidate.text.clone()).collect()
    }

    /// `None` while no field is open.
    pub fn view(&self) -> Option<KeyboardView> {
        let (_, wanted, _) = self.open.as_ref()?;
        let composing = self.input.composing();
        let digits_only = !matches!(wanted, Layout::Pinyin | Layout::Latin | Layout::Code);
        Some(KeyboardView {
            layout: self.layout,
            chinese: *wanted == Layout::Pinyin,
            digits_only,
            composing: self.parts.composing()
                + if self.parts.is_empty() || self.input.is_empty() { "" } else { "+" }
                + &composing.chosen
                + &composing.spelling
                + &self.strokes.composing()
                + &self.code.composing(),
            candidates: self.candidates(),
            has_more: self.page + 1 < self.page_count(),
            has_less: self.page > 0,
        })
    }
}

fn typed(keystroke: Keystroke) -> Vec<Happening> {
    vec![Happening::Typed(keystroke)]
}

fn open_field(session: &Session) -> Option<(String, Layout, Field)> {
    match &session.stage {
        Stage::Browsing { browse, .. } if browse.query.is_some() => {
            Some((String::new(), Layout::Pinyin, Field::Text))
        }
        Stage::Filling(filling) => {
            let editing = filling.editing.as_ref()?;
            let page = filling.application.draft.page(filling.page, session.settings.lang);
            let fields = shown_fields(page.fields, filling.entry.as_deref());
            let field = fields.into_iter().find(|field| field.path == editing.path)?;
            let (layout, kind) = keys_for(&field.input);
            Some((editing.path.clone(), layout, kind))
        }
        _ => None,
    }
}

fn keys_for(question: &Question) -> (Layout, Field) {
    let layout = match question {
        Question::Number { .. } => Layout::Number,
        Question::Date => Layout::Date,
        Question::Text(TextKind::Name) => return (Layout::Pinyin, Field::Name),
        Question::Text(TextKind::Place) => return (Layout::Pinyin, Field::Place),
        Question::Text(TextKind::IdNumber) => Layout::IdNumber,
        Question::Text(TextKind::Mobile | TextKind::Landline) => Layout::Phone,
        Question::Text(TextKind::BankCard | TextKind::PostalCode) => Layout::Number,
        Question::Text(TextKind::Uscc | TextKind::Plate) => Layout::Code,
        Question::Text(TextKind::Latin) => Layout::Latin,
        _ => Layout::Pinyin,
    };
    (layout, Field::Text)
}
