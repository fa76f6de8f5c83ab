//! The keys of the road: a kiosk's signing key, and the office's two keys (one signs, one opens).
//!
//! Secrets are zeroised when dropped, print nothing, and leave this room only through `to_secret_file`.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use hpke::{Deserializable, Kem, Serializable};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// RFC 9180 DHKEM(X25519, HKDF-SHA256): the key agreement of sealing suite 1.
pub(crate) type SealingKem = hpke::kem::X25519HkdfSha256;

/// Bytes of every key in this room, secret or public.
pub const KEY_BYTES: usize = 32;
/// Bytes of an Ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;
/// Bytes of a key id: the head of the SHA-256 of the public key.
pub const KEY_ID_BYTES: usize = 8;

/// Why a key could not be made, read or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("no randomness from the system: {0}; check /dev/urandom")]
    Randomness(getrandom::Error),
    #[error("this is not a {expected} key file; restore it from its backup or make new keys")]
    NotThisKey { expected: &'static str },
    #[error("a public key must be 32 bytes in base64url and a valid point; copy it again")]
    NotAPublicKey,
    #[error("the signature does not belong to this key and these bytes")]
    WrongSignature,
}

/// Name of a public key in envelopes and receipts: 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct KeyId(pub [u8; KEY_ID_BYTES]);

impl KeyId {
    fn of(public: &[u8]) -> KeyId {
        let digest = Sha256::digest(public);
        let mut id = [0; KEY_ID_BYTES];
        id.copy_from_slice(&digest[..KEY_ID_BYTES]);
        KeyId(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl Serialize for KeyId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<KeyId, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut id = [0; KEY_ID_BYTES];
        hex::decode_to_slice(&text, &mut id)
            .map_err(|_| serde::de::Error::custom("a key id is 16 hex digits"))?;
        Ok(KeyId(id))
    }
}

/// What a key file holds: one JSON document, readable by its owner only.
#[derive(Serialize, Deserialize, Zeroize)]
#[zeroize(drop)]
struct SecretFile {
    key: String,
    secret: String,
}

fn write_secret(kind: &str, secret: &[u8; KEY_BYTES]) -> Zeroizing<String> {
    let encoded = Zeroizing::new(URL_SAFE_NO_PAD.encode(secret));
    Zeroizing::new(format!("{{\"key\":\"{kind}\",\"secret\":\"{}\"}}\n", encoded.as_str()))
}

fn read_secret(kind: &'static str, text: &str) -> Result<Zeroizing<[u8; KEY_BYTES]>, KeyError> {
    let wrong = || KeyError::NotThisKey { expected: kind };
    let file: SecretFile = serde_json::from_str(text).map_err(|_| wrong())?;
    if file.key != kind {
        return Err(wrong());
    }
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(&file.secret).map_err(|_| wrong())?);
    let secret: [u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_| wrong())?;
    Ok(Zeroizing::new(secret))
}

fn fresh_secret() -> Result<Zeroizing<[u8; KEY_BYTES]>, KeyError> {
    let mut secret = Zeroizing::new([0; KEY_BYTES]);
    getrandom::fill(secret.as_mut()).map_err(KeyError::Randomness)?;
    Ok(secret)
}

fn read_public(text: &str) -> Result<[u8; KEY_BYTES], KeyError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::NotAPublicKey)?;
    bytes.as_slice().try_into().map_err(|_| KeyError::NotAPublicKey)
}

/// base64url text, Display, FromStr and serde for a public key.
macro_rules! public_text {
    ($public:ident) => {
        impl fmt::Display for $public {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&URL_SAFE_NO_PAD.encode(self.to_bytes()))
            }
        }

        impl fmt::Debug for $public {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($public), "({})"), self)
            }
        }

        impl std::str::FromStr for $public {
            type Err = KeyError;
            fn from_str(text: &str) -> Result<$public, KeyError> {
                $public::from_bytes(&read_public(text)?)
            }
        }

        impl Serialize for $public {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $public {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$public, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A pair of Ed25519 types with one purpose, so that a kiosk's key cannot stand where the office's is meant.
macro_rules! signing_pair {
    ($secret:ident, $public:ident, $kind:literal, $secret_doc:literal, $public_doc:literal) => {
        #[doc = $secret_doc]
        #[derive(Clone)]
        pub struct $secret(SigningKey);

        impl $secret {
            /// A new key from the system's randomness.
            pub fn generate() -> Result<$secret, KeyError> {
                Ok($secret(SigningKey::from_bytes(&*fresh_secret()?)))
            }

            /// The text of the key's file; write it with mode 0600 and nowhere else.
            pub fn to_secret_file(&self) -> Zeroizing<String> {
                write_secret($kind, self.0.as_bytes())
            }

            /// Reads what [`Self::to_secret_file`] wrote; refuses the file of another key.
            pub fn from_secret_file(text: &str) -> Result<$secret, KeyError> {
                Ok($secret(SigningKey::from_bytes(&*read_secret($kind, text)?)))
            }

            /// The half that may be given out.
            pub fn public(&self) -> $public {
                $public(self.0.verifying_key())
            }

            /// The plain type, for rooms of this crate that sign on their own.
            pub fn ed25519(&self) -> &SigningKey {
                &self.0
            }

            /// Ed25519 over exactly these bytes; callers put a purpose in front.
            pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
                self.0.sign(message).to_bytes()
            }
        }

        impl fmt::Debug for $secret {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($secret), "({})"), self.public().key_id())
            }
        }

        #[doc = $public_doc]
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $public(VerifyingKey);

        impl $public {
            /// Refuses what is no point of the curve and weak points.
            pub fn from_bytes(bytes: &[u8; KEY_BYTES]) -> Result<$public, KeyError> {
                let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAPublicKey)?;
                if key.is_weak() { Err(KeyError::NotAPublicKey) } else { Ok($public(key)) }
            }

            /// The 32 bytes of the point.
            pub fn to_bytes(&self) -> [u8; KEY_BYTES] {
                self.0.to_bytes()
            }

            /// The key's name in envelopes, receipts and request signatures.
            pub fn key_id(&self) -> KeyId {
                KeyId::of(self.0.as_bytes())
            }

            /// The plain type, for rooms of this crate that verify on their own.
            pub fn ed25519(&self) -> &VerifyingKey {
                &self.0
            }

            /// RFC 8032, strict: no malleable signature, no small-order key.
            pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
                let signature =
                    ed25519_dalek::Signature::from_slice(signature).map_err(|_| KeyError::WrongSignature)?;
                self.0.verify_strict(message, &signature).map_err(|_| KeyError::WrongSignature)
            }
        }

        public_text!($public);
    };
}

