//! In which order the candidates stand: what uses all keys first, then ever shorter beginnings.

use super::{
    Candidate, Lexicon,
    dictionary::Dictionary,
    lattice::{Lattice, Match, Source, Stands},
    people::{NameMatch, People},
    spelling::Spelling,
};

/// Words of more than one character offered per number of keys used.
const BEGINNINGS_MAX: usize = 12;
const CANDIDATES_MAX: usize = 200;
/// Sentences of several words offered.
const SENTENCES_MAX: usize = 3;
/// Whole names offered before anything else.
const NAMES_MAX: usize = 40;

/// A place among ordinary words, and an ordinary word among places.
const PLACE_IN_TEXT: f32 = -5.0;
const WORD_IN_PLACE: f32 = -5.0;
/// Somebody well known among ordinary words.
const NAME_IN_TEXT: f32 = -6.0;

/// A suffix among ordinary words.
const SUFFIX: f32 = -1.5;

pub fn texts(spelling: &Spelling, lexicon: &Lexicon) -> Vec<Candidate> {
    let dictionary = Dictionary::shared();
    let sources = [
        Source { trie: &dictionary.words, offset: 0.0, stands: Stands::Anywhere },
        Source { trie: lexicon.trie(), offset: 0.0, stands: Stands::Anywhere },
        Source { trie: lexicon.places(), offset: PLACE_IN_TEXT, stands: Stands::Anywhere },
        Source { trie: &dictionary.places, offset: PLACE_IN_TEXT, stands: Stands::Anywhere },
        Source { trie: &dictionary.names, offset: NAME_IN_TEXT, stands: Stands::Alone },
        Source { trie: &dictionary.suffixes, offset: SUFFIX, stands: Stands::After },
    ];
    listed(&Lattice::new(spelling, &sources), spelling)
}

pub fn places(spelling: &Spelling, lexicon: &Lexicon) -> Vec<Candidate> {
    let dictionary = Dictionary::shared();
    let sources = [
        Source { trie: lexicon.places(), offset: 0.0, stands: Stands::Anywhere },
        Source { trie: &dictionary.places, offset: 0.0, stands: Stands::Anywhere },
        Source { trie: lexicon.trie(), offset: WORD_IN_PLACE / 2.0, stands: Stands::Anywhere },
        Source { trie: &dictionary.words, offset: WORD_IN_PLACE, stands: Stands::Anywhere },
    ];
    listed(&Lattice::new(spelling, &sources), spelling)
}

pub fn names(spelling: &Spelling, lexicon: &Lexicon) -> Vec<Candidate> {
    let people = People::new(spelling);
    let mut list = List::default();
    let (names, surnames) = (people.names(), people.surnames());
    if names.is_empty() {
        list.append(texts(spelling, lexicon)); // a name of another pattern: 买买提, or only begun
    }
    let likelier = |surname: &&NameMatch| names.first().is_none_or(|name| name.score < surname.score);
    for surname in surnames.iter().filter(|surname| surname.end == spelling.len()).filter(likelier) {
        list.add(surname.text.clone(), surname.end);
    }
    for name in names.into_iter().take(NAMES_MAX) {
        list.add(name.text, name.end);
    }
    for surname in surnames {
        list.add(surname.text, surname.end);
    }
    list.append(texts(spelling, lexicon));
    list.candidates
}

/// What may follow a surname already chosen.
pub fn given_names(spelling: &Spelling, lexicon: &Lexicon) -> Vec<Candidate> {
    let people = People::new(spelling);
    let mut list = List::default();
    for name in people.given(0).into_iter().take(NAMES_MAX) {
        list.add(name.text, name.end);
    }
    for character in people.characters(0) {
        list.add(character.text, character.end);
    }
    list.append(texts(spelling, lexicon));
    list.candidates
}

fn listed(lattice: &Lattice, spelling: &Spelling) -> Vec<Candidate> {
    let len = spelling.len();
    let mut list = List::default();
    for sentence in lattice.sentences().iter().take(SENTENCES_MAX) {
        if sentence.words == 1 || list.candidates.is_empty() {
            list.add(sentence.text.clone(), len);
        }
    }
    let whole = |found: &&Match| usize::from(found.end) == len;
    for found in lattice.first().iter().filter(whole).take(CANDIDATES_MAX) {
        list.add(lattice.text(found), len);
    }
    for sentence in lattice.sentences().iter().take(SENTENCES_MAX) {
        list.add(sentence.text.clone(), len);
    }
    let (mut last_end, mut offered) = (0, 0);
    for found in lattice.first().iter().filter(|found| usize::from(found.end) < len) {
        if list.is_full() {
            break;
        }
        offered = if found.end == last_end { offered + 1 } else { 0 };
        last_end = found.end;
        if offered < BEGINNINGS_MAX || found.syllables == 1 {
            list.add(lattice.text(found), usize::from(found.end));
        }
    }
    list.candidates
}

#[derive(Default)]
struct List {
    candidates: Vec<Candidate>,
}

impl List {
    fn add(&mut self, text: String, keys: usize) {
        let known = |other: &Candidate| other.text == text && other.keys == keys;
        if !self.is_full() && !self.candidates.iter().any(known) {
            self.candidates.push(Candidate { text, keys });
        }
    }

    fn is_full(&self) -> bool {
        self.candidates.len() >= CANDIDATES_MAX
    }

    fn append(&mut self, others: Vec<Candidate>) {
        others.into_iter().for_each(|other| self.add(other.text, other.keys));
    }
}
