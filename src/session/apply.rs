//! From attract to consent, and everything that can happen on any page.
use super::application::{Application, Service, facts_json};
use super::editing::Editing;
use super::stage::{Agreement, Aim, Browse, CaseList, Guiding, Stage, Tab, Who};
use super::{ADULT_AGE, Happening, Left, Moment, Order, Overlay, Session, Step};
use crate::notice::{CardPrompt, Notice};
use jiujin_contract::identity::IdNumber;
use serde_json::Value;
use std::sync::Arc;

/// Failed reads of one placement after which the resident is told that this card cannot be read here.
const CARD_TRIES_MAX: u8 = 3;
/// Longest search text.
pub(super) const QUERY_CHARS_MAX: usize = 40;

impl Session {
    /// What the visit becomes when `happening` happens, and what has to be done about it.
    pub fn apply(mut self, happening: Happening, now: Moment) -> Step {
        self.today = now.today;
        self.left = self.left.take().filter(|left| now.elapsed_ms < left.until);
        if matches!(happening, Happening::DeadlinePassed) {
            return self.deadline_passed(now);
        }
        if is_touch(&happening) {
            self.active_at = now.elapsed_ms;
            if matches!(self.overlay, Overlay::StillThere { .. }) {
                self.overlay = Overlay::None;
                if matches!(happening, Happening::ActivitySeen) {
                    return self.stay();
                }
            }
        }
        match happening {
            Happening::ActivitySeen => self.stay(),
            Happening::VisitEnded => self.end(false, now),
            Happening::SettingTouched(touch) => {
                self.settings = self.settings.touched(touch);
                self.stay()
            }
            Happening::HelpTouched => {
                self.overlay = if self.overlay == Overlay::Help { Overlay::None } else { Overlay::Help };
                self.stay()
            }
            Happening::WentBack if self.overlay == Overlay::Help => {
                self.overlay = Overlay::None;
                self.stay()
            }
            Happening::ReceiptScanned(receipt) => self.receipt_scanned(receipt),
            Happening::CasesKnown { of, .. }
            | Happening::LookedUp { of, .. }
            | Happening::Withdrawn { of, .. }
            | Happening::Reopened { of, .. }
            | Happening::Rated { of, .. }
                if !self.is_here(&of) =>
            {
                self.stay()
            }
            Happening::CasesKnown { list, of } => {
                let list = self.newest_cases(list);
                self.cases = Some(list.clone());
                self.on_page(Happening::CasesKnown { list, of }, now)
            }
            Happening::Withdrawn { answer, .. } => self.withdrawn(answer),
            Happening::Reopened { answer, .. } => self.reopened(answer),
            Happening::Rated { submission, answer, .. } => self.rated(&submission, answer),
            other => self.on_page(other, now),
        }
    }

    /// A question that found no office takes nothing away: what it told before stands, with the time it was told.
    fn newest_cases(&self, told: CaseList) -> CaseList {
        match (&told, &self.cases) {
            (CaseList::Offline, Some(before @ CaseList::Known { .. })) => before.clone(),
            _ => told,
        }
    }

    /// Whether the visit is this resident's: the office may answer after they have left.
    fn is_here(&self, number: &IdNumber) -> bool {
        self.who().is_some_and(|who| who.id_number == *number)
    }

    fn on_page(self, happening: Happening, now: Moment) -> Step {
        match &self.stage {
            Stage::Attract | Stage::Ended { .. } => self.on_attract(happening, now),
            Stage::Browsing { .. } => self.on_catalogue(happening),
            Stage::Guiding(_) => self.on_guide(happening, now),
            Stage::AskingCard { .. } => self.on_card(happening, now),
            Stage::Confirming { .. } | Stage::Consenting { .. } | Stage::LookingUp { .. } => {
                self.on_identity(happening, now)
            }
            Stage::Filling(_) | Stage::Signing { .. } | Stage::Reviewing { .. } => {
                self.on_application(happening, now)
            }
            _ => self.on_outcome(happening, now),
        }
    }

