//! Keys as they were pressed, read as syllables in every way they can be: whole, begun, as initials, on nine keys.

use std::sync::LazyLock;

use super::{
    dictionary::Dictionary,
    trie::{Node, Trie},
};

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
    /// Per position and syllable: the number of its first edge, or `NO_EDGE`.
    first_edges: Vec<Vec<u16>>,
}

const NO_EDGE: u16 = u16::MAX;

impl Spelling {
    pub fn new(typed: &str, fuzzy: Fuzzy) -> Spelling {
        let (keys, cuts) = normalise(typed);
        let edges = vec![Vec::new(); keys.len()];
        let mut spelling = Spelling { keys, cuts, edges, first_edges: Vec::new() };
        let own;
        let forms = if fuzzy == Fuzzy::default() {
            &*EXACT_FORMS
        } else {
            own = forms(fuzzy);
            &own
        };
        spelling.read(forms, false);
        if !spelling.is_whole() {
            spelling.read(forms, true);
        }
        spelling.first_edges = spelling.edges.iter().map(|edges| first_edges(edges)).collect();
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
        let first = self.first_edges.get(from).and_then(|firsts| firsts.get(usize::from(syllable)));
        let first = first.map_or(edges.len(), |first| usize::from(*first).min(edges.len()));
        edges[first..].iter().take_while(move |edge| edge.syllable == syllable)
    }

    /// Follows every reading of the keys at a position into the children of a node.
    pub fn follow(&self, trie: &Trie, node: Node, at: usize, mut each: impl FnMut(Node, &Edge)) {
        let edges = self.edges(at);
        if trie.child_count(node) < edges.len() * CHILD_LOOKUP_STEPS {
            for (syllable, child) in trie.children(node) {
                self.edges_of(at, syllable).for_each(|edge| each(child, edge));
            }
            return;
        }
        for edge in edges {
            if let Some(child) = trie.child(node, edge.syllable) {
                each(child, edge);
            }
        }
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

    fn read(&mut self, forms: &Forms, initials: bool) {
        for from in 0..self.len() {
            let mut edges = Vec::new();
            for form in forms.beginning_with(self.keys[from]) {
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

/// All forms by their first letter.
struct Forms(Vec<Vec<Form>>);

impl Forms {
    fn beginning_with(&self, key: u8) -> impl Iterator<Item = &Form> {
        let letters = (b'a'..=b'z').zip(&self.0).filter(move |(letter, _)| same(key, *letter));
        letters.flat_map(|(_, forms)| forms)
    }
}

static EXACT_FORMS: LazyLock<Forms> = LazyLock::new(|| forms(Fuzzy::default()));

/// Finding one child costs about as much as passing by so many.
const CHILD_LOOKUP_STEPS: usize = 6;

fn first_edges(edges: &[Edge]) -> Vec<u16> {
    let mut firsts = vec![NO_EDGE; Dictionary::shared().syllables().len()];
    for (number, edge) in edges.iter().enumerate().rev() {
        firsts[usize::from(edge.syllable)] = number as u16;
    }
    firsts
}

fn forms(fuzzy: Fuzzy) -> Forms {
    let mut by_letter: Vec<Vec<Form>> = (b'a'..=b'z').map(|_| Vec::new()).collect();
    for (number, text) in Dictionary::shared().syllables().iter().enumerate() {
        let exact = spellings(text).map(|letters| (letters, 0.0));
        let near = fuzzy.neighbour(text).map(|letters| (letters, FUZZY_COST));
        for (letters, cost) in exact.chain(near) {
            let first = letters.bytes().next().map_or(0, |letter| usize::from(letter - b'a'));
            by_letter[first].push(Form { syllable: number as u16, letters, cost });
        }
    }
    Forms(by_letter)
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
