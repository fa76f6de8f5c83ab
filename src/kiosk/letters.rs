//! Letters to the office: what is due goes out as a copy, the verdict comes back as an event.
use super::{Event, Kiosk, Report};
use crate::codes;
use crate::courier::news::NewsError;
use crate::courier::schedule::fates;
use crate::courier::{Courier, Round};
use crate::letter::{Carried, Fate, Letter, Update};
use crate::parked;
use crate::session::Happening;
use crate::session::application::Service;
use crate::session::stage::{Delivery, Who};
use crate::shelf::Shelf;
use crate::store::{Asked, StoreError};
use jiff::Timestamp;
use jiujin_contract::case::CaseNumber;
use jiujin_contract::identity::IdNumber;
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::text::Lang;
use jiujin_contract::wire::{
    AnnounceAnswer, AnswersAnswer, CaseView, Delivery as Delivered, ReconcileAnswer, ResidentQuery, Setback,
};
use serde_json::Value;
use std::sync::Arc;

/// Letters of one announcement for the second confirmation.
const ANNOUNCED_MAX: usize = 100;
/// Time between two looks for second confirmations.
const ANNOUNCE_EVERY_MS: u64 = 20_000;

/// What came back from a journey to the office.
#[derive(Debug)]
pub enum Outcome {
    Delivered(Round),
    Carried(Box<Carried>),
    Announced(Result<AnnounceAnswer, Setback>),
    Compared(Asked, Result<ReconcileAnswer, Setback>),
    News(Result<Option<Box<Update>>, NewsError>),
    /// About the resident with this number.
    LookedUp(IdNumber, Option<Value>),
    Cases(IdNumber, Result<Vec<CaseView>, Setback>),
    Withdrawn(IdNumber, Result<Box<CaseView>, Setback>),
    /// Of one case of this resident, for the service in the form it has here.
    Reopened(IdNumber, CaseNumber, Arc<Service>, Result<Box<AnswersAnswer>, Setback>),
    Rated(IdNumber, String, Result<(), Setback>),
}

impl Kiosk {
    /// The best clock there is: ours plus the offset to the office's.
    fn office_now(&self) -> Timestamp {
        let offset = self.store.office_offset_ms().unwrap_or(0);
        let ours = Timestamp::now().as_millisecond();
        Timestamp::from_millisecond(ours.saturating_add(offset)).unwrap_or_else(|_| Timestamp::now())
    }

