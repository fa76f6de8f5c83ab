//! How long a query over ten thousand services takes; fails at 5 ms or more at the 99th percentile
//! over the queries. Each query's time is its mean on the processor over many rounds.

use std::time::{Duration, Instant};

use jiujin::search::{Search, SearchEntry};

const QUERY_P99_MAX: Duration = Duration::from_millis(5);
const ENTRIES: usize = 10_000;
const ROUNDS: u32 = 30;

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
