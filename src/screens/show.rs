//! Lays a view over the pages' globals. Only the page that is shown is touched.
mod catalogue;
mod forget;
mod form;
mod outcome;

use super::fonts::visible;
use super::identity::ConfirmView;
use super::view::{NoticeLine, OverlayView, Page, View};
use crate::notice::{CardPrompt, Notice};
use crate::session::settings::{Settings, Theme as Colours};
use crate::typing::{KeyboardView, Layout};
use jiujin_contract::item::ConsentOrigin;
use jiujin_contract::text::Lang;
use jiujin_ui::{
    App, AppWindow, AttractPage, CardPage, CardState, CentreNotice, ConfirmPage, ConsentItem, ConsentPage,
    Frame, Help, KeyLayout, Keyboard, Origin, PageId, SavingPage, SavingStage, StillThere, Theme, ThemeId,
    UnavailablePage,
};
use slint::{ComponentHandle, Image, ModelRc, SharedPixelBuffer, SharedString, VecModel};
use std::borrow::Cow;

pub fn show(window: &AppWindow, view: &View) {
    dress(window, &view.settings);
    page(window, &view.page);
    frame(window, view);
    overlay(window, &view.overlay);
    keyboard(window, view.keyboard.as_ref());
    catalogue::leaf(window, &view.page);
    super::keys::keep_hearing(window);
}

/// A list for a page.
fn model<T: Clone + 'static>(items: impl IntoIterator<Item = T>) -> ModelRc<T> {
    ModelRc::new(VecModel::from_iter(items))
}

/// Language, size and colours of the whole window.
pub fn dress(window: &AppWindow, wished: &Settings) {
    let (app, theme) = (window.global::<App>(), window.global::<Theme>());
    app.set_lang(match wished.lang {
        Lang::ZhCn => jiujin_ui::Lang::ZhCn,
        Lang::ZhTw => jiujin_ui::Lang::ZhTw,
        Lang::En => jiujin_ui::Lang::En,
    });
    if let Err(error) = slint::select_bundled_translation(wished.bundle()) {
        tracing::error!(%error, bundle = wished.bundle(), "no such translation");
    }
    theme.set_theme(match wished.theme {
        Colours::Light => ThemeId::Light,
        Colours::Dark => ThemeId::Dark,
        Colours::Contrast => ThemeId::ContrastLight,
        Colours::Calm => ThemeId::LowGlare,
    });
    theme.set_text_size(wished.text_size.number().into());
    theme.set_reach(wished.reach);
    let frame = window.global::<Frame>();
    frame.set_elder(wished.elder);
    frame.set_voice_on(wished.voice);
}

fn page(window: &AppWindow, page: &Page) {
    let id = match page {
        Page::Attract { services, notices } => {
            window.global::<AttractPage>().set_services(*services as i32);
            let notice = |line: &NoticeLine| CentreNotice {
                title: line.title.as_str().into(),
                when: line.body.as_str().into(),
            };
            let notices: Vec<_> = notices.iter().map(notice).collect();
            window.global::<AttractPage>().set_notices(ModelRc::new(VecModel::from(notices)));
            PageId::Attract
        }
        Page::Home(view) => catalogue::home(window, view),
        Page::Search(view) => catalogue::search(window, view),
        Page::Guide(view) => catalogue::guide(window, view),
        Page::Card(prompt) => card(window, *prompt),
        Page::Confirm(view) => confirm(window, view),
        Page::Consent(view) => consent(window, view),
        Page::LookingUp => saving(window, SavingStage::Fetching),
        Page::Saving => saving(window, SavingStage::Saving),
        Page::Form(view) => form::form(window, view),
        Page::Sign(view) => form::sign(window, view),
        Page::Check(view) => form::check(window, view),
        Page::Receipt(view) => outcome::receipt(window, view),
        Page::Document(view) => outcome::document(window, view),
        Page::Cases(view) => outcome::cases(window, view),
        Page::CaseDetail(view) => outcome::case_detail(window, view),
        Page::Rating(view) => outcome::rating(window, view),
        Page::Unavailable { notice, checked_at } => unavailable(window, *notice, checked_at),
        Page::Goodbye { timed_out, resume_minutes } => {
            let goodbye = window.global::<jiujin_ui::GoodbyePage>();
            goodbye.set_timed_out(*timed_out);
            goodbye.set_resume_minutes(*resume_minutes as i32);
            PageId::Goodbye
        }
    };
    forget::forget(window, id);
    window.global::<App>().set_page(id);
}

