//! What the office pins to every kiosk's attract page: notices with their days, and the words of the site that change
//! more often than a kiosk.toml. One part of the catalogue, named by its hash in the signed manifest like every service.
use crate::calendar::{HOLIDAYS_MAX, Holidays};
use crate::item::canonical_json;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The board's name where services have their ids; no service has it.
pub const BOARD_ID: &str = "board";
/// Bytes of a board; ten notices in three languages have 4 KB.
pub const BOARD_BYTES_MAX: u64 = 32 * 1024;
/// The attract page shows the first two that count today; the rest waits for its days.
pub const NOTICES_MAX: usize = 20;
/// Characters of a notice's title: two lines of the attract page.
pub const TITLE_CHARS_MAX: usize = 60;
/// Characters beside the title, on one line.
pub const BODY_CHARS_MAX: usize = 28;
/// Characters of the centre's name and of where staff is found, as in kiosk.toml.
pub const SITE_CHARS_MAX: usize = 40;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// In the order in which they are shown.
    #[serde(default, rename = "notice")]
    pub notices: Vec<Posting>,
    #[serde(default)]
    pub site: Site,
    /// Of the years that were announced after the program was made.
    #[serde(default, skip_serializing_if = "Holidays::is_empty")]
    pub holidays: Holidays,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posting {
    pub title: Text,
    /// When or until when, in a few characters.
    #[serde(default)]
    pub body: Text,
    /// First and last day, at the kiosk's own place; without one it counts from or for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// What stands here goes before the same key of kiosk.toml, at every kiosk of the office.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub centre: Option<Text>,
    /// Where a person helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BoardError {
    #[error("{0}")]
    Unreadable(String),
    #[error("{what}: {chars} characters in {lang}, at most {max} fit on the page; say it shorter")]
    TooLong { what: String, lang: &'static str, chars: usize, max: usize },
    #[error("{what}: nothing is written in {lang}; every language must have it")]
    Empty { what: String, lang: &'static str },
    #[error("notice {number}: it would end before it begins; exchange from and until")]
    Backwards { number: usize },
    #[error("{0} notices, at most {NOTICES_MAX}; take the old ones away")]
    TooMany(usize),
    #[error("holidays: {0} is named as off and as work; take it out of one")]
    OffAndWork(Date),
    #[error("holidays: {0} days, at most {HOLIDAYS_MAX}; take past years away")]
    TooManyDays(usize),
    #[error("{0} bytes, at most {BOARD_BYTES_MAX}")]
    TooLarge(usize),
}

impl Posting {
    pub fn counts_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

impl Board {
    /// As people write it: `[[notice]]` with title, body, from and until, `[site]`, and `[holidays]` with off and work.
    pub fn from_toml(text: &str) -> Result<Board, BoardError> {
        let mut board: Board =
            toml::from_str(text).map_err(|error| BoardError::Unreadable(error.to_string()))?;
        let notices = board.notices.iter_mut().flat_map(|notice| [&mut notice.title, &mut notice.body]);
        for text in notices.chain(&mut board.site.centre).chain(&mut board.site.staff) {
            text.zh_tw = text.zh_tw.take().or_else(|| Text::new(text.zh.as_str(), "").zh_tw);
        }
        board.checked()
    }

    /// As it travels.
    pub fn from_bytes(bytes: &[u8]) -> Result<Board, BoardError> {
        let board: Board =
            serde_json::from_slice(bytes).map_err(|error| BoardError::Unreadable(error.to_string()))?;
        board.checked()
    }

    /// The bytes that are hashed.
    pub fn canonical_json(&self) -> String {
        canonical_json(&serde_json::to_value(self).unwrap_or_default())
    }

    /// What counts on this day.
    pub fn on(&self, day: Date) -> impl Iterator<Item = &Posting> {
        self.notices.iter().filter(move |notice| notice.counts_on(day))
    }

    fn checked(self) -> Result<Board, BoardError> {
        if self.notices.len() > NOTICES_MAX {
            return Err(BoardError::TooMany(self.notices.len()));
        }
        for (index, notice) in self.notices.iter().enumerate() {
            let number = index + 1;
            fits(&notice.title, &format!("title of notice {number}"), (1, TITLE_CHARS_MAX))?;
            fits(&notice.body, &format!("body of notice {number}"), (0, BODY_CHARS_MAX))?;
            if notice.from.zip(notice.until).is_some_and(|(from, until)| until < from) {
                return Err(BoardError::Backwards { number });
            }
        }
        for (text, key) in [(&self.site.centre, "site.centre"), (&self.site.staff, "site.staff")] {
            text.as_ref().map_or(Ok(()), |text| fits(text, key, (1, SITE_CHARS_MAX)))?;
        }
        if let Some(day) = self.holidays.off.intersection(&self.holidays.work).next() {
            return Err(BoardError::OffAndWork(*day));
        }
        if self.holidays.count() > HOLIDAYS_MAX {
            return Err(BoardError::TooManyDays(self.holidays.count()));
        }
        let bytes = self.canonical_json().len();
        if bytes as u64 > BOARD_BYTES_MAX { Err(BoardError::TooLarge(bytes)) } else { Ok(self) }
    }
}

fn fits(text: &Text, what: &str, (min, max): (usize, usize)) -> Result<(), BoardError> {
    let words =
        [("zh", text.zh.as_str()), ("zh_tw", text.zh_tw.as_deref().unwrap_or(&text.zh)), ("en", &text.en)];
    for (lang, words) in words {
        let (what, chars) = (what.to_owned(), words.trim().chars().count());
        if chars < min {
            return Err(BoardError::Empty { what, lang });
        }
        if chars > max || words.chars().any(char::is_control) {
            return Err(BoardError::TooLong { what, lang, chars, max });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = r#"
        [[notice]]
        title = { zh = "春节期间照常开放", zh_tw = "春節期間照常開放", en = "Open over the Spring Festival" }
        body = { zh = "8:30 至 17:00", en = "8:30 to 17:00" }
        from = "2027-02-01"
        until = "2027-02-12"
        [site]
        staff = { zh = "2 号窗口", en = "Counter 2" }
        [holidays]
        off = ["2027-01-01", "2027-02-05"]
        work = ["2027-02-14"]
    "#;

    #[test]
    fn what_people_write_travels_and_counts_on_its_days_only() {
        let board = Board::from_toml(WRITTEN).unwrap();
        assert_eq!(Board::from_bytes(board.canonical_json().as_bytes()).unwrap(), board);
        let days = ["2027-01-31", "2027-02-01", "2027-02-12", "2027-02-13"];
        let shown = days.map(|day| board.on(day.parse().unwrap()).count());
        assert_eq!(shown, [0, 1, 1, 0]);
    }

    #[test]
    fn what_does_not_fit_on_the_page_is_named() {
        let mistake =
            |from: &str, to: &str| Board::from_toml(&WRITTEN.replace(from, to)).unwrap_err().to_string();
        let long = mistake("Counter 2", &"far away ".repeat(9));
        assert!(long.contains("site.staff") && long.contains("in en"), "{long}");
        assert!(mistake("Open over the Spring Festival", " ").contains("nothing is written in en"));
        assert!(mistake("2027-02-12", "2026-02-12").contains("notice 1: it would end before"));
        assert!(mistake("[site]", "[sight]").contains("sight"));
        assert!(mistake("2027-02-14", "2027-02-05").contains("2027-02-05 is named as off and as work"));
        assert!(mistake("2027-02-14", "2027-02-30").contains("line"), "no such day");
    }
}
