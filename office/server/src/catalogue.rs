//! The services this office offers: their bytes for the kiosks, their forms for judging what comes back.
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use jiujin_contract::catalogue::{Catalogue, Manifest, ManifestEntry, OpenState, SignedManifest};
use jiujin_contract::form::{Facts, Form, FormError};
use jiujin_contract::item::ServiceItem;
use jiujin_contract::keys::OfficeSigningKey;
use jiujin_contract::sealing::Digest;
use jiujin_contract::submission::Submission;
use jiujin_contract::text::Lang;
use jiujin_contract::wire::{FIELD_PROBLEMS_MAX, FieldProblem};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// How long a kiosk may believe a manifest without hearing from the office.
const MANIFEST_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

const DAY_S: i64 = 24 * 60 * 60;
/// Room for the items' versions below the day in a manifest's version.
const CHANGES_A_DAY: u64 = 1_000_000;

/// Why a service cannot be offered.
#[derive(Debug, thiserror::Error)]
enum ShelfError {
    #[error("the form of service {id} is no JSON Schema: {reason}; correct the item")]
    Schema { id: String, reason: String },
    #[error("the form of service {id} cannot be asked: {reason}; correct the item")]
    Form { id: String, reason: FormError },
}

/// One service, ready to judge by.
pub struct Service {
    item: ServiceItem,
    hash: String,
    json: String,
    /// The engine that asked at the kiosk.
    form: Arc<Form>,
    /// A second, independent opinion.
    schema: jsonschema::Validator,
}

impl Service {
    fn of(item: ServiceItem) -> Result<Service, ShelfError> {
        let id = || item.id.clone();
        let schema = jsonschema::draft7::new(&item.schema)
            .map_err(|error| ShelfError::Schema { id: id(), reason: error.to_string() })?;
        let form = Form::compile(&item.translations, &item.schema, Some(&item.uischema))
            .map_err(|reason| ShelfError::Form { id: id(), reason })?;
        Ok(Service {
            hash: item.content_hash(),
            json: item.canonical_json(),
            form: Arc::new(form),
            item,
            schema,
        })
    }

    /// Working days that were promised.
    pub fn promised_days(&self) -> u16 {
        self.item.guide.promised_days
    }

    /// Where the answers and the consent do not fit; never the values.
    pub fn problems_of(&self, submission: &Submission) -> Vec<FieldProblem> {
        let engine = self.form.problems(&submission.answers, &facts_of(submission), Lang::ZhCn);
        let engine = engine.into_iter().map(|problem| FieldProblem {
            path: format!("/{}", problem.path.replace('.', "/")),
            keyword: "form".to_owned(),
        });
        // What is required depends on what was visible; that is for the engine to say.
        let schema =
            self.schema.iter_errors(&submission.answers).filter(|error| error.kind().keyword() != "required");
        let schema = schema.map(|error| FieldProblem {
            path: error.instance_path().to_string(),
            keyword: error.kind().keyword().to_owned(),
        });
        let mut problems: Vec<FieldProblem> = schema.chain(engine).take(FIELD_PROBLEMS_MAX).collect();
        if submission.consent.version != self.item.consent.version {
            problems.push(FieldProblem { path: "/consent".to_owned(), keyword: "const".to_owned() });
        }
        problems
    }
}

/// What the kiosk knew: the card, and the day on which the resident answered.
fn facts_of(submission: &Submission) -> Facts {
    let answered = submission.created_at.to_zoned(office_time()).date();
    Facts::new(serde_json::json!({
        "card": submission.resident,
        "shared": null,
        "today": answered.to_string(),
        "age": submission.resident.age_on(answered),
        "answers": submission.answers,
    }))
}

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
}

/// All services and the signed list of them.
pub struct Shelf {
    services: BTreeMap<String, Service>,
    key: OfficeSigningKey,
    published: RwLock<Arc<Published>>,
}

impl Shelf {
    /// Offers these items; one whose form is broken is named in the log and left out, the others are offered.
    pub fn of(items: Vec<ServiceItem>, key: &OfficeSigningKey, now: Timestamp) -> Shelf {
        let usable = |item: ServiceItem| {
            let service =
                Service::of(item).inspect_err(|error| tracing::error!(%error, "a service is left out"));
            service.ok().map(|service| (service.item.id.clone(), service))
        };
        let services: BTreeMap<String, Service> = items.into_iter().filter_map(usable).collect();
        let published = RwLock::new(Arc::new(publish(&services, key, now)));
        Shelf { services, key: key.clone(), published }
    }

    /// The service in a version that is still taken.
    pub fn service(&self, id: &str, version: u32) -> Option<&Service> {
        self.services.get(id).filter(|service| service.item.version == version)
    }

    /// The item's bytes by their hash.
    pub fn bytes(&self, id: &str, hash: &str) -> Option<&str> {
        self.services.get(id).filter(|service| service.hash == hash).map(|service| service.json.as_str())
    }

    /// The name of a service for the console.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.services.get(id).map_or(id, |service| &service.item.name.zh)
    }

    /// The signed manifest; a new one every day, so that kiosks that hear from us never see it expire.
    pub fn manifest(&self, now: Timestamp) -> Arc<Published> {
        let current = self.published.read().unwrap_or_else(PoisonError::into_inner).clone();
        if current.day == day_of(now) {
            return current;
        }
        let fresh = Arc::new(publish(&self.services, &self.key, now));
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        fresh
    }
}

fn day_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(DAY_S)
}

/// The same on every start of one day. The version grows with the day, and within it with the items' versions.
fn publish(services: &BTreeMap<String, Service>, key: &OfficeSigningKey, now: Timestamp) -> Published {
    let day = day_of(now);
    let issued = Timestamp::from_second(day * DAY_S).unwrap_or(now);
    let changes: u64 = services.values().map(|service| u64::from(service.item.version)).sum();
    let manifest = Manifest {
        version: day.unsigned_abs() * CHANGES_A_DAY + changes % CHANGES_A_DAY,
        issued,
        expires: issued + MANIFEST_LIFETIME,
        items: services.values().map(|service| ManifestEntry::of(&service.item, OpenState::Open)).collect(),
    };
    let signed: SignedManifest = manifest.sign(key.ed25519());
    let json = serde_json::to_string(&signed).unwrap_or_default();
    Published { etag: format!("\"{}\"", Digest::of(json.as_bytes())), json, day }
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
        let items = day_one().items;
        let (count, key) = (items.len(), OfficeSigningKey::generate().unwrap());
        assert!(count >= 12);
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        let shelf = Shelf::of(items, &key, now);
        assert_eq!(shelf.services.len(), count);
        let signed: SignedManifest = serde_json::from_str(&shelf.manifest(now).json).unwrap();
        let manifest = signed.verify(key.public().ed25519(), now).unwrap();
        assert_eq!(manifest.items.len(), count);
    }

    #[test]
    fn an_office_that_runs_for_months_offers_a_fresh_list_every_day() {
        let key = OfficeSigningKey::generate().unwrap();
        let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let shelf = Shelf::of(Vec::new(), &key, start);
        let same_day = shelf.manifest(start + SignedDuration::from_hours(1));
        assert_eq!(same_day.etag, shelf.manifest(start).etag);
        let later = start + SignedDuration::from_hours(24 * 90);
        let signed: SignedManifest = serde_json::from_str(&shelf.manifest(later).json).unwrap();
        let first: SignedManifest = serde_json::from_str(&same_day.json).unwrap();
        assert!(signed.verify(key.public().ed25519(), later).unwrap().version > first.manifest.version);
    }
}
