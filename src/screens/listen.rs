//! Every callback of the pages, each one event. Only the signature pad draws before it tells, because ink must
//! follow the finger.
use super::Touch;
use super::ink::{PER_MM, drawn};
use crate::kiosk::Event;
use crate::session::Happening;
use crate::session::editing::Keystroke;
use crate::session::filling::SIGNATURE_PATH;
use crate::session::settings::SettingTouch;
use crate::session::stage::{CaseTab, Stroke, Tab};
use crate::typing::{Key, Layout};
use jiujin_ui::{
    AppWindow, AttractPage, CardPage, CaseDetailPage, CasesPage, CheckPage, ConfirmPage, ConsentPage,
    DocumentPage, FormPage, Frame, GuidePage, Help, HomeFace, HomePage, HomeTab, KeyLayout, Keyboard,
    RatingPage, Reading, ResultPage, SearchPage, SignPage, StillThere, UnavailablePage,
};
use serde_json::Value;
use slint::{ComponentHandle, Model, SharedString, VecModel};
use std::cell::RefCell;
use std::rc::Rc;
use tokio::sync::mpsc;

/// Sends without waiting: a loop that is 256 events behind has lost a touch, not the screen its thread.
#[derive(Clone)]
struct Wire(mpsc::Sender<Event>);

impl Wire {
    fn touch(&self, touch: Touch) {
        if self.0.try_send(Event::Touched(touch)).is_err() {
            tracing::warn!("a touch was dropped: the loop is behind");
        }
    }

    fn tell(&self, happening: Happening) {
        self.touch(Touch::Visit(happening));
    }

    /// A callback without arguments that always means the same.
    fn always(&self, happening: Happening) -> impl Fn() + 'static + use<> {
        let wire = self.clone();
        move || wire.tell(happening.clone())
    }

    fn key(&self, key: Key) -> impl Fn() + 'static + use<> {
        let wire = self.clone();
        move || wire.touch(Touch::Key(key.clone()))
    }
}

pub fn listen(window: &AppWindow, events: &mpsc::Sender<Event>) {
    let wire = Wire(events.clone());
    frame(window, &wire);
    catalogue(window, &wire);
    identity(window, &wire);
    form(window, &wire);
    signature(window, &wire);
    outcome(window, &wire);
    keyboard(window, &wire);
}

fn frame(window: &AppWindow, wire: &Wire) {
    let frame = window.global::<Frame>();
    let setting = |touch| wire.always(Happening::SettingTouched(touch));
    frame.on_back(wire.always(Happening::WentBack));
    frame.on_help(wire.always(Happening::HelpTouched));
    frame.on_end(wire.always(Happening::VisitEnded));
    frame.on_elder_chosen(setting(SettingTouch::Elder));
    frame.on_text_size(setting(SettingTouch::TextSize));
    frame.on_contrast(setting(SettingTouch::Contrast));
    frame.on_voice(setting(SettingTouch::Voice));
    frame.on_language(setting(SettingTouch::Language));
    let help = window.global::<Help>();
    help.on_close(wire.always(Happening::HelpTouched));
    let still_there = window.global::<StillThere>();
    still_there.on_stay(wire.always(Happening::ActivitySeen));
    still_there.on_end(wire.always(Happening::VisitEnded));
}

