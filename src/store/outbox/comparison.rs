//! The daily comparison: both sides have every running number once, or somebody is told. What the office lacks and is
//! still here goes again under its own id; what it has and we do not is a number that is never given out again.
use super::delivery::send_again;
use super::{Store, StoreError, journal};
use crate::store::settings::{self, count_to, counter};
use jiff::Timestamp;
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::wire::{RECONCILE_LINES_MAX, RECONCILE_SPAN_MAX, ReconcileAnswer, ReconcileRequest};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Twenty hours and up to eight more: once a day, and no two kiosks for long in the same minute.
const PAUSE_MS: i64 = 20 * 3_600_000;
const SPREAD_MS: u64 = 8 * 3_600_000;
/// After a journey in vain, so long and up to as much again.
const RETRY_MS: i64 = 15 * 60_000;
/// A due time further away comes from a clock that jumped.
const DUE_MS_MAX: i64 = 3 * 86_400_000;
/// Numbers behind our last one: a disk that was put back from a copy has given them out before.
const LOOK_AHEAD: u64 = 1_000;

/// What one comparison found; stays until the next one, for the technician.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Comparison {
    /// Unix milliseconds.
    pub at: i64,
    /// Numbers that were compared.
    pub compared: u64,
    /// Confirmed here, missing there, contents still here: sent again under the same id.
    pub queued_again: u64,
    /// Confirmed twice and purged here, missing there: only the office's backup has them.
    pub missing_at_office: u64,
    /// Cases there under our numbers that are not here: this disk was put back or copied. Ends with a new enrolment.
    pub unknown_here: u64,
}

impl Comparison {
    /// A person has to look.
    pub fn is_alarming(&self) -> bool {
        self.missing_at_office + self.unknown_here > 0
    }
}

/// What was asked, for whoever brings the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub span: ReconcileRequest,
    pub at: Timestamp,
}

struct Row {
    id: SubmissionId,
    state: String,
    /// Known to be missing since an earlier comparison.
    told: bool,
    /// The office signed for it before it was asked.
    settled: bool,
}

impl Store {
    /// Numbers count for one device at one office: after a new enrolment the comparison begins behind the last one.
    pub fn enrolled_as(&mut self, device: &str) -> Result<(), StoreError> {
        if settings::compared_as(&self.db)?.as_deref() == Some(device) {
            return Ok(());
        }
        let first = self.sequence()? + 1;
        self.in_one(|change| settings::compare_from(change, device, first))
    }

    /// Whether the day's comparison is due. The first one falls anywhere within a day.
    pub fn comparison_due(&mut self, now: Timestamp, random: u64) -> Result<bool, StoreError> {
        let at = now.as_millisecond();
        match settings::comparison_due_at(&self.db)? {
            Some(due) => Ok(due <= at || due > at + DUE_MS_MAX),
            None => {
                let spread = (random % (PAUSE_MS as u64 + SPREAD_MS)) as i64;
                settings::compare_at(&self.db, at + spread)?;
                Ok(false)
            }
        }
    }

    /// At the next occasion, as when a technician asks for it.
    pub fn compare_now(&mut self) -> Result<(), StoreError> {
        settings::compare_at(&self.db, 0)
    }

    /// The question. Until its answer comes, or does not, no other is due.
    pub fn comparison(&mut self, now: Timestamp, random: u64) -> Result<Asked, StoreError> {
        let pause = RETRY_MS + (random % RETRY_MS as u64) as i64;
        settings::compare_at(&self.db, now.as_millisecond() + pause)?;
        let last = self.sequence()?;
        let to = last + LOOK_AHEAD;
        let kept: Option<i64> =
            self.db.prepare_cached(include_str!("first_own.sql"))?.query_row([], |row| row.get(0))?;
        let first =
            kept.map_or(last + 1, |first| first.max(1) as u64).max(settings::compared_from(&self.db)?);
        let from = first.max(to.saturating_sub(RECONCILE_SPAN_MAX - 1));
        Ok(Asked { span: ReconcileRequest { from_sequence: from, to_sequence: to }, at: now })
    }

