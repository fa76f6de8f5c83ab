//! Twelve named places where a power cut would hurt most. `JIUJIN_CRASH_AT=after_commit` (or `after_commit:3`
//! for the third passage) aborts the process exactly there, so that proofs can show that nothing is lost or
//! doubled. And the guards behind that, each of which `JIUJIN_WITHOUT=synced_commit` takes away: a proof that does
//! not notice its absence proves nothing. Release builds ignore both variables.
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// In the order in which a submission passes them.
pub const NAMES: [&str; 12] = [
    "before_id",
    "after_id",
    "after_seal",
    "before_commit",
    "after_commit",
    "after_mark_sending",
    "before_send",
    "after_send",
    "before_mark_confirmed",
    "after_mark_confirmed",
    "before_purge",
    "after_purge",
];

/// What the proofs lean on; `office/README.md` names the rig that fails without each.
pub const GUARDS: [&str; 8] = [
    "synced_commit",
    "requeue_after_crash",
    "failed_commit_is_no_promise",
    "salvage",
    "sane_due_time",
    "whole_migration",
    "signed_manifest",
    "newest_catalogue_remembered",
];

/// Whether this guard stands: always, but for a debug build that was told to do without.
pub fn stands(guard: &str) -> bool {
    static WITHOUT: OnceLock<Option<String>> = OnceLock::new();
    debug_assert!(GUARDS.contains(&guard), "{guard} is not in the list of guards");
    !cfg!(debug_assertions)
        || WITHOUT.get_or_init(|| std::env::var("JIUJIN_WITHOUT").ok()).as_deref() != Some(guard)
}

/// Passages of the chosen point so far.
static PASSED: AtomicU32 = AtomicU32::new(0);

/// Aborts here if the environment says so.
pub fn reach(name: &str) {
    debug_assert!(NAMES.contains(&name), "{name} is not in the list of crash points");
    if cfg!(debug_assertions) && chosen().is_some_and(|(point, nth)| point == name && passed() == nth) {
        // Like a power cut as far as a process can: no destructor runs, no buffer is written.
        std::process::abort();
    }
}

fn passed() -> u32 {
    PASSED.fetch_add(1, Ordering::Relaxed) + 1
}

fn chosen() -> Option<(String, u32)> {
    let value = std::env::var("JIUJIN_CRASH_AT").ok()?;
    match value.split_once(':') {
        Some((name, nth)) => Some((name.to_owned(), nth.parse().ok()?)),
        None => Some((value, 1)),
    }
}