fn catalogue(window: &AppWindow, wire: &Wire) {
    window.global::<AttractPage>().on_browse(wire.always(Happening::Woke));
    let home = window.global::<HomePage>();
    let w = wire.clone();
    home.on_tab_chosen(move |tab| {
        w.tell(Happening::TabChosen(match tab {
            HomeTab::Popular => Tab::MostUsed,
            HomeTab::Topics => Tab::Categories,
            HomeTab::Events => Tab::LifeEvents,
            HomeTab::Offices => Tab::Departments,
        }));
    });
    let (w, weak) = (wire.clone(), window.as_weak());
    home.on_tile_chosen(move |id| {
        let is_group = weak.upgrade().is_some_and(|window| {
            let home = window.global::<HomePage>();
            let is_easy = home.get_face() == HomeFace::Easy;
            if is_easy {
                w.tell(Happening::TabChosen(Tab::Categories));
            }
            is_easy || home.get_tiles().iter().any(|tile| tile.category && tile.id == id)
        });
        w.touch(if is_group {
            Touch::Visit(Happening::GroupOpened(id.into()))
        } else {
            Touch::Service(id.into())
        });
    });
    let tiles = |window: &AppWindow| window.global::<HomePage>().get_tiles_a_page();
    home.on_page_back(leaf(window, wire, -1, tiles));
    home.on_page_more(leaf(window, wire, 1, tiles));
    let w = wire.clone();
    home.on_case_chosen(move |receipt| w.tell(Happening::ReceiptScanned(receipt.into())));
    home.on_search(wire.always(Happening::SearchOpened));
    home.on_card(wire.always(Happening::CardWanted));
    home.on_all_cases(wire.always(Happening::CasesWanted));
    home.on_staff(wire.always(Happening::HelpTouched));
    home.on_everything(wire.always(Happening::TabChosen(Tab::Categories)));
    let search = window.global::<SearchPage>();
    let w = wire.clone();
    search.on_hit_chosen(move |id| w.touch(Touch::Service(id.into())));
    search.on_clear(wire.always(Happening::SearchOpened));
    let rows = |window: &AppWindow| window.global::<SearchPage>().get_rows();
    search.on_page_back(leaf(window, wire, -1, rows));
    search.on_page_more(leaf(window, wire, 1, rows));
    search.on_field(wire.always(Happening::ActivitySeen));
    search.on_topics(wire.always(Happening::TabChosen(Tab::Categories)));
    let guide = window.global::<GuidePage>();
    guide.on_start(wire.always(Happening::Started));
    guide.on_staff(wire.always(Happening::HelpTouched));
}

/// Turns a leaf; the page knows how many entries one holds.
fn leaf(window: &AppWindow, wire: &Wire, by: isize, room: fn(&AppWindow) -> i32) -> impl Fn() + 'static {
    let (wire, weak) = (wire.clone(), window.as_weak());
    move || {
        if let Some(window) = weak.upgrade() {
            wire.tell(Happening::Paged(by * room(&window) as isize));
        }
    }
}

fn identity(window: &AppWindow, wire: &Wire) {
    let card = window.global::<CardPage>();
    card.on_no_card(wire.always(Happening::HelpTouched));
    card.on_staff(wire.always(Happening::HelpTouched));
    let confirm = window.global::<ConfirmPage>();
    confirm.on_is_me(wire.always(Happening::IdentityConfirmed(true)));
    confirm.on_not_me(wire.always(Happening::IdentityConfirmed(false)));
    let consent = window.global::<ConsentPage>();
    consent.on_agree(wire.always(Happening::Agreed));
    consent.on_decline(wire.always(Happening::Declined));
    let weak = window.as_weak();
    consent.on_read_full(move || read(&weak, |window| window.global::<ConsentPage>().get_full_text()));
    let weak = window.as_weak();
    window.global::<Reading>().on_close(move || {
        if let Some(window) = weak.upgrade() {
            window.global::<Reading>().set_shown(false);
        }
    });
}

/// Shows a long text over the page; nothing of the visit changes.
fn read(window: &slint::Weak<AppWindow>, text: impl Fn(&AppWindow) -> SharedString) {
    if let Some(window) = window.upgrade() {
        let reading = window.global::<Reading>();
        reading.set_text(text(&window));
        reading.set_shown(true);
    }
}

fn form(window: &AppWindow, wire: &Wire) {
    let form = window.global::<FormPage>();
    let w = wire.clone();
    form.on_field_opened(move |path| w.tell(Happening::FieldOpened(path.into())));
    let w = wire.clone();
    form.on_problem_chosen(move |path| w.tell(Happening::FieldOpened(path.into())));
    let w = wire.clone();
    form.on_choice(move |path, value| w.touch(Touch::Code { path: path.into(), code: value.into() }));
    let (w, weak) = (wire.clone(), window.as_weak());
    form.on_toggled(move |path, value, on| {
        let chosen = weak.upgrade().map(|window| ticked(&window, &path)).unwrap_or_default();
        let value = String::from(value);
        let kept = chosen.into_iter().filter(|known| *known != value).chain(on.then(|| value.clone()));
        let value = Some(Value::Array(kept.map(Value::String).collect()));
        w.tell(Happening::AnswerGiven { path: path.into(), value });
    });
    let w = wire.clone();
    form.on_trail_back(move |path| w.touch(Touch::Code { path: path.into(), code: String::new() }));
    let w = wire.clone();
    form.on_entry_added(move |path| w.tell(Happening::EntryAdded(path.into())));
    let w = wire.clone();
    form.on_entry_edited(move |path, index| {
        w.tell(Happening::EntryOpened { path: path.into(), index: index.max(0) as usize });
    });
    let w = wire.clone();
    form.on_entry_removed(move |path, index| {
        w.tell(Happening::EntryRemoved { path: path.into(), index: index.max(0) as usize });
    });
    form.on_entry_finished(wire.always(Happening::WentOn));
    form.on_next(wire.always(Happening::WentOn));
}

