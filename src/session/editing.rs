//! One open field: its text and caret. Counted in characters, never in bytes.

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Editing {
    /// Dotted path of the field; empty for the search field.
    pub path: String,
    text: Vec<char>,
    caret: usize,
    max_chars: usize,
}

/// What the keyboard did to the open field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keystroke {
    Insert(String),
    Backspace,
    Left,
    Right,
}

impl Editing {
    pub fn new(path: impl Into<String>, text: &str, max_chars: usize) -> Editing {
        let text: Vec<char> = text.chars().collect();
        Editing { path: path.into(), caret: text.len(), text, max_chars }
    }

    pub fn text(&self) -> String {
        self.text.iter().collect()
    }

    /// Characters before the caret.
    pub fn caret(&self) -> usize {
        self.caret
    }

    pub fn press(&mut self, keystroke: Keystroke) {
        match keystroke {
            Keystroke::Insert(text) => {
                for c in text.chars().filter(|c| !c.is_control()) {
                    if self.text.len() < self.max_chars {
                        self.text.insert(self.caret, c);
                        self.caret += 1;
                    }
                }
            }
            Keystroke::Backspace if self.caret > 0 => {
                self.caret -= 1;
                self.text.remove(self.caret);
            }
            Keystroke::Backspace => {}
            Keystroke::Left => self.caret = self.caret.saturating_sub(1),
            Keystroke::Right => self.caret = (self.caret + 1).min(self.text.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_in_at_the_caret() {
        let mut field = Editing::new("name", "王一", 10);
        field.press(Keystroke::Left);
        field.press(Keystroke::Insert("小".into()));
        assert_eq!((field.text().as_str(), field.caret()), ("王小一", 2));
        field.press(Keystroke::Backspace);
        assert_eq!(field.text(), "王一");
    }

    #[test]
    fn a_full_field_takes_no_more() {
        let mut field = Editing::new("id", "", 3);
        field.press(Keystroke::Insert("12345".into()));
        assert_eq!(field.text(), "123");
    }
}
