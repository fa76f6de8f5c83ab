//! Words for a control: its own label, the schema's title, or the property's name made readable; and i18n keys.
use super::path::decode;
use serde_json::Value;

/// `createLabelDescriptionFrom`: the label of a control without translations; empty when it is not shown.
pub fn control_label(label: Option<&Value>, scope: Option<&str>, schema: Option<&Value>) -> String {
    match label {
        Some(Value::Bool(false)) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(described)) => {
            if described.get("show") == Some(&Value::Bool(false)) {
                return String::new();
            }
            match described.get("text") {
                Some(Value::String(text)) => text.clone(),
                _ => derived(scope, schema),
            }
        }
        _ => derived(scope, schema),
    }
}

fn derived(scope: Option<&str>, schema: Option<&Value>) -> String {
    if let Some(title) = schema.and_then(|s| s.get("title")).and_then(Value::as_str) {
        return title.to_string();
    }
    let last = scope.map(|scope| decode(scope.rsplit('/').next().unwrap_or_default()));
    last.map(|name| start_case(&name)).unwrap_or_default()
}

/// `uischema.i18n | schema.i18n | property path without list indices | "root"`.
pub fn i18n_prefix(i18n: Option<&str>, schema: Option<&Value>, path: &str) -> String {
    let of_schema = || schema.and_then(|s| s.get("i18n")).and_then(Value::as_str);
    if let Some(prefix) = i18n.or_else(of_schema) {
        return prefix.to_string();
    }
    let is_index = |s: &&str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let names: Vec<&str> = path.split('.').filter(|s| !is_index(s)).collect();
    let joined = names.join(".");
    if joined.is_empty() { "root".to_string() } else { joined }
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Break,
    Digit,
    Lower,
    Upper,
    Misc,
    Other,
}

fn class(c: char) -> Class {
    match c as u32 {
        0x30..=0x39 => Class::Digit,
        0x61..=0x7a | 0xdf..=0xf6 | 0xf8..=0xff => Class::Lower,
        0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde => Class::Upper,
        0x00..=0xbf | 0xd7 | 0xf7 => Class::Break,
        0x2000..=0x206f | 0x1680 | 0x180e | 0x3000 | 0xfeff => Class::Break,
        0x2700..=0x27bf | 0x1_0000.. => Class::Other,
        _ => Class::Misc,
    }
}

/// lodash `startCase`: `idCardNo` -> `Id Card No`, `x1y2` -> `X 1 Y 2`, `家庭住址` stays.
pub fn start_case(name: &str) -> String {
    let plain: Vec<char> = deburr(name);
    let has_unicode_word = has_unicode_word(&plain);
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while at < plain.len() {
        let length = if has_unicode_word { word_length(&plain, at) } else { ascii_length(&plain, at) };
        if length > 0 {
            words.push(upper_first(&plain[at..at + length]));
        }
        at += length.max(1);
    }
    words.join(" ")
}

fn upper_first(word: &[char]) -> String {
    let mut chars = word.iter();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    first + &chars.collect::<String>()
}

fn has_unicode_word(chars: &[char]) -> bool {
    let odd = chars.iter().any(|c| !c.is_ascii_alphanumeric() && *c != ' ');
    let turns = chars.windows(2).any(|pair| {
        let (a, b) = (pair[0], pair[1]);
        (a.is_ascii_lowercase() && b.is_ascii_uppercase())
            || (a.is_ascii_digit() && b.is_ascii_alphabetic())
            || (a.is_ascii_alphabetic() && b.is_ascii_digit())
    });
    let acronym = chars
        .windows(3)
        .any(|t| t[0].is_ascii_uppercase() && t[1].is_ascii_uppercase() && t[2].is_ascii_lowercase());
    odd || turns || acronym
}

fn ascii_length(chars: &[char], at: usize) -> usize {
    chars[at..].iter().take_while(|c| **c != ' ').count()
}

/// Length of the word that starts at `at`, 0 if none does: the alternatives of lodash's `reUnicodeWord` in order.
fn word_length(chars: &[char], at: usize) -> usize {
    let class_at = |i: usize| chars.get(i).map(|c| class(*c));
    let run = |from: usize, wanted: &[Class]| {
        (from..).take_while(|i| class_at(*i).is_some_and(|c| wanted.contains(&c))).count()
    };
    let upper = usize::from(class_at(at) == Some(Class::Upper));
    let lower = run(at + upper, &[Class::Lower]);
    let after = class_at(at + upper + lower);
    if lower > 0 && matches!(after, None | Some(Class::Break | Class::Upper)) {
        return upper + lower;
    }
    let shouted = run(at, &[Class::Upper, Class::Misc]);
    let ends = |i: usize| match class_at(i) {
        None | Some(Class::Break) => true,
        Some(Class::Upper) => matches!(class_at(i + 1), Some(Class::Lower | Class::Misc)),
        _ => false,
    };
    if let Some(length) = (1..=shouted).rev().find(|length| ends(at + length)) {
        return length;
    }
    let mixed = run(at + upper, &[Class::Lower, Class::Misc]);
    if mixed > 0 {
        return upper + mixed;
    }
    if upper > 0 {
        return run(at, &[Class::Upper]);
    }
    let digits = run(at, &[Class::Digit]);
    if digits > 0 { digits + ordinal_length(chars, at, digits) } else { emoji_length(chars, at) }
}

