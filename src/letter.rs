//! What goes between outbox and courier: a copy of one sealed submission on its way out, and on its way back
//! what is to become of it. Plain values, so that the courier never sees the store.
use jiff::Timestamp;
use jiujin_contract::receipt::SignedReceipt;
use jiujin_contract::sealing::SealedSubmission;

/// One sealed submission and how often it was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    pub sealed: SealedSubmission,
    pub attempts: u32,
}

/// What the office's answer makes of a letter.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// The office holds it and signed for it.
    Confirmed(SignedReceipt),
    /// This letter again, not before then.
    Later { due_at: Timestamp, reason: &'static str },
    /// The way to the office is closed for every letter until then.
    RoadClosed { until: Timestamp, reason: &'static str },
    /// Final: a person has to look. Letters behind it go on.
    Parked { reason: String },
}
