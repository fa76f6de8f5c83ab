//! Why a command of `jiujin-office` could not be done, in words that say what to do.
use jiujin_contract::case::{CORRECTION_FIELDS_MAX, CaseError};
use jiujin_office::OfficeError;
use std::net::SocketAddr;

/// Why a command could not be done; the words say what to do.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Office(#[from] OfficeError),
    #[error(transparent)]
    Store(#[from] jiujin_office::StoreError),
    #[error(transparent)]
    Enrolment(#[from] jiujin_office::EnrolmentError),
    #[error("cannot listen on {address}: {source}; is another office running there?")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("the database {0} does not exist; start the office with it first, or correct --database")]
    NoDatabase(String),
    #[error("{0:?} is no case number; `jiujin-office cases` lists them")]
    CaseNumber(String),
    #[error(
        "{0:?} is no state; use received, accepted, processing, approved, denied, concluded, delivered …"
    )]
    State(String),
    #[error("the office has no case {0}; `jiujin-office cases` lists them")]
    NoSuchCase(String),
    #[error(transparent)]
    NotAllowed(CaseError),
    #[error("case {0} is a joint one; move its parts {0}/1, {0}/2 …: `jiujin-office cases` lists them")]
    HasParts(String),
    #[error(
        "one --field is no question of this case's form; use the names of its schema, like phone or family.0.name"
    )]
    NoSuchQuestion,
    #[error(
        "a correction names at most {CORRECTION_FIELDS_MAX} questions; ask for a new application instead"
    )]
    TooManyQuestions,
    #[error("--field goes with --to correction_requested only")]
    FieldsWithoutCorrection,
    #[error("{0:?} is no device id; `jiujin-office device list` lists them")]
    DeviceId(String),
    #[error("the office has no active device {0}; `jiujin-office device list` lists them")]
    NoSuchDevice(String),
    #[error("the office never offered a service {0}; start it once with the catalogue that has it")]
    NoSuchItem(String),
    #[error("{0} letters were refused; their reasons are in the output, they stay at the kiosk")]
    Refused(usize),
    #[error(transparent)]
    Import(#[from] jiujin_office::ImportError),
    #[error(transparent)]
    Roots(#[from] jiujin_office::RootsError),
    #[error("{0:?} is no submission id; `jiujin-office cases` lists them")]
    SubmissionId(String),
    #[error(transparent)]
    Paper(#[from] jiujin_office::PaperError),
    #[error(transparent)]
    Board(#[from] jiujin_office::PostError),
    #[error("cannot write the output: {0}")]
    Output(#[from] std::io::Error),
}

impl CommandError {
    /// An answer, not a mistake.
    pub fn is_no(&self) -> bool {
        use CommandError::{
            HasParts, NoSuchCase, NoSuchDevice, NoSuchItem, NoSuchQuestion, NotAllowed, Refused,
        };
        let paper = matches!(self, CommandError::Paper(error) if error.is_no());
        paper
            || matches!(
                self,
                NotAllowed(_)
                    | NoSuchCase(_)
                    | NoSuchQuestion
                    | HasParts(_)
                    | NoSuchDevice(_)
                    | NoSuchItem(_)
                    | Refused(_)
            )
    }
}
