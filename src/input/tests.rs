use std::{collections::BTreeMap, sync::Arc};

use super::*;

/// Phrases residents type at a counter: kind, wanted text, unbroken pinyin.
const PHRASES: &str = include_str!("tests/phrases.tsv");

fn input(field: Field) -> Input {
    Input::new(Arc::default(), field)
}

fn offers(field: Field, keys: &str) -> Vec<String> {
    let mut input = input(field);
    input.type_all(keys);
    input.all().iter().map(|candidate| candidate.text.clone()).collect()
}

fn first(field: Field, keys: &str) -> String {
    offers(field, keys).into_iter().next().unwrap_or_default()
}

fn place_of(text: &str, offers: &[String]) -> usize {
    offers.iter().position(|offer| offer == text).unwrap_or(usize::MAX)
}

#[test]
fn every_kind_of_phrase_reaches_its_minimum_of_first_places() {
    let minimum = BTreeMap::from([("svc", 49), ("place", 29), ("name", 34)]);
    let mut right: BTreeMap<&str, usize> = BTreeMap::new();
    for line in PHRASES.lines() {
        let [kind, text, pinyin] = line.split('\t').collect::<Vec<_>>().try_into().expect("three columns");
        let field = match kind {
            "place" => Field::Place,
            "name" => Field::Name,
            _ => Field::Text,
        };
        *right.entry(kind).or_default() += usize::from(first(field, pinyin) == text);
    }
    for (kind, least) in minimum {
        assert!(right[kind] >= least, "{kind}: {} first places, at least {least} wanted", right[kind]);
    }
}

#[test]
fn initials_alone_find_the_word() {
    assert_eq!(first(Field::Text, "sfz"), "身份证");
    assert!(place_of("养老保险", &offers(Field::Text, "ylbx")) < 3);
    assert!(place_of("公积金", &offers(Field::Text, "gjj")) < 3);
}

#[test]
fn whole_syllables_and_initials_mix() {
    assert_eq!(first(Field::Text, "shenfz"), "身份证");
    assert_eq!(first(Field::Place, "hangzs"), "杭州市");
}

#[test]
fn an_apostrophe_divides_what_could_be_one_syllable() {
    assert_eq!(first(Field::Text, "xi'an"), "西安");
    assert_eq!(first(Field::Text, "xian").chars().count(), 1);
    assert!(offers(Field::Text, "xian").contains(&"西安".to_owned()));
}

#[test]
fn a_vowel_with_dots_is_typed_as_v_or_yu_or_itself() {
    for keys in ["lvshi", "lyushi", "lüshi"] {
        assert!(place_of("律师", &offers(Field::Text, keys)) < 3, "{keys}");
    }
    assert_eq!(first(Field::Name, "lvbu"), "吕布");
}

#[test]
fn neighbouring_sounds_are_told_apart_unless_the_resident_asks_otherwise() {
    assert_ne!(first(Field::Text, "senfenzeng"), "身份证");
    let mut fuzzy = input(Field::Text);
    fuzzy.set_fuzzy(Fuzzy::ALL);
    fuzzy.type_all("senfenzeng");
    assert_eq!(fuzzy.candidates(0)[0].text, "身份证");
}

#[test]
fn nine_keys_spell_the_same_words() {
    let keys: String = "shenfenzheng".bytes().map(|letter| char::from(spelling::nine_key(letter))).collect();
    assert_eq!(keys, "743633694364");
    assert!(place_of("身份证", &offers(Field::Text, &keys)) < 3);
}

#[test]
fn a_sentence_is_spelt_in_one_go() {
    assert_eq!(first(Field::Text, "woyaobanliyibaoka"), "我要办理医保卡");
    assert_eq!(first(Field::Place, "zhejiangshenghangzhoushixihuqu"), "浙江省杭州市西湖区");
}

#[test]
fn common_names_come_first_in_a_name_field() {
    for (keys, name) in
        [("zhangsan", "张三"), ("wangxiuying", "王秀英"), ("ouyangna", "欧阳娜"), ("lijianguo", "李建国")]
    {
        assert_eq!(first(Field::Name, keys), name);
    }
}

#[test]
fn a_surname_read_its_own_way_or_the_common_way_is_found() {
    assert!(place_of("单", &offers(Field::Name, "shan")) < 6);
    assert_eq!(first(Field::Name, "zengguofan"), "曾国藩");
    assert_eq!(first(Field::Name, "cengguofan"), "曾国藩");
}

#[test]
fn a_rare_name_is_put_together_surname_first_then_character_by_character() {
    let mut input = input(Field::Name);
    input.type_all("zhaoyichen");
    let surname = place_of("赵", &input.all().iter().map(|c| c.text.clone()).collect::<Vec<_>>());
    assert_eq!(input.choose(surname), None);
    assert_eq!(input.composing(), Composing { chosen: "赵".into(), spelling: "yi'chen".into() });
    let rest: Vec<String> = input.all().iter().map(|c| c.text.clone()).collect();
    assert!(place_of("逸晨", &rest) < 20 || place_of("奕辰", &rest) < 20, "given names come next: {rest:?}");
    assert_eq!(input.choose(0).map(|name| name.chars().count()), Some(3));
    assert!(input.is_empty());
}

#[test]
fn a_name_of_another_pattern_is_spelt_like_any_text() {
    assert!(first(Field::Name, "maimaitijiang").starts_with("买买提"));
}

#[test]
fn a_surname_alone_offers_surnames() {
    assert_eq!(first(Field::Name, "wang"), "王");
    assert_eq!(first(Field::Name, "ouyang"), "欧阳");
}

