//! Every word the keys can spell, and the likeliest ways to line words up into a sentence.

use super::{
    spelling::Spelling,
    trie::{Node, ROOT, Trie, Word},
};

/// Words of one list and how much likelier or unlikelier they are in this field.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub trie: &'a Trie,
    pub offset: f32,
    pub stands: Stands,
}

/// Where the words of a list may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    Anywhere,
    /// Only where one word spells all keys.
    Alone,
    /// Only after a word of two characters or more.
    After,
}

/// A word that the keys from some position spell.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    pub end: u8,
    pub syllables: u8,
    pub source: u8,
    pub word: Word,
    pub score: f32,
}

/// A way to spell all keys.
#[derive(Clone, Debug)]
pub struct Sentence {
    pub text: String,
    pub words: usize,
    pub score: f32,
}

/// Homophones of one word looked at where candidates are listed, and inside a sentence.
const HOMOPHONES_FIRST: usize = 120;
const HOMOPHONES_INSIDE: usize = 4;
/// The same for a first character spelt by its initial only, for each syllable with that initial.
const HOMOPHONES_LONE: usize = 8;
/// Sentences kept per position.
const BEAM: usize = 6;
/// What joining one more word costs beyond the words' own probabilities.
const JOIN_COST: f32 = 1.0;
/// A single character spelt by its initial only hardly ever stands inside a sentence.
const LONE_INITIAL_COST: f32 = 4.0;

pub struct Lattice<'a> {
    spelling: &'a Spelling,
    sources: &'a [Source<'a>],
    first: Vec<Match>,
    sentences: Vec<Sentence>,
}

#[derive(Clone, Copy)]
struct Step {
    from: usize,
    from_rank: usize,
    found: Match,
    score: f32,
    words: usize,
}

impl<'a> Lattice<'a> {
    pub fn new(spelling: &'a Spelling, sources: &'a [Source<'a>]) -> Lattice<'a> {
        let mut lattice = Lattice { spelling, sources, first: Vec::new(), sentences: Vec::new() };
        lattice.first = lattice.matches(0, HOMOPHONES_FIRST);
        lattice.search();
        lattice
    }

    /// Words at the beginning of the keys: longest first, then likeliest.
    pub fn first(&self) -> &[Match] {
        &self.first
    }

    /// Sentences that use all keys, likeliest first.
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    pub fn text(&self, found: &Match) -> String {
        self.sources[usize::from(found.source)].trie.text(found.word)
    }

    fn search(&mut self) {
        let len = self.spelling.len();
        let mut beams: Vec<Vec<Step>> = vec![Vec::new(); len + 1];
        for from in 0..len {
            if from > 0 && beams[from].is_empty() {
                continue;
            }
            let found =
                if from == 0 { inside(&self.first) } else { inside(&self.matches(from, HOMOPHONES_INSIDE)) };
            let heads = beams[from].clone();
            for found in found {
                let after = self.sources[usize::from(found.source)].stands == Stands::After;
                extend(&mut beams[usize::from(found.end)], from, &heads, found, if after { 2 } else { 1 });
            }
        }
        let mut sentences: Vec<Sentence> =
            (0..beams[len].len()).map(|rank| self.sentence(&beams, rank)).collect();
        sentences.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut seen: Vec<String> = Vec::new();
        sentences
            .retain(|sentence| !seen.contains(&sentence.text) && (seen.push(sentence.text.clone()), true).1);
        self.sentences = sentences;
    }

    fn sentence(&self, beams: &[Vec<Step>], rank: usize) -> Sentence {
        let last = beams[self.spelling.len()][rank];
        let (mut step, mut parts) = (last, vec![self.text(&last.found)]);
        while step.from > 0 {
            step = beams[step.from][step.from_rank];
            parts.push(self.text(&step.found));
        }
        parts.reverse();
        Sentence { text: parts.concat(), words: last.words, score: last.score }
    }

    /// All words from a position on, longest first, then likeliest.
    fn matches(&self, from: usize, homophones: usize) -> Vec<Match> {
        let mut found = Vec::new();
        for (number, source) in self.sources.iter().enumerate() {
            let misplaced = match source.stands {
                Stands::Anywhere => false,
                Stands::Alone => from > 0,
                Stands::After => from == 0,
            };
            if misplaced {
                continue;
            }
            let start = found.len();
            self.walk(number as u8, from, homophones, &mut found);
            if source.stands == Stands::Alone {
                let len = self.spelling.len();
                let mut index = 0;
                found.retain(|word| {
                    index += 1;
                    index <= start || usize::from(word.end) == len
                });
            }
        }
        found.sort_by(|a, b| b.end.cmp(&a.end).then(b.score.total_cmp(&a.score)));
        found
    }

    fn walk(&self, number: u8, from: usize, homophones: usize, found: &mut Vec<Match>) {
        let source = &self.sources[usize::from(number)];
        let mut open: Vec<(Node, usize, f32, bool)> = vec![(ROOT, from, 0.0, true)];
        while let Some((node, at, cost, whole)) = open.pop() {
            if node != ROOT {
                let lone = node.depth == 1 && !whole;
                let extra = if lone { LONE_INITIAL_COST } else { 0.0 };
                let limit = match (lone, from) {
                    (false, _) => homophones,
                    (true, 0) => HOMOPHONES_LONE,
                    (true, _) => 1,
                };
                found.extend(source.trie.words(node).take(limit).map(|word| Match {
                    end: at as u8,
                    syllables: node.depth,
                    source: number,
                    word,
                    score: source.trie.score(word) + source.offset - cost - extra,
                }));
            }
            self.spelling.follow(source.trie, node, at, |child, edge| {
                open.push((child, usize::from(edge.end), cost + edge.cost, whole && edge.whole));
            });
        }
    }
}

/// Of words that end alike only as many as a beam holds; they come likeliest first.
fn inside(all: &[Match]) -> Vec<Match> {
    let mut kept: Vec<Match> = Vec::new();
    let mut alike = 0;
    for found in all {
        alike = if kept.last().is_some_and(|last| last.end == found.end) { alike + 1 } else { 0 };
        if alike < BEAM {
            kept.push(*found);
        }
    }
    kept
}

/// Adds a word behind every head of at least so many syllables.
fn extend(beam: &mut Vec<Step>, from: usize, heads: &[Step], found: Match, head_syllables: u8) {
    let mut add = |from_rank: usize, score: f32, words: usize| {
        let at = beam.partition_point(|other| other.score >= score);
        if at < BEAM {
            beam.insert(at, Step { from, from_rank, found, score, words });
            beam.truncate(BEAM);
        }
    };
    if from == 0 {
        add(0, found.score, 1);
        return;
    }
    for (rank, head) in heads.iter().enumerate().filter(|(_, head)| head.found.syllables >= head_syllables) {
        add(rank, head.score + found.score - JOIN_COST, head.words + 1);
    }
}
