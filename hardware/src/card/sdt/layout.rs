//! The four layouts of the text block, told apart by the flag at byte 248 and never by the number.
use super::number::{self, CardChecks, Scheme};
use super::payload::TEXT_BYTES;
use super::{ethnicity, text};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// Where the flag stands.
const FLAG: usize = 248;
/// What stands in place of the last day of a long-term card.
const LONG_TERM: &str = "长期";

/// The fields of one card, exactly as the chip has them (dates YYYYMMDD).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind")]
pub enum Card {
    #[serde(rename = "resident")]
    Resident(Resident),
    #[serde(rename = "hmt")]
    Hmt(Permit),
    #[serde(rename = "foreign_2017")]
    Foreign2017(Foreigner2017),
    #[serde(rename = "foreign_2023")]
    Foreign2023(Foreigner2023),
}

/// Resident identity card.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Resident {
    pub name: String,
    #[serde(flatten)]
    pub sex: Sex,
    pub ethnicity_code: String,
    pub ethnicity: Option<&'static str>,
    pub birth: String,
    pub address: String,
    pub id_number: String,
    pub issuer: String,
    #[serde(flatten)]
    pub validity: Validity,
}

/// Residence permit for residents of Hong Kong, Macao and Taiwan.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Permit {
    pub name: String,
    #[serde(flatten)]
    pub sex: Sex,
    pub birth: String,
    pub address: String,
    pub id_number: String,
    pub issuer: String,
    #[serde(flatten)]
    pub validity: Validity,
    pub pass_number: String,
    pub issue_count: String,
}

/// Foreign permanent resident card, layout of 2017.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Foreigner2017 {
    pub name_en: String,
    #[serde(flatten)]
    pub sex: Sex,
    pub id_number: String,
    pub nationality: String,
    pub name_cn: String,
    #[serde(flatten)]
    pub validity: Validity,
    pub birth: String,
    pub version: String,
    pub authority_code: String,
}

/// Foreign permanent resident card, layout of 2023.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Foreigner2023 {
    pub name_cn: String,
    #[serde(flatten)]
    pub sex: Sex,
    pub renewal_count: String,
    pub birth: String,
    pub name_en: String,
    pub id_number: String,
    #[serde(flatten)]
    pub validity: Validity,
    pub nationality: String,
    pub prev_link: String,
}

/// GB/T 2261.1: 0 unknown, 1 male, 2 female, 9 unspecified.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Sex {
    pub sex_code: String,
    pub sex: &'static str,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Validity {
    pub valid_from: String,
    pub long_term: bool,
    /// Inclusive; `None` on a long-term card.
    pub valid_to: Option<String>,
}

/// A card with what is odd about it; nothing odd ever changes a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    pub card: Card,
    pub checks: CardChecks,
    pub warnings: BTreeSet<&'static str>,
}

/// Takes fields out of the block and remembers what was odd.
struct Block<'a> {
    bytes: &'a [u8; TEXT_BYTES],
    warnings: BTreeSet<&'static str>,
}

/// Reads the text block of any card. Never fails: odd content is a warning.
pub fn read(bytes: &[u8; TEXT_BYTES]) -> Reading {
    let mut block = Block { bytes, warnings: BTreeSet::new() };
    let (card, checks) = match u16::from_le_bytes([bytes[FLAG], bytes[FLAG + 1]]) {
        0x49 => block.foreign_2017(),
        0x59 => block.foreign_2023(),
        0x4A => block.permit(),
        0x20 | 0 => block.resident(),
        _ => {
            block.warnings.insert("unknown_type_flag");
            block.resident()
        }
    };
    Reading { card, checks, warnings: block.warnings }
}

