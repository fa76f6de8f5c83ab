//! The services this office offers: their bytes for the kiosks, their forms for judging what comes back.
use crate::board::Posted;
use crate::roots::Roots;
use crate::store::{ItemStates, NewPart, OldItem};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use jiujin_contract::catalogue::board::BOARD_ID;
use jiujin_contract::catalogue::{Catalogue, Manifest, ManifestEntry, SignedManifest, SignedRoot};
use jiujin_contract::item::ServiceItem;
use jiujin_contract::keys::OfficeSigningKey;
use jiujin_contract::sealing::Digest;
use jiujin_contract::submission::{ItemRef, Submission};
use jiujin_contract::wire::{FieldProblem, Problem, ProblemKind};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

mod service;

pub use service::Service;

/// How long after its replacement a version is still taken: as long as a kiosk may believe its manifest without
/// hearing from the office, and a fortnight for the road.
pub const VERSION_GRACE: SignedDuration = SignedDuration::from_hours(44 * 24);

/// How long a kiosk may believe a manifest without hearing from the office.
const MANIFEST_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

const DAY_S: i64 = 24 * 60 * 60;
/// Room for the items' versions below the day in a manifest's version.
const CHANGES_A_DAY: u64 = 1_000_000;

/// China has one time zone without summer time.
pub fn office_time() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

/// The manifest as it is answered.
pub struct Published {
    pub json: String,
    /// With its quotes.
    pub etag: String,
    day: i64,
    states: ItemStates,
    posted: Posted,
    /// Its bytes, as they are fetched by their hash.
    board: Option<(ManifestEntry, String)>,
}

/// All services, single and joint, in all versions still taken, and the signed list of the current ones.
pub struct Shelf {
    services: BTreeMap<String, Service>,
    /// By id and version.
    replaced: BTreeMap<(String, u32), (Service, Timestamp)>,
    grace: SignedDuration,
    key: OfficeSigningKey,
    /// Travel with every manifest, so that a kiosk that was off for a year follows.
    roots: Vec<SignedRoot>,
    published: RwLock<Arc<Published>>,
}

impl Shelf {
    /// Offers these items; one whose form is broken is named in the log and left out, the others are offered.
    pub fn of(items: Vec<ServiceItem>, key: &OfficeSigningKey, now: Timestamp) -> Shelf {
        let services: BTreeMap<String, Service> =
            items.into_iter().filter_map(usable).map(|service| (service.item.id.clone(), service)).collect();
        let (replaced, grace, roots) = (BTreeMap::new(), VERSION_GRACE, Vec::new());
        let published = publish(&services, (key, &roots), now, Default::default());
        let (key, published) = (key.clone(), RwLock::new(Arc::new(published)));
        Shelf { services, replaced, grace, key, roots, published }
    }

    /// The catalogue has a key of its own, named by these roots.
    pub fn with_roots(self, roots: Roots, now: Timestamp) -> Shelf {
        let Some(key) = roots.catalogue else { return self };
        let published = publish(&self.services, (&key, &roots.chain), now, Default::default());
        Shelf { key, roots: roots.chain, published: RwLock::new(Arc::new(published)), ..self }
    }

    /// What kiosks pin at their enrolment.
    pub fn root(&self) -> Option<SignedRoot> {
        self.roots.last().cloned()
    }

    /// Still takes these versions for `grace` after their replacement.
    pub fn with_replaced(self, old: Vec<OldItem>, grace: SignedDuration) -> Shelf {
        let usable = |old: OldItem| {
            let service = usable(old.item)?;
            Some(((service.item.id.clone(), service.item.version), (service, old.replaced_at)))
        };
        Shelf { replaced: old.into_iter().filter_map(usable).collect(), grace, ..self }
    }

    /// The service in the version the answers were given to. `finished_at` is when the resident pressed Submit: a
    /// letter that was long on the road is not the resident's fault.
    pub fn service(
        &self,
        asked: &ItemRef,
        finished_at: Timestamp,
        states: &ItemStates,
    ) -> Result<&Service, Problem> {
        if let Some(since) = states.closed_since(&asked.id)
            && finished_at.duration_since(since) > self.grace
        {
            let over = Problem::new(ProblemKind::VersionOver, "this service is closed");
            return Err(over.detail(format!("It was taken until {}.", since + self.grace)));
        }
        let unknown =
            || Problem::new(ProblemKind::UnknownItem, "this service or version is not offered here");
        let current = self.services.get(&asked.id);
        if let Some(service) = current.filter(|service| service.item.version == asked.version) {
            return Ok(service);
        }
        let (service, replaced_at) =
            self.replaced.get(&(asked.id.clone(), asked.version)).ok_or_else(unknown)?;
        if finished_at.duration_since(*replaced_at) <= self.grace {
            return Ok(service);
        }
        let over = Problem::new(ProblemKind::VersionOver, "this form was replaced by a newer one");
        let newest = current.map(|service| format!("Version {} is offered now.", service.item.version));
        Err(over.detail(format!(
            "It was taken until {}. {}",
            *replaced_at + self.grace,
            newest.unwrap_or_else(|| "The service is not offered any more.".to_owned())
        )))
    }

