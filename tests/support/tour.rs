//! A visit for every service and life event, made from the catalogue itself: who among the invented people may
//! apply, what the form accepts, and the touches from the attract page to the office's receipt.
use jiujin_contract::catalogue::Catalogue;
use jiujin_contract::item::ServiceItem;
use serde_json::{Map, Value, json};

/// Those tried first have the fullest records.
const PEOPLE: [&str; 6] = ["adult", "newcomer", "longterm", "rare", "pensioner", "elder"];
/// Entries of a list that get answers.
const ENTRIES_MAX: usize = 3;
/// Pages a check list may have.
const CHECK_PAGES_MAX: usize = 6;

/// The invented people as eligibility sees them.
pub struct Town {
    people: Vec<(String, Value)>,
}

impl Town {
    pub fn settled(catalogue: &Catalogue) -> Town {
        let read = |path: &str| -> Value {
            let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
            toml::from_str(&std::fs::read_to_string(path).expect("the people are readable"))
                .expect("and TOML")
        };
        let cards = read("hardware/people.toml");
        let records = read("office/server/src/directory/people.toml");
        let samples = catalogue.definitions.directory_sample();
        let person = |name: &str| {
            let is = |card: &&Value| card["name"] == name;
            let card = cards["person"].as_array().and_then(|all| all.iter().find(is)).expect("simulated");
            let same = |record: &&Value| record["id_number"] == card["id_number"];
            let record = records["person"].as_array().and_then(|all| all.iter().find(same)).expect("on file");
            (name.to_owned(), facts(card, on_file(record, &samples)))
        };
        Town { people: PEOPLE.map(person).into() }
    }

    /// Somebody who may apply.
    pub fn who_can(&self, item: &ServiceItem) -> Option<&str> {
        let may = |(_, facts): &&(String, Value)| item.eligibility.check(facts).is_empty();
        self.people.iter().find(may).map(|(name, _)| name.as_str())
    }
}

fn facts(card: &Value, shared: Value) -> Value {
    let birth: String = card["birth"].as_str().expect("born").to_owned();
    let birth = format!("{}-{}-{}", &birth[..4], &birth[4..6], &birth[6..]);
    let today = jiff::Zoned::now().date();
    let born: jiff::civil::Date = birth.parse().expect("a date");
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    let age = today.year() - born.year() - i16::from(!had_birthday);
    let sex = if card["sex"] == "1" { "male" } else { "female" };
    json!({"card": {"kind": "resident", "sex": sex, "birth": birth, "address": card["address"]},
        "shared": shared, "today": today.to_string(), "age": age, "answers": {}})
}

/// The office lays a person's own values over the samples of what he holds.
fn on_file(record: &Value, samples: &Value) -> Value {
    let groups = record["holds"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut file: Map<String, Value> =
        groups.filter_map(|group| Some((group.to_owned(), samples.get(group)?.clone()))).collect();
    for (key, own) in record["shared"].as_object().into_iter().flatten() {
        match (file.get_mut(key), own) {
            (Some(Value::Object(group)), Value::Object(own)) => group.extend(own.clone()),
            (_, own) => drop(file.insert(key.clone(), own.clone())),
        }
    }
    Value::Object(file)
}

/// The scripted visit, as TOML.
pub fn visit(item: &ServiceItem, person: &str) -> String {
    let (name, short) = (&item.name.zh, &item.short_name.zh);
    // One character short: the field itself is read out with what stands in it.
    let typed: String = name.chars().take((name.chars().count() - 1).min(10)).collect();
    let mut steps = vec![
        json!({"await": "attract"}),
        json!({"tap": "先看看能办什么"}),
        json!({"await": "home"}),
        json!({"tap": ["搜索", "输入事情名称，或拼音首字母", "搜索服务"]}),
        json!({"await": "search"}),
        json!({"type": typed}),
        json!({"tap": [name, short]}),
        json!({"await": "guide"}),
        json!({"tap": "放身份证，开始办理"}),
        json!({"place": person}),
        json!({"await": "confirm"}),
        json!({"tap": "是我"}),
        json!({"await": "consent"}),
        json!({"tap": "同意"}),
    ];
    if asks(item) {
        steps.extend([json!({"await": "form"}), json!({"form": answers(&item.schema)})]);
    }
    if item.wants_signature() {
        steps.extend([json!({"await": "sign"}), json!({"sign": true}), json!({"tap": "签好了，下一步"})]);
    }
    steps.push(json!({"await": "check"}));
    steps.extend((1..CHECK_PAGES_MAX).map(|_| json!({"tap_if": "下一页"})));
    steps.extend([
        json!({"tap": "我看过了，内容都是真的"}),
        json!({"tap": "提交"}),
        json!({"await": "result"}),
        json!({"delivered": true}),
    ]);
    toml::to_string(&json!({"title": format!("{} as {person}", item.id), "step": steps})).expect("TOML")
}

fn asks(item: &ServiceItem) -> bool {
    item.schema["properties"].as_object().is_some_and(|questions| !questions.is_empty())
}

/// What to type where keys answer; the player chooses for itself where a finger does.
fn answers(schema: &Value) -> Map<String, Value> {
    let mut found = Map::new();
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(words) = fitting(property) {
            found.insert(key.clone(), json!(words));
        }
        for (inner, words) in property.get("items").map(answers).into_iter().flatten() {
            found.extend((0..ENTRIES_MAX).map(|index| (format!("{key}.{index}.{inner}"), words.clone())));
        }
    }
    found
}

fn fitting(property: &Value) -> Option<String> {
    let words = match property.get("format").and_then(Value::as_str) {
        Some("id-card") => "109999199003070017",
        Some("mobile-cn") => "13900001234",
        Some("landline-cn") => "010-62345678",
        Some("bank-card") => "6222020200112233446",
        Some("uscc") => "91109999MA0000001U",
        Some("plate") => "京A00099",
        Some("postal-code") => "100000",
        Some("date") => return Some(fitting_date(property).to_owned()),
        _ => return property.get("minimum").and_then(Value::as_f64).map(|least| least.max(1.0).to_string()),
    };
    Some(words.to_owned())
}

/// Most dates are asked against today, some against the date before them.
fn fitting_date(property: &Value) -> &'static str {
    let compared = property.get("x-compare").and_then(Value::as_array).into_iter().flatten();
    let compared: Vec<(&str, bool)> =
        compared.map(|one| (one["op"].as_str().unwrap_or_default(), one["other"] == "today")).collect();
    match compared.iter().any(|(op, _)| op.starts_with('>')) {
        true if compared.iter().any(|(op, today)| *today && op.starts_with('<')) => "20260902",
        true => "20301201",
        false => "20260901",
    }
}
