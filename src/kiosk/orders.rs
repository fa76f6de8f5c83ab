//! What the session ordered, done: an application sealed and committed, a question put to the office.
use super::{Kiosk, Report};
use crate::notice::Notice;
use crate::printer::{self, slip};
use crate::screens::outcome;
use crate::session::application::Application;
use crate::session::stage::{Done, Stage, Stroke};
use crate::session::{Happening, Moment};
use crate::store::{Acknowledged, Numbered, StoreError};
use jiff::Timestamp;
use jiujin_contract::sealing::{SealError, SealedSubmission, Sealer};
use jiujin_contract::submission::{ConsentGiven, ItemRef, SignatureStrokes, Submission};
use std::time::Instant;

/// Size of the signature pad in tenths of a millimetre: what strokes are measured in.
const PAD: (u16, u16) = (2_440, 1_590);

impl Kiosk {
    /// Seals and commits. Only what this returns decides what the resident reads.
    pub(super) fn commit(&mut self, application: &Application, now: Moment) -> Happening {
        let started = Instant::now();
        match self.acknowledge(application, now) {
            Ok(done) => {
                let took = started.elapsed();
                let (receipt, id) = (done.receipt.as_str().to_owned(), done.id.to_string());
                let digest = done.digest.to_string();
                (self.outlets.tell)(Report::Acknowledged {
                    receipt: receipt.clone(),
                    id: id.clone(),
                    digest,
                    took,
                });
                self.tell_waiting();
                Happening::Committed { receipt, submission: id }
            }
            Err(Refusal::Store(error)) => {
                let notice = match &error {
                    StoreError::DiskFull | StoreError::Refused(_) => Notice::StorageFull,
                    _ => Notice::SaveFailed,
                };
                self.store_failed(&error);
                Happening::CommitFailed(notice)
            }
            Err(Refusal::NotEnrolled) => Happening::CommitFailed(Notice::SaveFailed),
        }
    }

    /// The receipt on paper, with the document where the service has one.
    pub(super) fn print(&mut self, done: &Done) -> Option<Happening> {
        let lang = self.session.settings.lang;
        let parts = outcome::slip(done, &self.status, lang);
        let drawn = slip::draw(&parts, printer::width_px(&self.config));
        let taken = drawn.is_some_and(|paper| (self.outlets.print)(paper));
        (!taken).then_some(Happening::PrintFailed)
    }

    fn acknowledge(&mut self, application: &Application, now: Moment) -> Result<Acknowledged, Refusal> {
        let Some(courier) = &self.courier else { return Err(Refusal::NotEnrolled) };
        let courier = courier.clone();
        let identity = courier.identity();
        let at = Timestamp::from_millisecond(now.unix_ms).unwrap_or_else(|_| Timestamp::now());
        let (office, key) = (&identity.office, &identity.key);
        let short_id = office.short_id;
        let prepared = self.sealer.take();
        let sealed = |numbered: &Numbered| -> Result<SealedSubmission, SealError> {
            let sealer = prepared.map_or_else(|| Sealer::new(&office.sealing_key), Ok)?;
            sealer.seal(&submission(application, numbered, office, at), key)
        };
        Ok(self.store.submit(at, now.today, short_id, sealed)?)
    }

    /// The key exchange needs no answers, so it is done while they are checked, and forgotten with them.
    pub(super) fn prepare_seal(&mut self) {
        match &self.session.stage {
            Stage::Reviewing { .. } if self.sealer.is_none() => {
                let office = self.courier.as_ref().map(|courier| &courier.identity().office.sealing_key);
                self.sealer = office.and_then(|office| Sealer::new(office).ok());
            }
            Stage::Reviewing { .. } | Stage::Saving { .. } => {}
            _ => self.sealer = None,
        }
    }
}

enum Refusal {
    Store(StoreError),
    /// Without an office's key nothing can be sealed, so nothing may be taken.
    NotEnrolled,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::Store(error)
    }
}

fn submission(
    application: &Application,
    numbered: &Numbered,
    office: &jiujin_contract::wire::EnrolAnswer,
    at: Timestamp,
) -> Submission {
    let finished = application.draft.finish();
    let item = &application.service.item;
    let json = |provenance| serde_json::to_value(provenance).unwrap_or_default();
    Submission {
        id: numbered.id,
        item: ItemRef { id: item.id.clone(), version: item.version },
        resident: application.who.as_ref().clone(),
        answers: finished.answers,
        provenance: finished
            .provenance
            .iter()
            .map(|(path, provenance)| (path.clone(), json(provenance)))
            .collect(),
        pruned_paths: finished.pruned_paths,
        consent: ConsentGiven {
            version: item.consent.version.clone(),
            agreed_at: Timestamp::from_millisecond(application.agreement.at).unwrap_or(at),
            guardian: application.agreement.guardian.as_deref().cloned(),
        },
        kiosk: office.device_id.clone(),
        kiosk_short_id: office.short_id,
        receipt_number: numbered.receipt_number.clone(),
        sequence: numbered.sequence,
        created_at: at,
        signature: application.signature.as_deref().map(strokes),
        corrects: application.correction.as_ref().map(|correction| correction.case_number.clone()),
        // No device makes any yet; `catalogue check` refuses services that ask for one.
        attachments: Vec::new(),
    }
}

fn strokes(drawn: &[Stroke]) -> SignatureStrokes {
    let within = |value: i32, max: u16| value.clamp(0, i32::from(max)) as u16;
    let point = |(x, y): &(i32, i32)| [within(*x, PAD.0), within(*y, PAD.1)];
    SignatureStrokes {
        width: PAD.0,
        height: PAD.1,
        strokes: drawn.iter().map(|stroke| stroke.iter().map(point).collect()).collect(),
    }
}
