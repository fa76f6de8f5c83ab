//! Where a visit stands. Every state carries exactly what that page needs, so a half-known resident cannot exist.
use super::application::{Application, Service};
use super::correcting::Correction;
use super::editing::Editing;
use crate::notice::{CardPrompt, Notice};
use jiujin_contract::case::CaseState;
use jiujin_contract::identity::{IdNumber, Resident};
use jiujin_contract::text::Text;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The resident whose card was read in this visit.
pub type Who = Arc<Resident>;

/// When the resident, or a guardian for a child, agreed.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Unix milliseconds.
    pub at: i64,
    pub guardian: Option<Who>,
}

/// The four ways into the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    #[default]
    MostUsed,
    Categories,
    LifeEvents,
    Departments,
}

/// What part of the catalogue is on the table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Browse {
    pub tab: Tab,
    /// A category, life event or department that was opened; `None` shows the tab itself.
    pub open: Option<String>,
    /// `Some` while the search field is open.
    pub query: Option<Editing>,
    /// The first tile or hit on the screen. How many stand there is the page's business: large words take more room.
    pub first: usize,
}

/// A picture as red, green and blue bytes, wiped when the visit ends. It belongs to one number, so that a late
/// one is never shown beside another name.
#[derive(Clone, PartialEq)]
pub struct Face {
    pub of: IdNumber,
    pub width: u32,
    pub height: u32,
    pub rgb: Arc<Zeroizing<Vec<u8>>>,
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Face({} x {})", self.width, self.height)
    }
}

/// What the card is wanted for.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Aim {
    #[default]
    Catalogue,
    Service(Arc<Service>),
    /// The resident's cases, or the one of this receipt.
    Cases(Option<String>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    Attract,
    Browsing {
        who: Option<Who>,
        browse: Browse,
    },
    Guiding(Box<Guiding>),
    AskingCard {
        aim: Aim,
        browse: Browse,
        prompt: CardPrompt,
        failures: u8,
    },
    Confirming {
        who: Who,
        aim: Aim,
        browse: Browse,
        face: Option<Face>,
    },
    Consenting {
        who: Who,
        service: Arc<Service>,
        browse: Browse,
        /// For a child: the adult whose card was read on this page.
        guardian: Option<Who>,
        /// The case that is corrected, where it is no new one.
        correction: Option<Arc<Correction>>,
    },
    /// The office is asked for what is already known about the resident.
    LookingUp {
        who: Who,
        service: Arc<Service>,
        agreement: Agreement,
    },
    Filling(Box<Filling>),
    Signing {
        application: Box<Application>,
        strokes: Vec<Stroke>,
    },
    Reviewing {
        application: Box<Application>,
    },
    Saving {
        application: Box<Application>,
    },
    Done(Box<Done>),
    ShowingDocument {
        done: Box<Done>,
        page: usize,
    },
    Cases {
        who: Who,
        cases: CaseList,
        tab: CaseTab,
        /// The receipt that was scanned; its case is opened once the office has told of it.
        receipt: Option<String>,
    },
    CaseDetail {
        who: Who,
        cases: CaseList,
        index: usize,
        taking_back: TakingBack,
        rating: RatingWay,
        correcting: Correcting,
    },
    Rating(Box<Rating>),
    Unavailable {
        notice: Notice,
        who: Option<Who>,
    },
    /// "Take your card and receipt", for a few seconds.
    Ended {
        timed_out: bool,
    },
}

/// The guide of one service, for this resident once the card was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Guiding {
    pub who: Option<Who>,
    pub service: Arc<Service>,
    pub browse: Browse,
    pub page: usize,
    /// What the office knew, where that is why the errand cannot go on.
    pub shared: Option<Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Filling {
    pub application: Application,
    pub page: usize,
    /// The entry of a list that is open: `family.0`.
    pub entry: Option<String>,
    /// The level of a code list that is open, by the path of its question.
    pub code: Option<(String, String)>,
    /// The question being answered, whatever its kind, by its path.
    pub open: Option<String>,
    /// What is being typed into it, where it is answered with the keyboard.
    pub editing: Option<Editing>,
    /// Continue was touched with something missing: errors are shown from now on.
    pub insist: bool,
    /// Questions that were open once, so that Continue can lead to the next untouched one.
    pub opened: BTreeSet<String>,
    /// Reached from the review page: Continue leads back there.
    pub correcting: bool,
}

/// One line of the pen, in tenths of a millimetre from the pad's top left corner.
pub type Stroke = Vec<(i32, i32)>;

