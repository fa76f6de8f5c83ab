//! A case at the office: events happen to it, its state is derived from them, and a lamp shows its time limit.
use crate::receipt::{check_character, digit_values};
use crate::text::Text;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Events of one case; nobody's case has more, a loop would.
pub const CASE_EVENTS_MAX: usize = 256;

/// Questions that one correction names; a resident who has to change more applies again.
pub const CORRECTION_FIELDS_MAX: usize = 20;

/// Where a case stands. The order is the order of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// 已提交: the office holds the submission.
    Submitted,
    /// 已收件: an official has it on the desk.
    Received,
    /// 补正: everything missing was told at once; the clock stands.
    CorrectionRequested,
    /// 补正完成: the resident brought it.
    Corrected,
    /// 已受理: the promised days count from here.
    Accepted,
    /// 不予受理: not taken on, with a notice why.
    RefusedAcceptance,
    /// 办理中
    Processing,
    /// 特别程序: hearing, expertise, publication; the clock stands.
    Suspended,
    /// 准予
    Approved,
    /// 不予
    Denied,
    /// 办结
    Concluded,
    /// 已送达
    Delivered,
    /// 已撤回 by the resident.
    Withdrawn,
    /// 转报: went to another level.
    Forwarded,
}

impl CaseState {
    /// The word in JSON, in the database and in signed bytes.
    pub fn code(self) -> &'static str {
        match self {
            CaseState::Submitted => "submitted",
            CaseState::Received => "received",
            CaseState::CorrectionRequested => "correction_requested",
            CaseState::Corrected => "corrected",
            CaseState::Accepted => "accepted",
            CaseState::RefusedAcceptance => "refused_acceptance",
            CaseState::Processing => "processing",
            CaseState::Suspended => "suspended",
            CaseState::Approved => "approved",
            CaseState::Denied => "denied",
            CaseState::Concluded => "concluded",
            CaseState::Delivered => "delivered",
            CaseState::Withdrawn => "withdrawn",
            CaseState::Forwarded => "forwarded",
        }
    }

    /// Reads [`CaseState::code`].
    pub fn from_code(code: &str) -> Option<CaseState> {
        serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
    }

    /// What the resident reads.
    pub fn label(self) -> Text {
        let (zh, en) = match self {
            CaseState::Submitted => ("已提交", "Submitted"),
            CaseState::Received => ("已收件", "Received"),
            CaseState::CorrectionRequested => ("需要补充材料", "Something is missing"),
            CaseState::Corrected => ("补正完成", "Completed by you"),
            CaseState::Accepted => ("已受理", "Accepted"),
            CaseState::RefusedAcceptance => ("不予受理", "Not accepted"),
            CaseState::Processing => ("办理中", "In progress"),
            CaseState::Suspended => ("特别程序中", "On hold"),
            CaseState::Approved => ("准予", "Approved"),
            CaseState::Denied => ("不予批准", "Not approved"),
            CaseState::Concluded => ("已办结", "Finished"),
            CaseState::Delivered => ("已送达", "Delivered"),
            CaseState::Withdrawn => ("已撤回", "Withdrawn"),
            CaseState::Forwarded => ("已转报", "Passed on"),
        };
        Text::new(zh, en)
    }

    /// Do days not count now?
    pub fn clock_stopped(self) -> bool {
        matches!(self, CaseState::CorrectionRequested | CaseState::Suspended) || self.is_final()
    }

    /// Will nothing more be decided?
    pub fn is_final(self) -> bool {
        use CaseState::*;
        matches!(self, RefusedAcceptance | Concluded | Delivered | Withdrawn)
    }

    /// May `next` follow? Cases move forward; corrections and suspensions return to the work.
    pub fn may_become(self, next: CaseState) -> bool {
        use CaseState::*;
        match self {
            Submitted => {
                matches!(next, Received | CorrectionRequested | Accepted | RefusedAcceptance | Withdrawn)
            }
            Received | Corrected => {
                matches!(next, CorrectionRequested | Accepted | RefusedAcceptance | Withdrawn | Forwarded)
            }
            CorrectionRequested => matches!(next, Corrected | RefusedAcceptance | Withdrawn),
            Accepted => matches!(next, Processing | Suspended | Approved | Denied | Withdrawn | Forwarded),
            Processing => matches!(next, Suspended | Approved | Denied | Withdrawn | Forwarded),
            Suspended => matches!(next, Processing | Approved | Denied | Withdrawn),
            Forwarded => matches!(next, Processing | Approved | Denied | Withdrawn),
            Approved | Denied => matches!(next, Concluded),
            Concluded => matches!(next, Delivered),
            RefusedAcceptance | Delivered | Withdrawn => false,
        }
    }
}

/// Something that happened to a case; the list of them is the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseEvent {
    /// The state it brought.
    pub state: CaseState,
    /// The office's clock.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub at: Timestamp,
    /// What the resident should know: what is missing, why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub note: Option<Text>,
    /// Questions of the form that the resident has to correct, by their paths: `family.0.name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// Why the events do not make a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    #[error("a case begins with `submitted`")]
    NoBeginning,
    #[error("a case that is {from:?} cannot become {to:?}; look at its events again")]
    IllegalMove { from: CaseState, to: CaseState },
    #[error("a case has at most {CASE_EVENTS_MAX} events")]
    TooManyEvents,
    #[error("a case number looks like 109999-20261122-00007-X; read it again")]
    Number,
}

