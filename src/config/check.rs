//! Reads kiosk.toml and names every mistake at once: line, key, what is wrong, what to write instead.
use super::keys::{KEYS, Key, Kind, SECTIONS};
use std::fmt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One mistake of the file, for a person with an editor open.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mistake {
    pub line: usize,
    pub column: usize,
    /// `section.key`, or what stands there.
    pub key: String,
    pub wrong: String,
    pub instead: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: {}; {}", self.line, self.key, self.wrong, self.instead)
    }
}

/// The values of the file over the defaults, or everything that is wrong with it.
pub fn read(text: &str) -> Result<toml::Table, Vec<Mistake>> {
    let mut reading = Reading { text, mistakes: Vec::new(), values: defaults() };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        let wrong = error.message().lines().next().unwrap_or("cannot be read").to_owned();
        reading.mistake(at, line_text(text, at), wrong, "write it as `key = value`, texts in quotes".into());
    }
    for (name, value) in document.get_ref() {
        reading.section(name, value);
    }
    reading.compare();
    reading.mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    if reading.mistakes.is_empty() { Ok(reading.values) } else { Err(reading.mistakes) }
}

/// The table of all defaults.
fn defaults() -> toml::Table {
    let mut values = toml::Table::new();
    for key in KEYS {
        let line: toml::Table = toml::from_str(&format!("v = {}", key.default)).unwrap_or_default();
        let section = values.entry(key.section).or_insert_with(|| toml::Table::new().into());
        if let (Some(section), Some(value)) = (section.as_table_mut(), line.get("v")) {
            section.insert(key.name.to_owned(), value.clone());
        }
    }
    values
}

struct Reading<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
    values: toml::Table,
}

impl Reading<'_> {
    fn section(&mut self, name: &Spanned<std::borrow::Cow<'_, str>>, value: &Spanned<DeValue<'_>>) {
        let section = name.get_ref().as_ref();
        let at = name.span().start;
        if !SECTIONS.iter().any(|(known, _)| *known == section) {
            let known: Vec<_> = SECTIONS.iter().map(|(known, _)| *known).collect();
            let instead = match nearest(section, known.iter().copied()) {
                Some(near) => format!("did you mean [{near}]?"),
                None => format!("known sections are [{}]", known.join("], [")),
            };
            return self.mistake(at, section.to_owned(), "this section is not known".into(), instead);
        }
        let DeValue::Table(keys) = value.get_ref() else {
            return self.mistake(
                at,
                section.to_owned(),
                "this is a section, not a value".into(),
                format!("write [{section}] on a line of its own"),
            );
        };
        for (name, value) in keys {
            self.key(section, name, value);
        }
    }

    fn key(
        &mut self,
        section: &str,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let full = format!("{section}.{}", name.get_ref());
        let known = KEYS.iter().filter(|key| key.section == section);
        let Some(key) = known.clone().find(|key| key.name == name.get_ref().as_ref()) else {
            let instead = match nearest(name.get_ref(), known.clone().map(|key| key.name)) {
                Some(near) => format!("did you mean {near}?"),
                None => {
                    format!("known keys are {}", known.map(|key| key.name).collect::<Vec<_>>().join(", "))
                }
            };
            return self.mistake(name.span().start, full, "this key is not known".into(), instead);
        };
        match accept(key, value.get_ref()) {
            Ok(accepted) => self.set(key, accepted),
            Err(wrong) => self.mistake(value.span().start, full, wrong, key.kind.advice()),
        }
    }

    fn set(&mut self, key: &Key, value: toml::Value) {
        if let Some(section) = self.values.get_mut(key.section).and_then(toml::Value::as_table_mut) {
            section.insert(key.name.to_owned(), value);
        }
    }

    /// Rules between keys.
    fn compare(&mut self) {
        let number = |section: &str, name: &str| {
            self.values
                .get(section)
                .and_then(|keys| keys.get(name))
                .and_then(toml::Value::as_integer)
                .unwrap_or(0)
        };
        let (idle, elder) = (number("session", "idle_timeout_s"), number("session", "elder_timeout_s"));
        let portrait = number("panel", "height_px") >= number("panel", "width_px");
        let orientation = self.values["panel"]["orientation"].as_str().unwrap_or_default().to_owned();
        if elder < idle {
            let at = self.position("session", "elder_timeout_s");
            let wrong = format!("{elder} s is less than idle_timeout_s ({idle} s)");
            self.mistake(at, "session.elder_timeout_s".into(), wrong, format!("write {idle} or more"));
        }
        if portrait != (orientation == "portrait") {
            let at = self.position("panel", "orientation");
            let wrong = format!("{orientation:?} does not fit width_px and height_px");
            self.mistake(
                at,
                "panel.orientation".into(),
                wrong,
                "swap the two numbers or change the orientation".into(),
            );
        }
    }

    /// Where a key stands, for rules that look at two of them.
    fn position(&self, section: &str, name: &str) -> usize {
        let start = self.text.find(&format!("[{section}]")).unwrap_or(0);
        start + self.text[start..].find(&format!("\n{name}")).map_or(0, |at| at + 1)
    }

    fn mistake(&mut self, at: usize, key: String, wrong: String, instead: String) {
        let before = &self.text[..at.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        self.mistakes.push(Mistake { line, column, key, wrong, instead });
    }
}

