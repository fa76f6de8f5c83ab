//! Keys as they were pressed, read as syllables in every way they can be: whole, begun, as initials, on nine keys.

use super::dictionary::Dictionary;

/// Longest run of keys composed at once; further keys are not taken.
pub const KEYS_MAX: usize = 64;

/// A syllable of which only the beginning was typed, at the end of the keys.
const BEGUN_COST: f32 = 1.5;
/// A syllable of which only the initial was typed.
const INITIAL_COST: f32 = 3.0;
/// A syllable taken for begun although its keys are whole as they stand: fan for fang.
const DOUBT_COST: f32 = 4.0;
/// A syllable heard as its neighbour (zh for z).
const FUZZY_COST: f32 = 2.0;
/// A syllable where a longer one would have matched: xi'an instead of xian.
const SHORTER_COST: f32 = 0.6;

/// Pairs of sounds that many speakers do not tell apart; each is the resident's own choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fuzzy {
    pub z_zh: bool,
    pub s_sh: bool,
    pub c_ch: bool,
    pub n_l: bool,
}

impl Fuzzy {
    pub const ALL: Fuzzy = Fuzzy { z_zh: true, s_sh: true, c_ch: true, n_l: true };

    fn neighbour(self, syllable: &str) -> Option<String> {
        let swap = |on: bool, from: &str, to: &str| {
            on.then(|| syllable.strip_prefix(from).map(|rest| format!("{to}{rest}"))).flatten()
        };
        swap(self.z_zh, "zh", "z")
            .or_else(|| swap(self.s_sh, "sh", "s"))
            .or_else(|| swap(self.c_ch, "ch", "c"))
            .or_else(|| swap(self.z_zh, "z", "zh"))
            .or_else(|| swap(self.s_sh, "s", "sh"))
            .or_else(|| swap(self.c_ch, "c", "ch"))
            .or_else(|| swap(self.n_l, "n", "l"))
            .or_else(|| swap(self.n_l, "l", "n"))
    }
}

/// One way to read the keys from a position on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    pub syllable: u16,
    pub end: u8,
    pub cost: f32,
    /// The whole syllable was typed.
    pub whole: bool,
}

/// All readings of the keys.
pub struct Spelling {
    keys: Vec<u8>,
    /// `cuts[i]`: an apostrophe stands before key i, so no syllable crosses it.
    cuts: Vec<bool>,
    /// Per position, sorted by syllable.
    edges: Vec<Vec<Edge>>,
}

