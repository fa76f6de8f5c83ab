//! A real office in this process and a kiosk enrolled there, for rigs that prove the road.
// Every test binary that includes this file needs another part of it.
#![allow(dead_code)]

use jiff::Timestamp;
use jiujin::config::Config;
use jiujin::enrol::{Identity, enrol};
use jiujin::letter::Parcel;
use jiujin::store::{Acknowledged, Numbered, Store, StoreError};
use jiujin_contract::catalogue::SignedRoot;
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
use jiujin_contract::keys::{DeviceKey, OfficeSealingKey, OfficeSigningKey};
use jiujin_contract::receipt::ShortId;
use jiujin_contract::sealing::{Sealer, seal, seal_attachment};
use jiujin_contract::submission::{ConsentGiven, DeviceId, ItemRef, Submission};
use jiujin_contract::wire::EnrolAnswer;
use jiujin_office::Office;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use tokio::net::TcpListener;

/// Words of the resident who submits: they must stand in no file of the kiosk.
pub const CANARIES: [&str; 2] = ["赵示例", "109999198002030013"];

/// A real office in this process, and a kiosk enrolled there.
pub struct Town {
    pub office: Office,
    pub address: SocketAddr,
    pub folder: tempfile::TempDir,
}

impl Town {
    pub async fn new() -> Town {
        Town::within(tempfile::tempdir().unwrap()).await
    }

    /// Both stores in memory: for rigs that cut lines and end processes, never the power.
    pub async fn in_memory() -> Town {
        Town::within(tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()).await
    }

    async fn within(folder: tempfile::TempDir) -> Town {
        ask_for(&offered().items[0], folder.path());
        let (office, address) = open_office(folder.path()).await;
        let town = Town { office, address, folder };
        town.point_kiosk_at(address);
        let code = town.office.add_device("rig").await.unwrap().code;
        enrol(&town.config(), &format!("http://{address}"), &code).await.unwrap();
        town
    }

    /// The office's process starts again, at another address, on the same disk.
    pub async fn reopen(&mut self) {
        (self.office, self.address) = open_office(self.folder.path()).await;
        self.point_kiosk_at(self.address);
    }

    pub fn point_kiosk_at(&self, office: SocketAddr) {
        configure(self.folder.path(), &office.to_string());
    }

    pub fn config(&self) -> Config {
        kiosk_config(self.folder.path())
    }

    /// Id and digest of every case.
    pub async fn cases(&self) -> BTreeMap<String, String> {
        let rows = self.office.cases().await.unwrap();
        let count = rows.len();
        let cases: BTreeMap<_, _> =
            rows.into_iter().map(|row| (row.id.to_string(), row.digest.to_string())).collect();
        assert_eq!(cases.len(), count, "one case for each id");
        cases
    }
}

