//! One visit as a pure state machine: `apply(happening, now)` answers with the next state and with
//! orders for the loop. No clock, no input or output, no widget lives here; deadlines are data.
pub mod application;
mod apply;
mod cases;
pub mod correcting;
pub mod editing;
pub mod filling;
mod finishing;
mod rating;
pub mod settings;
pub mod stage;
#[cfg(test)]
mod tests;

use crate::notice::{CardPrompt, Notice};
use application::{Application, Service};
use correcting::Correction;
use editing::Keystroke;
use jiujin_contract::form::{CodeLists, Timestamp};
use jiujin_contract::identity::IdNumber;
use serde_json::Value;
use settings::{SettingTouch, Settings};
use stage::{
    CaseLine, CaseList, CaseTab, Done, Face, NotRated, NotReopened, NotTakenBack, Stage, Stroke, Tab, Who,
};
use std::sync::Arc;

/// Now, always handed in. Deadlines count on `elapsed_ms`, which no clock change can move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since the program started (monotonic).
    pub elapsed_ms: u64,
    /// Milliseconds since the Unix epoch, for what is written down.
    pub unix_ms: i64,
    /// The local date of the centre.
    pub today: jiff::civil::Date,
}

impl Moment {
    pub fn timestamp(self) -> Timestamp {
        Timestamp(self.unix_ms)
    }
}

/// Below this age a guardian agrees (Personal Information Protection Law, article 31).
const GUARDIAN_AGE: i16 = 14;
/// From this age on somebody can be one (Civil Code, article 17).
const ADULT_AGE: i16 = 18;

/// How long each page waits, in milliseconds. Accessibility points A11 and A12 give the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    pub idle_ms: u64,
    /// For voice and the elder mode.
    pub idle_slow_ms: u64,
    pub warning_ms: u64,
    pub look_up_ms: u64,
    pub goodbye_ms: u64,
    /// How long the same card can go on after a time-out (A13).
    pub resume_ms: u64,
}

impl Default for Pauses {
    fn default() -> Pauses {
        Pauses {
            idle_ms: 120_000,
            idle_slow_ms: 300_000,
            warning_ms: 45_000,
            look_up_ms: 3_000,
            goodbye_ms: 6_000,
            resume_ms: 600_000,
        }
    }
}

/// Everything that can happen to a visit.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    Woke,
    TabChosen(Tab),
    /// A category, life event or department of the open tab.
    GroupOpened(String),
    SearchOpened,
    ServiceChosen(Arc<Service>),
    /// By so many entries of the catalogue, or so many pages of a guide or a document.
    Paged(isize),
    CardWanted,
    CardReading,
    CardRead(Who),
    CardFailed(CardPrompt),
    /// The picture on the card that was read before.
    FaceKnown(Face),
    IdentityConfirmed(bool),
    Started,
    /// Nothing new may be begun just now.
    BeginRefused(Notice),
    Agreed,
    Declined,
    /// What the office knows of the resident with this number; a late answer is about somebody who has left.
    LookedUp {
        of: IdNumber,
        shared: Option<Value>,
    },
    FieldOpened(String),
    FieldClosed,
    Typed(Keystroke),
    /// A choice, in words; the question knows what value that is.
    ChoiceMade {
        path: String,
        value: String,
    },
    /// A level of a code list.
    CodeOpened {
        path: String,
        code: String,
    },
    AnswerGiven {
        path: String,
        value: Option<Value>,
    },
    EntryAdded(String),
    EntryOpened {
        path: String,
        index: usize,
    },
    EntryRemoved {
        path: String,
        index: usize,
    },
    WentOn,
    WentBack,
    CorrectionWanted(String),
    PageWanted(usize),
    PenMoved(Stroke),
    PenUndone,
    PenCleared,
    SigningDeclined,
    Submitted,
    Committed {
        receipt: String,
        submission: String,
    },
    CommitFailed(Notice),
    OfficeAnswered {
        submission: String,
        delivery: stage::Delivery,
    },
    DocumentWanted,
    PrintWanted,
    Printed,
    /// The printer cannot, or could not.
    PrintFailed,
    CasesWanted,
    /// The number of a receipt that was held under the scanner.
    ReceiptScanned(String),
    CasesKnown {
        of: IdNumber,
        list: CaseList,
    },
    CaseTabChosen(CaseTab),
    CaseOpened(usize),
    /// To answer what the office wants corrected.
    ReopenWanted,
    /// What was sent with a case of the resident with this number.
    Reopened {
        of: IdNumber,
        answer: Result<Arc<Correction>, NotReopened>,
    },
    WithdrawWanted,
    WithdrawDropped,
    WithdrawConfirmed,
    /// The office's answer about one case of the resident with this number.
    Withdrawn {
        of: IdNumber,
        answer: Result<Box<CaseLine>, NotTakenBack>,
    },
    RatingWanted,
    LevelChosen(u8),
    ReasonTouched(usize),
    /// With or without the resident's name.
    NamelessChosen(bool),
    RatingSent,
    /// The office's answer about one rating of the resident with this number.
    Rated {
        of: IdNumber,
        submission: String,
        answer: Result<(), NotRated>,
    },
    AnotherWanted,
    SettingTouched(SettingTouch),
    HelpTouched,
    ActivitySeen,
    VisitEnded,
    DeadlinePassed,
}

