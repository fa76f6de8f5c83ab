//! Signed requests: RFC 9421 with Ed25519 and Content-Digest (RFC 9530), by the `httpsig` crate with our own keys.
//!
//! Covered: `@method`, `@path`, `content-digest` (of the empty body too), with `created`, `nonce`, `keyid` = device id.
//! `@authority` is left out on purpose: offices stand behind proxies, and a device key belongs to one office only.
use super::Signer;
use crate::keys::{DeviceKey, DevicePublicKey};
use crate::submission::DeviceId;
use base64::{Engine, engine::general_purpose::STANDARD};
use httpsig::prelude::message_component::{HttpMessageComponent, HttpMessageComponentId};
use httpsig::prelude::{
    AlgorithmName, HttpSigError, HttpSigResult, HttpSignatureBase, HttpSignatureHeaders, HttpSignatureParams,
    SigningKey, VerifyingKey,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// How far a request's `created` may be from the office's clock, in seconds.
pub const CLOCK_SKEW_S_MAX: i64 = 300;
/// A nonce is 16 random bytes in hex.
pub const NONCE_CHARS: usize = 32;
/// Longest Signature-Input that is looked at.
const SIGNATURE_HEADER_CHARS_MAX: usize = 1_000;
/// The label of our signature; others may stand beside it.
const LABEL: &str = "jiujin";
const COVERED: [&str; 3] = ["@method", "@path", "content-digest"];

/// Why a request cannot be signed, or its signature is not believed.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    #[error("no randomness from the system: {0}; check /dev/urandom")]
    Randomness(getrandom::Error),
    #[error("the request has no {0} header; sign it with the device's key")]
    Missing(&'static str),
    #[error("the body is not what Content-Digest says; send it again")]
    OtherBody,
    #[error(
        "the signature must cover @method, @path and content-digest with created, nonce, keyid and alg ed25519"
    )]
    NotOurForm,
    #[error("the signature is {0} s away from the office's clock; set the kiosk's clock")]
    Stale(i64),
    #[error("the signature does not fit the device's key")]
    Wrong,
    #[error("the request cannot be signed: {0}")]
    Unsignable(String),
}

/// `content-digest` of a body: `sha-256=:…:`.
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

fn components(method: &str, path: &str, digest: &str) -> HttpSigResult<Vec<HttpMessageComponent>> {
    let values = [method, path, digest];
    let lines = COVERED.iter().zip(values);
    lines.map(|(id, value)| HttpMessageComponent::try_from(format!("\"{id}\": {value}").as_str())).collect()
}

struct SigningDevice<'a>(&'a Signer<'a>);

impl SigningKey for SigningDevice<'_> {
    fn sign(&self, data: &[u8]) -> HttpSigResult<Vec<u8>> {
        let key: &DeviceKey = self.0.key;
        Ok(key.sign(data).to_vec())
    }
    fn key_id(&self) -> String {
        self.0.device.to_string()
    }
    fn alg(&self) -> AlgorithmName {
        AlgorithmName::Ed25519
    }
}

struct KnownDevice<'a>(&'a DevicePublicKey);

impl VerifyingKey for KnownDevice<'_> {
    fn verify(&self, data: &[u8], signature: &[u8]) -> HttpSigResult<()> {
        self.0.verify(data, signature).map_err(|_| HttpSigError::InvalidSignature("ed25519".to_owned()))
    }
    fn key_id(&self) -> String {
        self.0.key_id().to_string()
    }
    fn alg(&self) -> AlgorithmName {
        AlgorithmName::Ed25519
    }
}

