//! One checker for every rig that leaves a kiosk's folder and an office behind: invariants I1 to I8 of
//! office/README.md over everything that was ever acknowledged.
// Every test binary that includes this file needs another part of it.
#![allow(dead_code)]

use jiff::Timestamp;
use jiujin::config::Config;
use jiujin::store::journal::Entry;
use jiujin::store::{Line, Store};
use jiujin_office::Office;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Id -> digest of the sealed bytes and receipt number, as the resident saw it.
pub type Receipts = BTreeMap<String, (String, String)>;

/// What a rig counted; every broken invariant is named.
#[derive(Debug, Default)]
pub struct Verdict {
    pub acknowledged: usize,
    pub cases: usize,
    pub lost: usize,
    pub broken: Vec<String>,
}

impl Verdict {
    pub fn hold(&mut self, holds: bool, invariant: &str, what: impl std::fmt::Display) {
        if !holds {
            self.broken.push(format!("{invariant}: {what}"));
        }
    }

    /// Every invariant held.
    pub fn sound(&self) -> bool {
        self.lost == 0 && self.broken.is_empty()
    }

    /// The line every rig prints; `more` is JSON members of its own.
    pub fn report(&self, rig: &str, seed: u64, more: &str) {
        let verdict = if self.sound() { "holds" } else { "BROKEN" };
        let (acknowledged, cases, lost) = (self.acknowledged, self.cases, self.lost);
        println!(
            "{{\"rig\":\"{rig}\",\"seed\":{seed},{more}\"acknowledged\":{acknowledged},\"cases\":{cases},\"lost\":{lost},\"broken\":{},\"verdict\":\"{verdict}\"}}",
            self.broken.len()
        );
    }
}

/// Checks one kiosk whose process has ended against the cases of its office. `canaries` are words of residents that
/// must stand nowhere in its folder.
pub async fn check(config: &Config, acknowledged: &Receipts, office: &Office, canaries: &[&str]) -> Verdict {
    let rows = office.cases().await.unwrap();
    let opened = Store::of(config, Timestamp::now()).unwrap();
    let store = opened.store;
    let lines = store.lines(None, usize::MAX >> 1, Timestamp::now()).unwrap();
    let mut verdict = Verdict { acknowledged: acknowledged.len(), ..Verdict::default() };
    verdict.hold(opened.alarm.is_none(), "I1", "the store was damaged");
    let mut cases = BTreeMap::new();
    for row in &rows {
        let twice = cases.insert(row.id.to_string(), row.digest.to_string()).is_some();
        verdict.hold(!twice, "I2", format!("two cases for {}", row.id));
    }
    let ours: BTreeSet<&str> = lines.iter().map(|line| line.id.as_str()).collect();
    verdict.cases = cases.keys().filter(|id| ours.contains(id.as_str())).count();
    receipts(&mut verdict, acknowledged, &lines, &cases);
    for line in &lines {
        let (there, here) = (cases.get(&line.id), line.digest.as_ref());
        verdict.hold(there.is_none() || there == here, "I2", format!("{} has other bytes", line.id));
        verdict.hold(line.state != "sending", "I4", format!("{} is still being sent", line.id));
    }
    journal(&mut verdict, &store, &lines);
    numbers(&mut verdict, &lines);
    let (active, newest) = (store.catalogue_active().unwrap(), store.catalogue_newest().unwrap());
    let version = active.map_or(0, |active| active.version);
    verdict.hold(version == newest, "I7", format!("catalogue {version} in force, {newest} accepted"));
    drop(store);
    for found in canaries_in(&config.storage.data_dir, canaries) {
        verdict.hold(false, "I8", found);
    }
    verdict
}

/// I1: whoever holds a receipt has exactly one row, here or confirmed by the office.
fn receipts(
    verdict: &mut Verdict,
    acknowledged: &Receipts,
    lines: &[Line],
    cases: &BTreeMap<String, String>,
) {
    let mut numbers = BTreeSet::new();
    for (id, (digest, receipt)) in acknowledged {
        verdict.hold(numbers.insert(receipt), "I1", format!("receipt {receipt} was given twice"));
        let rows: Vec<_> = lines.iter().filter(|line| line.id == *id).collect();
        let here = rows.len() == 1
            && rows[0].digest.as_ref() == Some(digest)
            && rows[0].receipt.as_ref() == Some(receipt);
        let there = cases.get(id) == Some(digest);
        let gone = rows.iter().any(|line| line.state == "purged");
        verdict.lost += usize::from(!(there || here && !gone));
        verdict.hold(rows.len() <= 1, "I1", format!("{id} has {} rows", rows.len()));
    }
}

/// I3 and I5: the chain is whole, every submission went its way, and none was purged before it was confirmed.
fn journal(verdict: &mut Verdict, store: &Store, lines: &[Line]) {
    verdict.hold(store.journal_check().is_ok(), "I3", "the journal's chain is broken");
    let mut ways: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in store.journal_since(0, usize::MAX >> 1).unwrap() {
        ways.entry(entry.subject.clone()).or_default().push(entry);
    }
    for line in lines {
        let way: Vec<&str> = ways.get(&line.id).into_iter().flatten().map(|e| e.event.as_str()).collect();
        let moves: Vec<&str> = way.iter().copied().filter(|event| is_state(event)).collect();
        let legal = moves.first() == Some(&"draft") && moves.windows(2).all(|step| may(step[0], step[1]));
        verdict.hold(legal, "I3", format!("{} went {moves:?}", line.id));
        verdict.hold(
            moves.last() == Some(&line.state.as_str()),
            "I3",
            format!("{} is {}, its journal says {moves:?}", line.id, line.state),
        );
        let confirmed = !moves.contains(&"purged") || moves.contains(&"confirmed");
        verdict.hold(confirmed, "I5", format!("{} was purged unconfirmed", line.id));
    }
}

fn is_state(event: &str) -> bool {
    ["draft", "sealed", "queued", "sending", "confirmed", "purged", "parked"].contains(&event)
}

/// The moves of I3, as the table's trigger has them.
fn may(from: &str, to: &str) -> bool {
    matches!(
        (from, to),
        ("draft", "sealed")
            | ("sealed", "queued")
            | ("queued", "sending" | "parked")
            | ("sending", "queued" | "confirmed" | "parked")
            | ("parked", "queued")
            | ("confirmed", "purged" | "parked")
    )
}

/// I6: the kiosk's running numbers have no gap.
fn numbers(verdict: &mut Verdict, lines: &[Line]) {
    let mut numbers: Vec<i64> = lines.iter().filter_map(|line| line.sequence).collect();
    numbers.sort_unstable();
    let whole = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
    verdict.hold(
        whole && numbers.first().is_none_or(|first| *first == 1),
        "I6",
        format!("gaps in {numbers:?}"),
    );
}

/// I8: no word of a resident in any file of the folder, as UTF-8 or UTF-16.
pub fn canaries_in(folder: &Path, canaries: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(canaries_in(&path, canaries));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        for canary in canaries {
            let wide: Vec<u8> = canary.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let holds = |word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
            if holds(canary.as_bytes()) || holds(&wide) {
                found.push(format!("{} holds a resident's words", path.display()));
            }
        }
    }
    found
}
