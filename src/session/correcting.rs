//! 补正: a case that the office sent back. What was sent comes from the office, the resident agrees once more, and only
//! the named questions are open.
use super::application::{Application, Service};
use super::stage::{Agreement, Browse, CaseTab, Correcting, NotReopened, Stage, Who};
use super::{Moment, Order, Session, Step};
use jiujin_contract::case::CaseNumber;
use jiujin_contract::form::Provenance;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What was sent before, for as long as the visit lasts, and what the office wants answered anew.
#[derive(Clone, PartialEq)]
pub struct Correction {
    pub case_number: CaseNumber,
    pub service: Arc<Service>,
    pub answers: Value,
    pub provenance: BTreeMap<String, Provenance>,
    /// Paths of questions; none named opens all.
    pub fields: Vec<String>,
}

impl fmt::Debug for Correction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Correction({}, {} questions)", self.case_number, self.fields.len())
    }
}

impl Session {
    /// Asks the office for what was sent; the page of the case says that it does.
    pub(super) fn want_correction(mut self) -> Step {
        let Stage::CaseDetail { who, cases, index, correcting, .. } = &mut self.stage else {
            return self.stay();
        };
        let waits = cases.line(*index).filter(|line| CaseTab::ToCorrect.holds(line.state));
        let Some(line) = waits.filter(|_| *correcting != Correcting::Asked) else { return self.stay() };
        let (case_number, item) = (line.case_number.clone(), line.item.clone());
        let order = Order::Reopen { who: who.clone(), case_number, item };
        *correcting = Correcting::Asked;
        Step { session: self, orders: vec![order] }
    }

    /// The office's answer; whoever left the page meanwhile is not called back.
    pub(super) fn reopened(mut self, answer: Result<Arc<Correction>, NotReopened>) -> Step {
        let Stage::CaseDetail { who, correcting, .. } = &mut self.stage else { return self.stay() };
        if *correcting != Correcting::Asked {
            return self.stay();
        }
        match answer {
            Ok(correction) => {
                let (who, service) = (who.clone(), correction.service.clone());
                let (browse, guardian, correction) = (Browse::default(), None, Some(correction));
                self.go(Stage::Consenting { who, service, browse, guardian, correction })
            }
            Err(why) => {
                let who = who.clone();
                *correcting = Correcting::Failed(why);
                // What is on the table was not true any more.
                let is_stale = why != NotReopened::NoAnswer;
                let orders = is_stale.then_some(Order::FetchCases(who)).into_iter().collect();
                Step { session: self, orders }
            }
        }
    }

    /// With the resident's agreement: the first page with a question that is open.
    pub(super) fn open_correction(
        mut self,
        who: Who,
        agreement: Agreement,
        correction: Arc<Correction>,
        now: Moment,
    ) -> Step {
        self.active_at = now.elapsed_ms;
        let application = Application::correcting(who, agreement, correction, self.lists.clone(), now);
        let first = application.page_from(0);
        self.open_page(application, first)
    }
}

#[cfg(test)]
mod tests;
