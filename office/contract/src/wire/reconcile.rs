//! The daily comparison: a kiosk numbers its submissions without a gap, so both sides can see what is missing.
use super::Request;
use crate::submission::SubmissionId;
use serde::{Deserialize, Serialize};

/// `POST`: which of the kiosk's running numbers the office holds.
pub const PATH_RECONCILE: &str = "/v1/reconcile";
/// Running numbers of one comparison; a month of a busy kiosk.
pub const RECONCILE_SPAN_MAX: u64 = 50_000;
/// Gaps, and awaited letters, of one answer.
pub const RECONCILE_LINES_MAX: usize = 500;

/// Body of [`PATH_RECONCILE`]: numbers the kiosk has given out, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReconcileRequest {
    pub from_sequence: u64,
    pub to_sequence: u64,
}

/// Running numbers without a case, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gap {
    pub from_sequence: u64,
    pub to_sequence: u64,
}

/// What the office says. All is well when `gaps` holds only what the kiosk itself still has in its outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReconcileAnswer {
    /// Cases of these numbers.
    pub held: u64,
    /// Oldest first, at most [`RECONCILE_LINES_MAX`].
    pub gaps: Vec<Gap>,
    /// Announced by this kiosk, never arrived.
    pub awaited: Vec<SubmissionId>,
}

impl ReconcileRequest {
    /// In order and within the limit.
    pub fn is_valid(&self) -> bool {
        self.to_sequence.checked_sub(self.from_sequence).is_some_and(|span| span < RECONCILE_SPAN_MAX)
    }

    /// The gaps between sorted numbers that are held.
    pub fn gaps(&self, held: &[u64]) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let mut next = self.from_sequence;
        for number in held.iter().copied().chain([self.to_sequence.saturating_add(1)]) {
            if number > next {
                gaps.push(Gap { from_sequence: next, to_sequence: number - 1 });
            }
            next = next.max(number.saturating_add(1));
        }
        gaps.truncate(RECONCILE_LINES_MAX);
        gaps
    }
}

impl Request {
    /// Once a day and before a kiosk is taken down; answered by a [`ReconcileAnswer`].
    pub fn reconcile(span: ReconcileRequest) -> Request {
        Request::post(PATH_RECONCILE, &span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_what_lies_between_the_held_numbers() {
        let span = ReconcileRequest { from_sequence: 3, to_sequence: 9 };
        let gap = |from_sequence, to_sequence| Gap { from_sequence, to_sequence };
        assert_eq!(span.gaps(&[3, 4, 6, 6]), [gap(5, 5), gap(7, 9)]);
        assert_eq!(span.gaps(&[]), [gap(3, 9)]);
        assert!(span.gaps(&[3, 4, 5, 6, 7, 8, 9]).is_empty());
        assert!(!ReconcileRequest { from_sequence: 2, to_sequence: 1 }.is_valid());
        assert!(!ReconcileRequest { from_sequence: 0, to_sequence: u64::MAX }.is_valid());
    }
}
