//! Result codes of the reader's security module (SW3) and what to do about them.
use serde::Serialize;

/// What a status asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Success, or an item the card does not hold.
    None,
    /// Nobody has placed a card: keep asking.
    KeepAsking,
    /// "Hold the card still", then try again.
    HoldStill,
    /// After three tries: this card cannot be read here.
    OtherCard,
    /// Resynchronise and repeat the step once.
    Repeat,
    /// The reader is out of order: call the technician.
    Service,
}

macro_rules! statuses {
    ($($code:literal $variant:ident $name:literal $remedy:ident $help:literal;)*) => {
        /// SW3 of an answer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Status {
            $($variant,)*
            /// Not in any document: reported as its number and treated as a failure.
            Unknown(u8),
        }

        impl Status {
            pub fn from_code(code: u8) -> Status {
                match code {
                    $($code => Status::$variant,)*
                    other => Status::Unknown(other),
                }
            }

            pub fn code(self) -> u8 {
                match self {
                    $(Status::$variant => $code,)*
                    Status::Unknown(code) => code,
                }
            }

            /// The word used in logs, test vectors and on the technician's page.
            pub fn name(self) -> &'static str {
                match self {
                    $(Status::$variant => $name,)*
                    Status::Unknown(_) => "unknown",
                }
            }

            pub fn remedy(self) -> Remedy {
                match self {
                    $(Status::$variant => Remedy::$remedy,)*
                    Status::Unknown(_) => Remedy::OtherCard,
                }
            }

            /// One line for the technician.
            pub fn help(self) -> &'static str {
                match self {
                    $(Status::$variant => $help,)*
                    Status::Unknown(_) => "undocumented status; note the number and ask the maker of the reader",
                }
            }
        }
    };
}

statuses! {
    0x90 Ok "ok" None "success";
    0x9F CardFound "card_found" None "a card was found";
    0x91 NoContent "no_content" None "the card holds no such item";
    0x10 RxChecksumError "rx_checksum_error" Repeat "the reader received damaged bytes; check the cable";
    0x11 RxLengthError "rx_length_error" Repeat "the reader received an incomplete request; check the cable";
    0x21 BadCommand "bad_command" Repeat "the reader does not know this command";
    0x23 NotPermitted "not_permitted" Service "the reader refuses to work; have it serviced";
    0x24 UnrecognisedError "unrecognised_error" Repeat "the reader failed without saying why; repeat";
    0x31 CardRejectsSam "card_rejects_sam" HoldStill "the card refuses the reader; try again, then another reader";
    0x32 SamRejectsCard "sam_rejects_card" HoldStill "the reader refuses the card; try again, then the counter";
    0x33 VerifyError "verify_error" HoldStill "the card's signature did not verify; try again, then the counter";
    0x34 NoCardFoundYet "no_card_found_yet" KeepAsking "no card was found before this step";
    0x37 FingerprintVerifyError "fingerprint_verify_error" OtherCard "fingerprint verification failed; the kiosk never asks for it";
    0x3F MessageLengthError "message_length_error" OtherCard "the card's message has a wrong length";
    0x40 UnknownCardType "unknown_card_type" OtherCard "this is not an identity card";
    0x41 CardReadFailed "card_read_failed" HoldStill "the card moved or is too far away";
    0x47 RandomFailed "random_failed" HoldStill "the card did not answer; place it again";
    0x50 CardWriteFailed "card_write_failed" OtherCard "writing to the card failed; the kiosk never writes";
    0x60 SamSelftestFailed "sam_selftest_failed" Service "the security module is broken; replace the reader";
    0x61 LoginFailed "login_failed" OtherCard "the security module refused the login";
    0x66 SamNotAuthorised "sam_not_authorised" Service "the security module is not licensed; replace the reader";
    0x80 FindFailed "find_failed" KeepAsking "no card, or the card was not lifted since it was read";
    0x81 SelectFailed "select_failed" HoldStill "the card could not be selected; place it again";
}

impl Status {
    /// Success for any command but find, which answers [`Status::CardFound`].
    pub fn is_ok(self) -> bool {
        matches!(self, Status::Ok | Status::CardFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_the_way_there_and_back() {
        for code in 0..=u8::MAX {
            assert_eq!(Status::from_code(code).code(), code);
        }
    }

    #[test]
    fn an_undocumented_status_is_never_a_success() {
        assert!(!Status::from_code(0x77).is_ok());
    }
}
