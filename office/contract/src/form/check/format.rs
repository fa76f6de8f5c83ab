//! Formats: those of JSON Schema as JSON Forms checks them, and those of Chinese papers and numbers.
mod ajv;
mod chinese;

use super::Pattern;
use crate::form::limits::PATTERN_CHARS_MAX;
use std::sync::{Arc, OnceLock};

/// Longest answer of the format `regex`.
const REGEX_BYTES_MAX: usize = 4 * PATTERN_CHARS_MAX;

/// How a named format is tested; unknown names accept everything, as the standard says.
#[derive(Debug, Clone)]
pub struct FormatCheck(Way);

#[derive(Debug, Clone)]
enum Way {
    Anything,
    Function(fn(&str) -> bool),
    Expression(Arc<Pattern>, ajv::Case),
    WholeNumber { bits: u32 },
}

impl FormatCheck {
    pub fn named(name: &str) -> FormatCheck {
        let function: Option<fn(&str) -> bool> = match name {
            "date" => Some(is_date),
            "time" => Some(is_time),
            "date-time" => Some(is_date_time),
            "byte" => Some(|text| text.split(ends_line).any(is_base64)),
            "regex" => Some(is_regex),
            "id-card" => Some(chinese::is_id_card),
            "mobile-cn" => Some(chinese::is_mobile),
            "landline-cn" => Some(chinese::is_landline),
            "uscc" => Some(chinese::is_credit_code),
            "bank-card" => Some(chinese::is_bank_card),
            "plate" => Some(chinese::is_plate),
            "postal-code" => Some(chinese::is_postal_code),
            _ => None,
        };
        if let Some(function) = function {
            return FormatCheck(Way::Function(function));
        }
        FormatCheck(match name {
            "int32" => Way::WholeNumber { bits: 32 },
            "int64" => Way::WholeNumber { bits: 64 },
            _ => expression(name).unwrap_or(Way::Anything),
        })
    }

    pub fn accepts(&self, text: &str) -> bool {
        match &self.0 {
            Way::Function(accepts) => accepts(text),
            Way::Expression(pattern, ajv::Case::Exact) => pattern.matches(text),
            Way::Expression(pattern, ajv::Case::Folded) => pattern.matches(&text.to_ascii_lowercase()),
            _ => true,
        }
    }

    pub fn accepts_number(&self, number: f64) -> bool {
        match self.0 {
            Way::WholeNumber { bits: 32 } => {
                number.fract() == 0.0 && number.abs() <= 2_147_483_648.0 && number < 2_147_483_648.0
            }
            Way::WholeNumber { .. } => number.fract() == 0.0,
            _ => true,
        }
    }
}

/// Formats of numbers; every other format looks at strings only.
pub(super) fn is_number_format(name: &str) -> bool {
    matches!(name, "int32" | "int64" | "float" | "double")
}

/// Compiled once for all forms: the longer expressions take milliseconds.
fn expression(name: &str) -> Option<Way> {
    static COMPILED: [OnceLock<Arc<Pattern>>; ajv::TABLE.len()] =
        [const { OnceLock::new() }; ajv::TABLE.len()];
    let index = ajv::TABLE.iter().position(|(known, ..)| *known == name)?;
    let compiled = COMPILED[index].get_or_init(|| Arc::new(Pattern::new(ajv::TABLE[index].1)));
    Some(Way::Expression(compiled.clone(), ajv::TABLE[index].2))
}

fn number(text: &str, digits: usize) -> Option<u32> {
    let plain = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

pub(super) fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// `23:08:00`, with or without a fraction and a time zone.
fn is_time(text: &str) -> bool {
    let Some((clock, rest)) = text.split_at_checked(8) else { return false };
    let mut parts = clock.split(':').map(|part| number(part, 2));
    let (Some(Some(hour)), Some(Some(minute)), Some(Some(second)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let in_day = hour <= 23 && minute <= 59 && second <= 59;
    let leap_second = (hour, minute, second) == (23, 59, 60);
    (in_day || leap_second) && is_zone(without_fraction(rest))
}

fn without_fraction(rest: &str) -> &str {
    let Some(fraction) = rest.strip_prefix('.') else { return rest };
    let after = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    if after.len() == fraction.len() { rest } else { after }
}

fn is_zone(zone: &str) -> bool {
    if zone.is_empty() || zone.eq_ignore_ascii_case("z") {
        return true;
    }
    let Some(offset) = zone.strip_prefix(['+', '-']) else { return false };
    let digits: String = match offset.split_once(':') {
        Some((hours, minutes)) if hours.len() == 2 && minutes.len() == 2 => format!("{hours}{minutes}"),
        Some(_) => return false,
        None => offset.to_string(),
    };
    matches!(digits.len(), 2 | 4) && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_date_time(text: &str) -> bool {
    let mut parts = text.split(|c: char| matches!(c, 't' | 'T') || is_js_space(c));
    match (parts.next(), parts.next(), parts.next()) {
        (Some(day), Some(clock), None) => is_date(day) && is_time(clock),
        _ => false,
    }
}

/// A longer expression than a schema may hold is not compiled: that alone could take half a minute.
fn is_regex(text: &str) -> bool {
    text.len() <= REGEX_BYTES_MAX && super::pattern_compiles(text)
}

/// JavaScript's `\s`.
fn is_js_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

/// What ends a line in JavaScript: the expression of `byte` has the flag `m`, so one good line is enough.
fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let alphabet = body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/');
    alphabet && padding <= 2 && text.len().is_multiple_of(4)
}