#[test]
fn a_choice_uses_up_its_keys_and_backspace_gives_them_back() {
    let mut input = input(Field::Text);
    input.type_all("shenfenzheng");
    let begin = place_of("身份", &input.all().iter().map(|c| c.text.clone()).collect::<Vec<_>>());
    assert_eq!(input.choose(begin), None);
    assert_eq!(input.composing(), Composing { chosen: "身份".into(), spelling: "zheng".into() });
    for _ in 0.."zheng".len() {
        assert!(input.backspace());
    }
    assert_eq!(input.composing(), Composing { chosen: "身份".into(), spelling: String::new() });
    assert!(input.backspace());
    assert_eq!(input.composing(), Composing { chosen: String::new(), spelling: "shen'fen".into() });
}

#[test]
fn the_space_bar_takes_the_first_candidate_for_everything() {
    let mut input = input(Field::Text);
    input.type_all("yanglaobaoxian");
    assert_eq!(input.commit(), "养老保险");
    assert!(input.is_empty());
}

#[test]
fn letters_that_spell_nothing_are_handed_over_as_letters() {
    let mut input = input(Field::Text);
    input.type_all("iii");
    assert_eq!(input.commit(), "iii");
}

#[test]
fn the_bar_has_pages_of_twenty() {
    let mut input = input(Field::Text);
    input.type_all("yi");
    assert_eq!(input.candidates(0).len(), PAGE);
    assert!(input.page_count() > 2);
    assert!(input.candidates(input.page_count()).is_empty());
}

#[test]
fn nothing_is_left_after_the_visit() {
    let mut input = input(Field::Name);
    input.type_all("zhangwei");
    input.choose(0);
    input.type_all("lina");
    input.clear();
    assert!(input.is_empty() && input.page_count() == 0);
    assert_eq!(input.composing(), Composing::default());
}

#[test]
fn a_title_of_the_catalogue_is_found_although_no_dictionary_knows_it() {
    let lexicon = Arc::new(Lexicon::new(["大件垃圾清运预约", "养犬登记(城区)"]));
    let mut input = Input::new(lexicon, Field::Text);
    input.type_all("djljqyyy");
    assert_eq!(input.candidates(0)[0].text, "大件垃圾清运预约");
    input.clear();
    input.type_all("yangquandengji");
    assert_eq!(input.candidates(0)[0].text, "养犬登记");
}

#[test]
fn a_street_of_the_site_comes_before_its_namesakes_where_a_place_is_asked() {
    let lexicon = Arc::new(Lexicon::default().with_places(["青禾街道", "柳荫一社区"]));
    let mut input = Input::new(lexicon, Field::Place);
    for (typed, wanted) in [
        ("qinghejiedao", "青禾街道"),
        ("qinghe", "青禾"),
        ("qhjd", "青禾街道"),
        ("liuyinyishequ", "柳荫一社区"),
    ] {
        input.clear();
        input.type_all(typed);
        assert_eq!(input.candidates(0)[0].text, wanted, "{typed}");
    }
    input.clear();
    input.type_all("hangzhou");
    assert_eq!(input.candidates(0)[0].text, "杭州");
}

#[test]
fn keys_beyond_the_limit_are_not_taken() {
    let mut input = input(Field::Text);
    (0..KEYS_MAX).for_each(|_| assert!(input.take_key('a')));
    assert!(!input.push('a') && !input.push('中') && !input.push(' '));
}

#[test]
fn strokes_find_common_and_rare_characters() {
    let strokes: Vec<Option<Stroke>> = "1121".chars().map(Stroke::of_key).collect();
    assert_eq!(characters_by_strokes(&strokes).first(), Some(&'王'));
    let rare: Vec<Option<Stroke>> = "hszhhhzn".chars().map(Stroke::of_key).collect();
    assert!(characters_by_strokes(&rare).len() < 200);
    assert!(characters_by_strokes(&[]).is_empty());
}

#[test]
fn a_code_point_gives_its_character_only_if_it_may_stand_in_a_name() {
    assert_eq!(character_by_code_point("U+3106C"), Some('\u{3106C}'));
    assert_eq!(character_by_code_point("5f20"), Some('张'));
    assert_eq!(character_by_code_point("0041"), None);
    assert_eq!(character_by_code_point("D800"), None);
}

#[test]
fn no_run_of_keys_makes_it_stumble() {
    let keys: Vec<char> = "aeiouvngzhscxqwrtylbkdfpmj'1234567890ü中 ".chars().collect();
    let mut seed = 7_u32;
    for field in [Field::Text, Field::Place, Field::Name] {
        let mut input = input(field);
        for _ in 0..400 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            match seed >> 28 {
                0 => drop(input.backspace()),
                1 => drop(input.choose((seed >> 8) as usize % 7)),
                _ => drop(input.push(keys[(seed >> 12) as usize % keys.len()])),
            }
        }
    }
}

#[test]
fn each_line_is_answered_with_ten_candidates_and_a_time() {
    let lines =
        "{\"pinyin\":\"guangdeshi\",\"field\":\"place\"}\n\n{\"pinyin\":\"menzhen\",\"field\":\"text\"}\n";
    let mut out = Vec::new();
    convert_lines(lines.as_bytes(), &mut out, &Arc::default()).expect("both lines are well formed");
    let answers: Vec<serde_json::Value> =
        out.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!(answers[0]["candidates"][0], "广德市");
    assert_eq!(answers[1]["candidates"].as_array().map(Vec::len), Some(10));
    assert!(answers[1]["us"].is_u64());
}

#[test]
fn an_unreadable_line_is_named() {
    let error = convert_lines(&b"{}\n"[..], Vec::new(), &Arc::default()).expect_err("pinyin is missing");
    assert!(error.to_string().contains("line 1"));
}
