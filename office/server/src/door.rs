//! Who may come in: a request signed by an enrolled device, fresh, never seen before, at a bearable pace.
use crate::desk::Desk;
use crate::refusal::Refusal;
use crate::store::Device;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use jiff::Timestamp;
use jiujin_contract::submission::DeviceId;
use jiujin_contract::wire::{
    BATCH_BYTES_MAX, CLOCK_SKEW_S_MAX, Problem, ProblemKind, RequestHead, SignatureError, read_signature,
};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Requests of one device at once; a drained week of outbox stays below it.
pub const RATE_BURST: f64 = 3_000.0;
/// Requests per second of one device that go on for ever.
pub const RATE_PER_S: f64 = 200.0;
/// Nonces that are remembered; beyond it the oldest give way, which takes 400 requests a second for ten minutes.
pub const NONCES_MAX: usize = 250_000;

/// A request of an enrolled device, with its whole body.
pub struct FromDevice {
    pub device: Device,
    pub body: Bytes,
}

impl FromRequest<Arc<Desk>> for FromDevice {
    type Rejection = Refusal;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<FromDevice, Refusal> {
        let (head, body) = request.into_parts();
        let body = read_body(body).await?;
        let device = admit(desk, &head, &body).await.inspect_err(|_| desk.counts.turned_away.count())?;
        Ok(FromDevice { device, body })
    }
}

/// A body within the largest limit, or the problem to answer with.
pub async fn read_body(body: axum::body::Body) -> Result<Bytes, Refusal> {
    let too_large = |_| Refusal::new(ProblemKind::TooLarge, "the body is too large or was cut");
    axum::body::to_bytes(body, BATCH_BYTES_MAX).await.map_err(too_large)
}

async fn admit(desk: &Desk, head: &Parts, body: &[u8]) -> Result<Device, Refusal> {
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let covered = RequestHead {
        method: head.method.as_str(),
        path: head.uri.path(),
        content_digest: header("content-digest"),
        signature_input: header("signature-input"),
        signature: header("signature"),
    };
    let now = Timestamp::now();
    let signed = read_signature(covered, body, now).map_err(|error| refuse(&error, now))?;
    let stranger = || Refusal::new(ProblemKind::NotAuthorised, "this device is not enrolled here");
    let device = desk.store.device(&signed.device).await?.ok_or_else(stranger)?;
    signed.verify(&device.public_key).map_err(|error| refuse(&error, now))?;
    if !device.active {
        return Err(Refusal::new(ProblemKind::DeviceRevoked, "this device was revoked; enrol it again"));
    }
    desk.guard.pass(&device.id, &signed.nonce, now)?;
    Ok(device)
}

fn refuse(error: &SignatureError, now: Timestamp) -> Refusal {
    let kind = match error {
        SignatureError::Stale(_) => ProblemKind::ClockWrong,
        _ => ProblemKind::NotAuthorised,
    };
    let mut problem = Problem::new(kind, "the request's signature is not accepted").detail(error.to_string());
    problem.office_time = (kind == ProblemKind::ClockWrong).then_some(now);
    Refusal(problem)
}

/// Remembers nonces and counts requests. In memory only: after a restart a request of the last five minutes could
/// be repeated once, and every call that changes anything may be repeated without harm.
#[derive(Debug, Default)]
pub struct Guard {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    nonces: HashMap<(DeviceId, String), i64>,
    in_order: VecDeque<((DeviceId, String), i64)>,
    pace: HashMap<DeviceId, (f64, i64)>,
}

impl Guard {
    fn pass(&self, device: &DeviceId, nonce: &str, now: Timestamp) -> Result<(), Refusal> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget_old(now.as_second());
        let key = (device.clone(), nonce.to_owned());
        if seen.nonces.contains_key(&key) {
            return Err(Refusal::new(
                ProblemKind::Replayed,
                "this request was received before; sign it anew",
            ));
        }
        seen.spend(device, now)?;
        seen.nonces.insert(key.clone(), now.as_second());
        seen.in_order.push_back((key, now.as_second()));
        Ok(())
    }
}

impl Seen {
    fn forget_old(&mut self, now_s: i64) {
        while let Some((key, at)) = self.in_order.front() {
            if now_s - at <= 2 * CLOCK_SKEW_S_MAX && self.in_order.len() < NONCES_MAX {
                break;
            }
            self.nonces.remove(key);
            self.in_order.pop_front();
        }
    }

    /// A bucket that fills at [`RATE_PER_S`] up to [`RATE_BURST`].
    fn spend(&mut self, device: &DeviceId, now: Timestamp) -> Result<(), Refusal> {
        let now_ms = now.as_millisecond();
        let (left, at_ms) = self.pace.get(device).copied().unwrap_or((RATE_BURST, now_ms));
        let earned = (now_ms - at_ms).max(0) as f64 / 1_000.0 * RATE_PER_S;
        let left = (left + earned).min(RATE_BURST);
        if left < 1.0 {
            let mut problem = Problem::new(ProblemKind::RateLimited, "too many requests from this device");
            problem.retry_after_s = Some(1);
            return Err(Refusal(problem));
        }
        self.pace.insert(device.clone(), (left - 1.0, now_ms));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_passes_once_and_a_flood_is_slowed_down() {
        let (guard, device) = (Guard::default(), DeviceId::parse("kiosk-1").unwrap());
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        guard.pass(&device, "first", now).unwrap();
        assert_eq!(guard.pass(&device, "first", now).unwrap_err().0.kind, ProblemKind::Replayed);
        let slowed = (0..RATE_BURST as usize).find_map(|n| guard.pass(&device, &n.to_string(), now).err());
        assert_eq!(slowed.unwrap().0.kind, ProblemKind::RateLimited);
        guard.pass(&device, "later", now + jiff::SignedDuration::from_secs(1)).unwrap();
    }
}