    fn deadline_passed(mut self, now: Moment) -> Step {
        if self.deadline().is_none_or(|at| now.elapsed_ms < at) {
            return self.stay();
        }
        match (&self.stage, self.overlay) {
            (_, Overlay::StillThere { .. }) => self.keep_answers(now).end(true, now),
            (Stage::Ended { .. }, _) => self.go(Stage::Attract),
            (Stage::LookingUp { who, .. }, _) => {
                let of = who.id_number.clone();
                self.on_identity(Happening::LookedUp { of, shared: None }, now)
            }
            _ => {
                self.overlay = Overlay::StillThere { ends_at: now.elapsed_ms + self.pauses.warning_ms };
                self.stay()
            }
        }
    }

    /// After a time-out the same card may go on where it stopped; whoever ends the visit keeps nothing. A visit without
    /// answers, a passer-by's, leaves those of the one before alone.
    fn keep_answers(mut self, now: Moment) -> Session {
        let until = now.elapsed_ms + self.pauses.resume_ms;
        let unfinished = self.unfinished();
        let left = unfinished
            .map(|(application, page)| Box::new(Left { application: application.clone(), page, until }));
        self.left = left.or(self.left);
        self
    }

    /// Everything the visit knew is dropped here; the screen is wiped before anything else is drawn.
    fn end(mut self, timed_out: bool, now: Moment) -> Step {
        self.active_at = now.elapsed_ms;
        self.settings = self.house_settings;
        self.overlay = Overlay::None;
        self.cases = None;
        let nobody = matches!(self.stage, Stage::Attract | Stage::Ended { .. }) || self.who().is_none();
        self.stage = if nobody { Stage::Attract } else { Stage::Ended { timed_out } };
        Step { session: self, orders: vec![Order::WipeScreen] }
    }

    fn on_attract(self, happening: Happening, now: Moment) -> Step {
        match happening {
            Happening::Woke => self.browse(None, Browse::default()),
            Happening::CardRead(who) => self.card_read(who, Aim::Catalogue, Browse::default(), now),
            Happening::CardReading => {
                self.ask_card(Aim::Catalogue, Browse::default(), CardPrompt::Reading, 0)
            }
            // A forgotten card is nobody's request.
            Happening::CardFailed(CardPrompt::StillThere) => self.stay(),
            Happening::CardFailed(prompt) => self.ask_card(Aim::Catalogue, Browse::default(), prompt, 1),
            Happening::CardWanted => self.ask_card(Aim::Catalogue, Browse::default(), CardPrompt::Place, 0),
            _ => self.stay(),
        }
    }

    fn on_catalogue(mut self, happening: Happening) -> Step {
        let Stage::Browsing { who, browse } = &mut self.stage else { return self.stay() };
        match happening {
            Happening::TabChosen(tab) => *browse = Browse { tab, ..Browse::default() },
            Happening::GroupOpened(group) => {
                *browse = Browse { open: Some(group), first: 0, query: None, ..*browse }
            }
            Happening::SearchOpened => browse.query = Some(Editing::new("", "", QUERY_CHARS_MAX)),
            Happening::FieldClosed => browse.query = None,
            Happening::Typed(keystroke) => {
                if let Some(query) = &mut browse.query {
                    query.press(keystroke);
                    browse.first = 0;
                }
            }
            Happening::Paged(by) => browse.first = browse.first.saturating_add_signed(by),
            Happening::ServiceChosen(service) => {
                let (who, browse) = (who.clone(), browse.clone());
                return self.guide(who, service, browse);
            }
            Happening::CardWanted => {
                let browse = browse.clone();
                return self.ask_card(Aim::Catalogue, browse, CardPrompt::Place, 0);
            }
            Happening::CasesWanted => {
                let who = who.clone();
                return self.want_cases(who, None);
            }
            Happening::WentBack => return self.back_from_catalogue(),
            _ => {}
        }
        self.stay()
    }

    fn back_from_catalogue(mut self) -> Step {
        let Stage::Browsing { who, browse } = &mut self.stage else { return self.stay() };
        if browse.query.is_some() || browse.open.is_some() {
            *browse = Browse { tab: browse.tab, ..Browse::default() };
            return self.stay();
        }
        if browse.tab != Tab::default() {
            *browse = Browse::default();
            return self.stay();
        }
        if who.is_some() { self.stay() } else { self.go(Stage::Attract) }
    }

