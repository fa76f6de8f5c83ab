//! Chinese typed on the glass: keys in, candidates out, nothing remembered after the visit.
//!
//! Slint has no Chinese keyboard and a kiosk has no input method daemon, so the engine is ours: a lattice of every
//! word the keys can spell ([`lattice`]) over an embedded dictionary ([`dictionary`]), with the site's own words in
//! front ([`lexicon`]) and a model of their own for people's names ([`people`]). It reads no file, writes no file and
//! learns nothing from residents: [`Input::clear`] overwrites what was typed.

mod convert;
mod dictionary;
mod lattice;
mod lexicon;
mod parts;
mod people;
mod ranking;
mod spelling;
mod strokes;
mod trie;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::Deserialize;
use zeroize::Zeroize;

pub use self::{
    convert::{ConvertError, convert_lines},
    lexicon::Lexicon,
    parts::{PARTS_MAX, characters_by_parts},
    spelling::{Fuzzy, KEYS_MAX},
    strokes::{STROKES_MAX, Stroke, character_by_code_point, characters_by_strokes},
};
use self::{dictionary::Dictionary, spelling::Spelling};

/// Candidates on one page of the bar.
pub const PAGE: usize = 20;

/// What kind of text is expected; decides which words come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    #[default]
    Text,
    Place,
    Name,
}

/// One offer of the candidate bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub text: String,
    /// Keys it uses up; the rest stays to be chosen.
    keys: usize,
}

/// What the composing line shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Composing {
    /// Characters chosen already.
    pub chosen: String,
    /// Keys still to be turned into characters, divided into syllables: `wo'men`.
    pub spelling: String,
}

struct Chosen {
    text: String,
    keys: String,
}

/// One composing line; lives as long as its text field has the focus.
pub struct Input {
    lexicon: Arc<Lexicon>,
    field: Field,
    fuzzy: Fuzzy,
    keys: String,
    shown: String,
    chosen: Vec<Chosen>,
    candidates: Vec<Candidate>,
}

impl Input {
    pub fn new(lexicon: Arc<Lexicon>, field: Field) -> Input {
        let fuzzy = Fuzzy::default();
        let (keys, shown) = (String::with_capacity(KEYS_MAX * 2), String::new());
        Input { lexicon, field, fuzzy, keys, shown, chosen: Vec::new(), candidates: Vec::new() }
    }

    /// Reads the dictionary now, so that the first key is as quick as the rest.
    pub fn warm_up() {
        let _ = Dictionary::shared().readings("一", 1);
        let _ = characters_by_strokes(&[Some(Stroke::Horizontal); 4]);
    }

    pub fn set_field(&mut self, field: Field) {
        self.field = field;
        self.clear();
    }

    pub fn set_fuzzy(&mut self, fuzzy: Fuzzy) {
        self.fuzzy = fuzzy;
        self.look_up();
    }

    /// Takes a letter, an apostrophe, ü, or a digit of the nine-key layout; false if the key is none of them or the
    /// line is full.
    pub fn push(&mut self, key: char) -> bool {
        let taken = self.take_key(key);
        if taken {
            self.look_up();
        }
        taken
    }

    /// Removes the last key, or takes back the last choice when no key is left; false if there was nothing to remove.
    pub fn backspace(&mut self) -> bool {
        if self.keys.pop().is_none() {
            let Some(mut last) = self.chosen.pop() else { return false };
            self.keys.push_str(&last.keys);
            last.wipe();
        }
        self.look_up();
        true
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.chosen.is_empty()
    }

    pub fn composing(&self) -> Composing {
        Composing { chosen: self.chosen_text(), spelling: self.shown.clone() }
    }

    /// Candidates of a page of [`PAGE`], counted from 0.
    pub fn candidates(&self, page: usize) -> &[Candidate] {
        self.candidates.chunks(PAGE).nth(page).unwrap_or(&[])
    }

    pub fn page_count(&self) -> usize {
        self.candidates.len().div_ceil(PAGE)
    }

    /// Takes a candidate (counted over all pages). Returns the whole text once every key is used up.
    pub fn choose(&mut self, index: usize) -> Option<String> {
        let candidate = self.candidates.get(index)?.clone();
        let cut = key_offset(&self.keys, candidate.keys);
        let rest = self.keys.split_off(cut);
        let keys = std::mem::replace(&mut self.keys, rest);
        self.chosen.push(Chosen { text: candidate.text, keys });
        if self.keys.chars().all(|key| key == '\'') {
            return Some(self.finish());
        }
        self.look_up();
        None
    }

    /// Takes what stands first for everything still open and returns the text.
    pub fn commit(&mut self) -> String {
        while !self.candidates.is_empty() {
            if let Some(text) = self.choose(0) {
                return text;
            }
        }
        let mut rest = std::mem::take(&mut self.keys);
        self.chosen.push(Chosen { text: rest.clone(), keys: String::new() });
        rest.zeroize();
        self.finish()
    }

    /// Overwrites everything typed, chosen and offered.
    pub fn clear(&mut self) {
        self.keys.zeroize();
        self.shown.zeroize();
        self.chosen.iter_mut().for_each(Chosen::wipe);
        self.chosen.clear();
        self.candidates.iter_mut().for_each(|candidate| candidate.text.zeroize());
        self.candidates.clear();
    }

    fn type_all(&mut self, keys: &str) {
        keys.chars().for_each(|key| {
            self.take_key(key);
        });
        self.look_up();
    }

    fn all(&self) -> &[Candidate] {
        &self.candidates
    }

    fn take_key(&mut self, key: char) -> bool {
        let fits = spelling::is_key(key) && self.keys.chars().count() < KEYS_MAX;
        if fits {
            self.keys.push(if key == '1' { '\'' } else { key.to_ascii_lowercase() });
        }
        fits
    }

    fn finish(&mut self) -> String {
        let text = self.chosen_text();
        self.clear();
        text
    }

    fn chosen_text(&self) -> String {
        self.chosen.iter().map(|chosen| chosen.text.as_str()).collect()
    }

    fn look_up(&mut self) {
        self.candidates.iter_mut().for_each(|candidate| candidate.text.zeroize());
        self.candidates.clear();
        self.shown.zeroize();
        if self.keys.is_empty() {
            return;
        }
        let spelling = Spelling::new(&self.keys, self.fuzzy);
        self.shown = spelling.shown();
        self.candidates = match (self.field, self.chosen.is_empty()) {
            (Field::Text, _) => ranking::texts(&spelling, &self.lexicon),
            (Field::Place, _) => ranking::places(&spelling, &self.lexicon),
            (Field::Name, true) => ranking::names(&spelling, &self.lexicon),
            (Field::Name, false) => ranking::given_names(&spelling, &self.lexicon),
        };
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Chosen {
    fn wipe(&mut self) {
        self.text.zeroize();
        self.keys.zeroize();
    }
}

/// How a character is read, commonest first, with v for ü; none if no pinyin is known for it.
pub fn readings(character: char) -> Vec<&'static str> {
    let dictionary = Dictionary::shared();
    dictionary
        .character_readings(character)
        .iter()
        .map(|reading| dictionary.syllables()[usize::from(*reading)])
        .collect()
}

/// Where the first `count` letters of the keys end; apostrophes are not letters.
fn key_offset(keys: &str, count: usize) -> usize {
    let letters = keys.char_indices().filter(|(_, key)| *key != '\'');
    letters.map(|(at, _)| at).nth(count).unwrap_or(keys.len())
}