/// How far a submission has come; the three truths are kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Delivery {
    #[default]
    Saved,
    /// The office has it and opened a case under this number.
    Accepted { case_number: String, unix_ms: i64 },
    /// The office refused it; a person has to look at it. The reason's code: [`crate::parked`] has the words.
    Refused { reason: String },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    pub who: Who,
    pub service: Arc<Service>,
    /// Who got it: of a life event only the departments that these answers call for.
    pub department: Text,
    pub receipt: String,
    pub submission: String,
    pub saved_at: i64,
    pub delivery: Delivery,
    /// Title and rows of a query-and-print service.
    pub document: Vec<(String, String)>,
    pub rated: bool,
    pub print: Print,
}

/// How far the receipt on paper has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Print {
    #[default]
    Wanted,
    Running,
    Out,
}

/// What is known about the resident's earlier cases.
#[derive(Debug, Clone, PartialEq)]
pub enum CaseList {
    Loading,
    /// The office cannot be reached just now.
    Offline,
    Known {
        lines: Vec<CaseLine>,
        /// When the office was asked, in Unix milliseconds.
        as_of: i64,
    },
}

/// Which of the resident's cases are on the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CaseTab {
    #[default]
    All,
    ToCorrect,
    Open,
    Closed,
}

impl CaseTab {
    pub const ALL: [CaseTab; 4] = [CaseTab::All, CaseTab::ToCorrect, CaseTab::Open, CaseTab::Closed];

    pub fn holds(self, state: CaseState) -> bool {
        let closed = matches!(
            state,
            CaseState::Concluded | CaseState::Delivered | CaseState::RefusedAcceptance | CaseState::Withdrawn
        );
        match self {
            CaseTab::All => true,
            CaseTab::ToCorrect => state == CaseState::CorrectionRequested,
            CaseTab::Open => !closed,
            CaseTab::Closed => closed,
        }
    }
}

/// One case as the office tells it; times are Unix milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseLine {
    pub receipt: String,
    pub case_number: String,
    pub item: String,
    pub state: CaseState,
    pub updated: i64,
    pub events: Vec<CaseMoment>,
    /// The office's word: until when it may be taken back, unless it is decided before.
    pub withdraw_until: Option<i64>,
    /// What a rating names.
    pub submission: String,
    /// Not rated yet.
    pub may_rate: bool,
    /// One per department of a life event; empty for a single service.
    pub parts: Vec<CasePart>,
}

/// One event of a case, with what the office says about it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseMoment {
    pub at: i64,
    pub state: CaseState,
    pub note: Option<Text>,
    /// Questions to correct, by their paths.
    pub fields: Vec<String>,
}

/// How far taking a case back has come on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TakingBack {
    #[default]
    No,
    /// The page asks once more.
    Asked,
    /// On its way to the office.
    Sent,
    Failed(NotTakenBack),
}

/// How far opening a case for corrections has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Correcting {
    #[default]
    No,
    Asked,
    Failed(NotReopened),
}

/// Why a case could not be opened for corrections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReopened {
    NoAnswer,
    /// Corrected before, or decided.
    TooLate,
    /// The office does not know it as a case of this resident, or this kiosk has no form for it.
    Unknown,
}

/// Why a case was not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTakenBack {
    /// No answer, so perhaps it is done; asking again is safe, the office does it once.
    NoAnswer,
    /// Decided already, or the time is over.
    TooLate,
    /// The office does not know it as a case of this resident.
    Unknown,
}

/// What the resident thinks of a service, until it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Rating {
    pub of: Rated,
    pub level: Option<u8>,
    pub reasons: BTreeSet<usize>,
    /// Only where the resident asks for it.
    pub anonymous: bool,
}

/// What is rated, and where the page leads back to.
#[derive(Debug, Clone, PartialEq)]
pub enum Rated {
    Receipt(Box<Done>),
    Case { who: Who, cases: CaseList, index: usize },
}

/// How far the rating of a case has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RatingWay {
    #[default]
    No,
    Sent,
    Thanked,
    Failed(NotRated),
}

/// Why the office did not take a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRated {
    /// No answer; trying again is safe, the office takes one.
    NoAnswer,
    /// The first rating of a case stands.
    Before,
    /// The office does not know it as a case of this resident.
    Unknown,
}

/// How far one department is.
#[derive(Debug, Clone, PartialEq)]
pub struct CasePart {
    pub department: Text,
    pub items: Vec<String>,
    pub state: CaseState,
    pub updated: i64,
    /// What the department says about where it stands.
    pub note: Option<Text>,
    /// What it wants corrected, by the paths of the questions.
    pub fields: Vec<String>,
}
