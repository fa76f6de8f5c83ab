//! What stands on the screen as plain data, made anew from the session after every event. The loop
//! compares it with the last one and hands over the whole; nothing is ever shown or hidden piecemeal.
use super::catalogue::{GuideView, HomeView, SearchView};
use super::form::{CheckView, FormView, SignView};
use super::identity::{ConfirmView, ConsentView};
use super::outcome::{CaseDetailView, CasesView, DocumentView, RatingView, ReceiptView};
use super::words;
use super::{Status, catalogue, form, identity, outcome};
use crate::codes::Codes;
use crate::config::Config;
use crate::notice::{CardPrompt, Notice};
use crate::session::settings::Settings;
use crate::session::stage::Stage;
use crate::session::{Moment, Overlay, Pauses, Session};
use crate::shelf::Shelf;
use crate::typing::{KeyboardView, Typing};
use jiujin_contract::catalogue::board::{Board, Posting};
use jiujin_contract::text::Lang;

#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub page: Page,
    pub frame: Frame,
    pub settings: Settings,
    pub overlay: OverlayView,
    pub keyboard: Option<KeyboardView>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    Attract {
        services: usize,
        notices: Vec<NoticeLine>,
    },
    Home(HomeView),
    Search(SearchView),
    Guide(GuideView),
    Card(CardPrompt),
    Confirm(ConfirmView),
    Consent(ConsentView),
    /// The office is being asked what it knows already.
    LookingUp,
    Form(FormView),
    Sign(SignView),
    Check(CheckView),
    Saving,
    Receipt(Box<ReceiptView>),
    Document(DocumentView),
    Cases(CasesView),
    CaseDetail(CaseDetailView),
    Rating(RatingView),
    Unavailable {
        notice: Notice,
        checked_at: String,
    },
    Goodbye {
        timed_out: bool,
        /// Minutes for which the card can go on where it stopped; 0 when nothing was kept.
        resume_minutes: u64,
    },
}

/// A notice of the office, on its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeLine {
    pub title: String,
    pub body: String,
}

/// The same on every page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Frame {
    pub centre: String,
    pub staff: String,
    pub reader: bool,
    pub date: String,
    pub time: String,
    pub masked_name: Option<String>,
    pub minutes_left: u64,
    pub notice: Option<Notice>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum OverlayView {
    None,
    Help,
    StillThere {
        seconds_left: u64,
        seconds_all: u64,
        /// How long unfinished answers will wait for the card; 0 when there are none.
        keep_minutes: u64,
    },
}

impl View {
    /// The first page, before the store and the catalogue are read.
    pub fn at_start(config: &Config) -> View {
        let unix_ms = jiff::Timestamp::now().as_millisecond();
        let today = words::local_time(unix_ms, config.site.utc_offset_min).date();
        let session = Session::new(super::house_settings(config), Pauses::default());
        View {
            page: Page::Attract { services: jiujin_contract::catalogue::day_one_count(), notices: vec![] },
            frame: frame(&session, &Status::new(config), Moment { elapsed_ms: 0, unix_ms, today }),
            settings: session.settings,
            overlay: OverlayView::None,
            keyboard: None,
        }
    }

    pub fn of(
        session: &Session,
        (shelf, codes): (&Shelf, &dyn Codes),
        status: &Status,
        typing: &Typing,
        now: Moment,
    ) -> View {
        View {
            page: page(session, (shelf, codes), typing, (now, status)),
            frame: frame(session, status, now),
            settings: session.settings,
            overlay: overlay(session, now),
            keyboard: typing.view(),
        }
    }
}

fn notices(board: &Board, now: Moment, lang: Lang) -> Vec<NoticeLine> {
    let line = |notice: &Posting| NoticeLine {
        title: notice.title.get(lang).to_owned(),
        body: notice.body.get(lang).to_owned(),
    };
    board.on(now.today).map(line).collect()
}

