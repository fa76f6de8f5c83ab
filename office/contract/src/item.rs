//! A government service as data: what the guide shows, who may apply, what the form asks, what is printed.
//! The kiosk shows it, the office judges by it; both read the same bytes.
use crate::text::{Text, Translations};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

mod category;
mod eligibility;
mod joint;

pub use category::{Category, LifeTheme};
pub use eligibility::{Eligibility, Refusal};
pub use joint::{Joint, Member, Part, Savings, Wanted};

/// One of the services a resident can open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceItem {
    /// `S041`: never reused.
    pub id: String,
    /// Grows by one whenever anything in the item changes; a submission names it.
    pub version: u32,
    pub name: Text,
    /// Fits a tile.
    pub short_name: Text,
    /// One sentence for people who do not know the official name.
    pub summary: Text,
    pub department: Text,
    pub category: Category,
    pub kind: Kind,
    /// Synonyms and popular words, for search only.
    pub keywords: Vec<String>,
    /// Yearly visits of a middle-sized district, for ranking.
    pub popularity: u32,
    pub life_events: Vec<LifeTheme>,
    pub guide: Guide,
    pub eligibility: Eligibility,
    pub consent: Consent,
    /// Without the office this service cannot even start (a query, a payment).
    pub needs_network: bool,
    /// JSON Schema of the answers (draft-07 with the `x-` profile).
    pub schema: Value,
    /// JSON Forms UI schema: a stepper of pages.
    pub uischema: Value,
    pub translations: Translations,
    /// What a query-and-print service shows and prints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// The services behind a joint item (一件事).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint: Option<Joint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 查询打印
    QueryPrint,
    /// 即办件
    Immediate,
    /// 承诺件
    Promised,
}

impl Kind {
    pub fn name(self) -> Text {
        match self {
            Kind::QueryPrint => Text::new("查询打印", "Query and print"),
            Kind::Immediate => Text::new("即办件", "Done on the spot"),
            Kind::Promised => Text::new("承诺件", "Done within the promised days"),
        }
    }
}

/// What the resident leaves with, or gets later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    Certificate,
    Screen,
    Receipt,
    Notice,
    Card,
    Payment,
    RegisterEntry,
    Endorsement,
    Licence,
    Decision,
    Mark,
    Invoice,
}

impl Output {
    /// Is there something to print at the kiosk besides the receipt?
    pub fn on_paper(self) -> bool {
        matches!(self, Output::Certificate | Output::Decision | Output::Invoice | Output::Mark)
    }
}

/// The guide page: everything one wants to know before starting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    pub who: Text,
    pub conditions: Vec<Text>,
    pub materials: Vec<Material>,
    /// Working days the law allows; 0 = at once.
    pub statutory_days: u16,
    /// Working days the office promises, never more than the law allows.
    pub promised_days: u16,
    /// Visits to a counter that remain after the kiosk.
    pub visits: u8,
    pub fee: Text,
    pub result: Text,
    pub output: Output,
    pub legal_basis: Vec<Text>,
    pub contact: Text,
    pub complaint: Text,
    pub faq: Vec<Question>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    pub name: Text,
    pub source: MaterialSource,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// Where a material comes from; only the last one costs the resident an errand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaterialSource {
    Card,
    Shared,
    SignedHere,
    /// 告知承诺: a signed promise in place of a proof.
    Promise,
    BroughtLater,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub question: Text,
    pub answer: Text,
}

/// What the resident agrees to before data is fetched or sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Stored in the submission; changes whenever a word of the consent changes.
    pub version: String,
    pub what: Vec<ConsentPart>,
    pub from_whom: Text,
    pub purpose: Text,
    pub recipients: Text,
    pub retention: Text,
}

/// One kind of information that is used, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentPart {
    pub text: Text,
    pub origin: ConsentOrigin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentOrigin {
    Card,
    /// Asked from the office's shared records.
    Shared,
    /// What the resident fills in.
    Resident,
}

/// The result page of a query-and-print service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub title: Text,
    /// The sentence above the rows, where the document has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Text>,
    pub rows: Vec<DocumentRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<DocumentTable>,
    /// What the paper is good for, and for how long.
    pub closing: Text,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentRow {
    pub label: Text,
    /// Dotted path in the facts: `card.name`, `shared.insurance.status`, `answers.year`, `today`.
    pub from: String,
}

/// Repeated lines: one per element of the list at `from`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentTable {
    pub title: Text,
    pub from: String,
    /// `from` of a column is a key of the element.
    pub columns: Vec<DocumentRow>,
}

/// What a tile or the guide page says about a service at one glance; computed, never typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Badge {
    ZeroMaterial,
    OnTheSpot,
    WorkingDays(u16),
    /// Counter visits that remain.
    Visits(u8),
    NeedsNetwork,
    NeedsPrinter,
}

impl ServiceItem {
    /// Nothing to bring: every material comes from the card, shared data, a signature here or a promise.
    pub fn zero_material(&self) -> bool {
        self.guide.materials.iter().all(|m| m.source != MaterialSource::BroughtLater)
    }

    /// Does the kiosk ask for a signature before the last look at the answers?
    pub fn wants_signature(&self) -> bool {
        self.guide.materials.iter().any(|m| m.source == MaterialSource::SignedHere)
    }

    /// Finished before the resident leaves.
    pub fn on_the_spot(&self) -> bool {
        self.kind != Kind::Promised && self.guide.promised_days == 0 && self.guide.visits == 0
    }

    /// In the order in which a tile shows them.
    pub fn badges(&self) -> Vec<Badge> {
        let mut badges = Vec::new();
        if self.zero_material() {
            badges.push(Badge::ZeroMaterial);
        }
        if self.on_the_spot() {
            badges.push(Badge::OnTheSpot);
        } else {
            badges.push(Badge::WorkingDays(self.guide.promised_days));
        }
        if self.guide.visits > 0 {
            badges.push(Badge::Visits(self.guide.visits));
        }
        if self.needs_network {
            badges.push(Badge::NeedsNetwork);
        }
        if self.guide.output.on_paper() && self.kind != Kind::Promised {
            badges.push(Badge::NeedsPrinter);
        }
        badges
    }

    /// Every property of the form, nested ones with dots: `family.name`.
    pub fn question_paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        collect_questions(&self.schema, "", &mut paths);
        paths
    }

    /// The bytes that are hashed and travel: keys sorted, no spaces.
    pub fn canonical_json(&self) -> String {
        canonical_json(&serde_json::to_value(self).unwrap_or(Value::Null))
    }

    /// SHA-256 of [`ServiceItem::canonical_json`], in hex.
    pub fn content_hash(&self) -> String {
        hex::encode(Sha256::digest(self.canonical_json().as_bytes()))
    }
}

fn collect_questions(schema: &Value, prefix: &str, paths: &mut Vec<String>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (key, property) in properties {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        paths.push(path.clone());
        collect_questions(property.get("items").unwrap_or(property), &path, paths);
    }
}

/// JSON with sorted keys and no white space, so that equal content has equal bytes.
pub fn canonical_json(value: &Value) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            write_list(out, '{', '}', keys.into_iter(), |key, out| {
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write_canonical(&map[key], out);
            });
        }
        Value::Array(items) => write_list(out, '[', ']', items.iter(), write_canonical),
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn write_list<T>(
    out: &mut String,
    open: char,
    close: char,
    items: impl Iterator<Item = T>,
    write: impl Fn(T, &mut String),
) {
    out.push(open);
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

#[cfg(test)]
mod tests;