signing_pair!(
    DeviceKey,
    DevicePublicKey,
    "jiujin-device-signing",
    "The kiosk's Ed25519 key: signs what it seals and every request it sends.",
    "A kiosk's key as the office knows it since enrolment."
);
signing_pair!(
    OfficeSigningKey,
    OfficeVerifyingKey,
    "jiujin-office-signing",
    "The office's Ed25519 key: signs receipts.",
    "The key by which a kiosk checks that an answer comes from its office."
);

/// The office's HPKE private key: the only thing that opens a sealed submission.
#[derive(Clone)]
pub struct OfficeSealingKey(Zeroizing<[u8; KEY_BYTES]>);

impl OfficeSealingKey {
    const KIND: &'static str = "jiujin-office-sealing";

    /// A new key from the system's randomness (RFC 9180 section 7.1.3, DeriveKeyPair).
    pub fn generate() -> Result<OfficeSealingKey, KeyError> {
        let (private, _) = SealingKem::derive_keypair(fresh_secret()?.as_ref());
        let mut secret = Zeroizing::new([0; KEY_BYTES]);
        private.write_exact(secret.as_mut());
        Ok(OfficeSealingKey(secret))
    }

    /// The text of the key's file; write it with mode 0600 and nowhere else.
    pub fn to_secret_file(&self) -> Zeroizing<String> {
        write_secret(OfficeSealingKey::KIND, &self.0)
    }

    /// Reads what [`Self::to_secret_file`] wrote; refuses the file of another key.
    pub fn from_secret_file(text: &str) -> Result<OfficeSealingKey, KeyError> {
        let key = OfficeSealingKey(read_secret(OfficeSealingKey::KIND, text)?);
        key.private().map(|_| key)
    }

    /// The half that kiosks seal to.
    pub fn public(&self) -> OfficePublicKey {
        let bytes = match self.private() {
            Ok(private) => SealingKem::sk_to_pk(&private).to_bytes().into(),
            // Both constructors have checked the bytes; an all-zero key opens nothing.
            Err(_) => [0; KEY_BYTES],
        };
        OfficePublicKey(bytes)
    }

    pub(crate) fn private(&self) -> Result<<SealingKem as Kem>::PrivateKey, KeyError> {
        <SealingKem as Kem>::PrivateKey::from_bytes(self.0.as_ref())
            .map_err(|_| KeyError::NotThisKey { expected: OfficeSealingKey::KIND })
    }
}

impl fmt::Debug for OfficeSealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficeSealingKey({})", self.public().key_id())
    }
}

/// The office's HPKE public key: what a kiosk seals to; the kiosk cannot open it again.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct OfficePublicKey([u8; KEY_BYTES]);

impl OfficePublicKey {
    /// Refuses points of small order, whose shared secret anybody knows (all zero is the one hpke names).
    pub fn from_bytes(bytes: &[u8; KEY_BYTES]) -> Result<OfficePublicKey, KeyError> {
        let key = OfficePublicKey(*bytes);
        if *bytes == [0; KEY_BYTES] {
            return Err(KeyError::NotAPublicKey);
        }
        key.point().map(|_| key)
    }

    /// The 32 bytes of the point.
    pub fn to_bytes(&self) -> [u8; KEY_BYTES] {
        self.0
    }

    /// The key's name in envelopes, so that the office finds the matching secret after a change of keys.
    pub fn key_id(&self) -> KeyId {
        KeyId::of(&self.0)
    }

    pub(crate) fn point(&self) -> Result<<SealingKem as Kem>::PublicKey, KeyError> {
        <SealingKem as Kem>::PublicKey::from_bytes(&self.0).map_err(|_| KeyError::NotAPublicKey)
    }
}

public_text!(OfficePublicKey);

#[cfg(test)]
mod tests;
