//! How long one key takes, how long one candidate takes, and what the dictionary holds in memory.
//!
//! Fails when a key takes 2 ms or more at the 99th percentile, or the engine keeps 12 MB or more resident. Every key is
//! timed in many rounds; the percentile is taken over the medians, so that pauses of a busy machine are not counted.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiujin::input::{Field, Input, Lexicon, Stroke, characters_by_strokes};

const KEY_P99_MAX: Duration = Duration::from_millis(2);
const RESIDENT_KB_MAX: u64 = 12 * 1024;
const ROUNDS: usize = 20;

const TYPED: [(Field, &str); 14] = [
    (Field::Text, "shenfenzheng"),
    (Field::Text, "sfz"),
    (Field::Text, "ylbxgxzyjx"),
    (Field::Text, "woxiangbanliyidijiuyibeian"),
    (Field::Text, "chengxiangjuminjibenyanglaobaoxiancanbaodengji"),
    (Field::Text, "zgrmgyyxsdshz"),
    (Field::Text, "74364694364"),
    (Field::Place, "zhejiangshenghangzhoushixihuquwensanlu"),
    (Field::Place, "hzsxhq"),
    (Field::Place, "guangdeshi"),
    (Field::Name, "zhangwei"),
    (Field::Name, "ouyangzhiwei"),
    (Field::Name, "zxy"),
    (Field::Name, "jigengyuan"),
];

fn main() {
    let before = resident_kb();
    let start = Instant::now();
    let lexicon = Arc::new(Lexicon::new(["城乡居民基本养老保险参保登记", "异地就医备案", "高龄津贴申领"]));
    Input::warm_up();
    let ready = start.elapsed();
    let mut keys = vec![Vec::new(); TYPED.iter().map(|(_, typed)| typed.len()).sum()];
    let mut choices = vec![Vec::new(); TYPED.len()];
    let strokes: Vec<Option<Stroke>> = "12345".chars().map(Stroke::of_key).collect();
    let mut looked_up = vec![Vec::new(); strokes.len()];
    for _ in 0..ROUNDS {
        let mut key_times = keys.iter_mut();
        for ((field, typed), choice_times) in TYPED.into_iter().zip(&mut choices) {
            let mut input = Input::new(Arc::clone(&lexicon), field);
            typed.chars().zip(&mut key_times).for_each(|(key, times)| times.push(timed(|| input.push(key))));
            choice_times.push(timed(|| input.choose(0)));
        }
        for (len, times) in looked_up.iter_mut().enumerate() {
            times.push(timed(|| characters_by_strokes(&strokes[..=len])));
        }
    }
    let resident = resident_kb().saturating_sub(before);
    let key_p99 = report("key", keys);
    report("choice", choices);
    report("strokes", looked_up);
    println!("{{\"what\":\"ready\",\"us\":{},\"resident_kb\":{resident}}}", ready.as_micros());
    assert!(key_p99 < KEY_P99_MAX, "a key took {key_p99:?} at p99");
    assert!(resident < RESIDENT_KB_MAX, "the engine keeps {resident} KB");
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed()
}

/// Prints one JSON line over the medians of all rounds and returns their 99th percentile.
fn report(what: &str, rounds: Vec<Vec<Duration>>) -> Duration {
    let mut times: Vec<Duration> = rounds.into_iter().map(median).collect();
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    let (p50, p99) = (at(50), at(99));
    let (n, p50_us, p99_us) = (times.len(), p50.as_micros(), p99.as_micros());
    println!("{{\"what\":\"{what}\",\"n\":{n},\"rounds\":{ROUNDS},\"p50_us\":{p50_us},\"p99_us\":{p99_us}}}");
    p99
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
