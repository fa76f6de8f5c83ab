//! What the pages hold of a resident goes with the visit, also on pages that nobody sees any more.
use jiujin_ui::{
    AppWindow, CaseDetailPage, CasesPage, CheckPage, ConfirmPage, ConsentPage, DocumentPage, FormPage,
    HomePage, Keyboard, PageId, ResultPage, SignPage,
};
use slint::{ComponentHandle, Image, Model, ModelRc, SharedString};

/// Before the page `next` is shown.
pub fn forget(window: &AppWindow, next: PageId) {
    let home = window.global::<HomePage>();
    if next != PageId::Home && home.get_cases().row_count() > 0 {
        home.set_cases(ModelRc::default());
    }
    if next != PageId::Confirm {
        // A face stays no longer than the page that asks "is this you?".
        window.global::<ConfirmPage>().set_face(Image::default());
    }
    if next != PageId::Check {
        // Nobody has read what will stand there the next time.
        let check = window.global::<CheckPage>();
        check.set_declared(false);
        check.set_declaration_missing(false);
    }
    if matches!(next, PageId::Attract | PageId::Goodbye) {
        forget_answers(window);
        forget_outcome(window);
    }
}

fn forget_answers(window: &AppWindow) {
    let confirm = window.global::<ConfirmPage>();
    confirm.set_masked_name(SharedString::default());
    confirm.set_masked_number(SharedString::default());
    window.global::<ConsentPage>().set_child_name(SharedString::default());
    let form = window.global::<FormPage>();
    form.set_fields(ModelRc::default());
    form.set_problems(ModelRc::default());
    for text in [FormPage::set_before, FormPage::set_after, FormPage::set_composing, FormPage::set_entry] {
        text(&form, SharedString::default());
    }
    for part in [FormPage::set_year, FormPage::set_month, FormPage::set_day] {
        part(&form, SharedString::default());
    }
    let keyboard = window.global::<Keyboard>();
    keyboard.set_composing(SharedString::default());
    keyboard.set_candidates(ModelRc::default());
    let sign = window.global::<SignPage>();
    sign.set_strokes(ModelRc::default());
    sign.set_digest(SharedString::default());
    window.global::<CheckPage>().set_groups(ModelRc::default());
}

fn forget_outcome(window: &AppWindow) {
    let result = window.global::<ResultPage>();
    result.set_number(ModelRc::default());
    result.set_qr(Image::default());
    let document = window.global::<DocumentPage>();
    document.set_lines(ModelRc::default());
    document.set_number(SharedString::default());
    window.global::<CasesPage>().set_cases(ModelRc::default());
    let case = window.global::<CaseDetailPage>();
    case.set_events(ModelRc::default());
    for text in [CaseDetailPage::set_number, CaseDetailPage::set_title, CaseDetailPage::set_message] {
        text(&case, SharedString::default());
    }
}
