//! When to try again: pure arithmetic on what the office said, how often it failed, and one random number.
use super::Round;
use crate::letter::{Carried, Fate, Passage};
use jiff::{SignedDuration, Timestamp};
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::wire::{Delivery, Setback};

/// The first pause is somewhere up to here, the next up to twice as much, and so on.
pub const PAUSE_FIRST_MS: u64 = 2_000;
/// Pauses stop growing here: 30,000 kiosks then ask a dead office 67 times a second, and no kiosk is later than
/// a quarter of an hour after a repair.
pub const PAUSE_MAX_MS: u64 = 15 * 60 * 1_000;
/// A jitter of nothing would be a busy loop.
pub const PAUSE_MIN_MS: u64 = 250;
/// An office that asks for more than an hour is asked again after an hour.
pub const OFFICE_PACE_S_MAX: u64 = 3_600;

/// What becomes of every letter of a round. `failures` counts attempts since the office was last reached; `random`
/// is any number, so that kiosks do not come back in the same second.
pub fn fates(round: &Round, failures: u32, random: u64, now: Timestamp) -> Vec<(SubmissionId, Fate)> {
    let fate = |delivered: &super::Delivered| match &delivered.delivery {
        Delivery::Delivered(receipt) | Delivery::AlreadyThere(receipt) => Fate::Confirmed(receipt.clone()),
        Delivery::SetBack(setback) => after(setback, delivered.attempts, failures, random, now),
    };
    round.letters.iter().map(|delivered| (delivered.id, fate(delivered))).collect()
}

/// The schedule of each setback.
pub fn after(setback: &Setback, attempts: u32, failures: u32, random: u64, now: Timestamp) -> Fate {
    let reason = setback.code();
    let at = |pause_ms: u64| later(now, pause_ms);
    match setback {
        Setback::RecordRefused(_) | Setback::OtherBytes(_) => Fate::Parked { reason },
        // The letter may be what the office stumbles over: others go on.
        Setback::OfficeCannotProcess(_) | Setback::LyingAnswer(_) => {
            Fate::Later { due_at: at(pause_ms(attempts, random)), reason }
        }
        // Only a technician can change that; ask rarely, keep everything.
        Setback::NotAuthorised(_) | Setback::ForeignRedirect => {
            Fate::RoadClosed { until: at(PAUSE_MAX_MS / 2 + random % (PAUSE_MAX_MS / 2)), reason }
        }
        Setback::RateLimited { retry_after_s: Some(pace) }
        | Setback::OfficeDown { retry_after_s: Some(pace) } => {
            Fate::RoadClosed { until: at(paced_ms(*pace, random)), reason }
        }
        _ => Fate::RoadClosed { until: at(pause_ms(failures, random)), reason },
    }
}

/// What becomes of an attachment. Its pieces are large: on a line that is too slow for them letters still get
/// through, so only what the office asks of everybody closes the road for letters too.
pub fn passage(carried: &Carried, random: u64, now: Timestamp) -> Passage {
    let Some(setback) = &carried.setback else {
        return if carried.complete { Passage::Whole } else { Passage::Onward };
    };
    let attempts = if carried.moved { 0 } else { carried.attempts };
    let everybody = matches!(
        setback,
        Setback::NotAuthorised(_)
            | Setback::ForeignRedirect
            | Setback::RateLimited { .. }
            | Setback::OfficeDown { .. }
    );
    match after(setback, attempts, attempts, random, now) {
        Fate::RoadClosed { until, reason } if everybody => Passage::RoadClosed { until, reason },
        Fate::RoadClosed { until, reason } => Passage::Later { due_at: until, reason, all: true },
        Fate::Later { due_at, reason } => Passage::Later { due_at, reason, all: false },
        Fate::Parked { reason } => Passage::Parked { reason },
        // `after` never confirms; asking again is right whatever it says one day.
        Fate::Confirmed(_) => Passage::Onward,
    }
}

/// Full jitter: anything between nothing and a ceiling that doubles with every failure.
pub fn pause_ms(failures: u32, random: u64) -> u64 {
    let ceiling = PAUSE_FIRST_MS.saturating_mul(1 << failures.min(20)).min(PAUSE_MAX_MS);
    PAUSE_MIN_MS.max(random % (ceiling + 1))
}

/// Never earlier than the office asked, and a quarter spread behind it.
fn paced_ms(pace_s: u64, random: u64) -> u64 {
    let pace = pace_s.min(OFFICE_PACE_S_MAX) * 1_000;
    pace + random % (pace / 4 + PAUSE_MIN_MS)
}

fn later(now: Timestamp, pause_ms: u64) -> Timestamp {
    let pause = SignedDuration::from_millis(i64::try_from(pause_ms).unwrap_or(i64::MAX));
    now.checked_add(pause).unwrap_or(now)
}
