//! The resident's cases: asked for, taken back and rated. Nothing of them stays at the kiosk.
use super::Kiosk;
use super::letters::{Outcome, query};
use crate::session::Happening;
use crate::session::application::Service;
use crate::session::correcting::Correction;
use crate::session::stage::{
    CaseLine, CaseList, CaseMoment, CasePart, NotRated, NotReopened, NotTakenBack, Who,
};
use jiff::Timestamp;
use jiujin_contract::case::{CaseEvent, CaseNumber};
use jiujin_contract::identity::IdNumber;
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::wire::{
    AnswersAnswer, AnswersQuery, CaseView, PartView, ProblemKind, Rating, Setback, Withdrawal,
};
use std::sync::Arc;

/// Which agreement covers a look at one's own cases.
const OWN_CASES_CONSENT: &str = "own-cases-1";

impl Kiosk {
    pub(super) fn fetch_cases(&self, who: &Who) -> Option<Happening> {
        if self.courier.is_none() {
            return Some(Happening::CasesKnown { of: who.id_number.clone(), list: CaseList::Offline });
        }
        let number = who.id_number.clone();
        self.travel(|courier, now| async move {
            let Some(query) = query(&courier, &number, OWN_CASES_CONSENT) else {
                return Outcome::Cases(number, Err(Setback::Unreachable));
            };
            let answer = courier.poll_cases(&query, now).await.map(|answer| answer.cases);
            Outcome::Cases(number, answer)
        });
        None
    }

    /// Sends a rating with the proof that this resident's card was read.
    pub(super) fn send_rating(
        &self,
        who: &Who,
        submission: String,
        (level, reasons, anonymous): (u8, &[usize], bool),
    ) -> Option<Happening> {
        let of = who.id_number.clone();
        let (Some(_), Ok(id)) = (&self.courier, SubmissionId::parse(&submission)) else {
            return Some(Happening::Rated { of, submission, answer: Err(NotRated::NoAnswer) });
        };
        let tags = reasons.iter().map(|reason| format!("{level}-{reason}")).collect();
        self.travel(move |courier, now| async move {
            let Some(resident) = query(&courier, &of, OWN_CASES_CONSENT) else {
                return Outcome::Rated(of, submission, Err(Setback::Unreachable));
            };
            let rating = Rating { resident, submission: id, stars: level, tags, anonymous };
            let answer = courier.send_rating(&rating, now).await.map(drop);
            Outcome::Rated(of, submission, answer)
        });
        None
    }

    /// Asks the office to take one case of this resident back.
    pub(super) fn withdraw(&self, who: &Who, case_number: &str) -> Option<Happening> {
        let number = who.id_number.clone();
        let (Some(_), Ok(case_number)) = (&self.courier, case_number.parse()) else {
            return Some(Happening::Withdrawn { of: number, answer: Err(NotTakenBack::NoAnswer) });
        };
        self.travel(|courier, now| async move {
            let Some(resident) = query(&courier, &number, OWN_CASES_CONSENT) else {
                return Outcome::Withdrawn(number, Err(Setback::Unreachable));
            };
            let answer = courier.withdraw(&Withdrawal { resident, case_number }, now).await;
            Outcome::Withdrawn(number, answer.map(|answer| Box::new(answer.case)))
        });
        None
    }

    /// Brings back what was sent with one case of this resident.
    pub(super) fn reopen(&self, who: &Who, case_number: &str, item: &str) -> Option<Happening> {
        let of = who.id_number.clone();
        let refused = |answer| Some(Happening::Reopened { of: who.id_number.clone(), answer: Err(answer) });
        let Some(service) = self.shelf.find(item).cloned() else { return refused(NotReopened::Unknown) };
        let (Some(_), Ok(case)) = (&self.courier, case_number.parse::<CaseNumber>()) else {
            return refused(NotReopened::NoAnswer);
        };
        self.travel(|courier, now| async move {
            let Some(resident) = query(&courier, &of, OWN_CASES_CONSENT) else {
                return Outcome::Reopened(of, case, service, Err(Setback::Unreachable));
            };
            let wanted = AnswersQuery { resident, case_number: case.clone() };
            let answer = courier.answers(&wanted, now).await.map(Box::new);
            Outcome::Reopened(of, case, service, answer)
        });
        None
    }