fn line_text(text: &str, at: usize) -> String {
    let line = text[..at.min(text.len())].matches('\n').count();
    let words = text.lines().nth(line).unwrap_or_default();
    words.split('=').next().unwrap_or_default().trim().chars().take(40).collect()
}

/// The value in the type the program wants, or what is wrong with it.
fn accept(key: &Key, value: &DeValue<'_>) -> Result<toml::Value, String> {
    match (key.kind, value) {
        (Kind::Flag, DeValue::Boolean(flag)) => Ok((*flag).into()),
        (Kind::Whole { min, max }, DeValue::Integer(digits)) => {
            let number = i64::from_str_radix(digits.as_str(), digits.radix())
                .map_err(|_| "this number is too large".to_owned())?;
            if (min..=max).contains(&number) {
                Ok(number.into())
            } else {
                Err(format!("{number} is out of range"))
            }
        }
        (Kind::Decimal { min, max }, DeValue::Integer(_) | DeValue::Float(_)) => {
            let digits = match value {
                DeValue::Integer(digits) => digits.as_str().to_owned(),
                DeValue::Float(digits) => digits.as_str().to_owned(),
                _ => String::new(),
            };
            let number: f64 = digits.parse().map_err(|_| format!("{digits} is not a number"))?;
            if (min..=max).contains(&number) {
                Ok(number.into())
            } else {
                Err(format!("{number} is out of range"))
            }
        }
        (Kind::Flag | Kind::Whole { .. } | Kind::Decimal { .. }, other) => {
            Err(format!("{} is of another kind", shown(other)))
        }
        (kind, DeValue::String(words)) => accept_text(kind, words).map(|()| words.as_ref().into()),
        (_, other) => Err(format!("{} is not a text", shown(other))),
    }
}

fn accept_text(kind: Kind, words: &str) -> Result<(), String> {
    let chars = words.chars().count();
    let fits = match kind {
        Kind::Text { chars_min, chars_max } => {
            (chars_min..=chars_max).contains(&chars) && !words.chars().any(char::is_control)
        }
        Kind::Choice(choices) => choices.contains(&words),
        Kind::Region => chars == 6 && words.bytes().all(|c| c.is_ascii_digit()),
        Kind::Folder => (1..=1_000).contains(&chars),
        Kind::File => chars <= 1_000 && !words.chars().any(char::is_control),
        Kind::OfficeUrl => super::is_office_url(words),
        Kind::Whole { .. } | Kind::Decimal { .. } | Kind::Flag => false,
    };
    if fits { Ok(()) } else { Err(format!("{words:?} does not fit here")) }
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(words) => format!("{:?}", words.chars().take(40).collect::<String>()),
        DeValue::Integer(digits) => digits.as_str().to_owned(),
        DeValue::Float(digits) => digits.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date".into(),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

/// The known name with at most three letters wrong.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LETTERS_WRONG_MAX: usize = 3;
    known
        .map(|name| (distance(word, name), name))
        .filter(|(wrong, name)| *wrong <= LETTERS_WRONG_MAX && *wrong < name.len())
        .min()
        .map(|(_, name)| name)
}

/// Levenshtein distance; keys are short.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().take(80).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.chars().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}
