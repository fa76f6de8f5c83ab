//! One invented resident's visit through the real session, page by page and in any language: what
//! `jiujin screens` draws, so that a picture never shows what the program would not.
use super::Status;
use super::view::View;
use crate::codes::{Code, Codes};
use crate::notice::Notice;
use crate::session::editing::Keystroke;
use crate::session::settings::Settings;
use crate::session::stage::{CaseLine, CaseList, CaseMoment, Delivery, Stroke, Who};
use crate::session::{Happening, Moment, Pauses, Session};
use crate::shelf::Shelf;
use crate::typing::{Key, Typing};
use jiff::civil::date;
use jiujin_contract::case::CaseState;
use jiujin_contract::catalogue::Board;
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
use jiujin_contract::text::Text;
use serde_json::{Value, json};
use std::sync::Arc;

/// Monday, 21 September 2026, 14:32 in China.
const NOW_UNIX_MS: i64 = 1_789_972_320_000;
const DAY_MS: i64 = 86_400_000;
/// Asks for a home and its owner, and for a signature.
const PERMIT: &str = "S041";
/// Prints a document.
const CERTIFICATE: &str = "S001";
/// 王小一 as strokes, in tenths of a millimetre.
const INK: [&[(i32, i32)]; 8] = [
    &[(373, 485), (520, 466), (755, 423)],
    &[(422, 724), (722, 668)],
    &[(572, 465), (560, 700), (536, 956)],
    &[(314, 998), (600, 950), (853, 890)],
    &[(1203, 348), (1200, 600), (1180, 923), (1147, 1001), (1088, 939)],
    &[(1062, 596), (1020, 720), (961, 851)],
    &[(1317, 580), (1400, 680), (1461, 818)],
    &[(1637, 724), (1840, 694), (2069, 629), (2160, 668), (2121, 714)],
];

struct Example {
    session: Session,
    shelf: Shelf,
    status: Status,
    typing: Typing,
    now: Moment,
    views: Vec<(&'static str, View)>,
}

/// The store holds code lists; no page of this visit opens one.
struct NoLists;

impl Codes for NoLists {
    fn below(&self, _: &str, _: &str) -> Vec<Code> {
        Vec::new()
    }

    fn find(&self, _: &str, _: &str) -> Option<Code> {
        None
    }
}

/// Every page under its name in visits, in the order a resident meets them. `pad` is the signature pad's size
/// against the reference panel's.
pub fn example_visit(
    settings: Settings,
    status: Status,
    shelf: Shelf,
    pad: f32,
) -> Vec<(&'static str, View)> {
    let now = Moment { elapsed_ms: 0, unix_ms: NOW_UNIX_MS, today: date(2026, 9, 21) };
    let status = Status { printer: true, ..status };
    // What the demo's office posts; it is checked with the rest of the catalogue.
    let board = Board::from_toml(include_str!("../../assets/board-demo.toml")).unwrap_or_default();
    let shelf = shelf.with_board(board);
    let (typing, session) = (Typing::new(&shelf, vec![]), Session::new(settings, Pauses::default()));
    let mut example = Example { session, shelf, status, typing, now, views: Vec::new() };
    example.browse();
    example.show_card();
    example.fill_in();
    example.sign_and_submit(pad);
    example.look_at_cases();
    example.print_a_document();
    example.end();
    example.views
}

impl Example {
    fn tell(&mut self, happening: Happening) {
        self.session = self.session.clone().apply(happening, self.now).session;
        self.typing.follow(&self.session);
    }

    fn type_keys(&mut self, keys: &str) {
        for key in keys.chars() {
            for happening in self.typing.press(Key::Text(key.into())) {
                self.tell(happening);
            }
        }
    }

    fn keep(&mut self, page: &'static str) {
        let shelf = (&self.shelf, &NoLists as &dyn Codes);
        self.views.push((page, View::of(&self.session, shelf, &self.status, &self.typing, self.now)));
    }

    fn choose(&mut self, id: &str) {
        if let Some(service) = self.shelf.find(id).cloned() {
            self.tell(Happening::ServiceChosen(service));
        }
    }

    fn browse(&mut self) {
        self.keep("attract");
        self.tell(Happening::Woke);
        self.keep("home");
        self.tell(Happening::HelpTouched);
        self.keep("help");
        self.tell(Happening::HelpTouched);
        self.tell(Happening::SearchOpened);
        self.type_keys("yanglao");
        self.keep("search");
        self.tell(Happening::WentBack);
        self.choose(PERMIT);
    }

