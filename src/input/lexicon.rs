//! Words of this site that no general dictionary knows: the catalogue's titles and synonyms, its streets and estates.

use super::{dictionary::Dictionary, trie::Trie};

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

/// Extra words in front of the dictionary; made once, shared by every visit.
pub struct Lexicon {
    trie: Trie,
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
        Lexicon { trie: Trie::build(entries) }
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
