//! Words by their syllables: the one read-only shape of every table of the keyboard's dictionary.
//!
//! A node is a sequence of syllables; its words all have as many characters as it has syllables. Nodes stand in level
//! order, so a node's children lie side by side and a word's text is found by counting: no pointers are stored.
//! `assets/input/make_dictionary.py` writes the same layout.

use std::{borrow::Cow, collections::BTreeMap};

use super::dictionary::DictionaryError;

/// One step of a weight byte in nats; `STEP` of make_dictionary.py.
const STEP: f32 = 0.08;

/// Words of one list, findable syllable by syllable.
pub struct Trie {
    syllables: Cow<'static, [u8]>,
    /// Children of node n are `children[n]..children[n + 1]`.
    children: Vec<u32>,
    /// Words of node n are `words[n]..words[n + 1]`.
    words: Vec<u32>,
    texts: Cow<'static, [u8]>,
    weights: Cow<'static, [u8]>,
    /// Per depth: its first word and where that word's text begins.
    levels: Vec<(u32, u32)>,
}

/// A sequence of syllables with its length in front, so that shorter ones sort first.
type Level = (usize, Vec<u16>);

/// A place in the trie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    index: u32,
    pub depth: u8,
}

/// One word of a trie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    index: u32,
    depth: u8,
}

pub const ROOT: Node = Node { index: 0, depth: 0 };

impl Trie {
    pub fn parse(bytes: &'static [u8]) -> Result<Trie, DictionaryError> {
        let mut rest = bytes;
        let [nodes, counts, words, texts, depths] = [(); 5].map(|()| take_u32(&mut rest));
        let (nodes, counts) = (nodes? as usize, counts? as usize);
        let (words, texts, depths) = (words? as usize, texts? as usize, depths? as usize);
        let mut per_level = Vec::with_capacity(depths);
        for _ in 0..depths {
            per_level.push(take_u32(&mut rest)?);
        }
        let syllables = take(&mut rest, nodes * 2)?;
        let counts = take(&mut rest, counts)?;
        let texts = take(&mut rest, texts)?;
        let weights = take(&mut rest, words)?;
        let (children, word_starts) = sums(counts, nodes)?;
        if children.last().copied() != Some(nodes as u32) || word_starts.last().copied() != Some(words as u32)
        {
            return Err(DictionaryError::Torn);
        }
        Ok(Trie {
            syllables: syllables.into(),
            children,
            words: word_starts,
            texts: texts.into(),
            weights: weights.into(),
            levels: level_starts(&per_level),
        })
    }

    /// A trie of words known only at run time (the catalogue's titles, the site's streets).
    pub fn build(entries: impl IntoIterator<Item = (Vec<u16>, String, f32)>) -> Trie {
        let mut nodes: BTreeMap<Level, Vec<(String, f32)>> = BTreeMap::new();
        nodes.entry((0, Vec::new())).or_default();
        for (key, text, score) in entries {
            if key.len() != text.encode_utf16().count() {
                continue; // characters beyond the basic plane are typed by stroke or code point
            }
            for cut in 1..key.len() {
                nodes.entry((cut, key[..cut].to_vec())).or_default();
            }
            nodes.entry((key.len(), key)).or_default().push((text, score));
        }
        let mut trie = Trie {
            syllables: Cow::Owned(Vec::new()),
            children: Vec::new(),
            words: vec![0],
            texts: Cow::Owned(Vec::new()),
            weights: Cow::Owned(Vec::new()),
            levels: Vec::new(),
        };
        let mut per_level = vec![0_u32; nodes.keys().last().map_or(0, |(depth, _)| *depth)];
        let mut child_counts: BTreeMap<&[u16], u32> = BTreeMap::new();
        for (_, key) in nodes.keys().filter(|(depth, _)| *depth > 0) {
            *child_counts.entry(&key[..key.len() - 1]).or_default() += 1;
        }
        let mut next_child = 1;
        for ((depth, key), words) in &nodes {
            trie.syllables.to_mut().extend(key.last().copied().unwrap_or(0).to_le_bytes());
            trie.children.push(next_child);
            next_child += child_counts.get(key.as_slice()).copied().unwrap_or(0);
            if let Some(count) = depth.checked_sub(1).and_then(|level| per_level.get_mut(level)) {
                *count += words.len() as u32;
            }
            trie.push_words(words);
        }
        trie.children.push(next_child);
        trie.levels = level_starts(&per_level);
        trie
    }

