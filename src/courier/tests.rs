use super::schedule::{OFFICE_PACE_S_MAX, PAUSE_FIRST_MS, PAUSE_MAX_MS, PAUSE_MIN_MS, after, pause_ms};
use super::*;
use crate::letter::Fate;
use jiujin_contract::wire::{Problem, ProblemKind};

mod certificates;
mod flapping;
mod liars;

fn now() -> Timestamp {
    Timestamp::from_second(1_795_348_800).unwrap()
}

fn pause(fate: &Fate) -> u64 {
    let (Fate::Later { due_at: at, .. } | Fate::RoadClosed { until: at, .. }) = fate else {
        panic!("{fate:?}")
    };
    (at.as_millisecond() - now().as_millisecond()) as u64
}

#[test]
fn pauses_double_up_to_a_quarter_of_an_hour_and_are_spread() {
    for failures in 0..64 {
        let ceiling = (PAUSE_FIRST_MS << failures.min(20)).min(PAUSE_MAX_MS);
        for random in [0, 1, 12_345, u64::MAX, 0xDEAD_BEEF_DEAD_BEEF] {
            let pause = pause_ms(failures, random);
            assert!((PAUSE_MIN_MS..=ceiling).contains(&pause), "{failures} {random}: {pause}");
        }
    }
    assert_ne!(pause_ms(5, 7_777), pause_ms(5, 31_415));
}

#[test]
fn the_offices_pace_is_kept_but_not_for_ever() {
    let pace = |s| pause(&after(&Setback::RateLimited { retry_after_s: Some(s) }, 0, 9, u64::MAX, now()));
    assert!(pace(30) >= 30_000 && pace(30) <= 38_000);
    assert!(pace(u64::MAX) <= OFFICE_PACE_S_MAX * 1_250 + PAUSE_MIN_MS);
}

#[test]
fn every_setback_has_its_schedule() {
    let problem = |kind| Problem::new(kind, "x");
    let parked = [
        Setback::RecordRefused(problem(ProblemKind::InvalidAnswers)),
        Setback::OtherBytes(problem(ProblemKind::OtherBytes)),
    ];
    for setback in parked {
        assert!(matches!(after(&setback, 0, 0, 1, now()), Fate::Parked { .. }), "{setback:?}");
    }
    let letter_only =
        [Setback::OfficeCannotProcess(problem(ProblemKind::OfficeFailure)), Setback::LyingAnswer("x")];
    for setback in letter_only {
        assert!(matches!(after(&setback, 3, 0, 1, now()), Fate::Later { .. }), "{setback:?}");
    }
    let road = [
        Setback::NotAuthorised(problem(ProblemKind::DeviceRevoked)),
        Setback::ClockWrong { office_time: now() },
        Setback::SignAgain,
        Setback::RateLimited { retry_after_s: None },
        Setback::OfficeDown { retry_after_s: Some(3) },
        Setback::CaptivePortal,
        Setback::ForeignRedirect,
        Setback::BadCertificate,
        Setback::Unreachable,
        Setback::TimedOut,
        Setback::NotUnderstood { status: 418 },
    ];
    for setback in road {
        let fate = after(&setback, 0, 2, 99, now());
        assert!(matches!(&fate, Fate::RoadClosed { reason, .. } if *reason == setback.code()), "{setback:?}");
        assert!(pause(&fate) <= PAUSE_MAX_MS);
    }
}
