//! Takes sealed letters to the office and brings its word back; asks for the catalogue and for a resident's
//! cases. Owns nothing but a connection: what it learns returns as plain values, the loop writes it down.
// A setback carries the office's whole problem; it is moved once per journey.
#![allow(clippy::result_large_err)]

pub mod enclosures;
pub mod news;
pub mod schedule;
#[cfg(test)]
mod tests;
pub mod verdict;

use crate::config::{self, Config};
use crate::crash_point;
use crate::enrol::{EnrolError, Identity};
use crate::letter::Letter;
use jiff::Timestamp;
use jiujin_contract::sealing::Digest;
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::wire::{
    self, AnnounceAnswer, Announced, Answer, AnswersAnswer, AnswersQuery, BODY_BYTES_MAX, CasesAnswer,
    Delivery, DirectoryAnswer, HEADER_OFFICE_TIME, Rating, RatingAnswer, ReconcileAnswer, ReconcileRequest,
    Request, ResidentQuery, Setback, Signer, WithdrawAnswer, Withdrawal,
};
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    #[error("no secure connections can be made: {0}; check the system's certificates")]
    Client(reqwest::Error),
}

/// A cheap handle; every delivery gets its own copy.
#[derive(Clone)]
pub struct Courier {
    line: Line,
    identity: Arc<Identity>,
}

/// What became of one letter of a round.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    pub id: SubmissionId,
    /// Before this one.
    pub attempts: u32,
    pub delivery: Delivery,
}

/// One journey with up to twenty letters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Round {
    pub letters: Vec<Delivered>,
    /// The office's clock, if it answered.
    pub office_time: Option<Timestamp>,
}

impl Courier {
    /// `None` while the kiosk is not enrolled: it then keeps what it is given.
    pub fn new(config: &Config) -> Result<Option<Courier>, CourierError> {
        let Some(identity) = Identity::load(&config.storage.data_dir)? else { return Ok(None) };
        Courier::with(identity, config).map(Some)
    }

    /// The same with an identity at hand.
    pub fn with(identity: Identity, config: &Config) -> Result<Courier, CourierError> {
        let line = Line::new(identity.office_url(&config.office), &config.office)?;
        Ok(Courier { line, identity: Arc::new(identity) })
    }

    /// Who this kiosk is at its office.
    pub fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// Delivers one letter by PUT or several as a batch. `now` is the best clock there is: ours plus the offset to
    /// the office's. One letter that the office cannot take never stops the others.
    pub async fn deliver(&self, letters: Vec<Letter>, now: Timestamp) -> Round {
        let mut round = Round::default();
        crash_point::reach("before_send");
        if letters.len() > 1 {
            match self.deliver_together(&letters, now, &mut round).await {
                // The batch itself was the trouble, or one letter in it: each for itself.
                Some(setback) if setback.parks_the_letter() || !setback.pauses_the_courier() => {}
                Some(setback) => return self.none_delivered(&letters, setback, round),
                None => return round,
            }
        }
        for letter in &letters {
            let delivery = self.deliver_alone(letter, now, &mut round).await;
            let closed = match &delivery {
                Delivery::SetBack(setback) if setback.pauses_the_courier() => Some(setback.clone()),
                _ => None,
            };
            round.letters.push(Delivered { id: letter.sealed.id(), attempts: letter.attempts, delivery });
            if let Some(setback) = closed {
                let rest = &letters[round.letters.len()..];
                return self.none_delivered(rest, setback, round);
            }
        }
        round
    }

    fn none_delivered(&self, letters: &[Letter], setback: Setback, mut round: Round) -> Round {
        round.letters.extend(letters.iter().map(|letter| Delivered {
            id: letter.sealed.id(),
            attempts: letter.attempts,
            delivery: Delivery::SetBack(setback.clone()),
        }));
        round
    }

    async fn deliver_alone(&self, letter: &Letter, now: Timestamp, round: &mut Round) -> Delivery {
        let (id, digest) = (letter.sealed.id(), letter.sealed.digest());
        let key = &self.identity.office.verifying_key;
        let request = Request::put_submission(&letter.sealed);
        let read = |raw: &Raw| match wire::delivery(&raw.answer(), id, digest, key) {
            Delivery::SetBack(setback) => Err(setback),
            delivered => Ok(delivered),
        };
        let (found, office_time) = self.ask(request, now, read).await;
        round.office_time = office_time.or(round.office_time);
        found.unwrap_or_else(Delivery::SetBack)
    }

    async fn deliver_together(
        &self,
        letters: &[Letter],
        now: Timestamp,
        round: &mut Round,
    ) -> Option<Setback> {
        let sent: Vec<(SubmissionId, Digest)> =
            letters.iter().map(|letter| (letter.sealed.id(), letter.sealed.digest())).collect();
        let key = &self.identity.office.verifying_key;
        let request = Request::batch(letters.iter().map(|letter| &letter.sealed));
        let read = |raw: &Raw| wire::deliveries(&raw.answer(), &sent, key);
        let (found, office_time) = self.ask(request, now, read).await;
        round.office_time = office_time.or(round.office_time);
        match found {
            Ok(deliveries) => {
                let attempts = letters.iter().map(|letter| letter.attempts);
                let told = deliveries.into_iter().zip(attempts);
                round.letters =
                    told.map(|((id, delivery), attempts)| Delivered { id, attempts, delivery }).collect();
                None
            }
            Err(setback) => Some(setback),
        }
    }

    /// What this kiosk holds; the answer says what the office has. For reconciliation and for the second
    /// confirmation, after which contents are purged.
    pub async fn announce(&self, letters: Vec<Announced>, now: Timestamp) -> Result<AnnounceAnswer, Setback> {
        self.ask(Request::announce(letters), now, |raw| raw.answer().read()).await.0
    }

