//! Attachments to the office: one at a time, beside the letters, so that neither waits for the other.
use super::Kiosk;
use super::letters::{Outcome, random};
use crate::courier::schedule::passage;
use crate::letter::{Carried, Passage};
use crate::parked;
use crate::session::Happening;
use crate::session::stage::Delivery;
use jiff::Timestamp;
use jiujin_contract::text::Lang;

/// A full disk is not full for less than that.
const STORE_FAILED_PAUSE_MS: u64 = 20_000;

impl Kiosk {
    pub(super) fn carry_due_attachment(&mut self) {
        if self.carrying || self.courier.is_none() || self.now().elapsed_ms < self.carry_at {
            return;
        }
        match self.store.due_enclosure(Timestamp::now()) {
            Ok(None) => {}
            Ok(Some(enclosure)) => {
                self.carrying = true;
                self.travel(|courier, now| async move {
                    Outcome::Carried(Box::new(courier.carry(&enclosure, now).await))
                });
            }
            Err(error) => self.store_failed(&error),
        }
    }

    pub(super) fn carried(&mut self, carried: &Carried) {
        self.carrying = false;
        self.clock_told(carried.office_time);
        let (passage, id) = (passage(carried, random(), Timestamp::now()), carried.letter);
        if let Err(error) = self.store.apply_carried(carried, &passage, Timestamp::now()) {
            // It is still due, and the office has done nothing to be asked at once.
            self.carry_at = self.now().elapsed_ms + STORE_FAILED_PAUSE_MS;
            return self.store_failed(&error);
        }
        match passage {
            Passage::Parked { reason } => {
                let advice = parked::technician(&reason, Lang::En);
                tracing::warn!(%id, advice, "parked for an attachment");
                let delivery = Delivery::Refused { reason };
                self.apply(Happening::OfficeAnswered { submission: id.to_string(), delivery });
                self.tell_waiting();
            }
            Passage::Later { reason, .. } | Passage::RoadClosed { reason, .. } => {
                tracing::info!(%id, reason, "an attachment is not there yet");
            }
            Passage::Whole | Passage::Onward => {}
        }
    }
}
