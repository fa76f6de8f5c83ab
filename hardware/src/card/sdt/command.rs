//! What a host may ask, each with the one answer it can have, so that the wrong answer cannot be read.
use super::address::NewestAddress;
use super::payload::{Payload, PayloadError};
use super::sam_id::SamId;
use super::status::Status;
use zeroize::Zeroizing;

/// Rates a module can be set to, with the parameter that says so.
pub const BAUD_PARAMETERS: [(u32, u8); 5] = [(115_200, 0), (57_600, 1), (38_400, 2), (19_200, 3), (9_600, 4)];

/// The answer of the reader, split but not interpreted.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    pub sw1: u8,
    pub sw2: u8,
    pub status: Status,
    /// May be somebody's card.
    pub data: Zeroizing<Vec<u8>>,
}

impl Response {
    /// Takes the body of a decoded frame apart; `None` where it is shorter than its status words.
    pub fn parse(body: &[u8]) -> Option<Response> {
        let [sw1, sw2, sw3, data @ ..] = body else { return None };
        let data = Zeroizing::new(data.to_vec());
        Some(Response { sw1: *sw1, sw2: *sw2, status: Status::from_code(*sw3), data })
    }
}

/// Sizes and codes only: the data may be somebody's card.
impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Response({:02X} {:02X} {}, {} bytes)",
            self.sw1,
            self.sw2,
            self.status.name(),
            self.data.len()
        )
    }
}

/// Why an answer cannot be what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The reader said no; what to do about it is [`Status::remedy`].
    #[error("status {:02X} {}: {}", .0.code(), .0.name(), .0.help())]
    Status(Status),
    #[error("the answer has {found} data bytes instead of {expected}")]
    DataLength { expected: usize, found: usize },
    #[error("{0}")]
    Payload(#[from] PayloadError),
    /// Other bytes came with the card, and reading again gave something else.
    #[error("the line is too noisy to be sure of the card; check the cable")]
    Doubtful,
}

/// One command with its only possible answer.
pub trait Command {
    /// CMD, PARA and DATA.
    const BODY: &'static [u8];
    /// Longest wait for the first byte in milliseconds; reading a card takes up to a second of radio.
    const FIRST_BYTE_MS: u64 = 1_000;
    type Answer;

    fn read(response: Response) -> Result<Self::Answer, AnswerError>;

    /// Can this be the answer to this command, or is it a late one to an earlier command? A refusal may
    /// answer anything.
    fn is_mine(response: &Response) -> bool;
}

fn expect(response: Response, wanted: Status) -> Result<Zeroizing<Vec<u8>>, AnswerError> {
    if response.status == wanted { Ok(response.data) } else { Err(AnswerError::Status(response.status)) }
}

macro_rules! command {
    ($(#[$doc:meta])* $name:ident $cmd:literal $para:literal wait $wait:literal -> $answer:ty, $mine:pat, $read:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Command for $name {
            const BODY: &'static [u8] = &[$cmd, $para];
            const FIRST_BYTE_MS: u64 = $wait;
            type Answer = $answer;

            fn read(response: Response) -> Result<$answer, AnswerError> {
                $read(response)
            }

            fn is_mine(response: &Response) -> bool {
                let refused = !response.status.is_ok() && response.status != Status::NoContent;
                refused || matches!((response.status, response.data.len()), $mine)
            }
        }
    };
}

command!(/// Restarts the security module.
    ResetSam 0x10 0xFF wait 1_000 -> (), (Status::Ok, 0), |r| expect(r, Status::Ok).map(drop));
command!(/// Is the module well?
    SamStatus 0x11 0xFF wait 1_000 -> (), (Status::Ok, 0), |r| expect(r, Status::Ok).map(drop));
command!(/// Which module is it?
    ReadSamId 0x12 0xFF wait 1_000 -> SamId, (Status::Ok, 16), |r| SamId::parse(&expect(r, Status::Ok)?));
command!(/// Is a card there?
    FindCard 0x20 0x01 wait 1_000 -> (), (Status::CardFound, _), |r| expect(r, Status::CardFound).map(drop));
command!(/// Talks to the card that was found.
    SelectCard 0x20 0x02 wait 1_000 -> (), (Status::Ok, 0..=64), |r| expect(r, Status::Ok).map(drop));
command!(/// Text and photo of the selected card.
    ReadCard 0x30 0x01 wait 3_000 -> Payload, (Status::Ok, 71..), |r| Ok(Payload::parse(&expect(r, Status::Ok)?)?));
command!(/// The newest address written after issue, if there is one.
ReadNewestAddress 0x30 0x03 wait 3_000 -> Option<NewestAddress>, (Status::NoContent, _) | (Status::Ok, 70), |r: Response| match r.status {
    Status::NoContent => Ok(None),
    _ => NewestAddress::parse(&expect(r, Status::Ok)?).map(Some),
});

/// Sets the module's rate; it answers at the old one. `None` for a rate it does not have.
pub fn set_baud_body(baud: u32) -> Option<[u8; 2]> {
    let (_, parameter) = BAUD_PARAMETERS.into_iter().find(|(rate, _)| *rate == baud)?;
    Some([0x60, parameter])
}