/// The three headers of a signed request.
pub(super) fn sign(
    method: &str,
    path: &str,
    body: &[u8],
    signer: &Signer<'_>,
) -> Result<Vec<(&'static str, String)>, SignatureError> {
    let mut nonce = [0; NONCE_CHARS / 2];
    getrandom::fill(&mut nonce).map_err(SignatureError::Randomness)?;
    let unsignable = |error: HttpSigError| SignatureError::Unsignable(error.to_string());
    let covered: Vec<HttpMessageComponentId> = COVERED
        .iter()
        .map(|id| HttpMessageComponentId::try_from(*id))
        .collect::<Result<_, _>>()
        .map_err(unsignable)?;
    let device = SigningDevice(signer);
    let mut params = HttpSignatureParams { covered_components: covered, ..Default::default() };
    params.set_created(u64::try_from(signer.now.as_second()).unwrap_or(0));
    params.set_nonce(&hex::encode(nonce)).set_key_info(&device);
    let digest = content_digest(body);
    let lines = components(method, path, &digest).map_err(unsignable)?;
    let base = HttpSignatureBase::try_new(&lines, &params).map_err(unsignable)?;
    let headers = base.build_signature_headers(&device, Some(LABEL)).map_err(unsignable)?;
    Ok(vec![
        ("content-digest", digest),
        ("signature-input", headers.signature_input_header_value()),
        ("signature", headers.signature_header_value()),
    ])
}

/// The parts of a received request that the signature covers.
#[derive(Debug, Clone, Copy)]
pub struct RequestHead<'a> {
    /// Upper case.
    pub method: &'a str,
    /// As received, without the query.
    pub path: &'a str,
    /// Header of this name.
    pub content_digest: Option<&'a str>,
    /// Header of this name.
    pub signature_input: Option<&'a str>,
    /// Header of this name.
    pub signature: Option<&'a str>,
}

/// A well-formed signature that still has to be checked against the device's key.
pub struct Signed {
    /// Who says it asks.
    pub device: DeviceId,
    /// Take it once per device within twice [`CLOCK_SKEW_S_MAX`].
    pub nonce: String,
    /// The kiosk's clock.
    pub created: i64,
    base: HttpSignatureBase,
    headers: HttpSignatureHeaders,
}

/// Reads the signature of a request and checks its form, the body's digest and its freshness.
pub fn read_signature(head: RequestHead<'_>, body: &[u8], now: Timestamp) -> Result<Signed, SignatureError> {
    let digest = head.content_digest.ok_or(SignatureError::Missing("Content-Digest"))?;
    let input = head.signature_input.ok_or(SignatureError::Missing("Signature-Input"))?;
    let signature = head.signature.ok_or(SignatureError::Missing("Signature"))?;
    if input.len().max(signature.len()) > SIGNATURE_HEADER_CHARS_MAX {
        return Err(SignatureError::NotOurForm);
    }
    if digest != content_digest(body) {
        return Err(SignatureError::OtherBody);
    }
    let mut parsed =
        HttpSignatureHeaders::try_parse(signature, input).map_err(|_| SignatureError::NotOurForm)?;
    let headers = parsed.swap_remove(LABEL).ok_or(SignatureError::NotOurForm)?;
    let params = headers.signature_params();
    let nonce = params.nonce.clone().filter(|n| is_nonce(n)).ok_or(SignatureError::NotOurForm)?;
    let device = params.keyid.as_deref().and_then(|id| DeviceId::parse(id).ok());
    let device = device.ok_or(SignatureError::NotOurForm)?;
    let created = params.created.and_then(|c| i64::try_from(c).ok()).ok_or(SignatureError::NotOurForm)?;
    if params.alg.as_deref() != Some(AlgorithmName::Ed25519.as_str()) {
        return Err(SignatureError::NotOurForm);
    }
    let lines = components(head.method, head.path, digest).map_err(|_| SignatureError::NotOurForm)?;
    let base = HttpSignatureBase::try_new(&lines, params).map_err(|_| SignatureError::NotOurForm)?;
    let away = created.saturating_sub(now.as_second());
    if away.abs() > CLOCK_SKEW_S_MAX {
        return Err(SignatureError::Stale(away));
    }
    Ok(Signed { device, nonce, created, base, headers })
}

fn is_nonce(text: &str) -> bool {
    text.len() == NONCE_CHARS && text.bytes().all(|c| c.is_ascii_hexdigit())
}

impl Signed {
    /// Did this key sign it?
    pub fn verify(&self, key: &DevicePublicKey) -> Result<(), SignatureError> {
        let device = KnownDevice(key);
        self.base.verify_signature_headers(&device, &self.headers).map_err(|_| SignatureError::Wrong)
    }
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signed({}, {})", self.device, self.nonce)
    }
}
