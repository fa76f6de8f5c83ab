//! What is known of the card that may lie on the reader. A module answers "not found" both where no card is and
//! where one was not lifted since it was selected; only what happened before tells the two apart.
use std::time::{Duration, Instant};

/// A card that lay there before the kiosk started answers "not found"; after so long it is read anyway.
const LEFT_CARD: Duration = Duration::from_secs(3);
/// Times that is tried. A card that is placed later is found the ordinary way.
const LEFT_TRIALS_MAX: u32 = 3;
/// Times that is tried with a card that was found and then moved.
const MOVED_TRIALS_MAX: u32 = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A card of an earlier process may lie there, or one that was selected and not read.
    Unknown,
    /// The card was read and handed on: it must be lifted before the next one counts.
    Delivered,
    /// No card can lie there selected: whatever is read next begins with a find.
    Lifted,
}

/// One placement gives one result.
#[derive(Debug)]
pub struct Placement {
    state: State,
    /// First "not found" in doubt.
    in_doubt_since: Option<Instant>,
    trials: u32,
}

impl Placement {
    /// What a process knows when it starts.
    pub fn unknown() -> Placement {
        Placement { state: State::Unknown, in_doubt_since: None, trials: 0 }
    }

    pub fn is_delivered(&self) -> bool {
        self.state == State::Delivered
    }

    pub fn lifted(&mut self) {
        self.state = State::Lifted;
    }

    /// A new card; until it is delivered it may be the one that answers "not found".
    pub(super) fn found(&mut self) {
        *self = Placement::unknown();
    }

    pub(super) fn delivered(&mut self) {
        self.state = State::Delivered;
    }

    /// After "not found": is it time to read without a find? At once where a read of the found card failed.
    pub(super) fn is_left_card_due(&mut self, now: Instant, failed_before: bool) -> bool {
        let trials_max = if failed_before { MOVED_TRIALS_MAX } else { LEFT_TRIALS_MAX };
        if self.state != State::Unknown || self.trials >= trials_max {
            return false;
        }
        let since = *self.in_doubt_since.get_or_insert(now);
        let due = failed_before || now.saturating_duration_since(since) >= LEFT_CARD * (self.trials + 1);
        self.trials += u32::from(due);
        due
    }
}
