//! Words of this site that no general dictionary knows: the catalogue's titles and synonyms, its streets and estates.

use super::{dictionary::Dictionary, trie::Trie};
use std::collections::BTreeSet;

/// How likely one of our own titles is, as a natural logarithm: about as common as an everyday word.
const TITLE_SCORE: f32 = -9.5;
/// How likely a dictionary word is at least that stands inside a title, and by how much likelier than elsewhere.
const INSIDE_SCORE: f32 = -9.0;
const INSIDE_GAIN: f32 = 1.2;
const INSIDE_CHARS_MAX: usize = 4;
/// Readings tried for a title with characters that have several.
const READINGS_MAX: usize = 8;
/// Longest run of characters taken as one word.
const TITLE_CHARS_MAX: usize = 32;

/// How likely a street of this site is among places: nobody means its namesake elsewhere.
const STREET_SCORE: f32 = -5.0;
/// What a street's or a community's name ends in; people type the name without it as often.
const STREET_ENDINGS: [&str; 9] =
    ["街道办事处", "社区居委会", "居委会", "村委会", "街道", "社区", "镇", "乡", "村"];

/// Extra words in front of the dictionary; made once, shared by every visit.
pub struct Lexicon {
    trie: Trie,
    /// Streets and communities, for questions that ask for a place.
    places: Trie,
}

impl Default for Lexicon {
    fn default() -> Lexicon {
        Lexicon::new(std::iter::empty::<&str>())
    }
}

impl Lexicon {
    /// Takes titles as they are; brackets and punctuation only divide them.
    pub fn new<T: AsRef<str>>(titles: impl IntoIterator<Item = T>) -> Lexicon {
        let dictionary = Dictionary::shared();
        let mut entries = Vec::new();
        for title in titles {
            for part in title.as_ref().split(|c: char| !is_ideograph(c)) {
                let chars = part.chars().count();
                if !(2..=TITLE_CHARS_MAX).contains(&chars) {
                    continue;
                }
                for reading in dictionary.readings(part, READINGS_MAX) {
                    entries.extend(words_inside(dictionary, part, &reading));
                    entries.push((reading, part.to_owned(), TITLE_SCORE));
                }
            }
        }
        entries.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)).then(b.2.total_cmp(&a.2)));
        entries.dedup_by(|a, b| a.0 == b.0 && a.1 == b.1);
        Lexicon { trie: Trie::build(entries), places: Trie::build([]) }
    }

    /// The same with the site's own streets and communities.
    pub fn with_places<T: AsRef<str>>(self, names: impl IntoIterator<Item = T>) -> Lexicon {
        let dictionary = Dictionary::shared();
        let mut words = BTreeSet::new();
        for name in names {
            let name = name.as_ref();
            let stem = STREET_ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
            let parts = [Some(name), stem].into_iter().flatten();
            let fits = |part: &&str| {
                (2..=TITLE_CHARS_MAX).contains(&part.chars().count()) && part.chars().all(is_ideograph)
            };
            for part in parts.filter(fits) {
                let readings = dictionary.readings(part, READINGS_MAX).into_iter();
                words.extend(readings.map(|reading| (reading, part.to_owned())));
            }
        }
        let entries = words.into_iter().map(|(reading, word)| (reading, word, STREET_SCORE));
        Lexicon { places: Trie::build(entries), ..self }
    }

    pub(super) fn places(&self) -> &Trie {
        &self.places
    }

    pub(super) fn trie(&self) -> &Trie {
        &self.trie
    }
}

/// The dictionary's words inside a title: at this counter they are commoner than their homophones.
fn words_inside(dictionary: &Dictionary, title: &str, reading: &[u16]) -> Vec<(Vec<u16>, String, f32)> {
    let chars: Vec<char> = title.chars().collect();
    let mut words = Vec::new();
    for from in 0..chars.len() {
        for to in from + 2..=chars.len().min(from + INSIDE_CHARS_MAX) {
            let word: String = chars[from..to].iter().collect();
            if let Some(score) = dictionary.score(&word, &reading[from..to]) {
                words.push((reading[from..to].to_vec(), word, INSIDE_SCORE.max(score + INSIDE_GAIN)));
            }
        }
    }
    words
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{3007}')
}
