//! A character looked for by its strokes: what was pressed so far, and what it may become.
use crate::input::{PAGE, STROKES_MAX, Stroke, characters_by_strokes};

/// The key of a stroke nobody is sure about.
const UNSURE: char = '?';

#[derive(Default)]
pub(super) struct ByStrokes {
    strokes: Vec<Option<Stroke>>,
    found: Vec<char>,
}

impl ByStrokes {
    pub fn is_empty(&self) -> bool {
        self.strokes.is_empty()
    }

    /// False for what is no stroke. A stroke beyond the longest order changes nothing.
    pub fn push(&mut self, key: char) -> bool {
        let stroke = Stroke::of_key(key);
        if stroke.is_none() && key != UNSURE {
            return false;
        }
        if self.strokes.len() < STROKES_MAX {
            self.strokes.push(stroke);
            self.found = characters_by_strokes(&self.strokes);
        }
        true
    }

    /// False when there is no stroke to take back.
    pub fn backspace(&mut self) -> bool {
        let had = self.strokes.pop().is_some();
        self.found = characters_by_strokes(&self.strokes);
        had
    }

    /// Nothing of a name stays behind.
    pub fn clear(&mut self) {
        self.strokes.fill(None);
        self.found.fill('\0');
        self.strokes.clear();
        self.found.clear();
    }

    pub fn page_count(&self) -> usize {
        self.found.len().div_ceil(PAGE)
    }

    pub fn candidates(&self, page: usize) -> Vec<String> {
        self.found.iter().skip(page * PAGE).take(PAGE).map(char::to_string).collect()
    }

    pub fn choose(&mut self, index: usize) -> Option<String> {
        let chosen = self.found.get(index)?.to_string();
        self.clear();
        Some(chosen)
    }

    /// As drawn on the keys.
    pub fn composing(&self) -> String {
        self.strokes.iter().map(|stroke| stroke.map_or(UNSURE, Stroke::sign)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(keys: &str) -> ByStrokes {
        let mut search = ByStrokes::default();
        assert!(keys.chars().all(|key| search.push(key)));
        search
    }

    #[test]
    fn strokes_lead_to_a_character_and_are_then_forgotten() {
        let mut search = after("hhsh");
        assert_eq!(search.composing(), "一一丨一");
        assert_eq!(search.candidates(0).first().map(String::as_str), Some("王"));
        assert_eq!(search.choose(0).as_deref(), Some("王"));
        assert!(search.is_empty() && search.candidates(0).is_empty());
    }

    #[test]
    fn a_stroke_nobody_is_sure_about_may_be_any() {
        assert!(after("h?sh").candidates(0).contains(&"王".to_owned()));
        assert!(after("?hsh").candidates(0).contains(&"王".to_owned()));
        assert!(!after("?psh").candidates(0).contains(&"王".to_owned()));
    }

    #[test]
    fn taking_a_stroke_back_finds_what_was_found_before() {
        let mut search = after("hhsh");
        let before = search.candidates(0);
        assert!(search.push('n') && search.backspace());
        assert_eq!(search.candidates(0), before);
        assert!(!search.push('x'), "no stroke");
    }
}
