//! One errand in progress: the service with its compiled form, and the resident's draft of it.
use super::Moment;
use super::correcting::Correction;
use super::stage::{Agreement, Who};
use jiujin_contract::form::{CodeLists, Draft, Facts, Form, Sent};
use jiujin_contract::identity::{CardKind, Sex};
use jiujin_contract::item::{MaterialSource, ServiceItem};
use serde_json::{Value, json};
use std::sync::Arc;

/// A service item with its form compiled, shared by every visit.
#[derive(Debug, Clone)]
pub struct Service {
    pub item: ServiceItem,
    pub form: Arc<Form>,
}

impl Service {
    /// Whether a material of the service is the resident's own signature.
    pub fn wants_signature(&self) -> bool {
        self.item.guide.materials.iter().any(|material| material.source == MaterialSource::SignedHere)
    }
}

impl PartialEq for Service {
    fn eq(&self, other: &Service) -> bool {
        self.item.id == other.item.id && self.item.version == other.item.version
    }
}

/// The answers so far and under what they were given. A visit keeps the version of the service it began with.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    pub who: Who,
    pub service: Arc<Service>,
    pub agreement: Agreement,
    /// What the office knew already; `None` when it could not be asked.
    pub shared: Option<Value>,
    pub draft: Draft,
    pub signature: Option<Vec<super::stage::Stroke>>,
    /// The case that these answers correct, where they are no new one.
    pub correction: Option<Arc<Correction>>,
}

impl Application {
    pub fn new(
        who: Who,
        service: Arc<Service>,
        agreement: Agreement,
        (shared, lists): (Option<Value>, Arc<CodeLists>),
        now: Moment,
    ) -> Application {
        let facts = Facts::new(facts_json(&who, shared.as_ref(), now)).with_lists(lists);
        let draft = Draft::new(service.form.clone(), &facts, now.timestamp());
        Application { who, service, agreement, shared, draft, signature: None, correction: None }
    }

    /// What was sent before, with the questions open that the office named.
    pub fn correcting(
        who: Who,
        agreement: Agreement,
        correction: Arc<Correction>,
        lists: Arc<CodeLists>,
        now: Moment,
    ) -> Application {
        let service = correction.service.clone();
        let facts = Facts::new(facts_json(&who, None, now)).with_lists(lists);
        let Correction { answers, provenance, fields: open, .. } = correction.as_ref();
        let sent = Sent { answers, provenance, open };
        let draft = Draft::reopened(service.form.clone(), &facts, sent, now.timestamp());
        let (shared, signature) = (None, None);
        Application { who, service, agreement, shared, draft, signature, correction: Some(correction) }
    }

    /// The first page from `page` on; a correction passes over those on which nothing is open.
    pub fn page_from(&self, page: usize) -> usize {
        let pages = self.draft.page_count();
        (page..pages).find(|page| self.is_page_open(*page)).unwrap_or(pages)
    }

    /// The page before `page`, in the same way.
    pub fn page_before(&self, page: usize) -> Option<usize> {
        (0..page).rev().find(|page| self.is_page_open(*page))
    }

    fn is_page_open(&self, page: usize) -> bool {
        self.correction.is_none() || self.draft.is_page_open(page)
    }

    /// Pages of questions, then the signature where one is wanted, then the review.
    pub fn steps(&self) -> usize {
        self.draft.page_count() + usize::from(self.wants_signature()) + 1
    }

    pub fn wants_signature(&self) -> bool {
        self.service.wants_signature()
    }
}

/// What eligibility rules and prefilled answers may look at, as the item's rules see it.
pub fn facts_json(who: &Who, shared: Option<&Value>, now: Moment) -> Value {
    json!({
        "card": card(who),
        "shared": shared,
        "today": now.today.to_string(),
        "age": who.age_on(now.today),
        "answers": {},
    })
}

fn card(who: &Who) -> Value {
    let kind = match who.kind {
        CardKind::Resident => "resident",
        CardKind::Foreign2017 => "foreign_2017",
        CardKind::Foreign2023 => "foreign_2023",
        CardKind::Hmt => "hmt",
    };
    let sex = match who.sex {
        Sex::Male => "male",
        Sex::Female => "female",
        Sex::Unknown => "unknown",
    };
    json!({
        "kind": kind,
        "name": who.name,
        "sex": sex,
        "birth": who.birth.to_string(),
        "address": who.address,
        "id_number": who.id_number.expose(),
        "ethnicity": who.ethnicity,
        "nationality": who.nationality,
        "issuer": who.issuer,
        "valid_to": who.valid_to.map(|day| day.to_string()),
    })
}
