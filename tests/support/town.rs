//! A real office in this process and a kiosk enrolled there, for rigs that prove the road.
use jiff::Timestamp;
use jiujin::config::Config;
use jiujin::enrol::{Identity, enrol};
use jiujin::store::{Acknowledged, Numbered, Store};
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
use jiujin_contract::sealing::{SealError, SealedSubmission, seal};
use jiujin_contract::submission::{ConsentGiven, ItemRef, Submission};
use jiujin_office::Office;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use tokio::net::TcpListener;

/// A real office in this process, and a kiosk enrolled there.
pub struct Town {
    pub office: Office,
    pub address: SocketAddr,
    pub folder: tempfile::TempDir,
}

impl Town {
    pub async fn new() -> Town {
        let folder = tempfile::tempdir().unwrap();
        let mut offered = jiujin_contract::catalogue::day_one();
        offered.items.truncate(3);
        // The rigs are about the road, not about the form.
        offered
            .items
            .iter_mut()
            .for_each(|item| drop(item.schema.as_object_mut().unwrap().remove("required")));
        let asked = &offered.items[0];
        let named = (&asked.id, asked.version, &asked.consent.version);
        std::fs::write(folder.path().join("item.json"), serde_json::to_vec(&named).unwrap()).unwrap();
        let database = format!("sqlite:{}", folder.path().join("office.db").display());
        let office = Office::open_with(&database, &folder.path().join("office.keys"), offered).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(office.serve(listener));
        let town = Town { office, address, folder };
        town.point_kiosk_at(address);
        let code = town.office.add_device("rig").await.unwrap().code;
        enrol(&town.config(), &format!("http://{address}"), &code).await.unwrap();
        town
    }

    fn point_kiosk_at(&self, office: SocketAddr) {
        let text = format!(
            "[storage]\ndata_dir = \"data\"\n[office]\nurl = \"http://{office}\"\nanswer_timeout_s = 5\n"
        );
        std::fs::write(self.folder.path().join("kiosk.toml"), text).unwrap();
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
    let now = Timestamp::now();
    let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    store
        .submit(now, day, identity.office.short_id, |numbered| seal_one(numbered, identity, asked, now))
        .unwrap()
}

fn seal_one(
    numbered: &Numbered,
    identity: &Identity,
    asked: &Asked,
    now: Timestamp,
) -> Result<SealedSubmission, SealError> {
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
    let submission = Submission {
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
    };
    seal(&submission, &identity.office.sealing_key, &identity.key)
}