fn page(
    session: &Session,
    (shelf, codes): (&Shelf, &dyn Codes),
    typing: &Typing,
    (now, status): (Moment, &Status),
) -> Page {
    let lang = session.settings.lang;
    match &session.stage {
        Stage::Attract => {
            Page::Attract { services: shelf.single().count(), notices: notices(&shelf.board, now, lang) }
        }
        Stage::Browsing { browse, .. } => match &browse.query {
            Some(query) => Page::Search(catalogue::search(
                shelf,
                &(query.text() + &typing.letters()),
                (query, browse.first),
                typing.view(),
                lang,
            )),
            None => Page::Home(catalogue::home(shelf, (session, browse), (status, now), lang)),
        },
        Stage::Guiding(guiding) => Page::Guide(catalogue::guide(guiding, lang, now)),
        Stage::AskingCard { prompt, .. } => Page::Card(*prompt),
        Stage::Confirming { who, face, .. } => {
            let minutes = (session.idle_minutes(), session.resume_minutes());
            Page::Confirm(identity::confirm(who, face.as_ref(), minutes, lang))
        }
        Stage::Consenting { who, service, guardian, .. } => {
            let guardian = session.is_child(who).then(|| guardian.is_some());
            Page::Consent(identity::consent(who, service, guardian, lang))
        }
        Stage::LookingUp { .. } => Page::LookingUp,
        Stage::Filling(filling) => Page::Form(form::form(filling, codes, typing.view(), lang)),
        Stage::Signing { application, strokes } => {
            Page::Sign(form::sign(application, strokes, (now, status.offset_min), lang))
        }
        Stage::Reviewing { application } => Page::Check(form::check(application, lang)),
        Stage::Saving { .. } => Page::Saving,
        Stage::Done(done) => Page::Receipt(Box::new(outcome::receipt(done, status, lang))),
        Stage::ShowingDocument { done, page } => Page::Document(outcome::document(done, *page, status, lang)),
        Stage::Cases { cases, tab, .. } => Page::Cases(outcome::cases(cases, *tab, shelf, status, lang)),
        Stage::CaseDetail { cases, index, taking_back, rating, correcting, .. } => {
            let (case, wishes) = ((cases, *index), (*taking_back, *rating, *correcting));
            Page::CaseDetail(outcome::case_detail(case, wishes, shelf, status, lang))
        }
        Stage::Rating(rating) => Page::Rating(outcome::rating(rating, shelf, lang)),
        Stage::Unavailable { notice, .. } => {
            let at = words::local_time(now.unix_ms, status.offset_min);
            Page::Unavailable { notice: *notice, checked_at: words::clock(at) }
        }
        Stage::Ended { timed_out } => {
            let resume_minutes = if session.keeps_answers() { session.resume_minutes() } else { 0 };
            Page::Goodbye { timed_out: *timed_out, resume_minutes }
        }
    }
}

fn frame(session: &Session, status: &Status, now: Moment) -> Frame {
    let at = words::local_time(now.unix_ms, status.offset_min);
    let lang = session.settings.lang;
    Frame {
        centre: status.centre.get(lang).to_owned(),
        staff: status.staff.get(lang).to_owned(),
        reader: status.reader,
        date: words::day(at.date(), lang),
        time: words::clock(at),
        masked_name: session.who().map(|who| who.masked_name()),
        minutes_left: session.minutes_left(now),
        notice: status.worst(),
    }
}

fn overlay(session: &Session, now: Moment) -> OverlayView {
    match session.overlay {
        Overlay::None => OverlayView::None,
        Overlay::Help => OverlayView::Help,
        Overlay::StillThere { ends_at } => OverlayView::StillThere {
            seconds_left: ends_at.saturating_sub(now.elapsed_ms).div_ceil(1_000),
            seconds_all: session.warning_ms().div_ceil(1_000),
            keep_minutes: if session.would_keep_answers() { session.resume_minutes() } else { 0 },
        },
    }
}
