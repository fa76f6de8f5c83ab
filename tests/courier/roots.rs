//! A kiosk follows the roots of a real office: from the one key of its enrolment to root keys, and on.
use super::*;
use jiujin_office::{Ceremony, Rotation, make_roots, rotate_roots};

async fn take_news(town: &Town) -> Result<u32, String> {
    let config = town.config();
    let mut store = Store::of(&config, Timestamp::now()).unwrap().store;
    let courier = Courier::new(&config).unwrap().unwrap();
    let held = store.catalogue_held().unwrap();
    let news = courier.fetch_catalogue(&held, Timestamp::now()).await.map_err(|error| error.to_string())?;
    let update = news.ok_or("nothing newer")?;
    store.catalogue_take(&update, Timestamp::now()).map_err(|error| error.to_string())?;
    Ok(store.catalogue_believed().unwrap().unwrap().trust.root().version)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kiosk_follows_root_keys_and_their_rotation() {
    let mut town = Town::new().await;
    let (keys, safe) = (town.folder.path().join("office.keys"), tempfile::tempdir().unwrap());
    assert_eq!(take_news(&town).await, Ok(0), "one key signs everything");

    let people = Ceremony { out: safe.path().to_owned(), keys: 3, threshold: 2 };
    let made = make_roots(&keys, &people, Timestamp::now()).unwrap();
    town.reopen().await;
    assert_eq!(take_news(&town).await, Ok(1), "the office's own key has signed the first root");
    assert!(make_roots(&keys, &people, Timestamp::now()).is_err(), "only once");

    let one = Rotation { with: made.key_files[..1].to_vec(), people: None, keep_catalogue_key: false };
    let refused = rotate_roots(&keys, &one, Timestamp::now()).unwrap_err().to_string();
    assert!(refused.contains("a threshold of the people"), "{refused}");
    let stolen = std::fs::read(keys.with_extension("catalogue-key-1")).unwrap();
    let two =
        Rotation { with: made.key_files[1..].to_vec(), people: Some(people), keep_catalogue_key: false };
    assert_eq!(rotate_roots(&keys, &two, Timestamp::now()).unwrap().root, 2);
    town.reopen().await;
    assert_eq!(take_news(&town).await, Ok(2));

    // The thief of the old catalogue key offers its own list under the roots that everybody can read.
    let chain = keys.with_extension("roots");
    let after = std::fs::read(&chain).unwrap();
    let all: Vec<serde_json::Value> = serde_json::from_slice(&after).unwrap();
    std::fs::write(&chain, serde_json::to_vec(&all[..1]).unwrap()).unwrap();
    std::fs::write(keys.with_extension("catalogue-key-1"), stolen).unwrap();
    town.reopen().await;
    let refused = take_news(&town).await.unwrap_err();
    assert!(refused.contains("not signed"), "{refused}");

    // A kiosk that comes later pins the root in force, not the key of the receipts.
    std::fs::write(&chain, after).unwrap();
    town.reopen().await;
    let code = town.office.add_device("later").await.unwrap().code;
    let answer = enrol(&town.config(), &format!("http://{}", town.address), &code).await.unwrap();
    assert_eq!(answer.root.unwrap().root.version, 2);
    assert_eq!(take_news(&town).await, Err("nothing newer".into()), "its ETag is still good");
}
