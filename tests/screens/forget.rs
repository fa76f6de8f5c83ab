//! What one resident saw or ticked is not there for the next.
use super::*;
use jiujin_ui::{
    CaseDetailPage, CasesPage, CheckPage, ConfirmPage, DocumentPage, FormPage, ResultPage, SignPage,
};
use slint::Model;

fn page<'a>(views: &'a [(&'static str, View)], name: &str) -> &'a View {
    &views.iter().find(|(known, _)| *known == name).expect("the visit shows it").1
}

/// It stayed for everybody who came after, so that Submit went through without a tick.
#[test]
fn the_tick_of_one_resident_is_not_there_for_the_next() {
    let ticks = stage(|samples| {
        let views = example_visit(Lang::ZhCn);
        let check = samples.window().global::<CheckPage>();
        samples.lay(page(&views, "check"));
        check.set_declared(true);
        samples.lay(page(&views, "check"));
        let while_reading = check.get_declared();
        samples.lay(page(&views, "result"));
        samples.lay(page(&views, "check"));
        spoil();
        (while_reading, check.get_declared())
    });
    assert_eq!(ticks, (true, false));
}

#[test]
fn nothing_of_a_resident_stays_on_pages_that_nobody_sees_any_more() {
    let left = stage(|samples| {
        let views = example_visit(Lang::ZhCn);
        let window = samples.window();
        let held = || {
            let text = |name: &'static str, text: slint::SharedString| (name, text.len());
            let (form, case) = (window.global::<FormPage>(), window.global::<CaseDetailPage>());
            vec![
                ("answers", form.get_fields().row_count()),
                ("review", window.global::<CheckPage>().get_groups().row_count()),
                ("signature", window.global::<SignPage>().get_strokes().row_count()),
                ("document", window.global::<DocumentPage>().get_lines().row_count()),
                ("cases", window.global::<CasesPage>().get_cases().row_count()),
                ("receipt", window.global::<ResultPage>().get_number().row_count()),
                ("events", case.get_events().row_count()),
                text("name", window.global::<ConfirmPage>().get_masked_name()),
                text("case", case.get_message()),
            ]
        };
        for (name, view) in &views {
            if *name != "attract" && *name != "goodbye" {
                samples.lay(view);
            }
        }
        let before = held();
        samples.lay(page(&views, "goodbye"));
        spoil();
        (before, held())
    });
    let (before, after) = left;
    assert!(before.iter().all(|(_, held)| *held > 0), "the visit filled the pages: {before:?}");
    assert!(after.iter().all(|(_, held)| *held == 0), "{after:?}");
}
