//! Working days of mainland China: weekends, public holidays and make-up days, as far as they are announced.
//! And a day as people say it.
use crate::text::Lang;
use jiff::civil::{Date, Weekday};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// date, `off` or `work`, name. Later years count plain weekends and are marked provisional.
const HOLIDAYS: &str = include_str!("../../../assets/holidays.tsv");
/// A promise never reaches further; longer ones end here.
pub const WORKING_DAYS_MAX: u32 = 4_000;
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

fn announced() -> &'static BTreeMap<Date, bool> {
    static ANNOUNCED: OnceLock<BTreeMap<Date, bool>> = OnceLock::new();
    ANNOUNCED.get_or_init(|| {
        let day = |line: &str| {
            let mut columns = line.split('\t');
            let date = columns.next()?.parse().ok()?;
            Some((date, columns.next()? == "work"))
        };
        HOLIDAYS.lines().filter_map(day).collect()
    })
}

/// Whether offices are open on `date`.
pub fn is_working_day(date: Date) -> bool {
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    announced().get(&date).copied().unwrap_or(!weekend)
}

/// Whether the holidays of the year of `date` are not announced yet.
pub fn is_provisional(date: Date) -> bool {
    announced().last_key_value().is_none_or(|(last, _)| date.year() > last.year())
}

/// The `count`-th working day after `date`, and whether it lies beyond the announced holidays.
pub fn add_working_days(date: Date, count: u32) -> (Date, bool) {
    let (mut here, mut left) = (date, count.min(WORKING_DAYS_MAX));
    while left > 0 {
        let Ok(next) = here.tomorrow() else { break };
        here = next;
        left -= u32::from(is_working_day(here));
    }
    (here, is_provisional(here))
}

/// Working days after `from` up to and including `to`; negative when `to` is earlier.
pub fn working_days_between(from: Date, to: Date) -> i64 {
    if to < from {
        return -working_days_between(to, from);
    }
    let (mut here, mut count) = (from, 0);
    for _ in 0..SPAN_DAYS_MAX {
        if here >= to {
            break;
        }
        let Ok(next) = here.tomorrow() else { break };
        here = next;
        count += i64::from(is_working_day(here));
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
