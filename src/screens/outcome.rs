//! Receipt, document, cases and rating: what came of the errand.
use super::{Status, words};
use crate::parked;
use crate::printer::slip::Part;
use crate::session::stage::{
    CaseLine, CaseList, CaseTab, Correcting, Delivery, Done, Print, Rated, Rating, RatingWay, TakingBack,
};
use crate::shelf::Shelf;
use jiujin_contract::calendar;
use jiujin_contract::case::CaseState;
use jiujin_contract::identity::IdNumber;
use jiujin_contract::text::{Lang, Text};
use std::collections::BTreeSet;

/// Cases on the first page after the card.
const URGENT_MAX: usize = 2;

#[derive(Debug, Clone, PartialEq)]
pub struct ReceiptView {
    pub service: String,
    pub department: String,
    pub receipt: String,
    pub saved_at: String,
    pub delivery: Delivery,
    /// Why it was sent back and what to do now; empty unless it was.
    pub refused: &'static str,
    pub accepted_at: String,
    pub promised_days: u16,
    /// The last promised day, written out; marked when the holidays of that year are not announced yet.
    pub promised_day: String,
    pub provisional: bool,
    pub has_document: bool,
    pub rated: bool,
    pub print: Print,
    pub has_printer: bool,
    /// There is a printer, and it has paper.
    pub printer: bool,
    pub online: bool,
    /// The office has it and will not have decided within the hour.
    pub can_withdraw: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DocumentView {
    pub title: String,
    pub issuer: String,
    pub date: String,
    pub printer: bool,
    pub print: Print,
    pub receipt: String,
    /// All of them; the page cuts them to the room it has.
    pub rows: Vec<(String, String)>,
    pub page: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CasesView {
    Loading,
    Offline,
    Known {
        lines: Vec<CaseView>,
        tab: CaseTab,
        /// How many cases each tab holds, in the order of [`CaseTab::ALL`].
        counts: [usize; 4],
        as_of: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct CaseView {
    pub index: usize,
    pub service: String,
    /// The number the resident has on paper.
    pub receipt: String,
    pub state: String,
    pub code: CaseState,
    pub updated: String,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct CaseDetailView {
    pub case: Option<CaseView>,
    /// Where it stands, what the office says about it, and what can be done.
    pub message: String,
    /// How many things the office wants corrected, where it named them.
    pub things: usize,
    /// Here and now, with the questions open that the office named.
    pub can_correct: bool,
    pub can_withdraw: bool,
    pub can_rate: bool,
    /// The page asks once more.
    pub confirming: bool,
    pub steps: Vec<CaseStep>,
}

/// One line of the way so far: what happened, or how far one department is.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseStep {
    pub title: String,
    pub detail: String,
    pub time: String,
    /// A department that is not through yet.
    pub pending: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RatingView {
    pub service: String,
    pub level: Option<u8>,
    pub reasons: BTreeSet<usize>,
    pub anonymous: bool,
    /// The reasons that belong to the level.
    pub labels: &'static [&'static str],
}

pub fn receipt(done: &Done, status: &Status, lang: Lang) -> ReceiptView {
    let item = &done.service.item;
    let at = |unix_ms: i64| words::clock_with_seconds(words::local_time(unix_ms, status.offset_min));
    let saved_day = words::local_time(done.saved_at, status.offset_min).date();
    let (last_day, provisional) = calendar::add_working_days(saved_day, item.guide.promised_days.into());
    ReceiptView {
        service: item.name.get(lang).to_owned(),
        department: done.department.get(lang).to_owned(),
        receipt: done.receipt.clone(),
        saved_at: at(done.saved_at),
        refused: match &done.delivery {
            Delivery::Refused { reason } => parked::resident(reason, lang),
            _ => "",
        },
        accepted_at: match &done.delivery {
            Delivery::Accepted { unix_ms, .. } => at(*unix_ms),
            _ => String::new(),
        },
        delivery: done.delivery.clone(),
        promised_days: item.guide.promised_days,
        promised_day: words::day(last_day, lang),
        provisional,
        has_document: !done.document.is_empty(),
        rated: done.rated,
        print: done.print,
        has_printer: status.printer,
        printer: status.printer && status.paper,
        online: status.online,
        can_withdraw: matches!(done.delivery, Delivery::Accepted { .. }) && item.guide.promised_days > 0,
    }
}

/// The receipt on paper; with the document where the service has one.
pub fn slip(done: &Done, status: &Status, lang: Lang) -> Vec<Part> {
    let receipt = receipt(done, status, lang);
    let day = calendar::full_day(words::local_time(done.saved_at, status.offset_min).date(), lang);
    let mut parts = vec![
        Part::Text(status.centre.get(lang).to_owned()),
        Part::Title(receipt.service),
        Part::Rule,
        Part::Large(receipt.receipt.clone()),
        Part::Text(format!("{day} {}", receipt.saved_at)),
        Part::Text(format!("{}  {}", receipt.department, done.who.masked_name())),
    ];
    if receipt.promised_days > 0 {
        parts.push(Part::Text(words::ready_by(&receipt.promised_day, lang)));
    }
    parts.push(Part::Code(receipt.receipt));
    if status.scanner {
        parts.push(Part::Text(words::scan_hint(lang).to_owned()));
    }
    if !done.document.is_empty() {
        parts.push(Part::Rule);
        parts.extend(done.document.iter().map(|(name, value)| Part::Text(format!("{name}  {value}"))));
    }
    parts
}

/// Others may look over a shoulder; the paper has the number in full.
fn masked((label, value): &(String, String)) -> (String, String) {
    let is_number = |text: &str| text.len() == 18 && text.bytes().take(17).all(|byte| byte.is_ascii_digit());
    let shown = if is_number(value) { IdNumber::new(value.as_str()).masked() } else { value.clone() };
    (label.clone(), shown)
}

pub fn document(done: &Done, page: usize, status: &Status, lang: Lang) -> DocumentView {
    DocumentView {
        title: done
            .service
            .item
            .document
            .as_ref()
            .map(|document| document.title.get(lang).to_owned())
            .unwrap_or_default(),
        issuer: done.service.item.department.get(lang).to_owned(),
        date: calendar::full_day(words::local_time(done.saved_at, status.offset_min).date(), lang),
        printer: status.printer && status.paper,
        print: done.print,
        receipt: done.receipt.clone(),
        rows: done.document.iter().map(masked).collect(),
        page,
    }
}

pub fn cases(cases: &CaseList, tab: CaseTab, shelf: &Shelf, status: &Status, lang: Lang) -> CasesView {
    match cases {
        CaseList::Loading => CasesView::Loading,
        CaseList::Offline => CasesView::Offline,
        CaseList::Known { lines, as_of } => {
            let shown = lines.iter().enumerate().filter(|(_, line)| tab.holds(line.state));
            CasesView::Known {
                lines: shown.map(|(index, line)| case_view(index, line, shelf, status, lang)).collect(),
                tab,
                counts: CaseTab::ALL.map(|tab| lines.iter().filter(|line| tab.holds(line.state)).count()),
                as_of: moment(*as_of, status, lang),
            }
        }
    }
}

/// The cases for the first page, those that wait for the resident first, and how many there are.
pub fn urgent(cases: &CaseList, shelf: &Shelf, status: &Status, lang: Lang) -> (Vec<CaseView>, usize) {
    let CaseList::Known { lines, .. } = cases else { return (vec![], 0) };
    let mut order: Vec<(usize, &CaseLine)> = lines.iter().enumerate().collect();
    let rank = |line: &CaseLine| match line.state {
        state if CaseTab::ToCorrect.holds(state) => 0,
        state if CaseTab::Open.holds(state) => 1,
        _ => 2,
    };
    order.sort_by_key(|(_, line)| (rank(line), std::cmp::Reverse(line.updated)));
    let shown = order.into_iter().take(URGENT_MAX);
    (shown.map(|(index, line)| case_view(index, line, shelf, status, lang)).collect(), lines.len())
}

pub fn case_detail(
    (cases, index): (&CaseList, usize),
    (taking_back, rating, correcting): (TakingBack, RatingWay, Correcting),
    shelf: &Shelf,
    status: &Status,
    lang: Lang,
) -> CaseDetailView {
    let CaseList::Known { lines, .. } = cases else { return CaseDetailView::default() };
    let Some(line) = lines.get(index) else { return CaseDetailView::default() };
    let said = |note: &Option<Text>| note.as_ref().map_or("", |note| note.get(lang)).to_owned();
    let happened = line.events.iter().enumerate().map(|(index, event)| CaseStep {
        title: event.state.label().get(lang).to_owned(),
        detail: if index == 0 { words::case_number(&line.case_number, lang) } else { said(&event.note) },
        time: moment(event.at, status, lang),
        pending: false,
    });
    let departments = line.parts.iter().map(|part| CaseStep {
        title: words::department_state(part.department.get(lang), part.state.label().get(lang), lang),
        detail: part.note.as_ref().map_or_else(
            || words::list(part.items.iter().map(|item| name_of(item, shelf, lang)), lang),
            |note| note.get(lang).to_owned(),
        ),
        time: moment(part.updated, status, lang),
        pending: !CaseTab::Closed.holds(part.state),
    });
    let can_withdraw = line.withdraw_until.is_some();
    let possible = line.withdraw_until.map(|until| words::local_time(until, status.offset_min).date());
    let now = match taking_back {
        TakingBack::Failed(why) => words::not_taken_back(why, lang).to_owned(),
        TakingBack::Sent => words::taking_back(lang).to_owned(),
        TakingBack::No | TakingBack::Asked => {
            possible.map(|day| words::withdraw_by(&words::day(day, lang), lang)).unwrap_or_default()
        }
    };
    let note = line.events.last().map(|event| said(&event.note)).unwrap_or_default();
    // The panel's own title says it already.
    let is_said = matches!(line.state, CaseState::Withdrawn | CaseState::CorrectionRequested);
    let state = if is_said { String::new() } else { line.state.label().get(lang).to_owned() };
    let wanted = to_correct(line, shelf, lang);
    let things = wanted.len();
    let is_open = CaseTab::ToCorrect.holds(line.state) && shelf.find(&line.item).is_some();
    let correct = words::correct(wanted, is_open, lang);
    let opening = words::opening(correcting, lang).to_owned();
    let told = [state, correct, note, opening, now, words::rating_way(rating, lang).to_owned()];
    CaseDetailView {
        case: Some(case_view(index, line, shelf, status, lang)),
        message: told.into_iter().filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join("\n"),
        can_withdraw: can_withdraw && !matches!(taking_back, TakingBack::Asked | TakingBack::Sent),
        things,
        can_correct: is_open && correcting != Correcting::Asked,
        can_rate: line.can_be_rated() && rating != RatingWay::Sent,
        confirming: taking_back == TakingBack::Asked,
        steps: happened.chain(departments).collect(),
    }
}

/// What the questions are called that the office, or a department of it, wants corrected now.
fn to_correct(line: &CaseLine, shelf: &Shelf, lang: Lang) -> Vec<String> {
    let wants = |state: CaseState| state == CaseState::CorrectionRequested;
    let whole = line.events.last().filter(|event| wants(event.state)).map(|event| &event.fields);
    let parts = line.parts.iter().filter(|part| wants(part.state)).map(|part| &part.fields);
    let called = |path: &String| {
        let form = shelf.find(&line.item).map(|service| &service.form);
        // A question that the form of today no longer has keeps the name the office gave it.
        form.and_then(|form| form.question(path, lang)).unwrap_or_else(|| path.clone())
    };
    whole.into_iter().chain(parts).flatten().map(called).collect()
}

/// What residents call the service; its number where the catalogue no longer has it.
fn name_of(item: &str, shelf: &Shelf, lang: Lang) -> String {
    shelf.find(item).map_or_else(|| item.to_owned(), |service| service.item.name.get(lang).to_owned())
}

fn case_view(index: usize, line: &CaseLine, shelf: &Shelf, status: &Status, lang: Lang) -> CaseView {
    CaseView {
        index,
        service: name_of(&line.item, shelf, lang),
        receipt: line.receipt.clone(),
        state: line.state.label().get(lang).to_owned(),
        code: line.state,
        updated: moment(line.updated, status, lang),
    }
}

fn moment(unix_ms: i64, status: &Status, lang: Lang) -> String {
    let at = words::local_time(unix_ms, status.offset_min);
    format!("{} {}", words::day(at.date(), lang), words::clock(at))
}

pub fn rating(rating: &Rating, shelf: &Shelf, lang: Lang) -> RatingView {
    let service = match &rating.of {
        Rated::Receipt(done) => done.service.item.name.get(lang).to_owned(),
        Rated::Case { cases: CaseList::Known { lines, .. }, index, .. } => {
            lines.get(*index).map(|line| name_of(&line.item, shelf, lang)).unwrap_or_default()
        }
        Rated::Case { .. } => String::new(),
    };
    RatingView {
        service,
        level: rating.level,
        reasons: rating.reasons.clone(),
        anonymous: rating.anonymous,
        labels: words::reasons(rating.level, lang),
    }
}
