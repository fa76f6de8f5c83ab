//! Takes a sealed submission apart: opens it, judges it by the service it names, and makes it a case.
use crate::catalogue::office_time;
use crate::correction;
use crate::desk::{Desk, REGION};
use crate::refusal::{Refusal, kind_of};
use crate::store::{Device, ItemStates, NewCase, Placed, StoreError};
use jiff::Timestamp;
use jiujin_contract::attachment;
use jiujin_contract::case::{CaseNumber, CaseState};
use jiujin_contract::identity::mask_name;
use jiujin_contract::receipt::OfficeReceipt;
use jiujin_contract::sealing::{SealError, SealedSubmission};
use jiujin_contract::submission::{DeviceId, Submission};
use jiujin_contract::wire::{FIELD_PROBLEMS_MAX, FieldProblem, Problem, ProblemKind, Verdict};
use std::collections::HashMap;
use std::sync::Arc;

/// Fewer are not worth a second thread.
const LETTERS_PER_THREAD_MIN: usize = 4;

/// Opens and judges submissions, away from the threads that wait for kiosks, on as many processors as there are.
pub async fn examine_all(
    desk: &Arc<Desk>,
    letters: Vec<SealedSubmission>,
) -> Result<Vec<Result<NewCase, Refusal>>, Refusal> {
    let mut makers: HashMap<DeviceId, Option<Device>> = HashMap::new();
    for letter in &letters {
        let id = &letter.envelope().device;
        if !makers.contains_key(id) {
            makers.insert(id.clone(), desk.store.device(id).await?);
        }
    }
    let (makers, states) = (Arc::new(makers), Arc::new(desk.store.item_states().await?));
    let share = letters.len().div_ceil(processors()).max(LETTERS_PER_THREAD_MIN);
    let mut letters = letters.into_iter().peekable();
    let mut running = Vec::new();
    while letters.peek().is_some() {
        let (desk, makers, states) = (desk.clone(), makers.clone(), states.clone());
        let part: Vec<SealedSubmission> = letters.by_ref().take(share).collect();
        running.push(tokio::task::spawn_blocking(move || {
            let examine = |letter: SealedSubmission| {
                let maker = makers.get(&letter.envelope().device).and_then(Option::as_ref);
                examine(&desk, letter, maker, &states)
            };
            part.into_iter().map(examine).collect::<Vec<_>>()
        }));
    }
    let mut examined = Vec::new();
    for part in running {
        let failed =
            |_| Refusal::new(ProblemKind::OfficeFailure, "the office failed while it opened a letter");
        for one in part.await.map_err(failed)? {
            examined.push(with_the_case(desk, one, &states).await);
        }
    }
    Ok(examined)
}

/// A letter that corrects a case is judged beside what the case holds.
async fn with_the_case(
    desk: &Desk,
    examined: Result<Examined, Refusal>,
    states: &ItemStates,
) -> Result<NewCase, Refusal> {
    let Examined { case, correction } = examined?;
    if let Some(submission) = correction {
        correction::judge(desk, &case, &submission, states).await?;
    }
    Ok(case)
}

struct Examined {
    case: NewCase,
    /// Opened, where it has to be compared with what was sent before.
    correction: Option<Box<Submission>>,
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Opens and judges one submission of a known device. Nothing is stored yet; no database, no waiting: this is what
/// the office's processors are busy with.
fn examine(
    desk: &Desk,
    sealed: SealedSubmission,
    maker: Option<&Device>,
    states: &ItemStates,
) -> Result<Examined, Refusal> {
    let maker = maker.filter(|device| device.active).ok_or_else(|| {
        Refusal::new(ProblemKind::Unopenable, "it was sealed by a device that is not enrolled here")
    })?;
    let submission = sealed.open(&desk.keys.sealing, &maker.public_key).map_err(|error: SealError| {
        tracing::warn!(id = %sealed.id(), device = %maker.id, %error, "a submission does not open");
        Refusal(Problem::new(kind_of(&error), "the submission does not open").detail(error.to_string()))
    })?;
    let received_at = Timestamp::now();
    let item = desk.shelf.service(&submission.item, submission.created_at.min(received_at), states)?;
    let mut fields = desk.shelf.problems_of(item, &submission);
    fields.extend(problems_around(&submission));
    fields.truncate(FIELD_PROBLEMS_MAX);
    if !fields.is_empty() {
        let mut problem =
            Problem::new(ProblemKind::InvalidAnswers, "the answers do not fit the service's form");
        problem.fields = fields;
        return Err(Refusal(problem));
    }
    let resident_key = desk.keys.resident_key(submission.id_number().expose());
    let resident_masked = mask_name(&submission.resident.name);
    let (promised_days, parts) = (item.promised_days(), desk.shelf.parts_of(item, &submission.answers));
    let (corrects, attachments) = (submission.corrects.clone(), submission.attachments.clone());
    let correction = corrects.is_some().then(|| Box::new(submission));
    let case = NewCase {
        sealed,
        resident_key,
        resident_masked,
        promised_days,
        received_at,
        parts,
        corrects,
        attachments,
    };
    Ok(Examined { case, correction })
}

fn problems_around(submission: &Submission) -> Vec<FieldProblem> {
    let unsigned = submission.signature.as_ref().is_some_and(|strokes| strokes.check().is_err());
    let signature = unsigned.then_some(("/signature", "maxItems"));
    let listed = attachment::check(&submission.attachments).err();
    let attachments = listed.map(|error| ("/attachments", error.keyword()));
    let problem =
        |(path, keyword): (&str, &str)| FieldProblem { path: path.to_owned(), keyword: keyword.to_owned() };
    signature.into_iter().chain(attachments).map(problem).collect()
}

/// Stores what was examined, all of it in one transaction, each with its number and signed receipt.
pub async fn place(desk: &Desk, cases: &[NewCase]) -> Result<Vec<Placed>, StoreError> {
    let placed = desk.store.place(cases, |case, number| number_it(desk, case, number)).await?;
    for one in &placed {
        let count = match one {
            Placed::New(_) => &desk.counts.accepted,
            Placed::Known(_) => &desk.counts.repeated,
            Placed::OtherBytes => &desk.counts.other_bytes,
            Placed::TooLate => &desk.counts.refused,
        };
        count.count();
    }
    Ok(placed)
}

fn number_it(desk: &Desk, case: &NewCase, number: u64) -> (CaseNumber, String) {
    let outside = case.sealed.envelope();
    let day = case.received_at.to_zoned(office_time()).date();
    let (case_number, state) = match &case.corrects {
        Some(corrected) => (corrected.clone(), CaseState::Corrected),
        None => (CaseNumber::issue(REGION, day, number), CaseState::Submitted),
    };
    let receipt = OfficeReceipt {
        id: case.sealed.id(),
        digest: case.sealed.digest(),
        receipt_number: outside.receipt_number.clone(),
        case_number: case_number.clone(),
        state,
        received_at: case.received_at,
    };
    let verdict = Verdict::Accepted(receipt.sign(&desk.keys.signing));
    (case_number, serde_json::to_string(&verdict).unwrap_or_default())
}

/// The problem of a correction that nobody waits for.
pub fn too_late() -> Problem {
    Problem::new(ProblemKind::TooLate, "this case does not ask for a correction now")
        .detail("It was corrected before, or it is decided.")
}

/// The problem of a submission whose id is taken by other bytes.
pub fn other_bytes() -> Problem {
    Problem::new(ProblemKind::OtherBytes, "another submission has this id")
        .detail("Keep both, do not send it again, and tell the office: an id is never used twice.")
}
