//! Queries with a slip in them: another character of the same sound, one wrong character, a wrong letter.

use super::{
    Fit,
    prepared::{Prepared, Typed, pair_number},
};
use crate::input;

/// Letters of a spelling from which one, and from which two mistakes are allowed.
const ONE_MISTAKE_LETTERS: usize = 5;
const TWO_MISTAKES_LETTERS: usize = 9;
/// Characters of a query from which one may be wrong.
const ONE_MISTAKE_CHARS: usize = 3;
/// Longest pattern of the bit-parallel comparison: one bit a place.
const PATTERN_MAX: usize = 64;

pub struct Near {
    letters: Vec<u8>,
    masks: [u64; 128],
    letter_mistakes: u32,
    /// The letters in one piece more than mistakes are allowed, each as its letter pairs: one piece is always whole.
    pieces: Vec<Vec<usize>>,
    /// Empty for a query typed in letters.
    characters: Vec<char>,
}

impl Near {
    /// None where a query is too short to be mistaken.
    pub fn new(typed: &Typed) -> Option<Near> {
        let characters: Vec<char> = typed.text.chars().filter(|c| !c.is_ascii()).collect();
        let mut letters = Vec::new();
        for character in typed.text.chars() {
            match input::readings(character).first() {
                Some(reading) => letters.extend(reading.bytes()),
                None if character.is_ascii() => letters.push(character as u8),
                None => {}
            }
        }
        letters.truncate(PATTERN_MAX);
        let letter_mistakes = match letters.len() {
            _ if !characters.is_empty() => 0, // whoever chose characters did not mistype their letters
            0..ONE_MISTAKE_LETTERS => 0,
            ONE_MISTAKE_LETTERS..TWO_MISTAKES_LETTERS => 1,
            _ => 2,
        };
        if characters.is_empty() && letter_mistakes == 0 || letters.len() < 2 {
            return None;
        }
        let mut masks = [0; 128];
        letters.iter().enumerate().for_each(|(place, letter)| masks[usize::from(letter & 127)] |= 1 << place);
        let piece_len = letters.len().div_ceil(letter_mistakes as usize + 1);
        let pieces = letters.chunks(piece_len).map(pairs).collect();
        Some(Near { letters, masks, letter_mistakes, pieces, characters })
    }

    /// How an entry fits and with how many mistakes.
    pub fn fit(&self, entry: &Prepared) -> Option<(Fit, u32)> {
        let letters = self.wrong_letters(entry);
        if letters == 0 {
            return Some((Fit::SoundAlike, 0));
        }
        let wrong = self.wrong_characters(entry);
        if wrong <= 1 {
            return Some((Fit::Mistake, wrong));
        }
        (letters <= self.letter_mistakes).then_some((Fit::Mistake, letters))
    }

    fn wrong_letters(&self, entry: &Prepared) -> u32 {
        if !self.pieces.iter().any(|piece| entry.has_pairs(piece)) {
            return u32::MAX;
        }
        fewest(self.letters.len(), entry.spelt.iter().map(|letter| self.masks[usize::from(letter & 127)]))
    }

    fn wrong_characters(&self, entry: &Prepared) -> u32 {
        if self.characters.len() < ONE_MISTAKE_CHARS {
            return u32::MAX;
        }
        let absent = self.characters.iter().filter(|c| !entry.may_have(**c)).count();
        if absent > 1 {
            return u32::MAX;
        }
        let mask = |c: &char| {
            let places = self.characters.iter().enumerate().filter(|(_, other)| *other == c);
            places.fold(0, |mask, (place, _)| mask | 1 << place)
        };
        fewest(self.characters.len(), entry.characters.iter().map(mask))
    }
}

fn pairs(letters: &[u8]) -> Vec<usize> {
    let chars: Vec<char> = letters.iter().map(|letter| char::from(*letter)).collect();
    chars.windows(2).filter_map(|pair| pair_number(pair[0], pair[1])).collect()
}

/// Fewest insertions, deletions and replacements that turn the pattern into some part of a text, which comes as one
/// mask of matching places for each of its symbols (Myers 1999, bit-parallel).
fn fewest(pattern_len: usize, text: impl Iterator<Item = u64>) -> u32 {
    let top = 1_u64 << (pattern_len - 1);
    let (mut plus, mut minus) = (u64::MAX, 0_u64);
    let mut distance = pattern_len as u32;
    let mut least = distance;
    for equal in text {
        let diagonal = ((equal & plus).wrapping_add(plus) ^ plus) | equal | minus;
        let mut up = minus | !(diagonal | plus);
        let mut down = plus & diagonal;
        if up & top != 0 {
            distance += 1;
        } else if down & top != 0 {
            distance -= 1;
        }
        up <<= 1;
        down <<= 1;
        plus = down | !(diagonal | up);
        minus = up & diagonal;
        least = least.min(distance);
        if least == 0 {
            break;
        }
    }
    least
}
