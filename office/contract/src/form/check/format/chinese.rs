//! Numbers on Chinese papers, each with its check digit where it has one.
use super::is_date;

/// GB 11643-1999: 17 weights, modulus 11.
const ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS: &[u8; 11] = b"10X98765432";

/// Citizen, residence-permit and 2023 foreign numbers share one form: region, date of birth, sequence, check;
/// the foreign card of 2017 has one of its own.
pub(super) fn is_id_card(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() == 15 {
        return is_foreign_card_of_2017(bytes);
    }
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = bytes.iter().zip(ID_WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let birth = format!("{}-{}-{}", &text[6..10], &text[10..12], &text[12..14]);
    let check = ID_CHECKS[(sum % 11) as usize];
    bytes[0] != b'0' && is_date(&birth) && bytes[17].to_ascii_uppercase() == check
}

/// Nationality, eleven digits, check digit with weights 7-3-1 as in passports.
fn is_foreign_card_of_2017(bytes: &[u8]) -> bool {
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        _ => None,
    };
    let letters_first = bytes.iter().enumerate().all(|(at, byte)| byte.is_ascii_uppercase() == (at < 3));
    let values: Option<Vec<u32>> = bytes.iter().map(value).collect();
    let Some(values) = values.filter(|_| letters_first) else { return false };
    let sum: u32 =
        values[..14].iter().zip([7, 3, 1].iter().cycle()).map(|(value, weight)| value * weight).sum();
    sum % 10 == values[14]
}

/// 11 digits from 13 to 19, with or without +86.
pub(super) fn is_mobile(text: &str) -> bool {
    let digits = text.strip_prefix("+86").unwrap_or(text);
    let bytes = digits.as_bytes();
    bytes.len() == 11
        && bytes[0] == b'1'
        && (b'3'..=b'9').contains(&bytes[1])
        && bytes.iter().all(u8::is_ascii_digit)
}

/// Area code 0xx or 0xxx, 7 or 8 digits, perhaps an extension; also 400 and 800 numbers.
pub(super) fn is_landline(text: &str) -> bool {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    if text.starts_with('-') || text.contains("--") || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    if digits.starts_with("400") || digits.starts_with("800") {
        return digits.len() == 10;
    }
    let mut parts = text.split('-');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(area), Some(number), extension, None) => {
            is_area(area) && is_subscriber(number) && extension.is_none_or(|e| (1..=6).contains(&e.len()))
        }
        (Some(whole), None, None, None) => (3..=4).any(|cut| {
            whole.split_at_checked(cut).is_some_and(|(area, number)| is_area(area) && is_subscriber(number))
        }),
        _ => false,
    }
}

fn is_area(area: &str) -> bool {
    matches!(area.len(), 3 | 4) && area.starts_with('0') && !area.starts_with("00")
}

fn is_subscriber(number: &str) -> bool {
    matches!(number.len(), 7 | 8) && !number.starts_with(['0', '1'])
}

/// GB 32100-2015: 18 of an alphabet without I, O, S, V, Z, the last a check character modulo 31.
pub(super) fn is_credit_code(text: &str) -> bool {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let value = |byte: u8| ALPHABET.iter().position(|known| *known == byte.to_ascii_uppercase());
    let values: Option<Vec<usize>> = text.bytes().map(value).collect();
    let Some(values) = values.filter(|values| values.len() == 18) else { return false };
    let sum: usize = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    values[17] == (31 - sum % 31) % 31
}

/// 12 to 19 digits with a Luhn check digit; spaces between groups are allowed.
pub(super) fn is_bank_card(text: &str) -> bool {
    let plain: Vec<u8> = text.bytes().filter(|b| *b != b' ').collect();
    if !(12..=19).contains(&plain.len()) || !plain.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let doubled = |(place, byte): (usize, &u8)| {
        let digit = u32::from(byte - b'0');
        if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
    };
    plain.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// GA 36: province, letter, five characters; six for new-energy vehicles. No I and no O.
pub(super) fn is_plate(text: &str) -> bool {
    const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
    const SUFFIXES: &str = "学警港澳挂领使";
    let chars: Vec<char> = text.chars().filter(|c| *c != '·' && *c != ' ').collect();
    let [province, city, rest @ ..] = chars.as_slice() else { return false };
    let letter = |c: char| c.is_ascii_uppercase() && c != 'I' && c != 'O';
    let Some((last, body)) = rest.split_last() else { return false };
    let solid = body.iter().all(|c| letter(*c) || c.is_ascii_digit());
    let ends = letter(*last) || last.is_ascii_digit() || (rest.len() == 5 && SUFFIXES.contains(*last));
    PROVINCES.contains(*province) && letter(*city) && matches!(rest.len(), 5 | 6) && solid && ends
}

/// Six digits; the first two name a postal area (01 to 85, 99 for Hong Kong, Macao and Taiwan).
pub(super) fn is_postal_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with("00")
}
