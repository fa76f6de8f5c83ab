//! What a resident takes home: the receipt number, given at once even with the network down,
//! and the office's signed receipt, which proves that the submission became a case.
use crate::case::{CaseNumber, CaseState};
use crate::keys::{KeyError, KeyId, OfficeSigningKey, OfficeVerifyingKey};
use crate::sealing::Digest;
use crate::submission::SubmissionId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Letters and digits that stay apart when read aloud, printed badly or written by hand:
/// without 0 O Q, 1 I L, 2 Z, 5 S, 8 B, U. Twenty-three is prime, which the check character needs.
pub const ALPHABET: &[u8; 23] = b"34679ACDEFGHJKMNPRTVWXY";
/// Characters of a kiosk's short id.
pub const SHORT_ID_CHARS: usize = 4;
/// The number shows the kiosk's running sequence modulo this.
pub const SEQUENCE_MODULUS: u64 = 10_000;

/// Why a receipt number, a short id or a receipt is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    #[error("a kiosk's short id is {SHORT_ID_CHARS} characters of 34679ACDEFGHJKMNPRTVWXY")]
    ShortId,
    #[error("a receipt number looks like K7F4-1122-0007-C; read it again from the receipt")]
    Format,
    #[error("the check character does not fit; one character was misread, compare with the receipt")]
    Check,
    #[error("the office's signature on the receipt is wrong; ask the office again")]
    Signature,
    #[error("the receipt is for another submission; ask the office again")]
    OtherSubmission,
}

/// Check character: weighted sum modulo 23. Finds every wrong symbol and every swap of two, because the
/// modulus is prime, no two symbols of a place have the same value, and up to 21 weights differ.
pub(crate) fn check_character(values: impl Iterator<Item = usize>) -> char {
    let sum: usize = values.enumerate().map(|(place, value)| (place + 2) * value).sum();
    ALPHABET[sum % ALPHABET.len()] as char
}

/// The digits of `text` for [`check_character`]; other characters are skipped.
pub(crate) fn digit_values(text: &str) -> impl Iterator<Item = usize> {
    text.chars().filter_map(|c| c.to_digit(10)).map(|digit| digit as usize)
}

/// Four characters by which the office tells its kiosks apart on paper.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct ShortId([u8; SHORT_ID_CHARS]);

impl ShortId {
    /// The n-th short id; every number below 23⁴ gives another one. The office draws the number.
    pub fn from_index(index: u32) -> ShortId {
        let mut rest = index as usize;
        let mut id = [ALPHABET[0]; SHORT_ID_CHARS];
        for place in id.iter_mut().rev() {
            *place = ALPHABET[rest % ALPHABET.len()];
            rest /= ALPHABET.len();
        }
        ShortId(id)
    }

    fn values(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|c| ALPHABET.iter().position(|a| a == c))
    }

    /// The four characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("????")
    }
}

impl FromStr for ShortId {
    type Err = ReceiptError;
    fn from_str(text: &str) -> Result<ShortId, ReceiptError> {
        let upper = text.trim().to_ascii_uppercase();
        let id: [u8; SHORT_ID_CHARS] = upper.as_bytes().try_into().map_err(|_| ReceiptError::ShortId)?;
        if id.iter().all(|c| ALPHABET.contains(c)) { Ok(ShortId(id)) } else { Err(ReceiptError::ShortId) }
    }
}

/// Printed on the resident's receipt: kiosk, month and day, running number, check character: `K7F4-1122-0007-C`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct ReceiptNumber(String);

impl ReceiptNumber {
    /// `sequence` is the kiosk's own running number, which never goes back, so that a wrong clock
    /// cannot make the same receipt number twice within ten thousand visits.
    pub fn issue(kiosk: ShortId, day: Date, sequence: u64) -> ReceiptNumber {
        let day_part = format!("{:02}{:02}", day.month(), day.day());
        ReceiptNumber::with_check(kiosk, &day_part, &format!("{:04}", sequence % SEQUENCE_MODULUS))
    }