    fn show_card(&mut self) {
        self.tell(Happening::Started);
        self.keep("card");
        self.tell(Happening::CardRead(resident()));
        self.keep("confirm");
        self.tell(Happening::IdentityConfirmed(true));
        self.keep("consent");
        self.tell(Happening::Declined);
        self.keep("guide");
        self.tell(Happening::Started);
        self.tell(Happening::Agreed);
        self.tell(Happening::LookedUp { of: resident().id_number.clone(), shared: Some(shared()) });
    }

    fn pick(&mut self, path: &str, value: &str) {
        self.tell(Happening::AnswerGiven { path: path.into(), value: Some(Value::from(value)) });
    }

    fn write(&mut self, path: &str, text: &str) {
        self.tell(Happening::FieldOpened(path.into()));
        self.tell(Happening::Typed(Keystroke::Insert(text.into())));
    }

    fn fill_in(&mut self) {
        self.tell(Happening::WentOn);
        self.write("since", "20251101");
        self.pick("home", "rent");
        self.tell(Happening::WentOn);
        self.pick("ground", "job");
        self.write("employer", "青禾示范工厂");
        self.write("job_since", "20251110");
        self.tell(Happening::WentOn);
        self.write("landlord_name", "李安安");
        self.write("lease_until", "20271031");
        self.write("landlord_phone", "1390000");
        self.keep("form");
        self.now.elapsed_ms = self.session.deadline().unwrap_or_default();
        self.tell(Happening::DeadlinePassed);
        self.keep("still-there");
        self.tell(Happening::ActivitySeen);
        self.tell(Happening::Typed(Keystroke::Insert("1234".into())));
        self.tell(Happening::WentOn);
        self.pick("delivery", "post");
        self.tell(Happening::WentOn);
    }

    fn sign_and_submit(&mut self, pad: f32) {
        let sized = |length: &i32| (*length as f32 * pad) as i32;
        for line in INK {
            let stroke: Stroke = line.iter().map(|(x, y)| (sized(x), sized(y))).collect();
            self.tell(Happening::PenMoved(stroke));
        }
        self.keep("sign");
        self.tell(Happening::WentOn);
        self.keep("check");
        self.tell(Happening::Submitted);
        self.keep("saving");
        self.receive("2609-2136-0047");
        self.keep("result");
        self.tell(Happening::RatingWanted);
        self.tell(Happening::LevelChosen(4));
        self.tell(Happening::ReasonTouched(0));
        self.tell(Happening::ReasonTouched(2));
        self.keep("rating");
        self.tell(Happening::WentBack);
    }

    /// Saved here and taken by the office a moment later.
    fn receive(&mut self, receipt: &str) {
        let submission = receipt.to_owned();
        self.tell(Happening::Committed { receipt: receipt.into(), submission: submission.clone() });
        let case_number = "109999-2026-000047".to_owned();
        let delivery = Delivery::Accepted { case_number, unix_ms: NOW_UNIX_MS + 2_000 };
        self.tell(Happening::OfficeAnswered { submission, delivery });
    }

    fn look_at_cases(&mut self) {
        self.tell(Happening::CasesWanted);
        let list = CaseList::Known { lines: cases(), as_of: NOW_UNIX_MS };
        self.tell(Happening::CasesKnown { of: resident().id_number.clone(), list });
        self.keep("cases");
        self.tell(Happening::CaseOpened(0));
        self.keep("case-detail");
        self.tell(Happening::WentBack);
        self.tell(Happening::WentBack);
    }

    fn print_a_document(&mut self) {
        self.choose(CERTIFICATE);
        self.tell(Happening::Started);
        self.tell(Happening::Agreed);
        self.tell(Happening::LookedUp { of: resident().id_number.clone(), shared: Some(shared()) });
        self.pick("purpose", "permit");
        self.tell(Happening::WentOn);
        self.tell(Happening::Submitted);
        self.receive("2609-2136-0048");
        self.tell(Happening::DocumentWanted);
        self.keep("document");
        self.tell(Happening::WentBack);
        self.tell(Happening::AnotherWanted);
    }