/// What is ticked in a question with several answers.
fn ticked(window: &AppWindow, path: &str) -> Vec<String> {
    let fields = window.global::<FormPage>().get_fields();
    let field = fields.iter().find(|field| field.path == path);
    field.map_or_else(Vec::new, |field| {
        field.choices.iter().filter(|choice| choice.selected).map(|choice| choice.value.into()).collect()
    })
}

fn signature(window: &AppWindow, wire: &Wire) {
    let sign = window.global::<SignPage>();
    let stroke: Rc<RefCell<Stroke>> = Rc::default();
    let tenths = |mm: f32| (mm * PER_MM).round() as i32;
    let (ink, weak) = (stroke.clone(), window.as_weak());
    sign.on_pen_down(move |x, y| {
        *ink.borrow_mut() = vec![(tenths(x), tenths(y))];
        if let Some(window) = weak.upgrade() {
            let sign = window.global::<SignPage>();
            let mut strokes: Vec<_> = sign.get_strokes().iter().collect();
            strokes.push(drawn(&ink.borrow()));
            sign.set_strokes(Rc::new(VecModel::from(strokes)).into());
        }
    });
    let (ink, weak) = (stroke.clone(), window.as_weak());
    sign.on_pen_moved(move |x, y| {
        let point = (tenths(x), tenths(y));
        if ink.borrow().last() == Some(&point) || ink.borrow().is_empty() {
            return;
        }
        ink.borrow_mut().push(point);
        if let Some(window) = weak.upgrade() {
            let strokes = window.global::<SignPage>().get_strokes();
            strokes.set_row_data(strokes.row_count().saturating_sub(1), drawn(&ink.borrow()));
        }
    });
    let w = wire.clone();
    sign.on_pen_up(move || {
        let finished = stroke.take();
        if !finished.is_empty() {
            w.tell(Happening::PenMoved(finished));
        }
    });
    sign.on_undo(wire.always(Happening::PenUndone));
    sign.on_clear(wire.always(Happening::PenCleared));
    sign.on_cannot_sign(wire.always(Happening::HelpTouched));
    sign.on_signed(wire.always(Happening::WentOn));
}

fn outcome(window: &AppWindow, wire: &Wire) {
    let check = window.global::<CheckPage>();
    let (w, weak) = (wire.clone(), window.as_weak());
    check.on_change(move |page| {
        let path = weak.upgrade().map(|window| window.global::<CheckPage>().get_groups());
        let is_signature = path.is_some_and(|groups| groups.row_count() as i32 <= page);
        w.tell(if is_signature {
            Happening::CorrectionWanted(SIGNATURE_PATH.to_owned())
        } else {
            Happening::PageWanted(page.max(0) as usize)
        });
    });
    let weak = window.as_weak();
    check.on_declared_changed(move |on| {
        if let Some(window) = weak.upgrade() {
            let check = window.global::<CheckPage>();
            check.set_declared(on);
            check.set_declaration_missing(false);
        }
    });
    let (w, weak) = (wire.clone(), window.as_weak());
    check.on_submit(move || {
        let Some(window) = weak.upgrade() else { return };
        let check = window.global::<CheckPage>();
        if check.get_declared() {
            w.tell(Happening::Submitted);
        } else {
            check.set_declaration_missing(true);
        }
    });
    let weak = window.as_weak();
    check.on_read_declaration(move || read(&weak, |window| window.global::<SignPage>().get_declaration()));
    let result = window.global::<ResultPage>();
    result.on_rate(wire.always(Happening::RatingWanted));
    result.on_print(wire.always(Happening::PrintWanted));
    result.on_another(wire.always(Happening::AnotherWanted));
    result.on_end(wire.always(Happening::VisitEnded));
    afterwards(window, wire);
    let unavailable = window.global::<UnavailablePage>();
    unavailable.on_browse(wire.always(Happening::AnotherWanted));
    unavailable.on_call_staff(wire.always(Happening::HelpTouched));
}