    fn on_guide(self, happening: Happening, now: Moment) -> Step {
        let Stage::Guiding(guiding) = self.stage.clone() else { return self.stay() };
        let Guiding { who, service, browse, page, shared } = *guiding;
        match (happening, who) {
            (Happening::BeginRefused(notice), who) => self.go(Stage::Unavailable { notice, who }),
            (Happening::Started, None) => self.ask_card(Aim::Service(service), browse, CardPrompt::Place, 0),
            (Happening::Started, Some(who)) => self.begin(who, service, browse, now),
            (Happening::WentBack, who) => self.browse(who, browse),
            (Happening::Paged(by), who) => {
                let page = page.saturating_add_signed(by);
                self.go(Stage::Guiding(Box::new(Guiding { who, service, browse, page, shared })))
            }
            _ => self.stay(),
        }
    }

    fn on_card(self, happening: Happening, now: Moment) -> Step {
        let Stage::AskingCard { aim, browse, prompt, failures } = self.stage.clone() else {
            return self.stay();
        };
        match happening {
            Happening::CardReading => self.ask_card(aim, browse, CardPrompt::Reading, failures),
            Happening::CardRead(who) => self.card_read(who, aim, browse, now),
            Happening::CardFailed(CardPrompt::Lifted) if failures + 1 >= CARD_TRIES_MAX => {
                self.ask_card(aim, browse, CardPrompt::Unreadable, failures + 1)
            }
            Happening::CardFailed(prompt) => {
                let failures = failures + u8::from(prompt != CardPrompt::StillThere);
                self.ask_card(aim, browse, prompt, failures)
            }
            Happening::CardWanted if prompt != CardPrompt::Reading => {
                self.ask_card(aim, browse, CardPrompt::Place, 0)
            }
            Happening::WentBack => match aim {
                Aim::Service(service) => self.guide(None, service, browse),
                Aim::Catalogue | Aim::Cases(_) => self.browse(None, browse),
            },
            _ => self.stay(),
        }
    }

    fn on_identity(mut self, happening: Happening, now: Moment) -> Step {
        if matches!(happening, Happening::IdentityConfirmed(_)) {
            self.cases = None;
        }
        match (self.stage.clone(), happening) {
            (
                Stage::Confirming { who, aim: Aim::Catalogue | Aim::Service(_), .. },
                Happening::IdentityConfirmed(true),
            ) if self.left.as_ref().is_some_and(|left| left.application.who.id_number == who.id_number) => {
                self.resume()
            }
            (Stage::Confirming { who, aim, browse, .. }, Happening::IdentityConfirmed(true)) => match aim {
                Aim::Catalogue => self.browse(Some(who), browse),
                Aim::Service(service) => self.begin(who, service, browse, now),
                Aim::Cases(receipt) => self.open_cases(who, receipt),
            },
            (
                Stage::Confirming { aim, browse, .. },
                Happening::IdentityConfirmed(false) | Happening::WentBack,
            ) => self.ask_card(aim, browse, CardPrompt::Place, 0),
            (Stage::Confirming { who, aim, browse, .. }, Happening::FaceKnown(face))
                if face.of == who.id_number =>
            {
                self.go(Stage::Confirming { who, aim, browse, face: Some(face) })
            }
            (Stage::Consenting { who, service, guardian, correction, .. }, Happening::Agreed)
                if guardian.is_some() || !self.is_child(&who) =>
            {
                let agreement = Agreement { at: now.unix_ms, guardian };
                match correction {
                    Some(correction) => self.open_correction(who, agreement, correction, now),
                    None => self.look_up(who, service, agreement),
                }
            }
            (
                Stage::Consenting { who, service, browse, guardian: None, correction },
                Happening::CardRead(adult),
            ) if self.is_child(&who) && may_be_guardian(&adult, now) => {
                self.go(Stage::Consenting { who, service, browse, guardian: Some(adult), correction })
            }
            (
                Stage::Consenting { who, service, browse, correction, .. },
                Happening::Declined | Happening::WentBack,
            ) => match correction {
                Some(_) => self.open_cases(who, None),
                None => self.guide(Some(who), service, browse),
            },
            (Stage::LookingUp { who, service, agreement }, Happening::LookedUp { shared, .. }) => {
                self.open_form(who, service, agreement, shared, now)
            }
            _ => self.stay(),
        }
    }

