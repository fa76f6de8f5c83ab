//! Code lists in a store on the disk, all divisions and five thousand streets: opening a level fails at 10 ms or more,
//! wherever it is. Then how long a query over ten thousand services takes; fails at 5 ms or more at the 99th percentile
//! over the queries. Each query's time is its mean on the processor over many rounds.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiujin::codes::{Code, country};
use jiujin::search::{Search, SearchEntry};
use jiujin::store::{OutboxLimits, Store};
use jiujin_contract::text::Text;

const QUERY_P99_MAX: Duration = Duration::from_millis(5);
const ENTRIES: usize = 10_000;
const ROUNDS: u32 = 30;
/// Issue 4: a code list is filtered in less than this.
const FILTER_MAX: Duration = Duration::from_millis(10);
const STREETS: usize = 5_000;
/// One county has them all: the longest level a screen could ask for.
const COUNTY: &str = "109999";

const WHERE: [&str; 10] = [
    "城乡居民",
    "企业职工",
    "灵活就业人员",
    "残疾人",
    "老年人",
    "退役军人",
    "个体工商户",
    "新生儿",
    "机动车",
    "住房公积金",
];
const WHAT: [&str; 10] = [
    "养老保险",
    "医疗保险",
    "失业保险",
    "生活补贴",
    "护理津贴",
    "营业执照",
    "驾驶证",
    "居住证",
    "身份证",
    "社会保障卡",
];
const HOW: [&str; 10] = [
    "参保登记",
    "变更登记",
    "注销登记",
    "查询打印",
    "申领",
    "换领补领",
    "待遇资格认证",
    "关系转移接续",
    "进度查询",
    "备案",
];
const QUERIES: [&str; 20] = [
    "s",
    "sf",
    "sfz",
    "shenfen",
    "shenfenzheng",
    "身份证",
    "身分证",
    "养老",
    "ylbx",
    "yanglaobaoxian",
    "yanglaobaoxain",
    "高龄",
    "残疾人护理津帖",
    "zhuxiao",
    "zm",
    "居zz",
    "驾驶政换领",
    "gongjijin",
    "pension",
    "qqqqq",
];

fn main() {
    code_lists();
    queries();
}

fn queries() {
    let search = Search::new((0..ENTRIES).map(service));
    let mut times: Vec<(Duration, &str)> =
        QUERIES.into_iter().map(|query| (per_search(&search, query), query)).collect();
    times.sort();
    if std::env::args().any(|arg| arg == "--each") {
        times.iter().for_each(|(time, query)| println!("{:6} us {query}", time.as_micros()));
    }
    let (p50, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!(
        "{{\"what\":\"query\",\"entries\":{ENTRIES},\"queries\":{},\"p50_us\":{},\"p99_us\":{},\"slowest\":\"{}\"}}",
        times.len(),
        p50.0.as_micros(),
        p99.0.as_micros(),
        p99.1,
    );
    assert!(p99.0 < QUERY_P99_MAX, "a query took {:?} at p99: {}", p99.0, p99.1);
}

/// By the wall clock: the loop waits for the disk as well.
fn code_lists() {
    let folder = std::env::temp_dir().join(format!("jiujin-codes-{}", std::process::id()));
    let limits = OutboxLimits {
        rows: 10_000,
        bytes: 1 << 30,
        age_ms: 86_400_000,
        free_disk_bytes: 0,
        keep_sent_ms: 86_400_000,
    };
    let mut store = Store::open(&folder.join("kiosk.sqlite"), limits, Timestamp::now()).unwrap().store;
    let start = Instant::now();
    let (country, streets): (Vec<Code>, Vec<Code>) =
        (country().collect(), (0..STREETS).map(street).collect());
    let rows = country.len() + streets.len();
    store.take_codes("divisions", "1", country).unwrap();
    store.take_codes("streets", "1", streets).unwrap();
    let filled = start.elapsed();
    let mut times: Vec<Duration> = store
        .code_parents("divisions")
        .unwrap()
        .iter()
        .map(|parent| timed(|| store.codes_below("divisions", parent).unwrap()))
        .collect();
    let county = timed(|| assert_eq!(store.codes_below("streets", COUNTY).unwrap().len(), STREETS));
    times.push(county);
    times.sort();
    drop(store);
    let _ = std::fs::remove_dir_all(&folder);
    let (p50, p99, longest) = (times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1]);
    println!(
        "{{\"what\":\"code list\",\"rows\":{},\"levels\":{},\"filled_ms\":{},\"p50_us\":{},\"p99_us\":{},\"five_thousand_in_one_us\":{},\"of_10_ms\":{:.3}}}",
        rows,
        times.len(),
        filled.as_millis(),
        p50.as_micros(),
        p99.as_micros(),
        county.as_micros(),
        longest.as_secs_f64() / FILTER_MAX.as_secs_f64(),
    );
    assert!(longest < FILTER_MAX, "a level took {longest:?}");
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed()
}

fn street(number: usize) -> Code {
    Code {
        code: format!("109999{number:06}"),
        parent: COUNTY.into(),
        name: Text::new(format!("第{number}街道"), format!("Subdistrict {number}")),
    }
}

/// Time on the processor for one search, so that a busy machine's pauses are not counted.
fn per_search(search: &Search, query: &str) -> Duration {
    let (start, before) = (Instant::now(), on_processor());
    for _ in 0..ROUNDS {
        std::hint::black_box(search.find(query, 20));
    }
    let spent = on_processor().zip(before).map_or(start.elapsed(), |(after, before)| after - before);
    spent / ROUNDS
}

/// What Linux has counted for this thread; elsewhere the wall clock must do.
fn on_processor() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn service(number: usize) -> SearchEntry {
    let [ones, tens, hundreds] = [number % 10, number / 10 % 10, number / 100 % 10];
    SearchEntry {
        id: format!("S{number:05}"),
        title_zh: format!("{}{}{}", WHERE[hundreds], WHAT[tens], HOW[ones]),
        title_en: format!("Service number {number} for residents"),
        keywords: vec![WHAT[ones].into(), format!("{}{}", WHAT[tens], HOW[hundreds]), WHERE[ones].into()],
        department: "人力资源和社会保障局".into(),
        events: vec!["退休".into()],
        popularity: (number * 7919 % 1000) as u32,
    }
}