impl Spelling {
    pub fn new(typed: &str, fuzzy: Fuzzy) -> Spelling {
        let (keys, cuts) = normalise(typed);
        let mut spelling = Spelling { edges: vec![Vec::new(); keys.len()], keys, cuts };
        let forms = forms(fuzzy);
        spelling.read(&forms, false);
        if !spelling.is_whole() {
            spelling.read(&forms, true);
        }
        spelling
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn edges(&self, from: usize) -> &[Edge] {
        self.edges.get(from).map_or(&[], Vec::as_slice)
    }

    pub fn edges_of(&self, from: usize, syllable: u16) -> impl Iterator<Item = &Edge> {
        let edges = self.edges(from);
        let first = edges.partition_point(|edge| edge.syllable < syllable);
        edges[first..].iter().take_while(move |edge| edge.syllable == syllable)
    }

    /// Whether the keys are whole syllables from first to last.
    pub fn is_whole(&self) -> bool {
        let mut reached = vec![false; self.len() + 1];
        reached[0] = true;
        for from in 0..self.len() {
            if reached[from] {
                self.edges[from]
                    .iter()
                    .filter(|edge| edge.whole)
                    .for_each(|edge| reached[usize::from(edge.end)] = true);
            }
        }
        reached[self.len()]
    }

    /// The keys with an apostrophe between syllables, as shown while composing.
    pub fn shown(&self) -> String {
        let mut best: Vec<Option<(f32, usize)>> = vec![None; self.len() + 1];
        best[0] = Some((0.0, 0));
        for from in 0..self.len() {
            let Some((cost, _)) = best[from] else { continue };
            for edge in &self.edges[from] {
                let end = usize::from(edge.end);
                let total = cost + edge.cost + 1.0;
                if best[end].is_none_or(|(known, _)| total < known) {
                    best[end] = Some((total, from));
                }
            }
        }
        let mut at = self.len();
        let mut starts = Vec::new();
        while let Some((_, from)) = best[at].filter(|_| at > 0) {
            starts.push(from);
            at = from;
        }
        let mut shown = String::with_capacity(self.len() * 2);
        for (index, key) in self.keys.iter().enumerate() {
            if index > 0 && (starts.contains(&index) || self.cuts[index]) {
                shown.push('\'');
            }
            shown.push(char::from(*key));
        }
        shown
    }

    fn read(&mut self, forms: &[Form], initials: bool) {
        for from in 0..self.len() {
            let mut edges = Vec::new();
            for form in forms {
                self.match_form(from, form, initials, &mut edges);
            }
            let begun_anyway =
                |edge: &Edge| !edge.whole && edges.iter().any(|o| o.whole && o.end == edge.end);
            let doubtful: Vec<usize> = (0..edges.len()).filter(|at| begun_anyway(&edges[*at])).collect();
            doubtful.into_iter().for_each(|at| edges[at].cost += DOUBT_COST);
            let longest = edges.iter().filter(|edge| edge.whole).map(|edge| edge.end).max();
            for edge in edges.iter_mut().filter(|edge| edge.whole && Some(edge.end) < longest) {
                edge.cost += SHORTER_COST;
            }
            edges.sort_by(|a, b| {
                (a.syllable, a.end).cmp(&(b.syllable, b.end)).then(a.cost.total_cmp(&b.cost))
            });
            edges.dedup_by_key(|edge| (edge.syllable, edge.end));
            self.edges[from] = edges;
        }
    }

    fn match_form(&self, from: usize, form: &Form, initials: bool, edges: &mut Vec<Edge>) {
        let room = self.room(from);
        let letters = form.letters.as_bytes();
        let matched =
            self.keys[from..from + room].iter().zip(letters).take_while(|(k, l)| same(**k, **l)).count();
        let mut push = |len: usize, extra: f32, whole: bool| {
            edges.push(Edge {
                syllable: form.syllable,
                end: (from + len) as u8,
                cost: form.cost + extra,
                whole,
            });
        };
        if matched == letters.len() {
            push(matched, 0.0, true);
        } else if matched == room && matched > 0 {
            push(matched, if matched == 1 { INITIAL_COST } else { BEGUN_COST }, false);
        }
        if initials && matched > 0 && letters.len() > 1 {
            push(1, INITIAL_COST, false);
            if matched > 1 && letters.get(1) == Some(&b'h') {
                push(2, INITIAL_COST, false);
            }
        }
    }

    /// Keys from a position to the next apostrophe.
    fn room(&self, from: usize) -> usize {
        (from + 1..self.len()).find(|at| self.cuts[*at]).unwrap_or(self.len()) - from
    }
}

/// One way to type a syllable.
struct Form {
    syllable: u16,
    letters: String,
    cost: f32,
}

fn forms(fuzzy: Fuzzy) -> Vec<Form> {
    let mut forms = Vec::new();
    for (number, text) in Dictionary::shared().syllables().iter().enumerate() {
        let syllable = number as u16;
        forms.extend(spellings(text).map(|letters| Form { syllable, letters, cost: 0.0 }));
        forms.extend(fuzzy.neighbour(text).map(|letters| Form { syllable, letters, cost: FUZZY_COST }));
    }
    forms
}

/// A syllable with ü is typed with v, with yu as in passports, and after j, q, x, y with either.
fn spellings(syllable: &str) -> impl Iterator<Item = String> {
    let other = match syllable {
        "lv" | "nv" => Some(syllable.replace('v', "yu")),
        "lue" | "nue" => Some(syllable.replace('u', "v")),
        _ if syllable.starts_with(['j', 'q', 'x', 'y']) && syllable[1..].starts_with('u') => {
            Some(syllable.replacen('u', "v", 1))
        }
        _ => None,
    };
    std::iter::once(syllable.to_owned()).chain(other)
}

/// Whether a pressed key stands for a letter; digits are the nine-key layout (ITU-T E.161).
fn same(key: u8, letter: u8) -> bool {
    match key {
        b'2'..=b'9' => nine_key(letter) == key,
        _ => key == letter,
    }
}

/// The key of the nine-key layout that carries a letter.
pub fn nine_key(letter: u8) -> u8 {
    match letter {
        b'a'..=b'c' => b'2',
        b'd'..=b'f' => b'3',
        b'g'..=b'i' => b'4',
        b'j'..=b'l' => b'5',
        b'm'..=b'o' => b'6',
        b'p'..=b's' => b'7',
        b't'..=b'v' => b'8',
        _ => b'9',
    }
}

/// Whether a key can be part of a spelling at all.
pub fn is_key(key: char) -> bool {
    matches!(key, 'a'..='z' | 'A'..='Z' | '2'..='9' | '\'' | '1' | 'ü' | 'Ü')
}

fn normalise(typed: &str) -> (Vec<u8>, Vec<bool>) {
    let (mut keys, mut cuts) = (Vec::new(), Vec::new());
    let mut cut = false;
    for key in typed.chars() {
        let letter = match key {
            'ü' | 'Ü' => b'v',
            'a'..='z' | 'A'..='Z' | '2'..='9' => key.to_ascii_lowercase() as u8,
            _ => {
                cut = true;
                continue;
            }
        };
        if keys.len() < KEYS_MAX {
            keys.push(letter);
            cuts.push(std::mem::take(&mut cut));
        }
    }
    (keys, cuts)
}
