//! A character given by its code point, as it stands on a receipt or in a register: 20BB7 is 𠮷.
use crate::input::character_by_code_point;

/// The last code point of Unicode, 10FFFF, has six; those of characters in names have five.
const DIGITS_MAX: usize = 5;

#[derive(Default)]
pub(super) struct ByCode {
    digits: String,
}

impl ByCode {
    pub fn is_empty(&self) -> bool {
        self.digits.is_empty()
    }

    /// False for what is no hexadecimal digit. A digit beyond the longest code changes nothing.
    pub fn push(&mut self, key: char) -> bool {
        if key.is_ascii_hexdigit() && self.digits.len() < DIGITS_MAX {
            self.digits.push(key.to_ascii_uppercase());
        }
        key.is_ascii_hexdigit()
    }

    pub fn backspace(&mut self) -> bool {
        self.digits.pop().is_some()
    }

    pub fn clear(&mut self) {
        self.digits.clear();
    }

    /// The character, once the digits are one that may stand in a name.
    pub fn found(&self) -> Option<String> {
        character_by_code_point(&self.digits).map(String::from)
    }

    pub fn choose(&mut self) -> Option<String> {
        let chosen = self.found()?;
        self.clear();
        Some(chosen)
    }

    pub fn composing(&self) -> String {
        if self.is_empty() { String::new() } else { format!("U+{}", self.digits) }
    }
}
