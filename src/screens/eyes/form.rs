//! Answering a form with a finger: what the page asks, and the touches that answer it. Answers are only ever
//! given through what is drawn, so a question nobody can reach stops the visit.
use super::Eyes;
use jiujin_ui::{ChoiceItem, FieldKind, FormField, FormPage};
use slint::{ComponentHandle, Model};

/// What Continue is called.
const CONTINUE: [&str; 5] = ["下一步", "這一位填好了", "这一位填好了", "Next", "Done with this person"];
/// What puts the keyboard away where it leaves no room for Continue.
const DONE: [&str; 2] = ["完成", "Done"];
/// What opens a new entry of a list.
const ADD: [&str; 6] = ["添加", "新增", "再加一个", "再加一個", "Add the first", "Add one more"];
/// What takes back the last character.
const BACKSPACE: [&str; 3] = ["删除", "刪除", "Delete"];
/// Parts of a list that are looked through for a row or a choice.
const LEAVES_MAX: usize = 12;

/// A question of the form page that waits for its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub path: String,
    pub label: String,
    pub example: String,
    kind: FieldKind,
    is_open: bool,
    /// What stands there was refused.
    pub refused: bool,
    /// What each choice may be called, its value last; empty where keys answer.
    choices: Vec<Vec<String>>,
}

impl Question {
    /// Whether keys answer it.
    pub fn is_typed(&self) -> bool {
        matches!(self.kind, FieldKind::Text | FieldKind::Number | FieldKind::Date)
    }

    /// Something that this question accepts: the catalogue's own example where there is one.
    pub fn fitting_text(&self) -> String {
        match self.kind {
            FieldKind::Number if self.refused => "1990".into(),
            FieldKind::Date if self.refused => "20301201".into(),
            _ if self.refused => "AB123".into(),
            FieldKind::Number => {
                self.example.chars().find(char::is_ascii_digit).map_or("1".into(), String::from)
            }
            FieldKind::Date => "20260901".into(),
            _ if !self.example.is_empty() => self.example.clone(),
            _ => "测试".into(),
        }
    }
}

impl Eyes {
    /// The question that is open, else the first that still needs an answer.
    pub fn next_question(&self) -> Option<Question> {
        self.ask(|window| {
            let form = window.global::<FormPage>();
            let open = form.get_open();
            let waiting: Vec<(i32, FormField)> =
                (0..).zip(form.get_fields().iter()).filter(|(_, field)| waits(field)).collect();
            let at = waiting.iter().position(|(index, _)| *index == open).unwrap_or(0);
            waiting.into_iter().nth(at).map(|(index, field)| question(field, index == open))
        })
        .flatten()
    }

    /// Opens the question by its row; false if no row for it can be found.
    pub fn open_question(&self, question: &Question) -> bool {
        question.is_open
            || self.find_on_leaves(|| {
                let label = question.label.clone();
                self.touch_one(move |all| {
                    let is_row = |known: &String| {
                        known.strip_suffix(&label).is_some_and(|rest| rest.is_empty() || rest.ends_with(": "))
                            || known.strip_prefix(&label).is_some_and(|rest| rest.starts_with(", "))
                    };
                    all.iter().rposition(is_row)
                })
            })
    }

    /// Touches a choice by what is read out for it, or the button that adds an entry to a list.
    pub fn choose(&self, question: &Question, wanted: Option<&str>) -> bool {
        if question.kind == FieldKind::Entries {
            return ADD.iter().any(|label| self.touch(label));
        }
        let wanted = wanted
            .and_then(|words| question.choices.iter().find(|names| names.iter().any(|name| name == words)));
        let Some(names) = wanted.or(question.choices.first()) else { return false };
        self.find_on_leaves(|| {
            let names = names.clone();
            self.touch_one(move |all| all.iter().rposition(|known| names.contains(known)))
        })
    }

    /// Tries on each part of a long list until the touch finds its target.
    fn find_on_leaves(&self, mut touch: impl FnMut() -> bool) -> bool {
        for _ in 0..LEAVES_MAX {
            if touch() {
                return true;
            }
            if !self.turn_leaf() {
                return false;
            }
        }
        false
    }

    /// Takes back everything in the open field.
    pub fn clear_field(&self) {
        let typed = self.ask(|window| {
            let form = window.global::<FormPage>();
            form.get_before().chars().count()
        });
        for _ in 0..typed.unwrap_or(0) {
            BACKSPACE.iter().any(|label| self.touch(label));
        }
    }

    /// What the form says is missing.
    pub fn errors(&self) -> Vec<String> {
        let errors = self.ask(|window| {
            let problems = window.global::<FormPage>().get_problems();
            problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
        });
        errors.unwrap_or_default()
    }

    /// Touches Continue, or the key that leads to it; false if there is none.
    pub fn go_on(&self) -> bool {
        CONTINUE.iter().chain(&DONE).any(|label| self.touch(label))
    }

    /// Changes whenever a touch led somewhere.
    pub fn form_position(&self) -> (i32, String, i32, usize) {
        self.ask(|window| {
            let form = window.global::<FormPage>();
            (form.get_step(), form.get_entry().into(), form.get_open(), form.get_problems().row_count())
        })
        .unwrap_or_default()
    }
}

fn waits(field: &FormField) -> bool {
    let missing = field.required && field.shown.is_empty();
    let open = field.enabled && !field.locked && field.kind != FieldKind::Note;
    open && (missing || !field.error.is_empty())
}

fn question(field: FormField, is_open: bool) -> Question {
    Question {
        path: field.path.into(),
        label: field.label.into(),
        example: field.example.into(),
        kind: field.kind,
        is_open,
        refused: !field.error.is_empty(),
        choices: field.choices.iter().map(names).collect(),
    }
}

/// Yes and No are worded by the page itself.
fn names(choice: ChoiceItem) -> Vec<String> {
    let words: &[&str] = match (choice.label.as_str(), choice.value.as_str()) {
        ("", "true") => &["是", "Yes"],
        ("", _) => &["否", "No"],
        (label, _) => &[label],
    };
    words.iter().map(|word| (*word).to_owned()).chain([choice.value.clone().into()]).collect()
}