    fn push_words(&mut self, words: &[(String, f32)]) {
        for (text, score) in words {
            self.texts.to_mut().extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            self.weights.to_mut().push((-score / STEP).round().clamp(0.0, 255.0) as u8);
        }
        self.words.push(self.weights.len() as u32);
    }

    pub fn child(&self, node: Node, syllable: u16) -> Option<Node> {
        let (mut low, mut high) =
            (self.children[node.index as usize], self.children[node.index as usize + 1]);
        while low < high {
            let middle = low.midpoint(high);
            match self.syllable(middle).cmp(&syllable) {
                std::cmp::Ordering::Equal => return Some(Node { index: middle, depth: node.depth + 1 }),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    pub fn child_count(&self, node: Node) -> usize {
        (self.children[node.index as usize + 1] - self.children[node.index as usize]) as usize
    }

    /// Children with the syllable that leads to them.
    pub fn children(&self, node: Node) -> impl Iterator<Item = (u16, Node)> {
        let range = self.children[node.index as usize]..self.children[node.index as usize + 1];
        range.map(move |index| (self.syllable(index), Node { index, depth: node.depth + 1 }))
    }

    /// Words of a node, most common first.
    pub fn words(&self, node: Node) -> impl Iterator<Item = Word> + use<> {
        let range = self.words[node.index as usize]..self.words[node.index as usize + 1];
        range.map(move |index| Word { index, depth: node.depth })
    }

    /// Natural logarithm of the word's probability within its list.
    pub fn score(&self, word: Word) -> f32 {
        -STEP * f32::from(self.weights[word.index as usize])
    }

    pub fn text(&self, word: Word) -> String {
        let Some(&(first, start)) = self.levels.get(usize::from(word.depth).wrapping_sub(1)) else {
            return String::new();
        };
        let size = usize::from(word.depth) * 2;
        let from = start as usize + (word.index - first) as usize * size;
        let units =
            self.texts[from..from + size].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }

    fn syllable(&self, index: u32) -> u16 {
        let at = index as usize * 2;
        u16::from_le_bytes([self.syllables[at], self.syllables[at + 1]])
    }
}

fn level_starts(per_level: &[u32]) -> Vec<(u32, u32)> {
    let mut starts = Vec::with_capacity(per_level.len());
    let (mut word, mut text) = (0, 0);
    for (level, count) in per_level.iter().enumerate() {
        starts.push((word, text));
        word += count;
        text += count * 2 * (level as u32 + 1);
    }
    starts
}

/// Running sums of the child and word counts, which are stored as varints, two per node.
fn sums(mut counts: &[u8], nodes: usize) -> Result<(Vec<u32>, Vec<u32>), DictionaryError> {
    let mut children = Vec::with_capacity(nodes + 1);
    let mut words = Vec::with_capacity(nodes + 1);
    let (mut child, mut word) = (1, 0);
    for _ in 0..nodes {
        children.push(child);
        words.push(word);
        child += varint(&mut counts)?;
        word += varint(&mut counts)?;
    }
    children.push(child);
    words.push(word);
    Ok((children, words))
}

fn varint(rest: &mut &[u8]) -> Result<u32, DictionaryError> {
    let mut value = 0;
    for shift in (0..28).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u32::from(byte & 127) << shift;
        if byte < 128 {
            return Ok(value);
        }
    }
    Err(DictionaryError::Torn)
}

pub fn take<'a>(rest: &mut &'a [u8], len: usize) -> Result<&'a [u8], DictionaryError> {
    let (head, tail) = rest.split_at_checked(len).ok_or(DictionaryError::Torn)?;
    *rest = tail;
    Ok(head)
}

pub fn take_u32(rest: &mut &[u8]) -> Result<u32, DictionaryError> {
    let bytes = take(rest, 4)?;
    Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