async fn open_office(folder: &Path) -> (Office, SocketAddr) {
    let database = format!("sqlite:{}", folder.join("office.db").display());
    let office = Office::open_with(&database, &folder.join("office.keys"), offered()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(office.serve(listener));
    (office, address)
}

fn offered() -> jiujin_contract::catalogue::Catalogue {
    let mut offered = jiujin_contract::catalogue::day_one();
    offered.items.truncate(3);
    // The rigs are about the road, not about the form.
    let items = offered.items.iter_mut();
    items.for_each(|item| drop(item.schema.as_object_mut().unwrap().remove("required")));
    offered
}

fn configure(folder: &Path, office: &str) {
    let text = format!(
        "[storage]\ndata_dir = \"data\"\n[office]\nurl = \"http://{office}\"\nanswer_timeout_s = 5\n"
    );
    std::fs::write(folder.join("kiosk.toml"), text).unwrap();
}

fn ask_for(item: &jiujin_contract::item::ServiceItem, folder: &Path) {
    let named = (&item.id, item.version, &item.consent.version);
    std::fs::write(folder.join("item.json"), serde_json::to_vec(&named).unwrap()).unwrap();
}

/// A kiosk that is enrolled at an office which is nowhere to be found; the office's signing key comes back.
pub fn stranded_kiosk(folder: &Path) -> OfficeSigningKey {
    stranded_kiosk_under(folder, None)
}

/// The same, with a root to pin.
pub fn stranded_kiosk_under(folder: &Path, root: Option<SignedRoot>) -> OfficeSigningKey {
    let signing = OfficeSigningKey::generate().unwrap();
    let office = EnrolAnswer {
        device_id: DeviceId::parse("stranded").unwrap(),
        short_id: ShortId::from_index(7),
        name: "stranded".into(),
        sealing_key: OfficeSealingKey::generate().unwrap().public(),
        verifying_key: signing.public(),
        root,
        office_time: Timestamp::now(),
    };
    configure(folder, "127.0.0.1:1");
    ask_for(&jiujin_contract::catalogue::day_one().items[0], folder);
    std::fs::create_dir(folder.join("data")).unwrap();
    Identity::new(DeviceKey::generate().unwrap(), office, "").save(&folder.join("data")).unwrap();
    signing
}

pub fn kiosk_config(folder: &Path) -> Config {
    Config::load(&folder.join("kiosk.toml")).unwrap()
}

/// Id, version and consent of the service that is asked for.
pub type Asked = (String, u32, String);

pub fn asked(config: &Config) -> Asked {
    let folder = config.storage.data_dir.parent().unwrap();
    serde_json::from_slice(&std::fs::read(folder.join("item.json")).unwrap()).unwrap()
}

pub fn submit(store: &mut Store, identity: &Identity, asked: &Asked) -> Acknowledged {
    try_submit(store, identity, asked).unwrap()
}

pub fn try_submit(store: &mut Store, identity: &Identity, asked: &Asked) -> Result<Acknowledged, StoreError> {
    submit_at(store, identity, asked, Timestamp::now())
}

pub fn submit_at(
    store: &mut Store,
    identity: &Identity,
    asked: &Asked,
    now: Timestamp,
) -> Result<Acknowledged, StoreError> {
    submit_with(Sealer::new(&identity.office.sealing_key).unwrap(), store, identity, asked, now)
}

/// The key exchange done before, as the kiosk does it while the resident checks the answers.
pub fn submit_with(
    sealer: Sealer,
    store: &mut Store,
    identity: &Identity,
    asked: &Asked,
    now: Timestamp,
) -> Result<Acknowledged, StoreError> {
    let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let submission = |numbered: &Numbered| letter(numbered, identity, asked, now);
    let seal = |numbered: &Numbered| sealer.seal(&submission(numbered), &identity.key);
    store.submit(now, day, identity.office.short_id, seal)
}

/// A submission with scanned papers: the answer's path and the bytes of each.
pub fn submit_papers(
    store: &mut Store,
    identity: &Identity,
    asked: &Asked,
    papers: &[(&str, &[u8])],
) -> Acknowledged {
    let now = Timestamp::now();
    let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let office = &identity.office.sealing_key;
    let parcel = |numbered: &Numbered| {
        let sealed = papers.iter().map(|(path, paper)| seal_attachment(paper, office, numbered.id, path));
        let attachments = sealed.collect::<Result<Vec<_>, _>>()?;
        let mut submission = letter(numbered, identity, asked, now);
        let named =
            attachments.iter().zip(papers).map(|(sealed, (path, _))| sealed.named(path, "image/jpeg"));
        submission.attachments = named.collect();
        Ok(Parcel { submission: seal(&submission, office, &identity.key)?, attachments })
    };
    store.submit(now, day, identity.office.short_id, parcel).unwrap()
}

fn letter(numbered: &Numbered, identity: &Identity, asked: &Asked, now: Timestamp) -> Submission {
    let resident = Resident {
        kind: CardKind::Resident,
        name: "赵示例".into(),
        name_en: None,
        sex: Sex::Male,
        ethnicity: None,
        nationality: None,
        birth: "1980-02-03".parse().unwrap(),
        address: None,
        id_number: IdNumber::new("109999198002030013"),
        issuer: None,
        valid_to: None,
    };
    Submission {
        id: numbered.id,
        item: ItemRef { id: asked.0.clone(), version: asked.1 },
        resident,
        answers: serde_json::json!({}),
        provenance: Default::default(),
        pruned_paths: vec![],
        consent: ConsentGiven { version: asked.2.clone(), agreed_at: now, guardian: None },
        kiosk: identity.office.device_id.clone(),
        kiosk_short_id: identity.office.short_id,
        receipt_number: numbered.receipt_number.clone(),
        sequence: numbered.sequence,
        created_at: now,
        signature: None,
        corrects: None,
        attachments: vec![],
    }
}