    fn resume(mut self) -> Step {
        match self.left.take() {
            Some(left) => self.open_page(left.application, left.page),
            None => self.stay(),
        }
    }

    fn look_up(self, who: Who, service: Arc<Service>, agreement: Agreement) -> Step {
        let order = Order::LookUp { who: who.clone(), service: service.clone() };
        let mut step = self.go(Stage::LookingUp { who, service, agreement });
        step.orders.push(order);
        step
    }

    fn open_form(
        mut self,
        who: Who,
        service: Arc<Service>,
        agreement: Agreement,
        shared: Option<Value>,
        now: Moment,
    ) -> Step {
        if shared.is_none() && service.item.needs_network {
            return self.go(Stage::Unavailable { notice: Notice::OfficeUnreachable, who: Some(who) });
        }
        self.active_at = now.elapsed_ms;
        if !service.item.eligibility.check(&facts_json(&who, shared.as_ref(), now)).is_empty() {
            let guiding = Guiding { who: Some(who), service, browse: Browse::default(), page: 0, shared };
            return self.go(Stage::Guiding(Box::new(guiding)));
        }
        let application = Application::new(who, service, agreement, (shared, self.lists.clone()), now);
        self.open_page(application, 0)
    }

    fn card_read(self, who: Who, aim: Aim, browse: Browse, now: Moment) -> Step {
        if who.expired_on(now.today) {
            return self.ask_card(aim, browse, CardPrompt::Expired, 0);
        }
        self.go(Stage::Confirming { who, aim, browse, face: None })
    }

    /// Straight to consent, or back to the guide, which then shows why not and where to go instead.
    fn begin(self, who: Who, service: Arc<Service>, browse: Browse, now: Moment) -> Step {
        if service.item.eligibility.check(&facts_json(&who, None, now)).is_empty() {
            self.go(Stage::Consenting { who, service, browse, guardian: None, correction: None })
        } else {
            self.guide(Some(who), service, browse)
        }
    }

    fn guide(self, who: Option<Who>, service: Arc<Service>, browse: Browse) -> Step {
        self.go(Stage::Guiding(Box::new(Guiding { who, service, browse, page: 0, shared: None })))
    }

    pub(super) fn ask_card(self, aim: Aim, browse: Browse, prompt: CardPrompt, failures: u8) -> Step {
        self.go(Stage::AskingCard { aim, browse, prompt, failures })
    }

    /// To the catalogue; a resident sees there how far their cases are.
    pub(super) fn browse(self, who: Option<Who>, browse: Browse) -> Step {
        let asked = who.clone().filter(|_| self.cases.is_none()).map(Order::FetchCases);
        let mut step = self.go(Stage::Browsing { who, browse });
        step.orders.extend(asked);
        step
    }

    pub(super) fn go(mut self, stage: Stage) -> Step {
        self.stage = stage;
        self.stay()
    }

    pub(super) fn stay(self) -> Step {
        Step { session: self, orders: vec![] }
    }
}

/// Somebody of age with a card that is valid today.
fn may_be_guardian(adult: &Who, now: Moment) -> bool {
    adult.age_on(now.today) >= ADULT_AGE && !adult.expired_on(now.today)
}

/// Whether somebody at the kiosk did this; only then the idle time starts again.
fn is_touch(happening: &Happening) -> bool {
    !matches!(
        happening,
        Happening::LookedUp { .. }
            | Happening::Committed { .. }
            | Happening::CommitFailed(_)
            | Happening::OfficeAnswered { .. }
            | Happening::CasesKnown { .. }
            | Happening::Withdrawn { .. }
            | Happening::Reopened { .. }
            | Happening::Rated { .. }
            | Happening::FaceKnown(_)
            | Happening::Printed
            | Happening::PrintFailed
            | Happening::CardFailed(CardPrompt::OutOfOrder | CardPrompt::StillThere)
            | Happening::DeadlinePassed
    )
}
