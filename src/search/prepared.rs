//! An entry made ready: its parts in order of weight, and a filter that tells quickly what cannot match.

use super::{QUERY_CHARS_MAX, SearchEntry};
use crate::input;

/// Which letters may follow one another: one bit for each of 26 × 26 pairs.
const PAIR_WORDS: usize = 11;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Title,
    Keyword,
    Event,
    Department,
}

impl Kind {
    pub fn weight(self) -> u32 {
        match self {
            Kind::Title => 3,
            Kind::Keyword => 2,
            Kind::Event => 1,
            Kind::Department => 0,
        }
    }
}

pub struct Part {
    pub kind: Kind,
    pub text: String,
    pub latin: bool,
    /// The filter again for this part alone, folded to one word.
    pairs: u128,
}

impl Part {
    /// False only if the part cannot match.
    pub fn may_match(&self, typed: &Typed) -> bool {
        self.pairs & typed.folded == typed.folded
    }
}

pub struct Prepared {
    pub id: String,
    pub popularity: u32,
    /// The title comes first.
    pub parts: Vec<Part>,
    /// Letters of title and keywords by each character's commonest reading, parts divided by a zero.
    pub spelt: Vec<u8>,
    /// Characters of title and keywords, parts divided by a zero.
    pub characters: Vec<char>,
    pairs: [u64; PAIR_WORDS],
    present: u128,
    /// Letters a part may begin with, and the characters parts begin with.
    first_letters: u32,
    first_present: u128,
}

/// A query brought into the form that everything is compared with.
pub struct Typed {
    /// Lower case, no spaces, ü as v: the matcher folds none of these itself.
    pub text: String,
    pub len: usize,
    pub letters_only: bool,
    pub characters_only: bool,
    pairs: Vec<usize>,
    folded: u128,
    present: u128,
    first: char,
}

impl Typed {
    pub fn new(query: &str) -> Typed {
        let kept = query.chars().filter(|c| !c.is_whitespace() && *c != '\'').flat_map(char::to_lowercase);
        let text: String = kept.map(narrow).take(QUERY_CHARS_MAX).collect();
        let chars: Vec<char> = text.chars().collect();
        let pairs: Vec<usize> = chars.windows(2).filter_map(|pair| pair_number(pair[0], pair[1])).collect();
        let folded = pairs.iter().fold(0, |bits, pair| bits | fold(*pair));
        let present = chars.iter().filter(|c| !c.is_ascii()).fold(0, |bits, c| bits | bit(*c));
        let characters_only = !text.is_ascii() && chars.iter().all(|c| !c.is_ascii());
        let letters_only = chars.iter().all(char::is_ascii_alphabetic);
        let first = chars.first().copied().unwrap_or_default();
        Typed { len: chars.len(), text, letters_only, characters_only, pairs, folded, present, first }
    }
}

/// Full-width letters and digits as their narrow selves, brackets as Chinese titles write them, ü as v.
fn narrow(c: char) -> char {
    match c {
        'ü' => 'v',
        '(' => '（',
        ')' => '）',
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => {
            char::from_u32(c as u32 - 0xfee0).unwrap_or(c).to_ascii_lowercase()
        }
        _ => c,
    }
}

impl Prepared {
    pub fn new(entry: SearchEntry) -> Prepared {
        let mut parts = vec![part(Kind::Title, &entry.title_zh)];
        let latin = part(Kind::Title, &compact(&entry.title_en));
        parts.extend((!latin.text.is_empty()).then_some(latin));
        parts.extend(entry.keywords.iter().map(|word| part(Kind::Keyword, word)));
        parts.extend(entry.events.iter().map(|event| part(Kind::Event, event)));
        parts.push(part(Kind::Department, &entry.department));
        let mut prepared = Prepared {
            id: entry.id,
            popularity: entry.popularity,
            parts: Vec::new(),
            spelt: Vec::new(),
            characters: Vec::new(),
            pairs: [0; PAIR_WORDS],
            present: 0,
            first_letters: 0,
            first_present: 0,
        };
        for part in &mut parts {
            let before = std::mem::take(&mut prepared.pairs);
            prepared.take_in(part);
            part.pairs = folded(&prepared.pairs);
            prepared.pairs.iter_mut().zip(before).for_each(|(word, other)| *word |= other);
        }
        prepared.parts = parts;
        prepared
    }