    /// Which of the kiosk's running numbers the office has; the daily comparison.
    pub async fn compare(&self, span: ReconcileRequest, now: Timestamp) -> Result<ReconcileAnswer, Setback> {
        self.ask(Request::reconcile(span), now, |raw| raw.answer().read()).await.0
    }

    /// The cases of the resident at the kiosk.
    pub async fn poll_cases(&self, query: &ResidentQuery, now: Timestamp) -> Result<CasesAnswer, Setback> {
        self.ask(Request::cases(query), now, |raw| raw.answer().read()).await.0
    }

    /// Takes a case of the resident at the kiosk back; the same answer however often it is asked.
    pub async fn withdraw(&self, wanted: &Withdrawal, now: Timestamp) -> Result<WithdrawAnswer, Setback> {
        self.ask(Request::withdraw(wanted), now, |raw| raw.answer().read()).await.0
    }

    /// What was sent with a case that asks for corrections.
    pub async fn answers(&self, query: &AnswersQuery, now: Timestamp) -> Result<AnswersAnswer, Setback> {
        self.ask(Request::answers(query), now, |raw| raw.answer().read()).await.0
    }

    /// What the office knows of a resident who agreed to its use.
    pub async fn look_up(&self, query: &ResidentQuery, now: Timestamp) -> Result<DirectoryAnswer, Setback> {
        self.ask(Request::directory(query), now, |raw| raw.answer().read()).await.0
    }

    pub async fn send_rating(&self, rating: &Rating, now: Timestamp) -> Result<RatingAnswer, Setback> {
        self.ask(Request::rate(rating), now, |raw| raw.answer().read()).await.0
    }

    /// Signs, sends and reads; signs once more with the office's clock if ours was the trouble.
    async fn ask<T>(
        &self,
        request: Request,
        now: Timestamp,
        read: impl Fn(&Raw) -> Result<T, Setback>,
    ) -> (Result<T, Setback>, Option<Timestamp>) {
        let (found, office_time) = self.ask_once(request.clone(), now, &read).await;
        match found {
            Err(Setback::ClockWrong { office_time }) => {
                let (found, later) = self.ask_once(request, office_time, &read).await;
                (found, later.or(Some(office_time)))
            }
            Err(Setback::SignAgain) => self.ask_once(request, now, &read).await,
            other => (other, office_time),
        }
    }

    async fn ask_once<T>(
        &self,
        request: Request,
        now: Timestamp,
        read: &impl Fn(&Raw) -> Result<T, Setback>,
    ) -> (Result<T, Setback>, Option<Timestamp>) {
        let signer = Signer { device: &self.identity.office.device_id, key: &self.identity.key, now };
        let Ok(signed) = request.signed(&signer) else {
            return (Err(Setback::LyingAnswer("the request could not be signed; enrol again")), None);
        };
        match self.line.exchange(signed, BODY_BYTES_MAX).await {
            Ok(raw) => {
                crash_point::reach("after_send");
                (read(&raw), raw.office_time)
            }
            Err(setback) => (Err(setback), None),
        }
    }
}

/// An answer as it came over the line.
pub(crate) struct Raw {
    status: u16,
    content_type: Option<String>,
    retry_after: Option<String>,
    etag: Option<String>,
    office_time: Option<Timestamp>,
    body: Vec<u8>,
}

impl Raw {
    pub(crate) fn answer(&self) -> Answer<'_> {
        Answer {
            status: self.status,
            content_type: self.content_type.as_deref(),
            retry_after: self.retry_after.as_deref(),
            body: &self.body,
        }
    }
}

/// One office's address and the connections to it.
#[derive(Clone)]
pub(crate) struct Line {
    client: reqwest::Client,
    base: String,
}

impl Line {
    pub(crate) fn new(url: &str, office: &config::Office) -> Result<Line, CourierError> {
        let secure = url.starts_with("https://");
        let builder = reqwest::Client::builder()
            .user_agent(concat!("jiujin/", env!("CARGO_PKG_VERSION")))
            // The office makes no redirects; who does is somebody else.
            .redirect(reqwest::redirect::Policy::none())
            .https_only(secure)
            .connect_timeout(Duration::from_secs(office.connect_timeout_s))
            .timeout(Duration::from_secs(office.answer_timeout_s));
        let builder = if secure { builder } else { builder.no_proxy() };
        let client = builder.build().map_err(CourierError::Client)?;
        Ok(Line { client, base: url.trim_end_matches('/').to_owned() })
    }

    /// Sends a request and reads at most `bytes_max` of the answer.
    pub(crate) async fn exchange(&self, request: Request, bytes_max: usize) -> Result<Raw, Setback> {
        let method = match request.method {
            "PUT" => reqwest::Method::PUT,
            "POST" => reqwest::Method::POST,
            _ => reqwest::Method::GET,
        };
        let mut call = self.client.request(method, format!("{}{}", self.base, request.path));
        for (name, value) in request.headers {
            call = call.header(name, value);
        }
        let failed = |error: reqwest::Error| verdict::of_error(&error);
        let mut answer = call.body(request.body).send().await.map_err(failed)?;
        let header =
            |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (content_type, retry_after, etag) =
            (header("content-type"), header("retry-after"), header("etag"));
        let office_time = header(HEADER_OFFICE_TIME).and_then(|time| time.parse().ok());
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > bytes_max {
                // Endless data is not the office's.
                return Err(Setback::CaptivePortal);
            }
        }
        Ok(Raw { status, content_type, retry_after, etag, office_time, body })
    }
}
