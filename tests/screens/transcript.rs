//! What is read out on every page, in reading order: compared with a committed text, so that a change of words or
//! of order is seen. `JIUJIN_WRITE_TRANSCRIPTS=1 cargo test --test screens` writes the texts anew.
use super::poses::{PAGES, STATES};
use super::stage::{PORTRAIT, stage};
use super::{Look, seen};
use jiujin::session::settings::{TextSize, Theme};
use jiujin_contract::text::Lang;

fn transcript(lang: Lang) -> String {
    stage(move |samples| {
        let look = Look { panel: PORTRAIT, lang, size: TextSize::Normal, theme: Theme::Light };
        let mut text = String::new();
        for pose in PAGES.iter().chain(STATES) {
            text.push_str(&format!("== {}\n", pose.name));
            for spoken in seen(samples, pose, look).spoken {
                let role = format!("{:?}", spoken.role).to_lowercase();
                let mut line = format!("{role}: {}", spoken.label);
                if !spoken.value.is_empty() && spoken.value != spoken.label {
                    line.push_str(&format!(" = {}", spoken.value));
                }
                text.push_str(&line.replace('\n', " / "));
                text.push('\n');
            }
            text.push('\n');
        }
        text
    })
}

fn compare(lang: Lang) {
    let path = format!("tests/screens/transcripts/{}.txt", lang.tag());
    let now = transcript(lang);
    if std::env::var_os("JIUJIN_WRITE_TRANSCRIPTS").is_some() {
        std::fs::write(&path, &now).expect("the transcript is written");
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = before.lines().zip(now.lines()).enumerate().find(|(_, (before, now))| before != now);
    if let Some((line, (before, now))) = differs {
        panic!("{path}, line {}: it says\n  {now}\nand said\n  {before}", line + 1);
    }
    assert_eq!(
        before.lines().count(),
        now.lines().count(),
        "{path} is longer or shorter than what is read out"
    );
}

#[test]
fn what_is_read_out_in_chinese_is_what_was_agreed() {
    compare(Lang::ZhCn);
}

#[test]
fn what_is_read_out_in_traditional_chinese_is_what_was_agreed() {
    compare(Lang::ZhTw);
}

#[test]
fn what_is_read_out_in_english_is_what_was_agreed() {
    compare(Lang::En);
}

/// A21: nothing that is read out carries a full identity number.
#[test]
fn nothing_read_out_has_eighteen_figures() {
    for lang in [Lang::ZhCn, Lang::ZhTw, Lang::En] {
        for line in transcript(lang).lines() {
            let longest = line.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
            assert!(longest < 15, "{line}");
        }
    }
}