/// A picture, a flag or several joined into one.
fn emoji_length(chars: &[char], at: usize) -> usize {
    let has = |i: usize, wanted: fn(u32) -> bool| chars.get(i).is_some_and(|c| wanted(*c as u32));
    let varied = |mut i: usize| {
        i += usize::from(has(i, |c| matches!(c, 0xfe0e | 0xfe0f)));
        i + usize::from(has(i, |c| matches!(c, 0x1_f3fb..=0x1_f3ff)))
    };
    let is_region: fn(u32) -> bool = |c| matches!(c, 0x1_f1e6..=0x1_f1ff);
    let width = |i: usize, plain: fn(u32) -> bool| match has(i, is_region) && has(i + 1, is_region) {
        true => 2,
        false => usize::from(has(i, plain) || has(i, |c| c >= 0x1_0000)),
    };
    let first = width(at, |c| matches!(c, 0x2700..=0x27bf));
    if first == 0 {
        return 0;
    }
    let mut end = varied(at + first);
    while has(end, |c| c == 0x200d) {
        let next = width(end + 1, |c| !matches!(c, 0xfe0e | 0xfe0f));
        if next == 0 {
            break;
        }
        end = varied(end + 1 + next);
    }
    end - at
}

/// `1st`, `22nd`, `3RD`, `11th` stay one word.
fn ordinal_length(chars: &[char], at: usize, digits: usize) -> usize {
    let suffix: String = chars.iter().skip(at + digits).take(2).collect();
    let last = chars[at + digits - 1];
    let fits = match suffix.to_ascii_lowercase().as_str() {
        "st" => last == '1',
        "nd" => last == '2',
        "rd" => last == '3',
        "th" => !matches!(last, '1' | '2' | '3'),
        _ => false,
    };
    let shouted = suffix.chars().all(|c| c.is_ascii_uppercase());
    let quiet = suffix.chars().all(|c| c.is_ascii_lowercase());
    let next = chars.get(at + digits + 2);
    let boundary = next.is_none_or(|c| !c.is_ascii_alphanumeric());
    let turn = next.is_some_and(|c| if shouted { c.is_ascii_lowercase() } else { c.is_ascii_uppercase() });
    if fits && (shouted || quiet) && (boundary || turn) { 2 } else { 0 }
}

/// Latin letters without their marks (lodash `deburr`), then no apostrophes.
fn deburr(name: &str) -> Vec<char> {
    let mut plain = Vec::with_capacity(name.len());
    for c in name.chars() {
        let bare = LATIN.iter().find(|(letters, _)| letters.contains(c)).map(|(_, bare)| *bare);
        match (c, bare) {
            ('\u{300}'..='\u{36f}' | '\u{fe20}'..='\u{fe2f}' | '\u{20d0}'..='\u{20ff}', _) => {}
            (_, Some(bare)) => plain.extend(bare.chars()),
            (c, None) => plain.push(c),
        }
    }
    plain.retain(|c| !matches!(c, '\'' | '\u{2019}'));
    plain
}

/// Latin-1 Supplement and Latin Extended-A, as lodash writes them.
const LATIN: [(&str, &str); 48] = [
    ("ÀÁÂÃÄÅĀĂĄ", "A"),
    ("Æ", "Ae"),
    ("ÇĆĈĊČ", "C"),
    ("ÈÉÊËĒĔĖĘĚ", "E"),
    ("ÌÍÎÏĨĪĬĮİ", "I"),
    ("ÐĎĐ", "D"),
    ("ÑŃŅŇŊ", "N"),
    ("ÒÓÔÕÖØŌŎŐ", "O"),
    ("ÙÚÛÜŨŪŬŮŰŲ", "U"),
    ("ÝŶŸ", "Y"),
    ("Þ", "Th"),
    ("ß", "ss"),
    ("àáâãäåāăą", "a"),
    ("æ", "ae"),
    ("çćĉċč", "c"),
    ("èéêëēĕėęě", "e"),
    ("ìíîïĩīĭįı", "i"),
    ("ðďđ", "d"),
    ("ñńņňŋ", "n"),
    ("òóôõöøōŏő", "o"),
    ("ùúûüũūŭůűų", "u"),
    ("ýÿŷ", "y"),
    ("þ", "th"),
    ("ĜĞĠĢ", "G"),
    ("ĝğġģ", "g"),
    ("ĤĦ", "H"),
    ("ĥħ", "h"),
    ("Ĳ", "IJ"),
    ("ĳ", "ij"),
    ("Ĵ", "J"),
    ("ĵ", "j"),
    ("Ķ", "K"),
    ("ķĸ", "k"),
    ("ĹĻĽĿŁ", "L"),
    ("ĺļľŀł", "l"),
    ("ŉ", "'n"),
    ("Œ", "Oe"),
    ("œ", "oe"),
    ("ŔŖŘ", "R"),
    ("ŕŗř", "r"),
    ("ŚŜŞŠ", "S"),
    ("śŝşšſ", "s"),
    ("ŢŤŦ", "T"),
    ("ţťŧ", "t"),
    ("Ŵ", "W"),
    ("ŵ", "w"),
    ("ŹŻŽ", "Z"),
    ("źżž", "z"),
];
