//! A real office on a real port, and a kiosk that talks to it as the shipped one does.
pub mod postgres;

use jiff::Timestamp;
use jiujin_contract::catalogue::Catalogue;
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
use jiujin_contract::item::ServiceItem;
use jiujin_contract::keys::DeviceKey;
use jiujin_contract::receipt::ReceiptNumber;
use jiujin_contract::sealing::{SealedSubmission, seal};
use jiujin_contract::submission::{ConsentGiven, DeviceId, ItemRef, Submission, SubmissionId};
use jiujin_contract::wire::{self, Answer, EnrolAnswer, EnrolRequest, Request, Signer};
use jiujin_office::Office;
use serde_json::json;

pub const ID_NUMBER: &str = "109999199003070017";

/// One service with one required question.
pub fn service() -> ServiceItem {
    let text = json!({"zh": "测试", "en": "test"});
    serde_json::from_value(json!({
        "id": "S900", "version": 2, "name": text, "short_name": text, "summary": text, "department": text,
        "category": "social_insurance", "kind": "promised", "keywords": [], "popularity": 1, "life_events": [],
        "guide": {
            "who": text, "conditions": [], "materials": [], "statutory_days": 20, "promised_days": 5, "visits": 0,
            "fee": text, "result": text, "output": "receipt", "legal_basis": [], "contact": text,
            "complaint": text, "faq": []
        },
        "eligibility": [],
        "consent": {
            "version": "c1", "what": [], "from_whom": text, "purpose": text, "recipients": text, "retention": text
        },
        "needs_network": false,
        "schema": {
            "type": "object",
            "properties": {"phone": {"type": "string", "pattern": "^1[3-9][0-9]{9}$"}},
            "required": ["phone"]
        },
        "uischema": {"type": "VerticalLayout", "elements": [{"type": "Control", "scope": "#/properties/phone"}]},
        "translations": {}
    }))
    .expect("the test's item is one")
}

/// An office with its database in a directory of its own.
pub struct Bench {
    pub office: Office,
    pub url: String,
    _dir: tempfile::TempDir,
}

impl Bench {
    pub async fn open() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", dir.path().join("office.db").display());
        Bench::open_at(&database, dir).await
    }

    pub async fn open_at(database: &str, dir: tempfile::TempDir) -> Bench {
        let offered = Catalogue { items: vec![service()], ..Catalogue::default() };
        Bench::open_offering(database, dir, offered).await
    }

    pub async fn open_offering(database: &str, dir: tempfile::TempDir, offered: Catalogue) -> Bench {
        let office = Office::open_with(database, &dir.path().join("office.keys"), offered).await.unwrap();
        Bench::serving(office, dir).await
    }

    pub async fn serving(office: Office, dir: tempfile::TempDir) -> Bench {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(office.serve(listener));
        Bench { office, url, _dir: dir }
    }

    pub async fn kiosk(&self) -> Kiosk {
        let key = DeviceKey::generate().unwrap();
        let code = self.office.add_device("测试终端").await.unwrap().code;
        let reply = send(&self.url, Request::enrol(&EnrolRequest::new(&code, &key))).await;
        let enrolled: EnrolAnswer = reply.read().unwrap();
        assert_eq!(enrolled.sealing_key, self.office.sealing_key());
        Kiosk { url: self.url.clone(), key, enrolled }
    }
}

pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn answer(&self) -> Answer<'_> {
        let header = |name| self.headers.get(name).and_then(|value| value.to_str().ok());
        Answer {
            status: self.status,
            content_type: header("content-type"),
            retry_after: header("retry-after"),
            body: &self.body,
        }
    }

    #[allow(clippy::result_large_err, reason = "one value per call, never stored")]
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, wire::Setback> {
        self.answer().read()
    }

    pub fn problem(&self) -> wire::Problem {
        assert_eq!(self.headers["content-type"], wire::TYPE_PROBLEM);
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Exactly the bytes and headers of the request.
pub async fn send(url: &str, request: Request) -> Reply {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    send_with(&client, url, request).await
}

pub async fn send_with(client: &reqwest::Client, url: &str, request: Request) -> Reply {
    let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap();
    let mut call = client.request(method, format!("{url}{}", request.path)).body(request.body);
    for (name, value) in request.headers {
        call = call.header(name, value);
    }
    let response = call.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, body: response.bytes().await.unwrap().to_vec() }
}

pub struct Kiosk {
    pub url: String,
    pub key: DeviceKey,
    pub enrolled: EnrolAnswer,
}

impl Kiosk {
    pub fn id(&self) -> &DeviceId {
        &self.enrolled.device_id
    }

    pub fn signed_at(&self, request: Request, now: Timestamp) -> Request {
        request.signed(&Signer { device: self.id(), key: &self.key, now }).unwrap()
    }

    pub fn signed(&self, request: Request) -> Request {
        self.signed_at(request, Timestamp::now())
    }

    pub async fn ask(&self, request: Request) -> Reply {
        send(&self.url, self.signed(request)).await
    }

    pub fn submission(&self, sequence: u64) -> Submission {
        let now = Timestamp::now();
        Submission {
            id: SubmissionId::make(now).unwrap(),
            item: ItemRef { id: "S900".into(), version: 2 },
            resident: Resident {
                kind: CardKind::Resident,
                name: "测试人甲".into(),
                name_en: None,
                sex: Sex::Female,
                ethnicity: None,
                nationality: None,
                birth: jiff::civil::date(1990, 3, 7),
                address: None,
                id_number: IdNumber::new(ID_NUMBER),
                issuer: None,
                valid_to: None,
            },
            answers: json!({"phone": "13900000001"}),
            provenance: Default::default(),
            pruned_paths: vec![],
            consent: ConsentGiven { version: "c1".into(), agreed_at: now, guardian: None },
            kiosk: self.id().clone(),
            kiosk_short_id: self.enrolled.short_id,
            receipt_number: ReceiptNumber::issue(
                self.enrolled.short_id,
                jiff::civil::date(2026, 11, 22),
                sequence,
            ),
            sequence,
            created_at: now,
            signature: None,
            corrects: None,
            attachments: vec![],
        }
    }

    pub fn seal(&self, submission: &Submission) -> SealedSubmission {
        seal(submission, &self.enrolled.sealing_key, &self.key).unwrap()
    }

    pub fn letter(&self, sequence: u64) -> SealedSubmission {
        self.seal(&self.submission(sequence))
    }
}