    pub(super) fn reopened(
        &mut self,
        of: IdNumber,
        case_number: CaseNumber,
        service: Arc<Service>,
        answer: Result<Box<AnswersAnswer>, Setback>,
    ) {
        let answer = match answer {
            Ok(sent) if sent.item.id == service.item.id => {
                let AnswersAnswer { answers, provenance, fields, .. } = *sent;
                let known = |(path, value)| Some((path, serde_json::from_value(value).ok()?));
                let provenance = provenance.into_iter().filter_map(known).collect();
                Ok(Arc::new(Correction { case_number, service, answers, provenance, fields }))
            }
            Ok(_) => Err(NotReopened::Unknown),
            Err(setback) => {
                tracing::info!(%setback, "a case was not opened for corrections");
                Err(match setback {
                    Setback::RecordRefused(problem) if problem.kind == ProblemKind::TooLate => {
                        NotReopened::TooLate
                    }
                    Setback::RecordRefused(_) => NotReopened::Unknown,
                    _ => NotReopened::NoAnswer,
                })
            }
        };
        self.apply(Happening::Reopened { of, answer });
    }

    pub(super) fn cases_told(&mut self, of: IdNumber, answer: Result<Vec<CaseView>, Setback>) {
        let list = answer.map_or(CaseList::Offline, |cases| {
            let lines = cases.iter().map(case_line).collect();
            CaseList::Known { lines, as_of: Timestamp::now().as_millisecond() }
        });
        self.apply(Happening::CasesKnown { of, list });
    }

    pub(super) fn withdrawal_answered(&mut self, of: IdNumber, answer: Result<Box<CaseView>, Setback>) {
        let answer = answer.map(|case| Box::new(case_line(&case))).map_err(|setback| {
            tracing::info!(%setback, "a case was not taken back");
            match setback {
                Setback::RecordRefused(problem) if problem.kind == ProblemKind::TooLate => {
                    NotTakenBack::TooLate
                }
                Setback::RecordRefused(_) => NotTakenBack::Unknown,
                _ => NotTakenBack::NoAnswer,
            }
        });
        self.apply(Happening::Withdrawn { of, answer });
    }

    pub(super) fn rating_answered(&mut self, of: IdNumber, submission: String, answer: Result<(), Setback>) {
        let answer = answer.map_err(|setback| {
            tracing::info!(%setback, "a rating was not taken");
            match setback {
                Setback::RecordRefused(problem) if problem.kind == ProblemKind::AlreadyRated => {
                    NotRated::Before
                }
                Setback::RecordRefused(_) => NotRated::Unknown,
                _ => NotRated::NoAnswer,
            }
        });
        self.apply(Happening::Rated { of, submission, answer });
    }
}

fn case_line(case: &CaseView) -> CaseLine {
    let since =
        |events: &[CaseEvent]| events.last().map_or(case.received_at, |event| event.at).as_millisecond();
    let part = |part: &PartView| CasePart {
        department: part.department.clone(),
        items: part.items.clone(),
        state: part.state,
        updated: since(&part.events),
        note: part.events.last().and_then(|event| event.note.clone()),
        fields: part.events.last().map(|event| event.fields.clone()).unwrap_or_default(),
    };
    let moment = |event: &CaseEvent| CaseMoment {
        at: event.at.as_millisecond(),
        state: event.state,
        note: event.note.clone(),
        fields: event.fields.clone(),
    };
    CaseLine {
        receipt: case.receipt_number.as_str().to_owned(),
        case_number: case.case_number.as_str().to_owned(),
        item: case.item.clone(),
        state: case.state,
        updated: since(&case.events),
        events: case.events.iter().map(moment).collect(),
        withdraw_until: case.withdraw_until.map(Timestamp::as_millisecond),
        submission: case.submission.to_string(),
        may_rate: case.may_rate,
        parts: case.parts.iter().map(part).collect(),
    }
}
