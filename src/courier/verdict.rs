//! What an HTTP client reports, in the contract's closed list of setbacks. Only success is success.
use jiujin_contract::wire::Setback;
use std::error::Error;

/// The setback behind a request that brought no whole answer.
pub fn of_error(error: &reqwest::Error) -> Setback {
    if error.is_timeout() {
        return Setback::TimedOut;
    }
    if error.is_redirect() {
        return Setback::ForeignRedirect;
    }
    if is_certificate(error) { Setback::BadCertificate } else { Setback::Unreachable }
}

/// rustls says it somewhere in the chain of causes: expired, not yet valid, another name, unknown issuer.
fn is_certificate(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(source) = cause {
        let words = format!("{source:?}");
        if words.contains("InvalidCertificate")
            || words.contains("CertNotValid")
            || words.contains("UnknownIssuer")
        {
            return true;
        }
        cause = source.source();
    }
    false
}