fn confirm(window: &AppWindow, view: &ConfirmView) -> PageId {
    let confirm = window.global::<ConfirmPage>();
    let name = visible(&view.name);
    confirm.set_coded(matches!(name, Cow::Owned(_)));
    confirm.set_masked_name(name.as_ref().into());
    confirm.set_masked_number(view.id_number.as_str().into());
    confirm.set_valid_to(view.valid_to.as_deref().unwrap_or_default().into());
    confirm.set_minutes(view.idle_minutes as i32);
    confirm.set_resume_minutes(view.resume_minutes as i32);
    confirm.set_face(view.face.as_ref().map_or_else(Image::default, |face| {
        Image::from_rgb8(SharedPixelBuffer::clone_from_slice(&face.rgb, face.width, face.height))
    }));
    PageId::Confirm
}

fn card(window: &AppWindow, prompt: CardPrompt) -> PageId {
    window.global::<CardPage>().set_state(match prompt {
        CardPrompt::Place => CardState::Waiting,
        CardPrompt::Reading => CardState::Reading,
        CardPrompt::Lifted => CardState::Lifted,
        CardPrompt::Unreadable => CardState::Unreadable,
        CardPrompt::StillThere => CardState::StillThere,
        CardPrompt::Expired => CardState::Expired,
        CardPrompt::OutOfOrder => CardState::OutOfOrder,
    });
    PageId::Card
}

fn consent(window: &AppWindow, view: &super::identity::ConsentView) -> PageId {
    let consent = window.global::<ConsentPage>();
    let item = |(title, origin): &(String, ConsentOrigin)| {
        let (icon, origin) = match origin {
            ConsentOrigin::Card => ("idcard", Origin::Card),
            ConsentOrigin::Shared => ("doc", Origin::Shared),
            ConsentOrigin::Resident => ("sign", Origin::Resident),
        };
        let (icon, title) = (icon.into(), title.as_str().into());
        ConsentItem { icon, title, reason: SharedString::default(), origin }
    };
    consent.set_items(model(view.what.iter().map(item)));
    consent.set_service(view.service.as_str().into());
    consent.set_recipient(view.recipients.as_str().into());
    consent.set_kept(view.retention.as_str().into());
    consent.set_version(view.version.as_str().into());
    consent.set_guardian(view.guardian.is_some());
    consent.set_guardian_present(view.guardian == Some(true));
    consent.set_child_name(visible(&view.masked_name).as_ref().into());
    let what: Vec<&str> = view.what.iter().map(|(words, _)| words.as_str()).collect();
    let whole = [what.join("\n").as_str(), &view.from_whom, &view.purpose, &view.recipients, &view.retention]
        .join("\n\n");
    consent.set_full_text(whole.into());
    PageId::Consent
}

fn saving(window: &AppWindow, stage: SavingStage) -> PageId {
    window.global::<SavingPage>().set_stage(stage);
    PageId::Saving
}

fn unavailable(window: &AppWindow, notice: Notice, checked_at: &str) -> PageId {
    let unavailable = window.global::<UnavailablePage>();
    let words = window.global::<jiujin_ui::Notices>();
    unavailable.set_title(words.invoke_title(known(notice)));
    unavailable.set_reason(words.invoke_reason(known(notice)));
    unavailable.set_items(words.invoke_works(known(notice)));
    unavailable.set_checked_at(checked_at.into());
    unavailable.set_icon(icon(notice).into());
    unavailable.set_back_at(SharedString::default());
    unavailable.set_elsewhere(words.invoke_elsewhere());
    PageId::Unavailable
}

