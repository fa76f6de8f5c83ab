//! Everything we ever tell a resident outside the answers to their own questions; the screens give it words.

/// One honest line about something that does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notice {
    ReaderLost,
    ReaderOutOfOrder,
    OfficeUnreachable,
    PrinterOut,
    StorageFull,
    /// The submission could not be saved; nothing was sent.
    SaveFailed,
    /// The application was damaged or closed; a member of staff helps.
    ServiceClosed,
}

/// What the resident sees while a card is wanted: one picture, one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CardPrompt {
    #[default]
    Place,
    Reading,
    /// Taken away before the read ended.
    Lifted,
    /// Three tries failed: another card, or the wrong side.
    Unreadable,
    Expired,
    /// The card of the visit before has not been taken away.
    StillThere,
    OutOfOrder,
}
