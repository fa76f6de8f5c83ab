//! What can go wrong between the question and the card, and whose turn it is then.
use crate::card::sdt::command::AnswerError;
use crate::card::sdt::frame::FrameError;
use crate::card::sdt::status::{Remedy, Status};
use std::io;

/// Why a step did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the reader's port is gone: {0}; check its cable")]
    Lost(#[source] io::Error),
    #[error("the reader does not answer; check cable, power and rate")]
    Silent,
    #[error("what is there speaks another protocol (it said {0}); set it to SDT serial mode or change it")]
    OtherProtocol(String),
    #[error("the reader's answer is damaged ({}); check the cable", .0.name())]
    Damaged(FrameError),
    #[error("{0}")]
    Answer(#[from] AnswerError),
    #[error("another device is plugged in where the reader was; check who changed it, then pin the new one")]
    OtherDevice,
    #[error("cancelled")]
    Cancelled,
}

impl Fault {
    pub(super) fn is_worth_repeating(&self) -> bool {
        match self {
            Fault::Silent | Fault::Damaged(_) => true,
            // A success where another one was due is a late answer to another question.
            Fault::Answer(AnswerError::Status(status)) => {
                matches!(status.remedy(), Remedy::None | Remedy::Repeat)
            }
            Fault::Answer(
                AnswerError::DataLength { .. } | AnswerError::Payload(_) | AnswerError::Doubtful,
            ) => true,
            Fault::Lost(_) | Fault::OtherDevice | Fault::OtherProtocol(_) | Fault::Cancelled => false,
        }
    }

    /// The card's fault, or its holder's: try again, then another card.
    pub fn is_the_cards(&self) -> bool {
        match self {
            Fault::Answer(AnswerError::Status(status)) => {
                !matches!(status.remedy(), Remedy::Repeat | Remedy::Service)
            }
            Fault::Answer(_) => true,
            Fault::Lost(_)
            | Fault::Silent
            | Fault::Damaged(_)
            | Fault::OtherDevice
            | Fault::OtherProtocol(_)
            | Fault::Cancelled => false,
        }
    }

    /// The card is there and will not be read, however still it lies.
    pub(super) fn is_a_refusal(&self) -> bool {
        match self {
            Fault::Answer(AnswerError::Status(status)) => matches!(
                status,
                Status::CardRejectsSam
                    | Status::SamRejectsCard
                    | Status::VerifyError
                    | Status::UnknownCardType
            ),
            Fault::Answer(_) => true,
            _ => false,
        }
    }

    /// The module itself says that it cannot work.
    pub fn is_out_of_order(&self) -> bool {
        let refuses =
            matches!(self, Fault::Answer(AnswerError::Status(status)) if status.remedy() == Remedy::Service);
        refuses || matches!(self, Fault::OtherDevice)
    }
}
