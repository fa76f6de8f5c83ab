//! Who stands at the kiosk, as their card says it. Secrets are masked by type.
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The number of an identity card. `Debug` and `Display` mask it; only [`IdNumber::expose`] gives it out.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct IdNumber(String);

impl IdNumber {
    pub fn new(number: impl Into<String>) -> IdNumber {
        IdNumber(number.into())
    }

    /// The full number, for the sealed submission and for matching only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// First six and last four characters, stars between: `110105********002X`.
    pub fn masked(&self) -> String {
        let chars: Vec<char> = self.0.chars().collect();
        let hidden = |i: usize| i >= 6 && i + 4 < chars.len();
        if chars.len() <= 10 {
            return "*".repeat(chars.len());
        }
        chars.iter().enumerate().map(|(i, c)| if hidden(i) { '*' } else { *c }).collect()
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Display for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Which of the four chip layouts the card has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    Resident,
    #[serde(rename = "foreign_2017")]
    Foreign2017,
    #[serde(rename = "foreign_2023")]
    Foreign2023,
    /// Residence permit for Hong Kong, Macao and Taiwan residents.
    Hmt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    Male,
    Female,
    Unknown,
}

/// The person on the card. Dates are ISO (`YYYY-MM-DD`); `valid_to` is `None` for long-term cards.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    pub kind: CardKind,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    pub sex: Sex,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationality: Option<String>,
    pub birth: jiff::civil::Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    pub id_number: IdNumber,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<jiff::civil::Date>,
}

impl Resident {
    /// Family name and last character, star between: `王*一`, `李*`. Latin names keep their first letter of each word.
    pub fn masked_name(&self) -> String {
        mask_name(&self.name)
    }

    /// Age in full years on `today`.
    pub fn age_on(&self, today: jiff::civil::Date) -> i16 {
        let years = today.year() - self.birth.year();
        let had_birthday = (today.month(), today.day()) >= (self.birth.month(), self.birth.day());
        if had_birthday { years } else { years - 1 }
    }

    /// The last day of validity still counts.
    pub fn expired_on(&self, today: jiff::civil::Date) -> bool {
        self.valid_to.is_some_and(|last_day| today > last_day)
    }
}

impl fmt::Debug for Resident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resident({:?}, {})", self.kind, self.id_number)
    }
}

/// See [`Resident::masked_name`].
pub fn mask_name(name: &str) -> String {
    if name.is_ascii() {
        return name
            .split_whitespace()
            .map(|word| format!("{}***", &word[..1]))
            .collect::<Vec<_>>()
            .join(" ");
    }
    let chars: Vec<char> = name.chars().collect();
    match chars.as_slice() {
        [] => String::new(),
        [only] => only.to_string(),
        [first, _] => format!("{first}*"),
        [first, .., last] => format!("{first}*{last}"),
    }
}
