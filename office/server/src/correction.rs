//! 补正: what a case holds goes back to its resident, and a letter that corrects it is compared with that.
use crate::desk::Desk;
use crate::intake::too_late;
use crate::refusal::Refusal;
use crate::store::{Correctable, ItemStates, NewCase};
use jiujin_contract::case::CaseNumber;
use jiujin_contract::submission::Submission;
use jiujin_contract::wire::{FIELD_PROBLEMS_MAX, FieldProblem, Problem, ProblemKind};

/// The newest answers of a case that asks for corrections, and the questions it names.
pub struct Held {
    pub submission: Submission,
    pub fields: Vec<String>,
}

/// For this resident only; who asks for somebody else's case learns as much as who asks for none.
pub async fn held(desk: &Desk, resident_key: &str, number: &CaseNumber) -> Result<Held, Refusal> {
    let found = match desk.store.correctable(resident_key, number).await? {
        Correctable::Yes(found) => found,
        Correctable::NotNow => return Err(Refusal(too_late())),
        Correctable::NoSuchCase => {
            return Err(Refusal::new(ProblemKind::NotFound, "this resident has no such case"));
        }
    };
    let unreadable = |what: &str| Refusal::new(ProblemKind::OfficeFailure, what);
    let maker = desk.store.device(&found.device).await?;
    let maker = maker.ok_or_else(|| unreadable("the kiosk that sealed this case is not known"))?;
    let opened = found.letter.open(&desk.keys.sealing, &maker.public_key);
    let submission = opened.map_err(|error| {
        tracing::error!(id = %found.letter.id(), %error, "a stored letter does not open");
        unreadable("the case cannot be opened")
    })?;
    Ok(Held { submission, fields: found.fields })
}

/// The same service, and no other answers than those the office asked for.
pub async fn judge(
    desk: &Desk,
    case: &NewCase,
    submission: &Submission,
    states: &ItemStates,
) -> Result<(), Refusal> {
    let Some(number) = &case.corrects else { return Ok(()) };
    let held = held(desk, &case.resident_key, number).await?;
    let service =
        desk.shelf.service(&submission.item, submission.created_at.min(case.received_at), states)?;
    let strayed = match held.submission.item.id == submission.item.id {
        true => service.strayed(submission, &held.submission.answers, &held.fields),
        false => vec!["/item".to_owned()],
    };
    if strayed.is_empty() {
        return Ok(());
    }
    let problem = |path| FieldProblem { path, keyword: "corrects".to_owned() };
    let mut refusal =
        Problem::new(ProblemKind::InvalidAnswers, "other questions were answered than the office named");
    refusal.fields = strayed.into_iter().take(FIELD_PROBLEMS_MAX).map(problem).collect();
    Err(Refusal(refusal))
}
