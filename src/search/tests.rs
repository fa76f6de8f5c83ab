use super::*;

fn entry(id: &str, title: &str, keywords: &[&str], popularity: u32) -> SearchEntry {
    SearchEntry {
        id: id.into(),
        title_zh: title.into(),
        keywords: keywords.iter().map(|word| (*word).into()).collect(),
        popularity,
        ..SearchEntry::default()
    }
}

fn catalogue() -> Search {
    let mut pension = entry("S006", "城乡居民基本养老保险参保登记", &["养老保险", "社保"], 80);
    pension.title_en = "Enrol in resident basic pension scheme".into();
    pension.department = "人力资源和社会保障局".into();
    let mut newborn = entry("S045", "新生儿出生登记（落户）", &["上户口", "报户口"], 70);
    newborn.events = vec!["新生儿出生".into()];
    newborn.department = "公安局".into();
    Search::new([
        pension,
        newborn,
        entry("S038", "居民身份证换领补领受理", &["身份证", "补身份证"], 99),
        entry("S039", "临时居民身份证明打印", &[], 40),
        entry("S057", "老年人优待交通卡申领", &["老年卡", "公交卡"], 60),
        entry("S088", "高龄津贴申领", &["老人补贴"], 75),
        entry("S029", "异地就医备案", &["转诊"], 65),
        entry("S120", "义务教育入学信息登记", &["上学", "律师"], 10),
    ])
}

fn first(query: &str) -> String {
    catalogue().find(query, 5).into_iter().next().map(|hit| hit.id).unwrap_or_default()
}

#[test]
fn characters_pinyin_initials_and_mixtures_all_find_the_service() {
    for query in
        ["高龄津贴", "高龄", "津贴", "gaolingjintie", "gaoling", "gljt", "高ljt", "gaoljt", "gaolingj"]
    {
        assert_eq!(first(query), "S088", "{query}");
    }
    for query in ["身份证", "shenfenzheng", "sfz", "shenfz"] {
        assert_eq!(first(query), "S038", "{query}");
    }
}

#[test]
fn capitals_spaces_and_full_width_letters_make_no_difference() {
    for query in ["SFZ", "shen fen zheng", "ｓｆｚ", "Shen'Fen'Zheng"] {
        assert_eq!(first(query), "S038", "{query}");
    }
}

#[test]
fn a_title_with_brackets_is_found_however_the_brackets_are_typed() {
    for query in ["新生儿出生登记（落", "新生儿出生登记(落户)", "）", "登记（"] {
        assert_eq!(first(query), "S045", "{query}");
    }
}

#[test]
fn synonyms_events_departments_and_english_titles_count_too() {
    assert_eq!(first("上户口"), "S045");
    assert_eq!(first("shanghukou"), "S045");
    assert_eq!(first("公安局"), "S045");
    assert_eq!(first("pension scheme"), "S006");
    assert_eq!(first("lüshi"), "S120");
}

#[test]
fn one_wrong_character_still_finds_it() {
    assert_eq!(first("身分证"), "S038", "same sound");
    assert_eq!(first("高龄津帖"), "S088", "same sound, other tone");
    assert_eq!(first("高领津贴"), "S088", "same sound");
    assert_eq!(first("异地就依备案"), "S029", "near in sound");
    assert_eq!(first("高龄补贴"), "S088", "another character");
}

#[test]
fn a_slip_of_the_finger_still_finds_it() {
    assert_eq!(first("gaolinjintie"), "S088", "a letter missing");
    assert_eq!(first("shenfenzhemg"), "S038", "a wrong letter");
}

#[test]
fn a_beginning_goes_before_initials_before_an_inside() {
    let search = Search::new([
        entry("inside", "电子社保卡", &[], 900),
        entry("initials", "病案偶遇登记", &[], 500),
        entry("beginning", "保安员证", &[], 1),
    ]);
    let order: Vec<String> = search.find("bao", 5).into_iter().map(|hit| hit.id).collect();
    assert_eq!(order, ["beginning", "initials", "inside"]);
}

#[test]
fn among_equals_the_popular_one_is_first() {
    let search = Search::new([entry("a", "护照换发", &[], 5), entry("b", "护照补发", &[], 50)]);
    assert_eq!(search.find("huzhao", 2)[0].id, "b");
}

#[test]
fn a_hit_says_what_matched() {
    let hit = catalogue().find("jintie", 1).remove(0);
    assert_eq!(&hit.title[hit.ranges[0].clone()], "津贴");
    let hit = catalogue().find("公交卡", 1).remove(0);
    assert_eq!((hit.ranges.len(), hit.via.as_deref()), (0, Some("公交卡")));
}

#[test]
fn nonsense_and_nothing_find_nothing() {
    for query in ["", "   ", "qqxxzz", "🙂", "完全不相干的话"] {
        assert!(catalogue().find(query, 5).is_empty(), "{query}");
    }
}

#[test]
fn the_filter_never_hides_what_the_matcher_would_find() {
    let search = catalogue();
    let queries =
        ["s", "sh", "she", "zm", "dy", "shehui", "chongxin", "证", "打印", "ylbx", "rxxx", "yidi", "lvshi"];
    for query in queries {
        let typed = Typed::new(query);
        let matcher: IbMatcher<str> = IbMatcher::builder(typed.text.as_str())
            .pinyin(PinyinMatchConfig::notations(notations()))
            .is_pattern_partial(true)
            .build();
        for entry in &search.entries {
            let matched = entry.parts.iter().any(|part| matcher.find(part.text.as_str()).is_some());
            assert!(!matched || entry.may_match(&typed), "{query} in {}", entry.title());
        }
    }
}

#[test]
fn the_answer_is_one_line_of_hits_and_time() {
    let mut out = Vec::new();
    print_hits(&catalogue(), "sfz", 1, &mut out).expect("a vector takes everything");
    let answer: serde_json::Value = serde_json::from_slice(&out).expect("one JSON document");
    assert_eq!(answer["hits"][0]["id"], "S038");
    assert!(answer["us"].is_u64() && answer["hits"][0]["score"].is_u64());
}
