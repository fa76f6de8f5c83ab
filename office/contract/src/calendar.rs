//! Working days of mainland China: weekends, public holidays and make-up days, as far as they are announced.
//! And a day as people say it.
use crate::text::Lang;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// date, `off` or `work`, name: what was announced when the program was made. Later years come from the office, see
/// [`learn`]; until then they count plain weekends and are marked provisional.
const HOLIDAYS: &str = include_str!("../../../assets/holidays.tsv");
/// A promise never reaches further; longer ones end here.
pub const WORKING_DAYS_MAX: u32 = 4_000;
/// Days that one office announces: more than ten years of them.
pub const HOLIDAYS_MAX: usize = 400;
/// Days between two dates that are counted one by one.
const SPAN_DAYS_MAX: i32 = 40_000;

/// `2036年5月12日`, `12 May 2036`
pub fn full_day(date: Date, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{} {} {}", date.day(), month_en(date.month()), date.year()),
        Lang::ZhCn | Lang::ZhTw => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
    }
}

/// The English name of a month from 1 to 12.
pub fn month_en(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES[(month as usize - 1).min(11)]
}

/// Days that are not what their weekday says, as the State Council announces them for a year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// Offices are closed.
    #[serde(default)]
    pub off: BTreeSet<Date>,
    /// Saturdays and Sundays on which offices are open.
    #[serde(default)]
    pub work: BTreeSet<Date>,
}

impl Holidays {
    /// What is built into the program.
    pub fn built_in() -> Holidays {
        let mut built_in = Holidays::default();
        for line in HOLIDAYS.lines() {
            let mut columns = line.split('\t');
            let Some(Ok(date)) = columns.next().map(str::parse::<Date>) else { continue };
            let days = if columns.next() == Some("work") { &mut built_in.work } else { &mut built_in.off };
            days.insert(date);
        }
        built_in
    }

    /// These with what `newer` says of the same days and of others.
    pub fn with(mut self, newer: &Holidays) -> Holidays {
        self.off.retain(|day| !newer.work.contains(day));
        self.work.retain(|day| !newer.off.contains(day));
        self.off.extend(&newer.off);
        self.work.extend(&newer.work);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.off.is_empty() && self.work.is_empty()
    }

    pub fn count(&self) -> usize {
        self.off.len() + self.work.len()
    }
}

/// By day: is it a working day?
type Table = BTreeMap<Date, bool>;

static TABLE: LazyLock<RwLock<Arc<Table>>> =
    LazyLock::new(|| RwLock::new(Arc::new(table(&Holidays::built_in()))));

fn table(holidays: &Holidays) -> Table {
    let off = holidays.off.iter().map(|day| (*day, false));
    off.chain(holidays.work.iter().map(|day| (*day, true))).collect()
}

fn announced() -> Arc<Table> {
    TABLE.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// From now on this process counts with these days, beside those built in.
pub fn learn(holidays: &Holidays) {
    let learnt = Arc::new(table(&Holidays::built_in().with(holidays)));
    *TABLE.write().unwrap_or_else(PoisonError::into_inner) = learnt;
}

/// Whether offices are open on `date`.
pub fn is_working_day(date: Date) -> bool {
    is_open(&announced(), date)
}

fn is_open(announced: &Table, date: Date) -> bool {
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    announced.get(&date).copied().unwrap_or(!weekend)
}

/// Whether the holidays of the year of `date` are not announced yet.
pub fn is_provisional(date: Date) -> bool {
    let (first, last) = (Date::constant(date.year(), 1, 1), Date::constant(date.year(), 12, 31));
    announced().range(first..=last).next().is_none()
}

/// The `count`-th working day after `date`, and whether it lies beyond the announced holidays.
pub fn add_working_days(date: Date, count: u32) -> (Date, bool) {
    let (announced, mut here, mut left) = (announced(), date, count.min(WORKING_DAYS_MAX));
    while left > 0 {
        let Ok(next) = here.tomorrow() else { break };
        here = next;
        left -= u32::from(is_open(&announced, here));
    }
    (here, is_provisional(here))
}

/// Working days after `from` up to and including `to`; negative when `to` is earlier.
pub fn working_days_between(from: Date, to: Date) -> i64 {
    if to < from {
        return -working_days_between(to, from);
    }
    let (announced, mut here, mut count) = (announced(), from, 0);
    for _ in 0..SPAN_DAYS_MAX {
        if here >= to {
            break;
        }
        let Ok(next) = here.tomorrow() else { break };
        here = next;
        count += i64::from(is_open(&announced, here));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_written_as_people_say_it() {
        assert_eq!(full_day(day("2036-05-12"), Lang::ZhCn), "2036年5月12日");
        assert_eq!(full_day(day("2036-05-12"), Lang::En), "12 May 2036");
    }

    #[test]
    fn national_day_week_is_skipped_and_the_make_up_saturday_counts() {
        let (last, provisional) = add_working_days(day("2026-09-30"), 3);
        assert_eq!((last, provisional), (day("2026-10-10"), false));
    }

    #[test]
    fn a_promise_into_an_unannounced_year_is_provisional() {
        assert!(add_working_days(day("2026-12-30"), 5).1);
    }

    /// A year that no other test counts in: what is learnt holds for the whole process.
    #[test]
    fn a_year_that_the_office_announces_is_no_longer_provisional() {
        let (friday, monday) = (day("2041-02-01"), day("2041-02-04"));
        assert_eq!(add_working_days(friday, 1), (monday, true));
        learn(&Holidays { off: BTreeSet::from([monday]), work: BTreeSet::from([day("2041-02-02")]) });
        assert_eq!(add_working_days(friday, 2), (day("2041-02-05"), false));
        assert!(!is_working_day(day("2026-10-01")), "what is built in stays");
        learn(&Holidays::default());
        assert!(is_provisional(friday), "taken back");
    }

    #[test]
    fn what_is_announced_later_goes_before_what_was_announced_before() {
        let day = day("2026-01-04");
        let later = Holidays { off: BTreeSet::from([day]), work: BTreeSet::new() };
        let both = Holidays::built_in().with(&later);
        assert!(Holidays::built_in().work.contains(&day));
        assert!(both.off.contains(&day) && !both.work.contains(&day));
    }

    #[test]
    fn counting_forth_and_adding_agree() {
        let from = day("2026-01-01");
        for count in [0, 1, 7, 33, 200] {
            assert_eq!(working_days_between(from, add_working_days(from, count).0), i64::from(count));
        }
    }

    #[test]
    fn going_back_counts_below_zero() {
        assert_eq!(working_days_between(day("2026-11-23"), day("2026-11-20")), -1);
    }

    #[test]
    fn an_absurd_number_of_days_ends() {
        assert!(add_working_days(day("2026-01-01"), u32::MAX).1);
    }
}
