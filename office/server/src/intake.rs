//! Takes a sealed submission apart: opens it, judges it by the service it names, and makes it a case.
use crate::catalogue::office_time;
use crate::desk::{Desk, REGION};
use crate::refusal::{Refusal, kind_of};
use crate::store::{NewCase, Placed, StoreError};
use jiff::Timestamp;
use jiujin_contract::case::{CaseNumber, CaseState};
use jiujin_contract::identity::mask_name;
use jiujin_contract::receipt::OfficeReceipt;
use jiujin_contract::sealing::{SealError, SealedSubmission};
use jiujin_contract::submission::Submission;
use jiujin_contract::wire::{FieldProblem, Problem, ProblemKind, Verdict};

/// Opens and judges one submission. Nothing is stored yet.
pub async fn examine(desk: &Desk, sealed: SealedSubmission) -> Result<NewCase, Refusal> {
    let outside = sealed.envelope();
    let maker = desk.store.device(&outside.device).await?;
    let maker = maker.filter(|device| device.active).ok_or_else(|| {
        Refusal::new(ProblemKind::Unopenable, "it was sealed by a device that is not enrolled here")
    })?;
    let submission = sealed.open(&desk.keys.sealing, &maker.public_key).map_err(|error: SealError| {
        tracing::warn!(id = %sealed.id(), device = %maker.id, %error, "a submission does not open");
        Refusal(Problem::new(kind_of(&error), "the submission does not open").detail(error.to_string()))
    })?;
    let item = desk.shelf.service(&submission.item.id, submission.item.version).ok_or_else(|| {
        Refusal::new(ProblemKind::UnknownItem, "this service or version is not offered any more")
    })?;
    let mut fields = item.problems_of(&submission);
    fields.extend(problems_around(&submission));
    if !fields.is_empty() {
        let mut problem =
            Problem::new(ProblemKind::InvalidAnswers, "the answers do not fit the service's form");
        problem.fields = fields;
        return Err(Refusal(problem));
    }
    let resident_key = desk.keys.resident_key(submission.id_number().expose());
    let resident_masked = mask_name(&submission.resident.name);
    let received_at = Timestamp::now();
    Ok(NewCase { sealed, resident_key, resident_masked, promised_days: item.promised_days(), received_at })
}

fn problems_around(submission: &Submission) -> Vec<FieldProblem> {
    let unsigned = submission.signature.as_ref().is_some_and(|strokes| strokes.check().is_err());
    let problem = FieldProblem { path: "/signature".to_owned(), keyword: "maxItems".to_owned() };
    if unsigned { vec![problem] } else { Vec::new() }
}

/// Stores what was examined, all of it in one transaction, each with its number and signed receipt.
pub async fn place(desk: &Desk, cases: &[NewCase]) -> Result<Vec<Placed>, StoreError> {
    let placed = desk.store.place(cases, |case, number| number_it(desk, case, number)).await?;
    for one in &placed {
        let count = match one {
            Placed::New(_) => &desk.counts.accepted,
            Placed::Known(_) => &desk.counts.repeated,
            Placed::OtherBytes => &desk.counts.other_bytes,
        };
        count.count();
    }
    Ok(placed)
}

fn number_it(desk: &Desk, case: &NewCase, number: u64) -> (String, String) {
    let outside = case.sealed.envelope();
    let day = case.received_at.to_zoned(office_time()).date();
    let case_number = CaseNumber::issue(REGION, day, number);
    let receipt = OfficeReceipt {
        id: case.sealed.id(),
        digest: case.sealed.digest(),
        receipt_number: outside.receipt_number.clone(),
        case_number: case_number.clone(),
        state: CaseState::Submitted,
        received_at: case.received_at,
    };
    let verdict = Verdict::Accepted(receipt.sign(&desk.keys.signing));
    (case_number.to_string(), serde_json::to_string(&verdict).unwrap_or_default())
}

/// The problem of a submission whose id is taken by other bytes.
pub fn other_bytes() -> Problem {
    Problem::new(ProblemKind::OtherBytes, "another submission has this id")
        .detail("Keep both, do not send it again, and tell the office: an id is never used twice.")
}
