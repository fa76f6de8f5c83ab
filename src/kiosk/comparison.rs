//! Once a day: are all of our running numbers at the office, and none that we do not know?
use super::Kiosk;
use super::letters::{Outcome, random};
use crate::store::Asked;
use jiff::Timestamp;
use jiujin_contract::wire::{ReconcileAnswer, Setback};

/// How often the store is asked whether the comparison is due.
const LOOK_EVERY_MS: u64 = 60_000;

impl Kiosk {
    /// When nothing is on its way and the road is open.
    pub(super) fn compare_with_the_office(&mut self) {
        let (elapsed, now) = (self.now().elapsed_ms, Timestamp::now());
        if elapsed < self.compare_at {
            return;
        }
        self.compare_at = elapsed + LOOK_EVERY_MS;
        let asked = match self.store.comparison_due(now, random()) {
            Ok(true) => self.store.comparison(now, random()),
            Ok(false) => return,
            Err(error) => return self.store_failed(&error),
        };
        match asked {
            Ok(asked) => self.travel(|courier, now| async move {
                Outcome::Compared(asked, courier.compare(asked.span, now).await)
            }),
            Err(error) => self.store_failed(&error),
        }
    }

    pub(super) fn compared(&mut self, asked: Asked, answer: Result<ReconcileAnswer, Setback>) {
        let answer = match answer {
            Ok(answer) => answer,
            // It is due again in a quarter of an hour.
            Err(setback) => return tracing::debug!(%setback, "no comparison with the office"),
        };
        match self.store.settle_comparison(asked, &answer, (Timestamp::now(), random())) {
            Ok(found) if found.is_alarming() => tracing::warn!(
                missing_at_office = found.missing_at_office,
                unknown_here = found.unknown_here,
                "kiosk and office differ; `jiujin doctor` says what to do"
            ),
            Ok(found) => tracing::info!(queued_again = found.queued_again, "kiosk and office agree"),
            Err(error) => self.store_failed(&error),
        }
        self.tell_waiting();
    }
}