    pub fn title(&self) -> &str {
        &self.parts[0].text
    }

    /// False only if no part can match.
    pub fn may_match(&self, typed: &Typed) -> bool {
        self.present & typed.present == typed.present && self.has_pairs(&typed.pairs)
    }

    /// False only if no part has the character.
    pub fn may_have(&self, character: char) -> bool {
        self.present & bit(character) != 0
    }

    /// Whether letters may follow one another as in all these pairs.
    pub fn has_pairs(&self, pairs: &[usize]) -> bool {
        pairs.iter().all(|pair| self.pairs[pair / 64] >> (pair % 64) & 1 == 1)
    }

    /// Whether the query may stand at the beginning of a part.
    pub fn may_begin(&self, typed: &Typed) -> bool {
        match letter_number(typed.first) {
            Some(letter) => self.first_letters >> letter & 1 == 1,
            None => self.first_present & bit(typed.first) != 0,
        }
    }

    fn take_in(&mut self, part: &Part) {
        let spelt_too = matches!(part.kind, Kind::Title | Kind::Keyword) && !part.latin;
        let mut before: Vec<String> = Vec::new();
        for (place, character) in part.text.chars().flat_map(char::to_lowercase).enumerate() {
            let readings = readings(character);
            self.present |= bit(character);
            if place == 0 {
                self.first_present |= bit(character);
                let letters = readings.iter().filter_map(|r| letter_number(r.chars().next()?));
                self.first_letters |= letters.fold(0, |bits, letter| bits | 1 << letter);
            }
            self.join(&before, &readings);
            if spelt_too {
                self.characters.push(character);
                self.spelt.extend(readings.first().map_or(&[][..], |reading| reading.as_bytes()));
            }
            if readings.is_empty() && !character.is_ascii() && character.is_alphabetic() {
                self.pairs = [u64::MAX; PAIR_WORDS]; // unknown to us, perhaps not to the matcher
            }
            before = readings;
        }
        self.characters.push('\0');
        self.spelt.push(0);
    }

    /// Pairs inside the readings of a character, and from whole or first letter of the one before into it.
    fn join(&mut self, before: &[String], readings: &[String]) {
        for reading in readings {
            let letters: Vec<char> = reading.chars().collect();
            letters.windows(2).for_each(|pair| self.add_pair(pair[0], pair[1]));
            for last in before {
                let (head, tail) = (last.chars().next(), last.chars().last());
                head.into_iter().chain(tail).for_each(|end| self.add_pair(end, letters[0]));
            }
        }
    }

    fn add_pair(&mut self, a: char, b: char) {
        if let Some(pair) = pair_number(a, b) {
            self.pairs[pair / 64] |= 1 << (pair % 64);
        }
    }
}

fn part(kind: Kind, text: &str) -> Part {
    Part { kind, text: text.to_owned(), latin: text.is_ascii(), pairs: 0 }
}

fn compact(text: &str) -> String {
    text.split_whitespace().collect::<String>().to_lowercase()
}

/// How a character is typed: its readings, or itself.
fn readings(character: char) -> Vec<String> {
    if character.is_ascii_alphanumeric() {
        return vec![character.to_string()];
    }
    input::readings(character).into_iter().map(str::to_owned).collect()
}

fn letter_number(c: char) -> Option<usize> {
    c.is_ascii_lowercase().then(|| c as usize - 'a' as usize)
}

/// The number of a pair of letters in the filter.
pub fn pair_number(a: char, b: char) -> Option<usize> {
    Some(letter_number(a)? * 26 + letter_number(b)?)
}

fn fold(pair: usize) -> u128 {
    1 << (pair % 127)
}

fn folded(pairs: &[u64; PAIR_WORDS]) -> u128 {
    let set = (0..PAIR_WORDS * 64).filter(|pair| pairs[pair / 64] >> (pair % 64) & 1 == 1);
    set.fold(0, |bits, pair| bits | fold(pair))
}

fn bit(c: char) -> u128 {
    1 << ((c as u32).wrapping_mul(0x9E37_79B1) >> 25)
}
