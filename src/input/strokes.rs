//! Characters by their strokes or their code point: the way to a rare character that no pinyin table knows.

use std::sync::LazyLock;

use super::{
    dictionary::{Dictionary, DictionaryError},
    trie::{ROOT, take, take_u32},
};

static BYTES: &[u8] = include_bytes!("../../assets/input/strokes.dict");

/// Entries between two restarts, at which a stroke order stands whole.
const BLOCK: usize = 64;
/// Strokes looked at; longer orders are told apart long before.
pub const STROKES_MAX: usize = 32;
/// Characters found by one lookup.
const FOUND_MAX: usize = 200;

/// The five kinds of stroke, in the order of the keys 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stroke {
    Horizontal,
    Vertical,
    LeftFalling,
    Dot,
    Turning,
}

impl Stroke {
    /// By key (1 to 5), by the letters of the stroke schemes (h s p n z), or by the stroke drawn on the key.
    pub fn of_key(key: char) -> Option<Stroke> {
        Some(match key {
            '1' | 'h' | '一' => Stroke::Horizontal,
            '2' | 's' | '丨' => Stroke::Vertical,
            '3' | 'p' | '丿' => Stroke::LeftFalling,
            '4' | 'n' | '丶' => Stroke::Dot,
            '5' | 'z' | '乛' | '乙' => Stroke::Turning,
            _ => return None,
        })
    }

    /// As drawn on its key.
    pub fn sign(self) -> char {
        match self {
            Stroke::Horizontal => '一',
            Stroke::Vertical => '丨',
            Stroke::LeftFalling => '丿',
            Stroke::Dot => '丶',
            Stroke::Turning => '乛',
        }
    }
}

struct Table {
    starts: Vec<u32>,
    body: &'static [u8],
    entries: usize,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::parse(BYTES).expect("the stroke table is compiled in and a test reads it"));

/// Stroke orders of the characters that have a reading, most common first.
static COMMON: LazyLock<Vec<(char, Vec<u8>)>> = LazyLock::new(|| {
    let scores = character_scores();
    let mut common: Vec<(f32, char, Vec<u8>)> = Vec::new();
    TABLE.each_beginning_with(&[], |code, character| {
        if let Ok(at) = scores.binary_search_by_key(&character, |(c, _)| *c) {
            common.push((-scores[at].1, character, code.to_vec()));
        }
    });
    common.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    common.into_iter().map(|(_, character, code)| (character, code)).collect()
});

/// Every character with each of its stroke orders.
pub(super) fn each_character(each: impl FnMut(&[u8], char)) {
    TABLE.each_beginning_with(&[], each);
}

/// Lower for what is more common; characters without a reading come last.
pub(super) fn rank(character: char) -> i32 {
    static RANKS: LazyLock<Vec<(char, i32)>> = LazyLock::new(|| {
        let mut ranks: Vec<(char, i32)> = COMMON.iter().map(|(c, _)| *c).zip(0..).collect();
        ranks.sort_unstable();
        ranks
    });
    RANKS.binary_search_by_key(&character, |(c, _)| *c).map_or(i32::MAX, |at| RANKS[at].1)
}

fn character_scores() -> Vec<(char, f32)> {
    let words = &Dictionary::shared().words;
    let nodes = words.children(ROOT).flat_map(|(_, node)| words.words(node));
    let mut scores: Vec<(char, f32)> =
        nodes.filter_map(|word| Some((words.text(word).chars().next()?, words.score(word)))).collect();
    scores.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    scores.dedup_by_key(|(character, _)| *character);
    scores
}

/// Characters whose stroke order begins with these strokes: complete ones first, then the most common, then those
/// without a known reading, shortest first. `None` is a stroke that may be any.
pub fn characters_by_strokes(strokes: &[Option<Stroke>]) -> Vec<char> {
    let wanted: Vec<Option<u8>> =
        strokes.iter().take(STROKES_MAX).map(|stroke| stroke.map(|stroke| stroke as u8)).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let fits = |code: &[u8]| {
        code.len() >= wanted.len()
            && code.iter().zip(&wanted).all(|(found, wanted)| wanted.is_none_or(|wanted| wanted == *found))
    };
    let sure: Vec<u8> = wanted.iter().map_while(|stroke| *stroke).collect();
    let common = COMMON.iter().filter(|(_, code)| fits(code)).take(FOUND_MAX);
    let mut found: Vec<(usize, char)> = common.map(|(c, code)| (code.len() - wanted.len(), *c)).collect();
    found.sort_by_key(|(missing, _)| *missing > 0);
    if found.len() < FOUND_MAX {
        let mut rare: Vec<(usize, char)> = Vec::new();
        TABLE.each_beginning_with(&sure, |code, character| {
            if fits(code) {
                rare.push((code.len() - wanted.len(), character));
            }
        });
        rare.sort_unstable();
        found.extend(rare.iter().take(FOUND_MAX * 2));
        found.sort_by_key(|(missing, _)| *missing > 0);
    }
    let mut characters: Vec<char> = Vec::new();
    for (_, character) in found {
        if characters.len() < FOUND_MAX && !characters.contains(&character) {
            characters.push(character);
        }
    }
    characters
}

/// `U+3106C`, `3106c` and the like; only characters that may stand in a name.
pub fn character_by_code_point(typed: &str) -> Option<char> {
    let digits = typed.trim().trim_start_matches(['U', 'u', '+']);
    let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    matches!(character, '\u{00B7}' | '\u{3007}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
        .then_some(character)
}

impl Table {
    fn parse(bytes: &'static [u8]) -> Result<Table, DictionaryError> {
        let mut rest = bytes;
        if take(&mut rest, 8)? != b"JJST\x01\x00\x40\x00" {
            return Err(DictionaryError::Torn);
        }
        let blocks = take_u32(&mut rest)?;
        let entries = take_u32(&mut rest)? as usize;
        let starts: Result<Vec<u32>, _> = (0..blocks).map(|_| take_u32(&mut rest)).collect();
        Ok(Table { starts: starts?, body: rest, entries })
    }

    fn each_beginning_with(&self, wanted: &[u8], mut each: impl FnMut(&[u8], char)) {
        let block = self
            .starts
            .partition_point(|start| self.whole_code(*start).as_slice() < wanted)
            .saturating_sub(1);
        let mut rest = &self.body[self.starts[block] as usize..];
        let mut code = Vec::new();
        let mut number = block * BLOCK;
        while let Some(character) = next_entry(&mut rest, &mut code).filter(|_| number < self.entries) {
            number += 1;
            if code.starts_with(wanted) {
                each(&code, character);
            } else if code.as_slice() > wanted {
                return;
            }
        }
    }

    fn whole_code(&self, start: u32) -> Vec<u8> {
        let mut code = Vec::new();
        next_entry(&mut &self.body[start as usize..], &mut code);
        code
    }
}

/// Reads one front-coded entry: strokes kept from the last, strokes added (two to a byte, base 5), the character.
fn next_entry(rest: &mut &[u8], code: &mut Vec<u8>) -> Option<char> {
    let head = take(rest, 2).ok()?;
    let (same, added) = (usize::from(head[0]), usize::from(head[1]));
    code.truncate(same);
    for pair in take(rest, added.div_ceil(2)).ok()? {
        code.extend([pair / 5, pair % 5]);
    }
    code.truncate(same + added);
    let number = take(rest, 3).ok()?;
    char::from_u32(u32::from_le_bytes([number[0], number[1], number[2], 0]))
}
