//! "Is this you?" and "may we use these?": masked identity and consent.
use super::words;
use crate::session::application::Service;
use crate::session::stage::{Face, Who};
use jiujin_contract::calendar;
use jiujin_contract::item::{ConsentOrigin, ConsentPart};
use jiujin_contract::text::Lang;

#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmView {
    pub name: String,
    pub id_number: String,
    /// `None` for a long-term card.
    pub valid_to: Option<String>,
    /// Minutes without a touch after which the kiosk asks whether somebody is still there.
    pub idle_minutes: u64,
    pub resume_minutes: u64,
    /// Where the site has a decoder for the photo on the card.
    pub face: Option<Face>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ConsentView {
    pub service: String,
    /// What is used, one line per place it comes from: a page has room for three, and nobody reads twelve.
    pub what: Vec<(String, ConsentOrigin)>,
    pub from_whom: String,
    pub purpose: String,
    pub recipients: String,
    pub retention: String,
    pub version: String,
    /// For a child: whether the guardian's card was read.
    pub guardian: Option<bool>,
    pub masked_name: String,
}

pub fn confirm(
    who: &Who,
    face: Option<&Face>,
    (idle_minutes, resume_minutes): (u64, u64),
    lang: Lang,
) -> ConfirmView {
    ConfirmView {
        name: who.masked_name(),
        id_number: who.id_number.masked(),
        valid_to: who.valid_to.map(|day| calendar::full_day(day, lang)),
        idle_minutes,
        resume_minutes,
        face: face.cloned(),
    }
}

pub fn consent(who: &Who, service: &Service, guardian: Option<bool>, lang: Lang) -> ConsentView {
    let consent = &service.item.consent;
    ConsentView {
        service: service.item.name.get(lang).to_owned(),
        what: by_origin(&consent.what, lang),
        from_whom: consent.from_whom.get(lang).to_owned(),
        purpose: consent.purpose.get(lang).to_owned(),
        recipients: consent.recipients.get(lang).to_owned(),
        retention: consent.retention.get(lang).to_owned(),
        version: consent.version.clone(),
        guardian,
        masked_name: who.masked_name(),
    }
}

fn by_origin(parts: &[ConsentPart], lang: Lang) -> Vec<(String, ConsentOrigin)> {
    [ConsentOrigin::Card, ConsentOrigin::Shared, ConsentOrigin::Resident]
        .into_iter()
        .filter_map(|origin| {
            let mut parts = parts.iter().filter(|part| part.origin == origin).peekable();
            parts.peek()?;
            Some((words::list(parts.map(|part| part.text.get(lang).to_owned()), lang), origin))
        })
        .collect()
}
