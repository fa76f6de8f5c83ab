//! The newest address that was written to a card after its issue.
use super::command::AnswerError;
use super::text;

/// Bytes of one address slot (35 characters).
const BYTES: usize = 70;

#[derive(Clone, PartialEq, Eq)]
pub struct NewestAddress(String);

impl NewestAddress {
    pub fn parse(data: &[u8]) -> Result<NewestAddress, AnswerError> {
        if data.len() != BYTES {
            return Err(AnswerError::DataLength { expected: BYTES, found: data.len() });
        }
        Ok(NewestAddress(text::decode(data).text))
    }

    /// Blank slots count as none.
    pub fn expose(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|address| !address.is_empty())
    }
}

impl std::fmt::Debug for NewestAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewestAddress({} characters)", self.0.chars().count())
    }
}
