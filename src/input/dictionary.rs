//! The embedded dictionary: syllables, words, places, and what people are called.

use std::sync::LazyLock;

use super::trie::{ROOT, Trie, take, take_u32};

static BYTES: &[u8] = include_bytes!("../../assets/input/pinyin.dict");

/// Layout version that make_dictionary.py writes.
const VERSION: [u8; 2] = [1, 0];

#[derive(Debug, thiserror::Error)]
pub enum DictionaryError {
    #[error(
        "the keyboard's dictionary is cut short or of another version: run assets/input/make_dictionary.py again"
    )]
    Torn,
}

/// All tables; probabilities are relative to their own table.
pub struct Dictionary {
    syllables: Vec<&'static str>,
    pub words: Trie,
    pub places: Trie,
    /// Whole names of well-known people.
    pub names: Trie,
    pub surnames: Trie,
    /// Characters of one-character given names, of the first and of the second place of two.
    pub given_alone: Trie,
    pub given_first: Trie,
    pub given_second: Trie,
    pub given_pairs: Trie,
    /// Characters that turn a word into a longer one.
    pub suffixes: Trie,
}

static SHARED: LazyLock<Dictionary> = LazyLock::new(|| {
    Dictionary::parse(BYTES).expect("the dictionary is compiled in and a test reads it, so it is never torn")
});

impl Dictionary {
    /// The one dictionary of the program; read on first use.
    pub fn shared() -> &'static Dictionary {
        &SHARED
    }

    fn parse(bytes: &'static [u8]) -> Result<Dictionary, DictionaryError> {
        let mut rest = bytes;
        if take(&mut rest, 4)? != b"JJPY" || take(&mut rest, 2)? != VERSION {
            return Err(DictionaryError::Torn);
        }
        take(&mut rest, 2)?;
        let table_len = take_u32(&mut rest)? as usize;
        let syllables = syllable_table(take(&mut rest, table_len)?)?;
        let mut table = || {
            let len = take_u32(&mut rest)? as usize;
            Trie::parse(take(&mut rest, len)?)
        };
        Ok(Dictionary {
            syllables,
            words: table()?,
            places: table()?,
            names: table()?,
            surnames: table()?,
            given_alone: table()?,
            given_first: table()?,
            given_second: table()?,
            given_pairs: table()?,
            suffixes: table()?,
        })
    }

    /// All syllables in alphabetical order; a syllable's number is its place here.
    pub fn syllables(&self) -> &[&'static str] {
        &self.syllables
    }

    /// How a text may be read: every character by every reading that is not rare, at most `limit` combinations.
    pub fn readings(&self, text: &str, limit: usize) -> Vec<Vec<u16>> {
        let mut all: Vec<Vec<u16>> = vec![Vec::new()];
        for character in text.chars() {
            let ways = self.character_readings(character);
            if ways.is_empty() {
                return Vec::new();
            }
            let room = (limit / all.len()).max(1);
            all = all
                .iter()
                .flat_map(|head| ways.iter().take(room).map(move |way| [head.as_slice(), &[*way]].concat()))
                .collect();
        }
        all
    }

    /// How common a word with this reading is, if the dictionary has it.
    pub fn score(&self, text: &str, reading: &[u16]) -> Option<f32> {
        let node = reading.iter().try_fold(ROOT, |node, syllable| self.words.child(node, *syllable))?;
        self.words.words(node).find(|word| self.words.text(*word) == text).map(|word| self.words.score(word))
    }

    /// Readings of a character that are not rare, commonest first.
    pub fn character_readings(&self, character: char) -> &'static [u16] {
        READINGS.binary_search_by_key(&character, |(c, _)| *c).map_or(&[], |at| &READINGS[at].1)
    }

    fn invert(&self) -> Vec<(char, Vec<u16>)> {
        let mut scored: Vec<(char, f32, u16)> = Vec::new();
        for (syllable, node) in self.words.children(ROOT) {
            for word in self.words.words(node) {
                let character = self.words.text(word).chars().next().unwrap_or_default();
                scored.push((character, self.words.score(word), syllable));
            }
        }
        scored.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let mut inverted: Vec<(char, Vec<u16>)> = Vec::new();
        for (character, score, syllable) in scored {
            match inverted.last_mut() {
                Some((last, ways)) if *last == character => {
                    if score > RARE_READING {
                        ways.push(syllable);
                    }
                }
                _ => inverted.push((character, vec![syllable])),
            }
        }
        inverted
    }
}

/// A second reading less common than this is left out of titles.
const RARE_READING: f32 = -13.0;

static READINGS: LazyLock<Vec<(char, Vec<u16>)>> = LazyLock::new(|| Dictionary::shared().invert());

fn syllable_table(mut bytes: &'static [u8]) -> Result<Vec<&'static str>, DictionaryError> {
    let mut syllables = Vec::new();
    while !bytes.is_empty() {
        let len = usize::from(take(&mut bytes, 1)?[0]);
        syllables.push(std::str::from_utf8(take(&mut bytes, len)?).map_err(|_| DictionaryError::Torn)?);
    }
    Ok(syllables)
}
