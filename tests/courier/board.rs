//! Notices and words of the site on their way: posted at a real office, signed with the catalogue, on the attract page.
use super::*;
use jiujin::codes::{Code, Codes};
use jiujin::screens::Status;
use jiujin::screens::view::{Page, View};
use jiujin::session::{Moment, Pauses, Session};
use jiujin::shelf::Shelf;
use jiujin::typing::Typing;
use jiujin_office::post_board;

const BOARD: &str = r#"
[[notice]]
title = { zh = "春节期间照常开放", zh_tw = "春節期間照常開放", en = "Open over the Spring Festival" }
body = { zh = "8:30 至 17:00", en = "8:30 to 17:00" }
from = "2027-02-01"
until = "2027-02-12"
[[notice]]
title = { zh = "城乡居民医保开始缴费", en = "Health insurance can be paid" }
[site]
staff = { zh = "2 号窗口", en = "Counter 2" }
"#;

fn post(town: &Town, text: &str) -> Result<u64, String> {
    let (folder, file) = (town.folder.path(), town.folder.path().join("board.toml"));
    std::fs::write(&file, text).unwrap();
    let posted = post_board(&folder.join("office.keys"), &file).map_err(|error| error.to_string())?;
    Ok(posted.changes)
}

/// What the kiosk shows after its next look, and how many parts it had to fetch.
async fn news(town: &Town) -> (Shelf, usize) {
    let config = town.config();
    let mut store = Store::of(&config, Timestamp::now()).unwrap().store;
    let courier = Courier::new(&config).unwrap().unwrap();
    let held = store.catalogue_held().unwrap();
    let update = courier.fetch_catalogue(&held, Timestamp::now()).await.unwrap();
    let fetched = update.as_ref().map_or(0, |update| update.fetched.len());
    update.iter().for_each(|update| store.catalogue_take(update, Timestamp::now()).unwrap());
    let shown = store.catalogue_items(Timestamp::now()).unwrap();
    assert_eq!(shown.left_out, Vec::<String>::new());
    assert_eq!(shown.items.len(), 3, "the board is no service");
    (Shelf::new(shown.items).with_board(shown.board), fetched)
}

struct NoLists;

impl Codes for NoLists {
    fn below(&self, _: &str, _: &str) -> Vec<Code> {
        Vec::new()
    }

    fn find(&self, _: &str, _: &str) -> Option<Code> {
        None
    }
}

fn attract(town: &Town, shelf: &Shelf, day: &str) -> (Vec<String>, String) {
    let (config, today) = (town.config(), day.parse().unwrap());
    let mut status = Status::new(&config);
    status.posted(&config, &shelf.board.site);
    let session = Session::new(jiujin::screens::house_settings(&config), Pauses::default());
    let now = Moment { elapsed_ms: 0, unix_ms: 0, today };
    let typing = Typing::new(shelf, Vec::new());
    let view = View::of(&session, (shelf, &NoLists), &status, &typing, now);
    let Page::Attract { notices, .. } = view.page else { panic!("{:?}", view.page) };
    (notices.into_iter().map(|notice| notice.title).collect(), view.frame.staff)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notices_travel_with_the_catalogue_and_are_shown_on_their_days() {
    let town = Town::in_memory().await;
    let (before, fetched) = news(&town).await;
    let house = attract(&town, &before, "2027-02-03");
    assert_eq!((fetched, house.0.len()), (3, 0));
    assert_eq!(post(&town, BOARD), Ok(1));
    let (shelf, fetched) = news(&town).await;
    assert_eq!(fetched, 1, "only the board is new");
    let (titles, staff) = attract(&town, &shelf, "2027-02-03");
    assert_eq!(titles, ["春节期间照常开放", "城乡居民医保开始缴费"]);
    assert_eq!((staff.as_str(), attract(&town, &shelf, "2027-03-01").0.len()), ("2 号窗口", 1));
    assert_eq!(news(&town).await.1, 0, "nothing newer");
    let refused = post(&town, &BOARD.replace("Counter 2", "")).unwrap_err();
    assert!(refused.contains("site.staff"), "{refused}");
    assert_eq!(news(&town).await.0.board, shelf.board, "a board that was refused changes nothing");
    assert_eq!(post(&town, ""), Ok(2));
    assert_eq!(attract(&town, &news(&town).await.0, "2027-02-03"), house, "taken away again");
}

/// The office's own bytes under another hash, or a board that is no board: what is in force stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_board_that_is_not_what_the_manifest_says_never_comes_into_force() {
    let town = Town::in_memory().await;
    assert_eq!(post(&town, BOARD), Ok(1));
    let good = news(&town).await.0.board;
    assert_eq!(post(&town, ""), Ok(2));
    let config = town.config();
    let mut store = Store::of(&config, Timestamp::now()).unwrap().store;
    let courier = Courier::new(&config).unwrap().unwrap();
    let held = store.catalogue_held().unwrap();
    let mut update = courier.fetch_catalogue(&held, Timestamp::now()).await.unwrap().unwrap();
    update.fetched[0][0] ^= 1;
    assert!(store.catalogue_take(&update, Timestamp::now()).is_err(), "one bit is another board");
    assert_eq!(store.catalogue_items(Timestamp::now()).unwrap().board, good);
}
