//! Sealed papers on their way, piece by piece, before the submission they belong to. The office is always asked first
//! what it holds: a journey that was cut, or a program that was started again, goes on there.
use super::Courier;
use crate::letter::{Carried, Enclosure};
use jiff::Timestamp;
use jiujin_contract::wire::{AttachmentHeld, ProblemKind, Request, Setback};

/// Pieces of one journey, 2 MiB: what came is written down in between, and another attachment may have its turn.
pub const PIECES_PER_JOURNEY: usize = 8;
/// The office is asked again so often within a journey before it is left alone for a while.
const ASKED_PER_JOURNEY_MAX: usize = 3;

impl Courier {
    /// Carries one attachment on, for at most [`PIECES_PER_JOURNEY`] pieces.
    pub async fn carry(&self, enclosure: &Enclosure, now: Timestamp) -> Carried {
        let mut carried = Carried {
            letter: enclosure.letter,
            digest: enclosure.sealed.digest(),
            attempts: enclosure.attempts,
            held: 0,
            total: enclosure.sealed.bytes().len() as u64,
            moved: false,
            complete: false,
            setback: None,
            office_time: None,
        };
        let mut asked = 0;
        let mut left = PIECES_PER_JOURNEY;
        while carried.setback.is_none() && asked < ASKED_PER_JOURNEY_MAX {
            asked += 1;
            if !self.carry_from_there(enclosure, now, &mut left, &mut carried).await {
                return carried;
            }
        }
        let confused = Setback::LyingAnswer("the office keeps saying something else about an attachment");
        carried.setback.get_or_insert(confused);
        carried
    }

    /// Asks, then sends piece after piece. `true` when the office should be asked again.
    async fn carry_from_there(
        &self,
        enclosure: &Enclosure,
        now: Timestamp,
        left: &mut usize,
        carried: &mut Carried,
    ) -> bool {
        let sealed = enclosure.sealed.bytes();
        let asked = Request::attachment_held(enclosure.letter, carried.digest);
        let mut answer = self.held(asked, now, carried).await;
        if refused_as(&answer, ProblemKind::NotFound) {
            answer = Ok(AttachmentHeld { held: 0, total: carried.total, complete: false });
        }
        loop {
            let held = match answer {
                Ok(held) => held,
                // The office knows better where to go on.
                Err(_) if refused_as(&answer, ProblemKind::OtherOffset) => return true,
                // It threw everything away: from the first byte, but not at once, our bytes were right.
                Err(_) if refused_as(&answer, ProblemKind::OtherDigest) => {
                    (carried.held, carried.moved) = (0, false);
                    carried.setback = Some(Setback::LyingAnswer("it lost bytes of an attachment"));
                    return false;
                }
                Err(setback) => {
                    carried.setback = Some(setback);
                    return false;
                }
            };
            (carried.held, carried.complete) = (held.held, held.complete);
            let Some(piece) = held.next_piece().filter(|_| *left > 0) else { return false };
            *left -= 1;
            let sent_to = piece.end as u64;
            let request = Request::attachment_piece(enclosure.letter, sealed, piece);
            answer = self.held(request, now, carried).await.and_then(|held| match held.held >= sent_to {
                true => Ok(held),
                false => Err(Setback::LyingAnswer("the office took a piece and does not hold it")),
            });
            carried.moved |= answer.is_ok();
        }
    }

    /// One question or piece, and what the office holds then; an answer about something else is not believed.
    async fn held(
        &self,
        request: Request,
        now: Timestamp,
        carried: &mut Carried,
    ) -> Result<AttachmentHeld, Setback> {
        let (answer, office_time) = self.ask(request, now, |raw| raw.answer().read()).await;
        carried.office_time = office_time.or(carried.office_time);
        let held: AttachmentHeld = answer?;
        let sound = held.total == carried.total
            && held.held <= held.total
            && held.complete == (held.held == held.total);
        if sound {
            Ok(held)
        } else {
            Err(Setback::LyingAnswer("its count of an attachment's bytes is wrong"))
        }
    }
}

fn refused_as(answer: &Result<AttachmentHeld, Setback>, kind: ProblemKind) -> bool {
    matches!(answer, Err(Setback::RecordRefused(problem)) if problem.kind == kind)
}