impl Block<'_> {
    fn resident(&mut self) -> (Card, CardChecks) {
        let code = self.text(32, 4);
        let name = ethnicity::name(&code);
        self.warn_if(name.is_none(), "unknown_ethnicity_code");
        let person = Resident {
            name: self.text(0, 30),
            sex: self.sex(30),
            ethnicity_code: code,
            ethnicity: name,
            birth: self.birth(36),
            address: self.text(52, 70),
            id_number: self.number(122, 36),
            issuer: self.text(158, 30),
            validity: self.validity(),
        };
        let checks = self.check_citizen(&person.id_number, &person.birth, &person.sex);
        (Card::Resident(person), checks)
    }

    fn permit(&mut self) -> (Card, CardChecks) {
        let person = Permit {
            name: self.text(0, 30),
            sex: self.sex(30),
            birth: self.birth(36),
            address: self.text(52, 70),
            id_number: self.number(122, 36),
            issuer: self.text(158, 30),
            validity: self.validity(),
            pass_number: self.text(220, 18),
            issue_count: self.text(238, 4),
        };
        let checks = self.check_citizen(&person.id_number, &person.birth, &person.sex);
        (Card::Hmt(person), checks)
    }

    fn foreign_2017(&mut self) -> (Card, CardChecks) {
        let person = Foreigner2017 {
            name_en: self.text(0, 120),
            sex: self.sex(120),
            id_number: self.text(122, 30),
            nationality: self.text(152, 6),
            name_cn: self.text(158, 30),
            validity: self.validity(),
            birth: self.birth(220),
            version: self.text(236, 4),
            authority_code: self.text(240, 8),
        };
        let number = number::check(&person.id_number, Scheme::Foreign15);
        let short_birth = person.birth.get(2..8);
        let checks = CardChecks {
            format_ok: number.format_ok,
            checksum_ok: number.checksum_ok,
            birth_ok: None,
            region_known: None,
            birth_matches: number.format_ok.then(|| person.id_number.get(7..13) == short_birth),
            sex_matches: None,
        };
        self.warn_about(&checks);
        (Card::Foreign2017(person), checks)
    }

    fn foreign_2023(&mut self) -> (Card, CardChecks) {
        // The two parts are joined before trimming: the 35th character may be a blank.
        let name_bytes = [&self.bytes[52..122], &self.bytes[220..242]].concat();
        let person = Foreigner2023 {
            name_cn: self.text(0, 30),
            sex: self.sex(30),
            renewal_count: self.text(32, 4),
            birth: self.birth(36),
            name_en: self.decode(&name_bytes),
            id_number: self.number(122, 36),
            validity: self.validity(),
            nationality: self.text(242, 6),
            prev_link: self.text(250, 6),
        };
        let number = number::check(&person.id_number, Scheme::Foreign18);
        let checks = CardChecks {
            region_known: None,
            ..compare(number, &person.id_number, &person.birth, &person.sex)
        };
        self.warn_about(&checks);
        (Card::Foreign2023(person), checks)
    }

    fn check_citizen(&mut self, number: &str, birth: &str, sex: &Sex) -> CardChecks {
        let checks = compare(number::check(number, Scheme::Gb11643), number, birth, sex);
        self.warn_about(&checks);
        checks
    }

    fn warn_about(&mut self, checks: &CardChecks) {
        let wrong = |answer: Option<bool>| answer == Some(false);
        self.warn_if(!checks.format_ok, "id_format");
        self.warn_if(wrong(checks.checksum_ok), "id_checksum");
        self.warn_if(wrong(checks.region_known.flatten()), "id_region_unknown");
        self.warn_if(wrong(checks.birth_matches), "id_birth_mismatch");
        self.warn_if(wrong(checks.sex_matches.flatten()), "id_sex_mismatch");
    }

    fn warn_if(&mut self, odd: bool, warning: &'static str) {
        if odd {
            self.warnings.insert(warning);
        }
    }

    fn text(&mut self, at: usize, bytes: usize) -> String {
        let field = self.bytes.get(at..at + bytes).unwrap_or_default().to_vec();
        self.decode(&field)
    }

    fn decode(&mut self, bytes: &[u8]) -> String {
        let field = text::decode(bytes);
        self.warn_if(!field.whole, "invalid_utf16");
        self.warn_if(text::has_private_use(&field.text), "private_use_char");
        field.text
    }

    fn number(&mut self, at: usize, bytes: usize) -> String {
        number::normalise(&self.text(at, bytes))
    }

    fn sex(&mut self, at: usize) -> Sex {
        let sex_code = self.text(at, 2);
        let sex = match sex_code.as_str() {
            "1" => "male",
            "2" => "female",
            "9" => "unspecified",
            _ => "unknown",
        };
        self.warn_if(!matches!(sex_code.as_str(), "0" | "1" | "2" | "9"), "bad_sex_code");
        Sex { sex_code, sex }
    }

    fn birth(&mut self, at: usize) -> String {
        let birth = self.text(at, 16);
        self.warn_if(!number::is_birth(&birth), "bad_birth");
        birth
    }

    /// All four layouts keep the two days in the same place.
    fn validity(&mut self) -> Validity {
        let (valid_from, to) = (self.text(188, 16), self.text(204, 16));
        self.warn_if(!number::is_date(&valid_from), "bad_valid_from");
        let long_term = to == LONG_TERM;
        self.warn_if(!long_term && !number::is_date(&to), "bad_valid_to");
        Validity { valid_from, long_term, valid_to: (!long_term).then_some(to) }
    }
}

fn compare(number: number::NumberChecks, text: &str, birth: &str, sex: &Sex) -> CardChecks {
    let male = match sex.sex_code.as_str() {
        "1" => Some(true),
        "2" => Some(false),
        _ => None,
    };
    let sex_matches = male.zip(number::is_male(text)).map(|(card, number)| card == number);
    CardChecks {
        format_ok: number.format_ok,
        checksum_ok: number.checksum_ok,
        birth_ok: Some(number.birth_ok),
        region_known: Some(number.region_known),
        birth_matches: number.format_ok.then(|| text.get(6..14) == Some(birth)),
        sex_matches: Some(sex_matches.filter(|_| number.format_ok)),
    }
}

/// Kind only.
impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Card::Resident(_) => "Card(resident)",
            Card::Hmt(_) => "Card(hmt)",
            Card::Foreign2017(_) => "Card(foreign_2017)",
            Card::Foreign2023(_) => "Card(foreign_2023)",
        })
    }
}