    fn end(&mut self) {
        self.choose(PERMIT);
        self.tell(Happening::BeginRefused(Notice::ReaderOutOfOrder));
        self.keep("unavailable");
        self.tell(Happening::VisitEnded);
        self.keep("goodbye");
    }
}

fn resident() -> Who {
    Arc::new(Resident {
        kind: CardKind::Resident,
        name: "王小一".into(),
        name_en: None,
        sex: Sex::Male,
        ethnicity: Some("汉".into()),
        nationality: None,
        birth: date(1984, 3, 5),
        address: Some("示例省样例市演示区幸福路18号".into()),
        id_number: IdNumber::new("109999198403050010"),
        issuer: Some("样例市公安局演示分局".into()),
        valid_to: Some(date(2036, 5, 12)),
    })
}

/// What the office knows of the resident.
fn shared() -> Value {
    json!({
        "phone": "13900001234",
        "address": "青禾街道幸福路18号3幢502室",
        "household": {"local": false},
        "insurance": {
            "number": "1099990012345", "status": "正常参保", "kinds": "养老、医疗、失业、工伤、生育",
            "payer": "青禾示范工厂", "since": "2010-07-01", "months": 194
        }
    })
}

/// One case of each kind, the most urgent first.
fn cases() -> Vec<CaseLine> {
    use CaseState::{Accepted, Concluded, CorrectionRequested, Processing, Received, Submitted};
    let photo = Text::new("近期照片看不清，重交一张。", "The photo is not clear. Hand in another one.");
    vec![
        case(("2609-1612-0183", "S038"), &[Submitted, Received, CorrectionRequested], 1, Some(photo)),
        case(("2609-1710-0026", PERMIT), &[Submitted, Received, Accepted, Processing], 3, None),
        case(("2608-0309-0151", CERTIFICATE), &[Submitted, Accepted, Concluded], 40, None),
    ]
}

/// A case whose events came a day after the other, the last one `days_ago`.
fn case((receipt, item): (&str, &str), states: &[CaseState], days_ago: i64, note: Option<Text>) -> CaseLine {
    let last = states.len() - 1;
    let at = |step: usize| NOW_UNIX_MS - (days_ago + (last - step) as i64) * DAY_MS;
    let moment = |(step, state): (usize, &CaseState)| CaseMoment {
        at: at(step),
        state: *state,
        note: note.clone().filter(|_| step == last),
        fields: if *state == CaseState::CorrectionRequested { vec!["photo".into()] } else { vec![] },
    };
    CaseLine {
        receipt: receipt.into(),
        case_number: format!("109999-2026-{}", &receipt[10..]),
        item: item.into(),
        state: states[last],
        updated: at(last),
        events: states.iter().enumerate().map(moment).collect(),
        withdraw_until: None,
        may_rate: states[last] == CaseState::Concluded,
        submission: receipt.into(),
        parts: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::screens::samples::PAGES;
    use jiujin_contract::text::Lang;
    use std::mem::discriminant;

    fn visit(lang: Lang) -> Vec<(&'static str, View)> {
        let status = Status::new(&Config::parse("example", "").expect("the defaults stand"));
        let shelf = Shelf::new(jiujin_contract::catalogue::day_one().items);
        example_visit(Settings { lang, ..Settings::default() }, status, shelf, 1.0)
    }

    #[test]
    fn the_example_visit_shows_every_page_once_and_the_same_in_every_language() {
        let pages = |views: &[(&'static str, View)]| {
            let mut names: Vec<&str> = views.iter().map(|(name, _)| *name).collect();
            names.sort_unstable();
            names
        };
        let mut known: Vec<&str> = PAGES.iter().map(|(name, _)| *name).collect();
        known.sort_unstable();
        let chinese = visit(Lang::ZhCn);
        assert_eq!(pages(&chinese), known);
        for (other, own) in visit(Lang::En).iter().zip(&chinese) {
            assert_eq!(discriminant(&other.1.page), discriminant(&own.1.page), "{}", own.0);
        }
    }

    #[test]
    fn a_document_on_the_screen_hides_the_figures_of_the_id_number() {
        let views = visit(Lang::ZhCn);
        let (_, document) = views.iter().find(|(name, _)| *name == "document").expect("it is drawn");
        let shown = format!("{:?}", document.page);
        assert!(shown.contains("109999********0010") && !shown.contains("109999198403050010"), "{shown}");
    }

    #[test]
    fn a_page_of_the_example_visit_is_the_page_it_is_called() {
        for (name, view) in visit(Lang::ZhCn) {
            let shown = format!("{:?}", view.page).to_lowercase();
            let wanted = match name {
                "help" => "home",
                "still-there" => "form",
                "result" => "receipt",
                "case-detail" => "casedetail",
                name => name,
            };
            assert!(shown.starts_with(wanted), "{name}: {}", shown.chars().take(40).collect::<String>());
        }
    }
}
