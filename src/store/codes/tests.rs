use super::*;
use jiujin_contract::form::{DIVISIONS, STREETS};

fn row(code: &str, parent: &str, zh: &str, en: &str) -> Code {
    Code {
        code: code.into(),
        parent: parent.into(),
        name: Text { zh: zh.into(), zh_tw: None, en: en.into() },
    }
}

fn streets() -> Vec<Code> {
    vec![
        row("2", "109999", "望湖街道", "Wanghu"),
        row("1", "109999", "青禾街道", ""),
        row("11", "1", "文昌社区", ""),
    ]
}

fn names(codes: Vec<Code>) -> Vec<String> {
    codes.into_iter().map(|code| code.name.zh).collect()
}

#[test]
fn rows_below_a_parent_come_in_the_order_of_their_source() {
    let mut store = Store::in_memory().unwrap();
    assert!(store.take_codes(STREETS, "a", streets()).unwrap());
    assert_eq!(names(store.codes_below(STREETS, "109999").unwrap()), ["望湖街道", "青禾街道"]);
    assert_eq!(names(store.codes_below(STREETS, "1").unwrap()), ["文昌社区"]);
    assert!(store.codes_below(STREETS, "11").unwrap().is_empty());
    assert!(store.codes_below(DIVISIONS, "109999").unwrap().is_empty());
    assert_eq!(store.code_parents(STREETS).unwrap(), ["1".to_owned(), "109999".to_owned()].into());
    assert_eq!(store.code_names(STREETS).unwrap().len(), 3);
}

#[test]
fn a_name_that_nobody_translated_is_shown_in_chinese() {
    let mut store = Store::in_memory().unwrap();
    store.take_codes(STREETS, "a", streets()).unwrap();
    let english = |code: &str| store.code(STREETS, code).unwrap().unwrap().name.en;
    assert_eq!((english("2").as_str(), english("1").as_str()), ("Wanghu", "青禾街道"));
}

#[test]
fn a_list_is_filled_again_only_when_its_source_changed() {
    let mut store = Store::in_memory().unwrap();
    assert!(!store.take_codes(STREETS, "", []).unwrap(), "no list before and none now");
    assert!(store.take_codes(STREETS, "a", streets()).unwrap());
    assert!(!store.take_codes(STREETS, "a", []).unwrap());
    assert_eq!(store.code_names(STREETS).unwrap().len(), 3);
    assert!(store.take_codes(STREETS, "b", streets().into_iter().take(1)).unwrap());
    assert_eq!(store.code_names(STREETS).unwrap(), ["望湖街道"]);
    assert!(store.take_codes(STREETS, "", []).unwrap());
    assert!(store.code_parents(STREETS).unwrap().is_empty());
}

#[test]
fn a_list_that_cannot_come_in_whole_leaves_the_one_before() {
    let mut store = Store::in_memory().unwrap();
    store.take_codes(STREETS, "a", streets()).unwrap();
    let twice = [streets(), streets()].concat();
    assert!(store.take_codes(STREETS, "b", twice).is_err());
    assert_eq!(store.code_names(STREETS).unwrap().len(), 3);
    assert!(!store.take_codes(STREETS, "a", streets()).unwrap());
}
