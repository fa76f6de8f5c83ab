//! Finding a service by whatever a resident types: characters, pinyin, initials, a mixture, or with a slip.
//!
//! Everything is in memory. A letter-pair filter ([`prepared`]) leaves few entries to the matcher proper
//! (`ib-matcher`, which knows every reading of every character); only when that finds next to nothing are sound-alikes
//! and single mistakes ([`near`]) looked for.

mod near;
mod prepared;

#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    io::{self, Write},
    ops::Range,
    time::Instant,
};

use ib_matcher::{
    matcher::{IbMatcher, PinyinMatchConfig},
    pinyin::{PinyinData, PinyinNotation},
};
use serde::Serialize;

use self::{
    near::Near,
    prepared::{Part, Prepared, Typed},
};

/// Longest query looked at; the rest is dropped.
pub const QUERY_CHARS_MAX: usize = 32;
/// Entries handed to the matcher for one query; a query of one letter fits thousands equally well.
const MATCHED_MAX: usize = 1_000;
/// With fewer hits than this, mistakes are allowed for.
const ENOUGH_HITS: usize = 3;
/// Sound-alikes looked for; the entries come most popular first.
const SOUND_ALIKES_MAX: usize = 200;
/// Popularity counts up to here.
const POPULARITY_MAX: u32 = 999;

/// What can be found and by which words.
#[derive(Clone, Debug, Default)]
pub struct SearchEntry {
    pub id: String,
    pub title_zh: String,
    pub title_en: String,
    /// Synonyms and popular words.
    pub keywords: Vec<String>,
    pub department: String,
    /// Names of the life events it belongs to.
    pub events: Vec<String>,
    pub popularity: u32,
}

/// How a query fits, best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    Mistake,
    SoundAlike,
    Inside,
    Initials,
    Beginning,
    Whole,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    pub id: String,
    pub title: String,
    pub score: u32,
    /// Bytes of the title that matched; none where something else did.
    #[serde(skip)]
    pub ranges: Vec<Range<usize>>,
    /// The keyword, event or department that matched instead of the title.
    #[serde(skip)]
    pub via: Option<String>,
}

/// All entries, most popular first.
pub struct Search {
    entries: Vec<Prepared>,
    pinyin: PinyinData,
}

impl Search {
    pub fn new(entries: impl IntoIterator<Item = SearchEntry>) -> Search {
        let mut entries: Vec<Prepared> = entries.into_iter().map(Prepared::new).collect();
        entries.sort_by(|a, b| (Reverse(a.popularity), &a.id).cmp(&(Reverse(b.popularity), &b.id)));
        Search { entries, pinyin: PinyinData::new(notations()) }
    }

    /// The best entries for a query, best first.
    pub fn find(&self, query: &str, limit: usize) -> Vec<Hit> {
        let typed = Typed::new(query);
        if typed.text.is_empty() {
            return Vec::new();
        }
        let mut found = self.matching(&typed);
        if found.len() < ENOUGH_HITS {
            self.add_near(&typed, &mut found);
        }
        found.sort_by_key(|hit| (Reverse(hit.score), hit.entry));
        found.truncate(limit);
        found.into_iter().map(|hit| self.hit(hit)).collect()
    }

    fn matching(&self, typed: &Typed) -> Vec<Found> {
        let config = PinyinMatchConfig::builder(notations()).data(&self.pinyin).build();
        let matcher: IbMatcher<str> =
            IbMatcher::builder(typed.text.as_str()).pinyin(config).is_pattern_partial(true).build();
        let possible = self.entries.iter().enumerate().filter(|(_, entry)| entry.may_match(typed));
        let (begins, rest): (Vec<_>, Vec<_>) = possible.partition(|(_, entry)| entry.may_begin(typed));
        let fits = |(number, entry): (usize, &Prepared)| best_fit(&matcher, typed, number, entry);
        begins.into_iter().chain(rest).take(MATCHED_MAX).filter_map(fits).collect()
    }

    fn add_near(&self, typed: &Typed, found: &mut Vec<Found>) {
        let Some(near) = Near::new(typed) else { return };
        let exact = found.len(); // fewer than ENOUGH_HITS
        let mut sound_alikes = 0;
        for (entry, prepared) in self.entries.iter().enumerate() {
            if found[..exact].iter().any(|hit| hit.entry == entry) {
                continue;
            }
            if let Some((fit, mistakes)) = near.fit(prepared) {
                sound_alikes += usize::from(fit == Fit::SoundAlike);
                let score = score(fit, 0, prepared.popularity).saturating_sub(1_000 * mistakes);
                found.push(Found { entry, score, range: None, part: None });
            }
            if sound_alikes == SOUND_ALIKES_MAX {
                return;
            }
        }
    }

    fn hit(&self, found: Found) -> Hit {
        let entry = &self.entries[found.entry];
        Hit {
            id: entry.id.clone(),
            title: entry.title().to_owned(),
            score: found.score,
            ranges: found.range.into_iter().collect(),
            via: found.part.map(|part| entry.parts[part].text.clone()),
        }
    }
}

struct Found {
    entry: usize,
    score: u32,
    range: Option<Range<usize>>,
    part: Option<usize>,
}

fn notations() -> PinyinNotation {
    PinyinNotation::Ascii | PinyinNotation::AsciiFirstLetter
}

fn best_fit(matcher: &IbMatcher<str>, typed: &Typed, entry: usize, prepared: &Prepared) -> Option<Found> {
    let mut best: Option<Found> = None;
    for (number, part) in prepared.parts.iter().enumerate().filter(|(_, part)| part.may_match(typed)) {
        let Some(range) = matched(matcher, typed, part) else { continue };
        let score = score(fit(typed, part, &range), part.kind.weight(), prepared.popularity);
        if best.as_ref().is_none_or(|known| score > known.score) {
            let title = number == 0;
            let (range, part) = (title.then_some(range), (!title).then_some(number));
            best = Some(Found { entry, score, range, part });
        }
    }
    best
}

/// Characters alone need no pinyin.
fn matched(matcher: &IbMatcher<str>, typed: &Typed, part: &Part) -> Option<Range<usize>> {
    if typed.characters_only {
        return part.text.find(&typed.text).map(|at| at..at + typed.text.len());
    }
    matcher.find(part.text.as_str()).map(|found| found.range())
}

fn fit(typed: &Typed, part: &Part, range: &Range<usize>) -> Fit {
    let chars = part.text[range.clone()].chars().count();
    if typed.letters_only && !part.latin && chars > 1 && chars == typed.len {
        return Fit::Initials;
    }
    match (range.start == 0, range.end == part.text.len()) {
        (true, true) => Fit::Whole,
        (true, false) => Fit::Beginning,
        _ => Fit::Inside,
    }
}

/// Kind of fit first, then what part of the entry it was, then popularity.
fn score(fit: Fit, weight: u32, popularity: u32) -> u32 {
    10_000 * (fit as u32 + 1) + 1_000 * weight + popularity.min(POPULARITY_MAX)
}

/// `jiujin catalogue search`: one JSON document.
pub fn print_hits(search: &Search, query: &str, limit: usize, mut output: impl Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Answer {
        hits: Vec<Hit>,
        us: u64,
    }
    let start = Instant::now();
    let hits = search.find(query, limit);
    let us = start.elapsed().as_micros() as u64;
    serde_json::to_writer(&mut output, &Answer { hits, us })?;
    writeln!(output)
}