/// Document, cases and rating: what comes behind the receipt.
fn afterwards(window: &AppWindow, wire: &Wire) {
    let document = window.global::<DocumentPage>();
    document.on_back(wire.always(Happening::Paged(-1)));
    document.on_more(wire.always(Happening::Paged(1)));
    document.on_print(wire.always(Happening::PrintWanted));
    document.on_another(wire.always(Happening::AnotherWanted));
    document.on_end(wire.always(Happening::VisitEnded));
    let cases = window.global::<CasesPage>();
    let w = wire.clone();
    cases.on_chosen(move |id| {
        if let Ok(index) = id.parse() {
            w.tell(Happening::CaseOpened(index));
        }
    });
    let w = wire.clone();
    cases.on_tab_chosen(move |tab| {
        if let Some(tab) = usize::try_from(tab).ok().and_then(|tab| CaseTab::ALL.get(tab)) {
            w.tell(Happening::CaseTabChosen(*tab));
        }
    });
    cases.on_refresh(wire.always(Happening::CasesWanted));
    let detail = window.global::<CaseDetailPage>();
    detail.on_close(wire.always(Happening::WentBack));
    detail.on_correct_now(wire.always(Happening::ReopenWanted));
    detail.on_withdraw(wire.always(Happening::WithdrawWanted));
    detail.on_withdraw_dropped(wire.always(Happening::WithdrawDropped));
    detail.on_withdraw_confirmed(wire.always(Happening::WithdrawConfirmed));
    detail.on_rate(wire.always(Happening::RatingWanted));
    let rating = window.global::<RatingPage>();
    let w = wire.clone();
    rating.on_anonymous_changed(move |anonymous| w.tell(Happening::NamelessChosen(anonymous)));
    let w = wire.clone();
    rating.on_level_chosen(move |level| w.tell(Happening::LevelChosen(level.clamp(0, 5) as u8)));
    let w = wire.clone();
    rating.on_reason_toggled(move |code, _| {
        if let Ok(reason) = code.parse() {
            w.tell(Happening::ReasonTouched(reason));
        }
    });
    rating.on_submit(wire.always(Happening::RatingSent));
    rating.on_skip(wire.always(Happening::Declined));
}

fn keyboard(window: &AppWindow, wire: &Wire) {
    let keyboard = window.global::<Keyboard>();
    let w = wire.clone();
    keyboard.on_key(move |text| w.touch(Touch::Key(Key::Text(text.into()))));
    keyboard.on_backspace(wire.key(Key::Backspace));
    keyboard.on_left(wire.key(Key::Left));
    keyboard.on_right(wire.key(Key::Right));
    let w = wire.clone();
    keyboard.on_candidate(move |index| w.touch(Touch::Key(Key::Candidate(index.max(0) as usize))));
    keyboard.on_more_candidates(wire.key(Key::MoreCandidates));
    keyboard.on_fewer_candidates(wire.key(Key::FewerCandidates));
    keyboard.on_close(wire.key(Key::Close));
    keyboard.on_done(wire.key(Key::Close));
    let w = wire.clone();
    keyboard.on_layout_chosen(move |layout| w.touch(Touch::Key(Key::LayoutChosen(known(layout)))));
    let form = window.global::<FormPage>();
    let w = wire.clone();
    form.on_date_part_chosen(move |_| w.tell(Happening::Typed(Keystroke::Right)));
}

fn known(layout: KeyLayout) -> Layout {
    match layout {
        KeyLayout::Number => Layout::Number,
        KeyLayout::IdNumber => Layout::IdNumber,
        KeyLayout::Phone => Layout::Phone,
        KeyLayout::Date => Layout::Date,
        KeyLayout::Code => Layout::Code,
        KeyLayout::Latin => Layout::Latin,
        KeyLayout::Symbols => Layout::Symbols,
        KeyLayout::Pinyin => Layout::Pinyin,
        KeyLayout::Pinyin9 => Layout::NineKey,
        KeyLayout::Stroke => Layout::Stroke,
        KeyLayout::Parts => Layout::Parts,
        KeyLayout::CodePoint => Layout::CodePoint,
    }
}
