//! Receipt, document, cases and rating onto their pages.
use super::model;
use crate::screens::fonts::visible;
use crate::screens::outcome::{CaseDetailView, CaseStep, CasesView, DocumentView, RatingView, ReceiptView};
use crate::session::stage::{CaseTab, Print};
use jiujin_contract::case::CaseState;
use jiujin_ui::{
    AppWindow, CaseDetailPage, CaseItem, CaseLamp, CasesPage, DocumentPage, Fact, NodeState, PageId,
    RatingPage, RatingReason, ResultPage, TimelineNode,
};
use slint::{ComponentHandle, Image, Rgb8Pixel, SharedPixelBuffer, SharedString};

/// Light modules around a QR code (ISO/IEC 18004 asks for four).
const QUIET_ZONE: i32 = 4;
/// Pixels of one module, so that the picture is sharp when drawn smaller.
const MODULE: i32 = 6;

pub fn receipt(window: &AppWindow, view: &ReceiptView) -> PageId {
    let result = window.global::<ResultPage>();
    result.set_service(view.service.as_str().into());
    result.set_number(model(number_lines(&view.receipt).into_iter().map(SharedString::from)));
    result.set_office(view.department.as_str().into());
    result.set_saved_at(view.saved_at.as_str().into());
    let accepted: SharedString = view.accepted_at.as_str().into();
    result.set_delivered_at(accepted.clone());
    result.set_accepted_at(accepted);
    result.set_refused(view.refused.into());
    result.set_offline(!view.online);
    result.set_promised(if view.promised_days == 0 {
        SharedString::default()
    } else {
        view.promised_day.as_str().into()
    });
    result.set_promised_days(view.promised_days.into());
    result.set_qr(qr(&view.receipt));
    result.set_has_printer(view.has_printer);
    result.set_printing(view.print == Print::Running);
    result.set_printed(view.print == Print::Out);
    result.set_can_print(view.printer);
    result.set_can_rate(!view.rated);
    result.set_can_withdraw(view.can_withdraw);
    PageId::Result
}

/// The receipt number in three lines, as it is read out: kiosk, day, and the count with its check character.
fn number_lines(receipt: &str) -> Vec<String> {
    let groups: Vec<&str> = receipt.splitn(3, '-').collect();
    groups.into_iter().map(|group| group.replace('-', " ")).collect()
}

/// The receipt number as a picture that a phone and our own scanner read; blank where a text is too long.
pub fn qr(text: &str) -> Image {
    let Ok(code) = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium) else {
        return Image::default();
    };
    let side = (code.size() + 2 * QUIET_ZONE) * MODULE;
    let mut pixels = SharedPixelBuffer::<Rgb8Pixel>::new(side as u32, side as u32);
    for (index, pixel) in pixels.make_mut_slice().iter_mut().enumerate() {
        let (x, y) = (index as i32 % side / MODULE - QUIET_ZONE, index as i32 / side / MODULE - QUIET_ZONE);
        let light = if code.get_module(x, y) { 0x14 } else { 0xFF };
        *pixel = Rgb8Pixel::new(light, light, light);
    }
    Image::from_rgb8(pixels)
}

pub fn document(window: &AppWindow, view: &DocumentView) -> PageId {
    let document = window.global::<DocumentPage>();
    document.set_title(view.title.as_str().into());
    document.set_issuer(view.issuer.as_str().into());
    document.set_date(view.date.as_str().into());
    document.set_number(view.receipt.as_str().into());
    let fact = |(name, value): &(String, String)| Fact {
        name: name.as_str().into(),
        value: visible(value).as_ref().into(),
    };
    document.set_can_print(view.printer);
    let room = usize::try_from(document.get_lines_a_page()).unwrap_or(1).max(1);
    let pages = view.rows.len().div_ceil(room).max(1);
    let page = view.page.min(pages - 1);
    document.set_lines(model(view.rows.iter().skip(page * room).take(room).map(fact)));
    document.set_page(page as i32 + 1);
    document.set_pages(pages as i32);
    document.set_printing(view.print == Print::Running);
    document.set_printed(view.print == Print::Out);
    PageId::Document
}

pub fn cases(window: &AppWindow, view: &CasesView) -> PageId {
    let cases = window.global::<CasesPage>();
    let none = vec![];
    let (lines, offline) = match view {
        CasesView::Known { lines, .. } => (lines, false),
        CasesView::Offline => (&none, true),
        CasesView::Loading => (&none, false),
    };
    cases.set_cases(model(lines.iter().map(|line| CaseItem {
        id: line.index.to_string().into(),
        title: line.service.as_str().into(),
        lamp: lamp(line.code),
        count: 1,
        note: line.updated.as_str().into(),
        number: line.receipt.as_str().into(),
    })));
    if let CasesView::Known { tab, counts: [all, to_correct, open, closed], as_of, .. } = view {
        cases.set_tab(CaseTab::ALL.iter().position(|known| known == tab).unwrap_or(0) as i32);
        cases.set_all(*all as i32);
        cases.set_to_correct(*to_correct as i32);
        cases.set_open(*open as i32);
        cases.set_closed(*closed as i32);
        cases.set_updated(as_of.as_str().into());
    }
    cases.set_stale(offline);
    PageId::Cases
}

pub fn case_detail(window: &AppWindow, view: &CaseDetailView) -> PageId {
    let Some(case) = &view.case else { return PageId::Cases };
    let detail = window.global::<CaseDetailPage>();
    detail.set_number(case.receipt.as_str().into());
    detail.set_title(case.service.as_str().into());
    detail.set_lamp(lamp(case.code));
    detail.set_count(view.things.max(1) as i32);
    detail.set_message(view.message.as_str().into());
    let node = |step: &CaseStep| TimelineNode {
        state: if step.pending { NodeState::Now } else { NodeState::Done },
        title: step.title.as_str().into(),
        detail: step.detail.as_str().into(),
        time: step.time.as_str().into(),
    };
    detail.set_events(model(view.steps.iter().map(node)));
    detail.set_can_withdraw(view.can_withdraw);
    detail.set_can_rate(view.can_rate);
    detail.set_confirming(view.confirming);
    detail.set_can_print(false);
    detail.set_correctable(view.can_correct);
    PageId::CaseDetail
}

fn lamp(state: CaseState) -> CaseLamp {
    match state {
        CaseState::CorrectionRequested => CaseLamp::Correct,
        CaseState::Concluded | CaseState::Delivered => CaseLamp::Done,
        CaseState::RefusedAcceptance => CaseLamp::Refused,
        CaseState::Withdrawn => CaseLamp::Withdrawn,
        _ => CaseLamp::Open,
    }
}

pub fn rating(window: &AppWindow, view: &RatingView) -> PageId {
    let rating = window.global::<RatingPage>();
    rating.set_service(view.service.as_str().into());
    rating.set_level(view.level.unwrap_or(0).into());
    let reason = |(index, label): (usize, &&'static str)| RatingReason {
        code: index.to_string().into(),
        label: (*label).into(),
        selected: view.reasons.contains(&index),
    };
    rating.set_reasons(model(view.labels.iter().enumerate().map(reason)));
    rating.set_anonymous(view.anonymous);
    rating.set_thanked(false);
    PageId::Rating
}