/// What the loop has to do; imperative, carried out in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    LookUp {
        who: Who,
        service: Arc<Service>,
    },
    Commit(Box<Application>),
    FetchCases(Who),
    Withdraw {
        who: Who,
        case_number: String,
    },
    /// Brings back what was sent with a case of this service.
    Reopen {
        who: Who,
        case_number: String,
        item: String,
    },
    Print(Box<Done>),
    SendRating {
        who: Who,
        submission: String,
        level: u8,
        reasons: Vec<usize>,
        anonymous: bool,
    },
    /// Forget keyboard, composed text and pictures of the last page.
    WipeScreen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    None,
    Help,
    /// "Still there?", until this moment of `elapsed_ms`.
    StillThere {
        ends_at: u64,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub stage: Stage,
    pub settings: Settings,
    pub overlay: Overlay,
    /// What the kiosk falls back to when a visit ends.
    house_settings: Settings,
    pauses: Pauses,
    /// What can be chosen at this site; anything else is typed.
    lists: Arc<CodeLists>,
    /// When somebody last touched something.
    active_at: u64,
    today: jiff::civil::Date,
    /// Answers that a time-out interrupted.
    left: Option<Box<Left>>,
    /// What the office told of this resident's cases; forgotten with the visit.
    pub cases: Option<CaseList>,
}

/// Unfinished answers, kept in memory for the same card only.
#[derive(Debug, Clone, PartialEq)]
struct Left {
    application: Application,
    page: usize,
    /// Forgotten at this moment of `elapsed_ms`.
    until: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub session: Session,
    pub orders: Vec<Order>,
}

impl Session {
    pub fn new(settings: Settings, pauses: Pauses) -> Session {
        let (stage, overlay) = (Stage::Attract, Overlay::None);
        let today = jiff::civil::Date::ZERO;
        let house_settings = settings;
        let (lists, active_at, left, cases) = (Arc::default(), 0, None, None);
        Session { stage, settings, overlay, house_settings, pauses, lists, active_at, today, left, cases }
    }

    pub fn with_lists(self, lists: CodeLists) -> Session {
        Session { lists: Arc::new(lists), ..self }
    }

    /// When the loop must come back with [`Happening::DeadlinePassed`], in `elapsed_ms`.
    pub fn deadline(&self) -> Option<u64> {
        if let Overlay::StillThere { ends_at } = self.overlay {
            return Some(ends_at);
        }
        match &self.stage {
            Stage::Attract | Stage::Saving { .. } => None,
            Stage::LookingUp { .. } => Some(self.active_at + self.pauses.look_up_ms),
            Stage::Ended { .. } => Some(self.active_at + self.pauses.goodbye_ms),
            _ => Some(self.active_at + self.idle_ms()),
        }
    }

    /// Whole minutes left before the warning, never less than one.
    pub fn minutes_left(&self, now: Moment) -> u64 {
        let left = (self.active_at + self.idle_ms() + self.pauses.warning_ms).saturating_sub(now.elapsed_ms);
        left.div_ceil(60_000).max(1)
    }

    /// Whole minutes without a touch before the warning.
    pub fn idle_minutes(&self) -> u64 {
        self.idle_ms().div_ceil(60_000)
    }

    /// Whole minutes for which the same card can go on after a time-out.
    pub fn resume_minutes(&self) -> u64 {
        self.pauses.resume_ms / 60_000
    }

    /// Whether a time-out now would leave unfinished answers for the card.
    pub fn would_keep_answers(&self) -> bool {
        self.unfinished().is_some()
    }

    /// Answers that are not handed in yet, and the page they have come to.
    fn unfinished(&self) -> Option<(&Application, usize)> {
        match &self.stage {
            Stage::Filling(filling) => Some((&filling.application, filling.page)),
            Stage::Signing { application, .. } | Stage::Reviewing { application } => {
                Some((application, application.draft.page_count()))
            }
            _ => None,
        }
    }

    /// Whether somebody's unfinished answers wait for their card.
    pub fn keeps_answers(&self) -> bool {
        self.left.is_some()
    }

    pub fn warning_ms(&self) -> u64 {
        self.pauses.warning_ms
    }

    /// The reader is polled only while a page asks for a card.
    pub fn wants_card(&self) -> bool {
        match &self.stage {
            Stage::Attract | Stage::AskingCard { .. } => true,
            Stage::Consenting { who, guardian, .. } => guardian.is_none() && self.is_child(who),
            _ => false,
        }
    }

    /// Whether a guardian has to agree for this resident.
    pub fn is_child(&self, who: &Who) -> bool {
        who.age_on(self.today) < GUARDIAN_AGE
    }

    /// Whose visit this is, once the resident has said "yes, that is me".
    pub fn who(&self) -> Option<&Who> {
        match &self.stage {
            Stage::Browsing { who, .. } | Stage::Unavailable { who, .. } => who.as_ref(),
            Stage::Guiding(guiding) => guiding.who.as_ref(),
            Stage::Consenting { who, .. } | Stage::LookingUp { who, .. } => Some(who),
            Stage::Cases { who, .. } | Stage::CaseDetail { who, .. } => Some(who),
            Stage::Filling(filling) => Some(&filling.application.who),
            Stage::Signing { application, .. }
            | Stage::Reviewing { application }
            | Stage::Saving { application } => Some(&application.who),
            Stage::Done(done) | Stage::ShowingDocument { done, .. } => Some(&done.who),
            Stage::Rating(rating) => Some(rating.who()),
            Stage::Attract | Stage::AskingCard { .. } | Stage::Confirming { .. } | Stage::Ended { .. } => {
                None
            }
        }
    }

    fn idle_ms(&self) -> u64 {
        if self.settings.needs_more_time() { self.pauses.idle_slow_ms } else { self.pauses.idle_ms }
    }
}
