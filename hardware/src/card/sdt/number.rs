//! Checks of identity numbers. On a card they are warnings: the card is signed, a mismatch is for a person to see.
use serde::Serialize;

/// Weights of GB 11643-1999 (ISO 7064 MOD 11-2), first character first.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by remainder.
const CHECK_CHARACTERS: &[u8; 11] = b"10X98765432";
/// Weights of the passport's machine-readable zone (ICAO 9303).
const MRZ_WEIGHTS: [u32; 3] = [7, 3, 1];
/// First two digits of GB/T 2260 codes that were ever given; 83 stands for Taiwan residence permits.
const REGIONS: &[u32] = &[
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82, 83,
];
/// The earliest birth year on a card: the standard's own specimen is that old.
const BIRTH_YEAR_MIN: u32 = 1880;

/// Which rule a number follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub enum Scheme {
    /// 18 characters: residents, and residents of Hong Kong, Macao and Taiwan.
    #[serde(rename = "gb11643")]
    Gb11643,
    /// 18 characters beginning with 9: foreigners, cards since 2023.
    #[serde(rename = "foreign18")]
    Foreign18,
    /// 15 characters: foreigners, cards of 2017.
    #[serde(rename = "foreign15")]
    Foreign15,
}

/// What was found; `None` where the question does not arise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberChecks {
    pub format_ok: bool,
    pub checksum_ok: Option<bool>,
    pub birth_ok: Option<bool>,
    pub region_known: Option<bool>,
}

/// Results of all checks that apply to one kind of card; keys that do not apply are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CardChecks {
    pub format_ok: bool,
    pub checksum_ok: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_ok: Option<Option<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_known: Option<Option<bool>>,
    pub birth_matches: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex_matches: Option<Option<bool>>,
}

/// The check character in upper case, as it is stored and compared.
pub fn normalise(number: &str) -> String {
    match number.strip_suffix('x') {
        Some(digits) if digits.len() == 17 => format!("{digits}X"),
        _ => number.to_owned(),
    }
}

pub fn check(number: &str, scheme: Scheme) -> NumberChecks {
    let number = normalise(number);
    let format_ok = has_format(&number, scheme);
    let when_formed = |result: bool| format_ok.then_some(result);
    match scheme {
        Scheme::Foreign15 => NumberChecks {
            format_ok,
            checksum_ok: when_formed(mrz_check(&number)),
            birth_ok: None,
            region_known: None,
        },
        Scheme::Gb11643 | Scheme::Foreign18 => NumberChecks {
            format_ok,
            checksum_ok: when_formed(mod_11_2(&number)),
            birth_ok: when_formed(number.get(6..14).is_some_and(is_birth)),
            region_known: when_formed(
                number.get(..2).and_then(|two| two.parse().ok()).is_some_and(|two| REGIONS.contains(&two)),
            ),
        },
    }
}

fn has_format(number: &str, scheme: Scheme) -> bool {
    let bytes = number.as_bytes();
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    match scheme {
        Scheme::Foreign15 => {
            bytes.len() == 15 && bytes[..3].iter().all(u8::is_ascii_uppercase) && digits(&bytes[3..])
        }
        _ => {
            let formed = bytes.len() == 18
                && digits(&bytes[..17])
                && (bytes[17].is_ascii_digit() || bytes[17] == b'X');
            formed && (scheme != Scheme::Foreign18 || bytes[0] == b'9')
        }
    }
}

fn mod_11_2(number: &str) -> bool {
    let sum: u32 =
        number.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum();
    number.bytes().last() == CHECK_CHARACTERS.get((sum % 11) as usize).copied()
}

fn mrz_check(number: &str) -> bool {
    let values = number.bytes().map(|byte| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        letter => u32::from(letter.wrapping_sub(b'A')) + 10,
    });
    let sum: u32 =
        values.take(14).zip(MRZ_WEIGHTS.into_iter().cycle()).map(|(value, weight)| value * weight).sum();
    number.bytes().last().is_some_and(|last| u32::from(last.wrapping_sub(b'0')) == sum % 10)
}

/// Male for an odd sequence digit; `None` where the number has no such digit.
pub fn is_male(number: &str) -> Option<bool> {
    number.as_bytes().get(16).filter(|digit| digit.is_ascii_digit()).map(|digit| (digit - b'0') % 2 == 1)
}

/// A real Gregorian date, written YYYYMMDD.
pub fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 8 || !bytes.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let part =
        |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let (year, month, day) = (part(0, 4), part(4, 6), part(6, 8));
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 0,
    };
    year > 0 && (1..=days).contains(&day)
}

/// A real date on which somebody alive can have been born.
pub fn is_birth(text: &str) -> bool {
    is_date(text)
        && text.get(..4).and_then(|year| year.parse().ok()).is_some_and(|year: u32| year >= BIRTH_YEAR_MIN)
}
