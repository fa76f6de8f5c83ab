//! Values nobody has to be asked for: a closed set of pure functions. Each is total: without its inputs it gives nothing.
use super::regions::region_name;
use crate::calendar::working_days_between;
use jiff::civil::Date;
use serde_json::{Value, json};

/// What a profile may name after `x-derive.fn`.
pub const FUNCTIONS: [&str; 7] =
    ["age", "birth_date", "sex", "region_name", "working_days_between", "sum", "count"];
/// Numbers beyond this are not added; JSON could not carry them exactly.
const SUM_MAX: f64 = 9_007_199_254_740_991.0;

/// `args` are the values at the paths, in order; `None` where nothing is answered.
pub fn derive(function: &str, args: &[Option<&Value>], today: Option<Date>) -> Option<Value> {
    let first = args.first().copied().flatten();
    match function {
        "age" => Some(json!(age(date(first?)?, today?)?)),
        "birth_date" => Some(json!(born(first?.as_str()?)?.to_string())),
        "sex" => sex(first?.as_str()?).map(Value::from),
        "region_name" => region_name(code(first?.as_str()?)?).map(Value::from),
        "working_days_between" => {
            let second = args.get(1).copied().flatten();
            Some(json!(working_days_between(date(first?)?, date(second?)?)))
        }
        "sum" => sum(args),
        "count" => Some(json!(args.iter().flatten().map(|value| count(value)).sum::<usize>())),
        _ => None,
    }
}

/// A date, or the date of birth in an identity number.
fn date(value: &Value) -> Option<Date> {
    let text = value.as_str()?;
    text.parse().ok().or_else(|| born(text))
}

fn born(number: &str) -> Option<Date> {
    let whole = number.len() == 18 && number.is_ascii();
    let digits = number.get(6..14).filter(|_| whole)?;
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i16>().ok();
    Date::new(part(0..4)?, part(4..6)? as i8, part(6..8)? as i8).ok()
}

fn age(birth: Date, today: Date) -> Option<i16> {
    let years = today.year() - birth.year();
    let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
    Some(if had_birthday { years } else { years - 1 }).filter(|years| *years >= 0)
}

/// The 17th digit: odd is male.
fn sex(number: &str) -> Option<&'static str> {
    let digit = number.as_bytes().get(16).filter(|b| number.len() == 18 && b.is_ascii_digit())?;
    Some(if digit % 2 == 1 { "male" } else { "female" })
}

/// A division code, or the first six digits of an identity number.
fn code(text: &str) -> Option<&str> {
    text.get(..6).filter(|code| matches!(text.len(), 6 | 18) && code.bytes().all(|b| b.is_ascii_digit()))
}

fn sum(args: &[Option<&Value>]) -> Option<Value> {
    let mut numbers = vec![];
    args.iter().flatten().for_each(|value| collect(value, &mut numbers));
    let total: f64 = numbers.iter().sum();
    if numbers.is_empty() || !total.is_finite() || total.abs() > SUM_MAX {
        return None;
    }
    // Money: cents are exact, binary noise is not shown.
    let rounded = (total * 100.0).round() / 100.0;
    Some(if rounded.fract() == 0.0 { json!(rounded as i64) } else { json!(rounded) })
}

fn collect(value: &Value, into: &mut Vec<f64>) {
    match value {
        Value::Number(number) => into.extend(number.as_f64()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        _ => {}
    }
}

fn count(value: &Value) -> usize {
    value.as_array().map_or(1, Vec::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Invented: region 109999.
    const NUMBER: &str = "109999198403050010";

    fn one(function: &str, value: Value) -> Option<Value> {
        derive(function, &[Some(&value)], "2026-11-22".parse().ok())
    }

    #[test]
    fn the_number_on_the_card_tells_birth_sex_and_age() {
        assert_eq!(one("birth_date", json!(NUMBER)), Some(json!("1984-03-05")));
        assert_eq!(one("sex", json!(NUMBER)), Some(json!("male")));
        assert_eq!(one("age", json!(NUMBER)), Some(json!(42)));
        assert_eq!(one("age", json!("2008-11-23")), Some(json!(17)));
    }

    #[test]
    fn cents_add_up_exactly() {
        let parts = [json!(0.1), json!(0.2), json!([1, 2])];
        let parts: Vec<Option<&Value>> = parts.iter().map(Some).collect();
        assert_eq!(derive("sum", &parts, None), Some(json!(3.3)));
    }

    #[test]
    fn without_sensible_inputs_nothing_is_derived() {
        for function in FUNCTIONS.iter().filter(|f| **f != "count") {
            for value in
                [json!(null), json!("x"), json!("汉".repeat(6)), json!({}), json!([]), json!("9".repeat(18))]
            {
                assert_eq!(one(function, value.clone()).filter(|v| v.is_null()), None, "{function} {value}");
            }
            assert_eq!(derive(function, &[], None), None);
        }
    }
}