    /// Acts on the office's answer; everything in one transaction, and nothing on an answer that contradicts itself.
    pub fn settle_comparison(
        &mut self,
        asked: Asked,
        answer: &ReconcileAnswer,
        (now, random): (Timestamp, u64),
    ) -> Result<Comparison, StoreError> {
        let Some(held) = held(asked.span, answer) else {
            self.note(now, "comparison", "refused", "the office's answer contradicts itself")?;
            return Ok(Comparison::default());
        };
        let before = self.last_comparison()?.unwrap_or_default();
        self.in_one(|change| {
            let rows = own_rows(change, asked)?;
            let mut found = Comparison { at: now.as_millisecond(), ..Comparison::default() };
            found.compared = held.bound - asked.span.from_sequence + 1;
            for (number, row) in &rows {
                if !held.has(*number) && *number <= held.bound {
                    missing(change, row, &mut found, now)?;
                }
            }
            let strangers = held.without(&rows);
            // Stays until the next enrolment: an alarm of one day is easily missed.
            found.unknown_here = strangers.0.max(before.unknown_here);
            if strangers.0 > 0 {
                let highest = counter(change, "sequence")?.max(strangers.1 as i64);
                count_to(change, "sequence", highest)?;
            }
            if found.unknown_here > before.unknown_here {
                let subject = format!("{} numbers up to {}", strangers.0, strangers.1);
                journal::append(
                    change,
                    found.at,
                    "unknown_here",
                    &subject,
                    "cases of ours that we never had",
                )?;
            }
            let detail = serde_json::to_string(&found).unwrap_or_default();
            journal::append(change, found.at, "compared", &asked.span.to_sequence.to_string(), &detail)?;
            settings::set_comparison(change, &detail)?;
            settings::compare_at(change, found.at + PAUSE_MS + (random % SPREAD_MS) as i64)?;
            Ok(found)
        })
    }

    /// The newest one, if there was any.
    pub fn last_comparison(&self) -> Result<Option<Comparison>, StoreError> {
        Ok(settings::comparison(&self.db)?.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

/// Ranges the office holds, up to the last number its answer speaks of.
struct HeldRanges {
    ranges: Vec<(u64, u64)>,
    bound: u64,
}

impl HeldRanges {
    fn has(&self, number: u64) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&number))
    }

    /// How many held numbers have no row, and the highest of them.
    fn without(&self, rows: &BTreeMap<u64, Row>) -> (u64, u64) {
        let mut strangers = (0, 0);
        for (from, to) in &self.ranges {
            let known = rows.range(*from..=*to).count() as u64;
            let here = *to - *from + 1;
            if known < here {
                let highest = (*from..=*to).rev().find(|number| !rows.contains_key(number));
                strangers = (strangers.0 + here - known, highest.unwrap_or(*to));
            }
        }
        strangers
    }
}

/// `None` when gaps overlap, lie outside or do not fit the count: somebody between made the answer up.
fn held(span: ReconcileRequest, answer: &ReconcileAnswer) -> Option<HeldRanges> {
    let (mut ranges, mut next) = (Vec::new(), span.from_sequence);
    for gap in &answer.gaps {
        if gap.from_sequence < next
            || gap.to_sequence < gap.from_sequence
            || gap.to_sequence > span.to_sequence
        {
            return None;
        }
        if gap.from_sequence > next {
            ranges.push((next, gap.from_sequence - 1));
        }
        next = gap.to_sequence + 1;
    }
    // A full list ends somewhere; the rest is for another day.
    let whole = answer.gaps.len() < RECONCILE_LINES_MAX;
    if whole && next <= span.to_sequence {
        ranges.push((next, span.to_sequence));
    }
    let counted: u64 = ranges.iter().map(|(from, to)| to - from + 1).sum();
    let bound = if whole { span.to_sequence } else { next - 1 };
    (!whole || counted == answer.held).then_some(HeldRanges { ranges, bound })
}

fn own_rows(change: &Connection, asked: Asked) -> Result<BTreeMap<u64, Row>, StoreError> {
    let asked_at = asked.at.as_millisecond();
    let mut statement = change.prepare_cached(include_str!("own_numbers.sql"))?;
    // Also what was submitted while the answer was on its way.
    let rows = statement.query_map(params![asked.span.from_sequence as i64], |row| {
        let number: i64 = row.get(0)?;
        let settled = row.get::<_, Option<i64>>(3)?.is_some_and(|at| at < asked_at);
        Ok((number.max(0) as u64, row.get::<_, [u8; 16]>(1)?, row.get(2)?, settled, row.get(4)?))
    })?;
    rows.map(|row| {
        let (number, id, state, settled, told) = row?;
        Ok((number, Row { id: SubmissionId::from_bytes(id)?, state, told, settled }))
    })
    .collect()
}

/// The office signed for it and does not have it. What has not been confirmed is simply on its way.
fn missing(change: &Connection, row: &Row, found: &mut Comparison, now: Timestamp) -> Result<(), StoreError> {
    if !row.settled {
        return Ok(());
    }
    match row.state.as_str() {
        "confirmed" => {
            found.queued_again += 1;
            send_again(change, row.id, now)
        }
        "purged" => {
            found.missing_at_office += 1;
            if row.told {
                return Ok(());
            }
            change.prepare_cached(include_str!("tell_missing.sql"))?.execute([row.id.as_bytes()])?;
            let subject = row.id.to_string();
            journal::append(change, now.as_millisecond(), "missing_at_office", &subject, "purged here")
        }
        _ => Ok(()),
    }
}
