//! What the office counts while it runs, for `/metrics` (Prometheus text).
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// One more.
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Until now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// All counters since the start.
#[derive(Debug, Default)]
pub struct Counts {
    /// Submissions that became cases.
    pub accepted: Count,
    /// Submissions that were there already.
    pub repeated: Count,
    /// Submissions refused for good.
    pub refused: Count,
    /// Same id, other bytes: should stay zero for ever.
    pub other_bytes: Count,
    /// Requests without a valid signature.
    pub turned_away: Count,
    /// Wrong enrolment codes.
    pub wrong_codes: Count,
}

impl Counts {
    /// The page at `/metrics`; `cases` and `awaited` come from the database.
    pub fn page(&self, cases: i64, awaited: i64) -> String {
        let mut page = String::new();
        let counters = [
            ("jiujin_office_submissions_accepted_total", &self.accepted),
            ("jiujin_office_submissions_repeated_total", &self.repeated),
            ("jiujin_office_submissions_refused_total", &self.refused),
            ("jiujin_office_submissions_other_bytes_total", &self.other_bytes),
            ("jiujin_office_requests_turned_away_total", &self.turned_away),
            ("jiujin_office_wrong_codes_total", &self.wrong_codes),
        ];
        for (name, counter) in counters {
            let _ = writeln!(page, "# TYPE {name} counter\n{name} {}", counter.get());
        }
        for (name, value) in [("jiujin_office_cases", cases), ("jiujin_office_letters_awaited", awaited)] {
            let _ = writeln!(page, "# TYPE {name} gauge\n{name} {value}");
        }
        page
    }
}