    /// Where answers and consent do not fit: the form itself, then each service of a joint one with its own answers.
    pub fn problems_of(&self, service: &Service, submission: &Submission) -> Vec<FieldProblem> {
        let mut problems = service.problems_of(submission);
        let members = service.item.joint.iter().flat_map(|joint| &joint.members);
        for member in members.filter(|member| member.is_wanted(&submission.answers)) {
            let own = self.version(&member.id, member.version);
            let answers = member.answers_of(&submission.answers);
            let found = own.map_or_else(Vec::new, |own| own.problems_in(&answers, submission));
            problems.extend(found.into_iter().map(|problem| FieldProblem {
                path: member.joint_pointer(&problem.path),
                keyword: problem.keyword,
            }));
        }
        problems
    }

    fn version(&self, id: &str, version: u32) -> Option<&Service> {
        let current = self.services.get(id).filter(|service| service.item.version == version);
        current.or_else(|| self.replaced.get(&(id.to_owned(), version)).map(|(service, _)| service))
    }

    /// One case per department that the answers to a joint item call for; none for a single service.
    pub fn parts_of(&self, service: &Service, answers: &Value) -> Vec<NewPart> {
        let days = |id: &str, version| self.version(id, version).map_or(0, Service::promised_days);
        let parts = service.item.parts_for(answers).into_iter().map(|part| NewPart {
            department: part.department.clone(),
            items: part.members.iter().map(|member| member.id.clone()).collect(),
            promised_days: part.members.iter().map(|m| days(&m.id, m.version)).max().unwrap_or_default(),
        });
        parts.collect()
    }

    /// The item's bytes by their hash.
    pub fn bytes(&self, id: &str, hash: &str) -> Option<String> {
        if id == BOARD_ID {
            let published = self.published.read().unwrap_or_else(PoisonError::into_inner);
            let (entry, json) = published.board.as_ref()?;
            return (entry.hash == hash).then(|| json.clone());
        }
        self.services.get(id).filter(|service| service.hash == hash).map(|service| service.json.clone())
    }

    /// The name of a service for the console.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.services.get(id).map_or(id, |service| &service.item.name.zh)
    }

    /// The signed manifest; a new one every day, so that kiosks that hear from us never see it expire.
    pub fn manifest(&self, now: Timestamp, states: ItemStates, posted: Posted) -> Arc<Published> {
        let current = self.published.read().unwrap_or_else(PoisonError::into_inner).clone();
        if current.day == day_of(now) && current.states == states && current.posted == posted {
            return current;
        }
        let fresh = Arc::new(publish(&self.services, (&self.key, &self.roots), now, (states, posted)));
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        fresh
    }
}

fn usable(item: ServiceItem) -> Option<Service> {
    Service::of(item).inspect_err(|error| tracing::error!(%error, "a service is left out")).ok()
}

fn day_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(DAY_S)
}

/// The same on every start of one day. The version grows with the day, and within it with the items' versions and states.
fn publish(
    services: &BTreeMap<String, Service>,
    (key, roots): (&OfficeSigningKey, &[SignedRoot]),
    now: Timestamp,
    (states, posted): (ItemStates, Posted),
) -> Published {
    let day = day_of(now);
    let issued = Timestamp::from_second(day * DAY_S).unwrap_or(now);
    let versions: u64 = services.values().map(|service| u64::from(service.item.version)).sum();
    let changes = versions + states.changes + posted.changes;
    let board = posted.entry();
    let entry = |service: &Service| ManifestEntry::of(&service.item, states.of(&service.item.id));
    let manifest = Manifest {
        version: day.unsigned_abs() * CHANGES_A_DAY + changes % CHANGES_A_DAY,
        issued,
        expires: issued + MANIFEST_LIFETIME,
        items: services.values().map(entry).collect(),
        board: board.as_ref().map(|(entry, _)| entry.clone()),
    };
    let signed = SignedManifest { roots: roots.to_vec(), ..manifest.sign(key.ed25519()) };
    let json = serde_json::to_string(&signed).unwrap_or_default();
    Published { etag: format!("\"{}\"", Digest::of(json.as_bytes())), json, day, states, posted, board }
}

/// The services built into the program. A broken item is named in the log and left out.
pub fn day_one() -> Catalogue {
    let catalogue = jiujin_contract::catalogue::day_one();
    for problem in &catalogue.problems {
        tracing::warn!(%problem, "an item is left out");
    }
    catalogue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_of_day_one_is_offered_and_listed() {
        let items = day_one().offered();
        let (count, key) = (items.len(), OfficeSigningKey::generate().unwrap());
        assert!(count >= 12);
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        let shelf = Shelf::of(items, &key, now);
        assert_eq!(shelf.services.len(), count);
        let signed: SignedManifest =
            serde_json::from_str(&shelf.manifest(now, ItemStates::default(), Posted::default()).json)
                .unwrap();
        let manifest = signed.verify(key.public().ed25519(), now).unwrap();
        assert_eq!(manifest.items.len(), count);
    }

    #[test]
    fn an_office_that_runs_for_months_offers_a_fresh_list_every_day() {
        let key = OfficeSigningKey::generate().unwrap();
        let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let shelf = Shelf::of(Vec::new(), &key, start);
        let same_day =
            shelf.manifest(start + SignedDuration::from_hours(1), ItemStates::default(), Posted::default());
        assert_eq!(same_day.etag, shelf.manifest(start, ItemStates::default(), Posted::default()).etag);
        let later = start + SignedDuration::from_hours(24 * 90);
        let signed: SignedManifest =
            serde_json::from_str(&shelf.manifest(later, ItemStates::default(), Posted::default()).json)
                .unwrap();
        let first: SignedManifest = serde_json::from_str(&same_day.json).unwrap();
        assert!(signed.verify(key.public().ed25519(), later).unwrap().version > first.manifest.version);
    }
}