    fn with_check(kiosk: ShortId, day: &str, sequence: &str) -> ReceiptNumber {
        let values = kiosk.values().chain(digit_values(day)).chain(digit_values(sequence));
        let check = check_character(values);
        ReceiptNumber(format!("{kiosk}-{day}-{sequence}-{check}"))
    }

    /// Forgives case, blanks and missing hyphens, and reads O as 0 and I or L as 1 where digits stand.
    pub fn parse(text: &str) -> Result<ReceiptNumber, ReceiptError> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(16).collect();
        let plain = plain.to_ascii_uppercase();
        if plain.len() != 13 || !plain.is_ascii() {
            return Err(ReceiptError::Format);
        }
        let kiosk: ShortId = plain[..4].parse().map_err(|_| ReceiptError::Format)?;
        let digits: String = plain[4..12].chars().map(as_digit).collect();
        if !digits.bytes().all(|c| c.is_ascii_digit()) {
            return Err(ReceiptError::Format);
        }
        let number = ReceiptNumber::with_check(kiosk, &digits[..4], &digits[4..]);
        if number.0.ends_with(&plain[12..]) { Ok(number) } else { Err(ReceiptError::Check) }
    }

    /// The fixed form with hyphens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn as_digit(c: char) -> char {
    match c {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

macro_rules! text_form {
    ($name:ident, $parse:expr) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let text = String::deserialize(deserializer)?;
                $parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

text_form!(ShortId, ShortId::from_str);
text_form!(ReceiptNumber, ReceiptNumber::parse);

/// What the office says about one submission it took; the same for ever, however often it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficeReceipt {
    /// The submission's id, as the kiosk made it.
    pub id: SubmissionId,
    /// SHA-256 of the sealed bytes the office holds.
    pub digest: Digest,
    /// The resident's receipt number, as it was in the submission.
    pub receipt_number: ReceiptNumber,
    /// Under which the office handles it.
    pub case_number: CaseNumber,
    /// The state when it was taken; later states come from the case, not from the receipt.
    pub state: CaseState,
    /// The office's clock, not the kiosk's.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub received_at: Timestamp,
}

impl OfficeReceipt {
    /// The signed bytes: one line per field behind a purpose, so that no other signature of the office fits.
    fn signed_bytes(&self) -> Vec<u8> {
        format!(
            "jiujin office receipt 1\n{}\n{}\n{}\n{}\n{}\n{}\n",
            self.id,
            self.digest,
            self.receipt_number,
            self.case_number,
            self.state.code(),
            self.received_at
        )
        .into_bytes()
    }

    /// Signs at the office.
    pub fn sign(self, key: &OfficeSigningKey) -> SignedReceipt {
        let signature = URL_SAFE_NO_PAD.encode(key.sign(&self.signed_bytes()));
        SignedReceipt { key_id: key.public().key_id(), signature, receipt: self }
    }
}

/// A receipt with the office's signature: the kiosk believes nothing less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedReceipt {
    /// The statement itself.
    pub receipt: OfficeReceipt,
    /// Which office key signed.
    pub key_id: KeyId,
    /// Ed25519, base64url.
    pub signature: String,
}

impl SignedReceipt {
    /// The receipt, if the office's key really signed it.
    pub fn verify(&self, key: &OfficeVerifyingKey) -> Result<&OfficeReceipt, ReceiptError> {
        let signature = URL_SAFE_NO_PAD.decode(&self.signature).map_err(|_| ReceiptError::Signature)?;
        key.verify(&self.receipt.signed_bytes(), &signature)
            .map_err(|_: KeyError| ReceiptError::Signature)?;
        Ok(&self.receipt)
    }

    /// Verified, and about the very bytes that were sent.
    pub fn verify_for(
        &self,
        key: &OfficeVerifyingKey,
        id: SubmissionId,
        digest: Digest,
    ) -> Result<&OfficeReceipt, ReceiptError> {
        let receipt = self.verify(key)?;
        if receipt.id != id || receipt.digest != digest {
            return Err(ReceiptError::OtherSubmission);
        }
        Ok(receipt)
    }
}

#[cfg(test)]
mod tests;
