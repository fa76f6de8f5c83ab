//! A character looked for by its parts: each part is typed by its sound and chosen, then what it may belong to.
use crate::input::{PAGE, PARTS_MAX, characters_by_parts};

#[derive(Default)]
pub(super) struct ByParts {
    parts: Vec<char>,
    found: Vec<char>,
}

impl ByParts {
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// A part more; one beyond the last that is looked for changes nothing.
    pub fn add(&mut self, part: char) {
        if self.parts.len() < PARTS_MAX {
            self.parts.push(part);
            self.found = characters_by_parts(&self.parts);
        }
    }

    /// False when there is no part to take back.
    pub fn backspace(&mut self) -> bool {
        let had = self.parts.pop().is_some();
        self.found = characters_by_parts(&self.parts);
        had
    }

    /// Nothing of a name stays behind.
    pub fn clear(&mut self) {
        self.parts.fill('\0');
        self.found.fill('\0');
        self.parts.clear();
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

    /// The parts, in the order they were chosen.
    pub fn composing(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(char::to_string).collect();
        parts.join("+")
    }
}
