//! Times a test may rely on where other programs keep the machine busy.
#![allow(dead_code, reason = "each test program uses its part")]
use std::time::Duration;

/// How long something is waited for that must happen; only a failing test waits so long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A limit on the clock holds when one of a few measurements keeps it: a busy machine delays one or two, a
/// slow program all of them.
pub fn keeps(limit: Duration, mut measured: impl FnMut() -> Duration) {
    let mut all = Vec::new();
    while all.len() < 5 {
        all.push(measured());
        if all.last() <= Some(&limit) {
            return;
        }
    }
    panic!("never within {limit:?}: {all:?}");
}