    /// Sends a journey off; its outcome comes back as an event.
    pub(super) fn travel<F>(&self, journey: impl FnOnce(Courier, Timestamp) -> F)
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let Some(courier) = self.courier.clone() else { return };
        let (journey, events) = (journey(courier, self.office_now()), self.events.clone());
        tokio::spawn(async move {
            // A loop that is gone needs no verdict: the letter is still in the store.
            let _ = events.send(Event::Answered(Box::new(journey.await))).await;
        });
    }

    /// One journey at a time, with everything that is due; order is kept.
    pub(super) fn send_due_letters(&mut self) {
        if self.courier.is_none() {
            return;
        }
        if self.delivering {
            return self.prepare_next();
        }
        let letters = match std::mem::take(&mut self.ready) {
            none if none.is_empty() => self.next_portion(),
            ready => ready,
        };
        if letters.is_empty() {
            self.compare_with_the_office();
            return self.ask_for_second_confirmation();
        }
        (self.delivering, self.prepared) = (true, false);
        self.travel(|courier, now| async move { Outcome::Delivered(courier.deliver(letters, now).await) });
    }

    /// While one portion is on its way, the loop has time for the next.
    fn prepare_next(&mut self) {
        if !self.prepared {
            self.prepared = true;
            self.ready = self.next_portion();
        }
    }

    /// What is due, written down as being sent. A crash before it goes out queues it again.
    fn next_portion(&mut self) -> Vec<Letter> {
        let now = Timestamp::now();
        let taken = self.store.due(now, self.config.office.batch_letters).and_then(|letters| {
            let ids: Vec<SubmissionId> = letters.iter().map(|letter| letter.sealed.id()).collect();
            if !ids.is_empty() {
                self.store.mark_sending(&ids, now)?;
            }
            Ok(letters)
        });
        taken.unwrap_or_else(|error| {
            self.store_failed(&error);
            Vec::new()
        })
    }

    fn ask_for_second_confirmation(&mut self) {
        let elapsed = self.now().elapsed_ms;
        if elapsed < self.announce_at {
            return;
        }
        self.announce_at = elapsed + ANNOUNCE_EVERY_MS;
        match self.store.announcement(ANNOUNCED_MAX) {
            Ok(letters) if letters.is_empty() => {}
            Ok(letters) => {
                self.travel(|courier, now| async move {
                    Outcome::Announced(courier.announce(letters, now).await)
                });
            }
            Err(error) => self.store_failed(&error),
        }
    }

    /// Asks for a newer catalogue when it is time.
    pub(super) fn fetch_news(&mut self) {
        let elapsed = self.now().elapsed_ms;
        if elapsed < self.news_at || self.courier.is_none() {
            return;
        }
        self.news_at = elapsed + self.config.office.catalogue_interval_s * 1_000;
        match self.store.catalogue_held() {
            Ok(held) => self.travel(|courier, now| async move {
                Outcome::News(courier.fetch_catalogue(&held, now).await.map(|update| update.map(Box::new)))
            }),
            Err(error) => self.store_failed(&error),
        }
    }

    pub(super) fn letter_answered(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Delivered(round) => self.delivered(&round),
            Outcome::Carried(carried) => self.carried(&carried),
            Outcome::Announced(answer) => self.announced(answer),
            Outcome::Compared(asked, answer) => self.compared(asked, answer),
            Outcome::News(news) => self.news_arrived(news),
            Outcome::LookedUp(of, shared) => {
                self.status.online = shared.is_some();
                self.apply(Happening::LookedUp { of, shared });
            }
            Outcome::Cases(of, answer) => self.cases_told(of, answer),
            Outcome::Withdrawn(of, answer) => self.withdrawal_answered(of, answer),
            Outcome::Reopened(of, case, service, answer) => self.reopened(of, case, service, answer),
            Outcome::Rated(of, submission, answer) => self.rating_answered(of, submission, answer),
        }
    }

    fn delivered(&mut self, round: &Round) {
        (self.delivering, self.prepared) = (false, true);
        let now = Timestamp::now();
        self.clock_told(round.office_time);
        let failures = self.store.road().map(|road| road.failures).unwrap_or(0);
        let mut fates = fates(round, failures, random(), now);
        let closed = fates.iter().map(|(_, fate)| fate).find(|fate| matches!(fate, Fate::RoadClosed { .. }));
        if let Some(closed) = closed.cloned() {
            // What was prepared meets the same closed road; it stays at home.
            fates.extend(self.ready.drain(..).map(|letter| (letter.sealed.id(), closed.clone())));
        }
        if let Err(error) = self.store.apply(&fates, now) {
            self.store_failed(&error);
        }
        self.status.online = round.office_time.is_some();
        for letter in &round.letters {
            let delivery = match &letter.delivery {
                Delivered::Delivered(receipt) | Delivered::AlreadyThere(receipt) => Delivery::Accepted {
                    case_number: receipt.receipt.case_number.as_str().to_owned(),
                    unix_ms: receipt.receipt.received_at.as_millisecond(),
                },
                Delivered::SetBack(setback) if setback.parks_the_letter() => {
                    tracing::warn!(id = %letter.id, advice = parked::technician(&setback.code(), Lang::En), "parked");
                    Delivery::Refused { reason: setback.code() }
                }
                Delivered::SetBack(setback) => {
                    tracing::info!(%setback, id = %letter.id, "not delivered yet");
                    continue;
                }
            };
            self.apply(Happening::OfficeAnswered { submission: letter.id.to_string(), delivery });
        }
        self.tell_waiting();
    }

    /// The office's clock came along with an answer.
    pub(super) fn clock_told(&mut self, theirs: Option<Timestamp>) {
        let Some(theirs) = theirs else { return };
        let offset = theirs.as_millisecond() - Timestamp::now().as_millisecond();
        if let Err(error) = self.store.set_office_offset_ms(offset) {
            self.store_failed(&error);
        }
    }

    pub(super) fn tell_waiting(&self) {
        if let Ok(counts) = self.store.counts() {
            (self.outlets.tell)(Report::Waiting(counts.waiting));
        }
    }

    fn announced(&mut self, answer: Result<AnnounceAnswer, Setback>) {
        let Some(courier) = &self.courier else { return };
        let office = courier.identity().office.verifying_key;
        match answer {
            Ok(answer) => {
                if let Err(error) = self.store.settle_announced(&answer, &office, Timestamp::now()) {
                    self.store_failed(&error);
                }
            }
            Err(setback) => tracing::debug!(%setback, "no second confirmation"),
        }
    }

    fn news_arrived(&mut self, news: Result<Option<Box<Update>>, NewsError>) {
        match news {
            Ok(None) => self.status.online = true,
            Ok(Some(update)) => {
                self.status.online = true;
                if let Err(error) = self.store.catalogue_take(&update, Timestamp::now()) {
                    return self.store_failed(&error);
                }
                if let Err(error) = self.restock() {
                    self.store_failed(&error);
                }
            }
            Err(error) => {
                self.status.online = false;
                tracing::info!(%error, "no news of the catalogue");
            }
        }
    }

    /// Visits keep the version they began with: they hold their service.
    fn restock(&mut self) -> Result<(), StoreError> {
        let shown = self.store.catalogue_items(Timestamp::now())?;
        self.shelf = Arc::new(Shelf::new(shown.items).with_board(shown.board));
        self.status.posted(&self.config, &self.shelf.board.site);
        codes::keep_holidays(&mut self.store, &self.shelf.board.holidays)
    }

    /// What the office knows already, under the consent that was just given.
    pub(super) fn look_up(&self, who: &Who, service: &Service) -> Option<Happening> {
        if self.courier.is_none() {
            return Some(Happening::LookedUp { of: who.id_number.clone(), shared: None });
        }
        let (number, consent) = (who.id_number.clone(), service.item.consent.version.clone());
        self.travel(|courier, now| async move {
            let Some(query) = query(&courier, &number, &consent) else {
                return Outcome::LookedUp(number, None);
            };
            let answer = courier.look_up(&query, now).await;
            // A reached office without a file on this resident is an answer too.
            let shared = answer.ok().map(|answer| answer.shared.unwrap_or(Value::Object(Default::default())));
            Outcome::LookedUp(number, shared)
        });
        None
    }

    /// The store refuses: said on the screen and in the log, nothing is lost.
    pub(super) fn store_failed(&mut self, error: &StoreError) {
        tracing::error!(%error, "store");
        self.status.storage = false;
    }
}

/// A question about the resident, their number sealed to the office.
pub(super) fn query(courier: &Courier, number: &IdNumber, consent: &str) -> Option<ResidentQuery> {
    let office = &courier.identity().office;
    ResidentQuery::new(number, consent, &office.sealing_key, &office.device_id).ok()
}

/// Any number, so that kiosks do not come back in the same second.
pub(super) fn random() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness all kiosks share one pause, which still works.
    let _ = getrandom::fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
