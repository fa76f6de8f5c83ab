//! What people are called: surname first, then one or two given-name characters, each with its own frequencies.
//!
//! Sentence statistics say nothing about names, which is why general engines fail at them: 伟 is rare in prose and the
//! commonest given name there is. Here a name's probability is surname × given name, where a given name of two is
//! either a pair people are known to choose, a doubled character, or two characters each common in its place.

use std::collections::HashMap;

use super::{
    dictionary::Dictionary,
    spelling::Spelling,
    trie::{Node, ROOT, Trie},
};

/// A name, or the beginning of one, with the keys it uses.
#[derive(Clone, Debug, PartialEq)]
pub struct NameMatch {
    pub text: String,
    pub end: usize,
    pub score: f32,
}

/// Readings of a part of a name that are followed further.
const PARTS_MAX: usize = 24;
const GIVEN_MAX: usize = 48;
/// Entries of one table kept for one stretch of keys.
const ENTRIES_MAX: usize = 160;
/// Shares of how two-character given names come about.
const PAIR_SHARE: f32 = 0.45;
const DOUBLED_SHARE: f32 = 0.03;
/// Share of names typed at a counter that belong to somebody well known, or to a namesake.
const KNOWN_SHARE: f32 = 0.25;
/// Share of given names of one character.
const ALONE_SHARE: f32 = 0.25;
/// A namesake list of prose knows kings and heroes best; this evens its counts out.
const KNOWN_EVEN: f32 = 0.4;

pub struct People<'a> {
    dictionary: &'static Dictionary,
    spelling: &'a Spelling,
}

#[derive(Clone)]
struct Part {
    text: String,
    syllable: u16,
    end: usize,
    score: f32,
}

impl<'a> People<'a> {
    pub fn new(spelling: &'a Spelling) -> People<'a> {
        People { dictionary: Dictionary::shared(), spelling }
    }

    /// Whole names that use all keys, likeliest first.
    pub fn names(&self) -> Vec<NameMatch> {
        let len = self.spelling.len();
        let mut chance: HashMap<String, f32> = HashMap::new();
        let mut given_from: HashMap<usize, Vec<NameMatch>> = HashMap::new();
        for surname in self.surnames() {
            let given = given_from.entry(surname.end).or_insert_with(|| self.given(surname.end));
            for given in given.iter().take(GIVEN_MAX) {
                let name = chance.entry(format!("{}{}", surname.text, given.text)).or_default();
                *name = name.max((surname.score + given.score).exp() * (1.0 - KNOWN_SHARE));
            }
        }
        for known in self.parts(&self.dictionary.names, 0, Until::End) {
            *chance.entry(known.text).or_default() += KNOWN_SHARE * (known.score * KNOWN_EVEN - 6.5).exp();
        }
        let named = |(text, chance): (String, f32)| NameMatch { text, end: len, score: chance.ln() };
        let mut names: Vec<NameMatch> = chance.into_iter().map(named).collect();
        names.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.text.cmp(&b.text)));
        names
    }

    /// Surnames the keys begin with, likeliest first.
    pub fn surnames(&self) -> Vec<NameMatch> {
        let mut parts = self.parts(&self.dictionary.surnames, 0, Until::Anywhere);
        parts.truncate(PARTS_MAX);
        parts
            .into_iter()
            .map(|part| NameMatch { text: part.text, end: part.end, score: part.score })
            .collect()
    }

    /// Given names that use all keys from a position on, likeliest first.
    pub fn given(&self, from: usize) -> Vec<NameMatch> {
        let len = self.spelling.len();
        let mut given: Vec<NameMatch> = Vec::new();
        for part in self.parts(&self.dictionary.given_alone, from, Until::End) {
            given.push(NameMatch { text: part.text, end: len, score: part.score + ALONE_SHARE.ln() });
        }
        given.extend(self.given_of_two(from));
        given.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.text.cmp(&b.text)));
        given
    }

    /// Single given-name characters at a position, for choosing one by one.
    pub fn characters(&self, from: usize) -> Vec<NameMatch> {
        let parts = self.parts(&self.dictionary.given_first, from, Until::Anywhere).into_iter();
        parts.map(|part| NameMatch { text: part.text, end: part.end, score: part.score }).collect()
    }

    fn given_of_two(&self, from: usize) -> Vec<NameMatch> {
        let len = self.spelling.len();
        let mut chance: HashMap<String, f32> = HashMap::new();
        let chosen = 1.0 - PAIR_SHARE - DOUBLED_SHARE;
        let mut seconds: HashMap<usize, Vec<Part>> = HashMap::new();
        let firsts = self.parts(&self.dictionary.given_first, from, Until::BeforeEnd);
        for first in firsts.iter().take(PARTS_MAX) {
            let seconds = seconds
                .entry(first.end)
                .or_insert_with(|| self.parts(&self.dictionary.given_second, first.end, Until::End));
            for second in seconds.iter().take(PARTS_MAX) {
                let independent = chosen * (first.score + second.score).exp();
                *chance.entry(format!("{}{}", first.text, second.text)).or_default() += independent;
            }
            if seconds.iter().any(|second| second.syllable == first.syllable) {
                *chance.entry(first.text.repeat(2)).or_default() += DOUBLED_SHARE * first.score.exp();
            }
        }
        for pair in self.parts(&self.dictionary.given_pairs, from, Until::End) {
            *chance.entry(pair.text).or_default() += PAIR_SHARE * pair.score.exp();
        }
        let two = (1.0 - ALONE_SHARE).ln();
        chance
            .into_iter()
            .map(|(text, chance)| NameMatch { text, end: len, score: chance.ln() + two })
            .collect()
    }

    /// Entries of one table that the keys from a position on spell, likeliest first.
    fn parts(&self, trie: &Trie, from: usize, until: Until) -> Vec<Part> {
        let len = self.spelling.len();
        let mut parts = Vec::new();
        let mut open: Vec<(Node, u16, usize, f32)> = vec![(ROOT, 0, from, 0.0)];
        while let Some((node, syllable, at, cost)) = open.pop() {
            let wanted = match until {
                Until::Anywhere => true,
                Until::End => at == len,
                Until::BeforeEnd => at < len,
            };
            if wanted {
                parts.extend(trie.words(node).map(|word| (word, syllable, at, trie.score(word) - cost)));
            }
            self.spelling.follow(trie, node, at, |child, edge| {
                open.push((child, edge.syllable, usize::from(edge.end), cost + edge.cost));
            });
        }
        parts.sort_by(|a, b| b.3.total_cmp(&a.3));
        parts.truncate(ENTRIES_MAX);
        let text = |word| trie.text(word);
        parts
            .into_iter()
            .map(|(word, syllable, end, score)| Part { text: text(word), syllable, end, score })
            .collect()
    }
}

/// How far an entry's spelling goes.
#[derive(Clone, Copy)]
enum Until {
    Anywhere,
    End,
    BeforeEnd,
}