/// The state that the events add up to.
pub fn state_of(events: &[CaseEvent]) -> Result<CaseState, CaseError> {
    if events.len() > CASE_EVENTS_MAX {
        return Err(CaseError::TooManyEvents);
    }
    let (first, rest) = events.split_first().ok_or(CaseError::NoBeginning)?;
    if first.state != CaseState::Submitted {
        return Err(CaseError::NoBeginning);
    }
    rest.iter().try_fold(first.state, |from, event| {
        let to = event.state;
        if from.may_become(to) { Ok(to) } else { Err(CaseError::IllegalMove { from, to }) }
    })
}

/// Where a joint case stands as a whole: what the resident has to do comes first, then the part that is furthest
/// behind; finished when every part has ended, whatever its end.
pub fn joint_state(parts: &[CaseState]) -> CaseState {
    use CaseState::*;
    if parts.contains(&CorrectionRequested) {
        return CorrectionRequested;
    }
    let has_ended =
        |state: &&CaseState| matches!(state, Concluded | Delivered | RefusedAcceptance | Withdrawn);
    let slowest = parts.iter().filter(|state| !has_ended(state)).min_by_key(|state| **state as u8);
    match (slowest, parts) {
        (Some(state), _) => *state,
        (None, []) => Submitted,
        (None, [first, rest @ ..]) if rest.iter().all(|state| state == first) => *first,
        (None, _) => Concluded,
    }
}

/// The lamp that worries most.
pub fn joint_lamp(parts: &[Lamp]) -> Lamp {
    let rank = |lamp: &Lamp| [Lamp::Off, Lamp::Green, Lamp::Yellow, Lamp::Red].iter().position(|l| l == lamp);
    parts.iter().copied().max_by_key(rank).unwrap_or(Lamp::Off)
}

/// 红黄灯: how a case's promised time stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// The clock stands.
    Off,
    Green,
    /// The last fifth of the promised days, at least the last one.
    Yellow,
    /// Promised days are over.
    Red,
}

/// `used` and `promised` are working days; the holiday calendar is data and belongs to the caller.
pub fn lamp(state: CaseState, used: u32, promised: u32) -> Lamp {
    if state.clock_stopped() {
        return Lamp::Off;
    }
    let warning = (promised / 5).max(1);
    match promised.checked_sub(used) {
        None => Lamp::Red,
        Some(left) if left < warning => Lamp::Yellow,
        Some(_) => Lamp::Green,
    }
}

/// The office's number of a case: region, day, running number, check character: `109999-20261122-00007-X`.
#[derive(Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseNumber(String);

impl CaseNumber {
    /// `region` is the six-digit division code of the office; `sequence` never repeats at one office.
    pub fn issue(region: u32, day: Date, sequence: u64) -> CaseNumber {
        let region = region % 1_000_000;
        let (year, month, day) = (day.year(), day.month(), day.day());
        let body = format!("{region:06}-{year:04}{month:02}{day:02}-{sequence:05}");
        let check = check_character(digit_values(&body));
        CaseNumber(format!("{body}-{check}"))
    }

    /// The number of one department's case inside a joint one, counted from 1: `109999-20261122-00007-X/2`.
    pub fn part(&self, place: usize) -> CaseNumber {
        CaseNumber(format!("{}/{place}", self.joint()))
    }

    /// The number without the part: the one on the resident's receipt.
    pub fn joint(&self) -> &str {
        self.0.split('/').next().unwrap_or(&self.0)
    }

    /// With its hyphens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CaseNumber {
    type Err = CaseError;
    fn from_str(text: &str) -> Result<CaseNumber, CaseError> {
        let (joint, part) = text.split_once('/').map_or((text, None), |(joint, part)| (joint, Some(part)));
        let is_part = |part: &str| {
            !part.starts_with('0')
                && (1..=2).contains(&part.len())
                && part.bytes().all(|c| c.is_ascii_digit())
        };
        if part.is_some_and(|part| !is_part(part)) {
            return Err(CaseError::Number);
        }
        let parts: Vec<&str> = joint.split('-').collect();
        let [region, day, sequence, check] = parts.as_slice() else { return Err(CaseError::Number) };
        // At most 21 digits: so many weights of the check character differ.
        let lengths_fit = region.len() == 6 && day.len() == 8 && (5..=7).contains(&sequence.len());
        let digits = [region, day, sequence].iter().all(|part| part.bytes().all(|c| c.is_ascii_digit()));
        let body = format!("{region}-{day}-{sequence}");
        let checked = *check == check_character(digit_values(&body)).to_string();
        if lengths_fit && digits && checked {
            Ok(CaseNumber(text.to_owned()))
        } else {
            Err(CaseError::Number)
        }
    }
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for CaseNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for CaseNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<CaseNumber, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