fn known(notice: Notice) -> jiujin_ui::NoticeId {
    match notice {
        Notice::ReaderLost => jiujin_ui::NoticeId::ReaderLost,
        Notice::ReaderOutOfOrder => jiujin_ui::NoticeId::ReaderOutOfOrder,
        Notice::OfficeUnreachable => jiujin_ui::NoticeId::OfficeUnreachable,
        Notice::PrinterOut => jiujin_ui::NoticeId::PrinterOut,
        Notice::StorageFull => jiujin_ui::NoticeId::StorageFull,
        Notice::SaveFailed => jiujin_ui::NoticeId::SaveFailed,
        Notice::ServiceClosed => jiujin_ui::NoticeId::ServiceClosed,
    }
}

fn frame(window: &AppWindow, view: &View) {
    let (shown, frame) = (&view.frame, window.global::<Frame>());
    frame.set_centre_name(shown.centre.as_str().into());
    frame.set_date(shown.date.as_str().into());
    frame.set_time(shown.time.as_str().into());
    frame.set_signed_in(shown.masked_name.is_some());
    frame.set_masked_name(visible(shown.masked_name.as_deref().unwrap_or_default()).as_ref().into());
    frame.set_minutes_left(shown.minutes_left as i32);
    let can_back = match &view.page {
        Page::Attract { .. } | Page::Saving | Page::LookingUp | Page::Goodbye { .. } | Page::Receipt(_) => {
            false
        }
        Page::Home(home) => home.group.is_some() || !home.identified,
        _ => true,
    };
    frame.set_can_back(can_back);
    let words = window.global::<jiujin_ui::Notices>();
    frame.set_notice(shown.notice.map(|notice| words.invoke_strip(known(notice))).unwrap_or_default());
    frame.set_notice_icon(shown.notice.map_or("alert", icon).into());
    window.global::<Help>().set_staff(shown.staff.as_str().into());
    window.global::<AttractPage>().set_reader_works(shown.reader);
}

fn icon(notice: Notice) -> &'static str {
    match notice {
        Notice::PrinterOut => "paperout",
        Notice::OfficeUnreachable => "wifioff",
        Notice::ReaderLost | Notice::ReaderOutOfOrder => "reader",
        _ => "alert",
    }
}

fn overlay(window: &AppWindow, overlay: &OverlayView) {
    window.global::<Help>().set_shown(*overlay == OverlayView::Help);
    let still_there = window.global::<StillThere>();
    still_there.set_shown(matches!(overlay, OverlayView::StillThere { .. }));
    if let OverlayView::StillThere { seconds_left, seconds_all, keep_minutes } = overlay {
        still_there.set_seconds(*seconds_left as i32);
        still_there.set_total(*seconds_all as i32);
        still_there.set_draft(*keep_minutes > 0);
        still_there.set_draft_minutes(*keep_minutes as i32);
    }
}

fn keyboard(window: &AppWindow, view: Option<&KeyboardView>) {
    let keyboard = window.global::<Keyboard>();
    keyboard.set_shown(view.is_some());
    let Some(view) = view else { return };
    keyboard.set_layout(match view.layout {
        Layout::Number => KeyLayout::Number,
        Layout::IdNumber => KeyLayout::IdNumber,
        Layout::Phone => KeyLayout::Phone,
        Layout::Date => KeyLayout::Date,
        Layout::Code => KeyLayout::Code,
        Layout::Latin => KeyLayout::Latin,
        Layout::Symbols => KeyLayout::Symbols,
        Layout::Pinyin => KeyLayout::Pinyin,
        Layout::NineKey => KeyLayout::Pinyin9,
        Layout::Stroke => KeyLayout::Stroke,
        Layout::Parts => KeyLayout::Parts,
        Layout::CodePoint => KeyLayout::CodePoint,
    });
    keyboard.set_chinese(view.chinese);
    keyboard.set_digits_only(view.digits_only);
    keyboard.set_composing(view.composing.as_str().into());
    keyboard
        .set_candidates(model(view.candidates.iter().map(|word| SharedString::from(visible(word).as_ref()))));
    keyboard.set_selected(0);
    keyboard.set_has_more(view.has_more);
    keyboard.set_has_less(view.has_less);
}
