//! A15: a finger acts when it is lifted inside the target and not before; sliding off takes the touch back, onto a
//! neighbour too; holding repeats nothing. Played with real touches on every target of every page. What no test can
//! play is the next page somebody writes, so the sources are read too: nothing on a page may listen to a finger in
//! another way than `clicked` (A16: no drag, pinch or long press; the pad for the signature is the one exception).
use super::poses::{PAGES, Pose, STATES};
use super::stage::{PORTRAIT, dress, stage};
use super::translations;
use super::walker::{self, Target};
use i_slint_core::item_tree::ItemRc;
use i_slint_core::items::TouchArea;
use i_slint_core::window::WindowInner;
use jiujin::screens::Samples;
use jiujin::session::settings::Settings;
use jiujin_ui::{App, Frame, PageId};
use slint::platform::{Key, PointerEventButton, WindowEvent, duration_until_next_timer_update};
use slint::{ComponentHandle, LogicalPosition, SharedString};
use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;

/// How far a finger slides off a target, in millimetres: onto the neighbour.
const SLIDE_MM: f32 = 8.0;

/// Counts what is done by touches. The bottom bar outlives its page, so its buttons are heard through their callbacks.
fn listen(samples: &Samples, bar: &[String]) -> Rc<Cell<usize>> {
    let acts = Rc::new(Cell::new(0));
    let heard = |acts: &Rc<Cell<usize>>| {
        let acts = acts.clone();
        move || acts.set(acts.get() + 1)
    };
    let frame = samples.window().global::<Frame>();
    frame.on_back(heard(&acts));
    frame.on_elder_chosen(heard(&acts));
    frame.on_help(heard(&acts));
    frame.on_text_size(heard(&acts));
    frame.on_contrast(heard(&acts));
    frame.on_voice(heard(&acts));
    frame.on_language(heard(&acts));
    let root = ItemRc::new_root(WindowInner::from_pub(samples.window().window()).component());
    hear(&root, "", bar, &acts);
    acts
}

fn hear(item: &ItemRc, label: &str, bar: &[String], acts: &Rc<Cell<usize>>) {
    let own = walker::speak(item, i_slint_core::accessibility::AccessibleStringProperty::Label);
    let label = if own.is_empty() { label } else { &own };
    if let Some(area) = item.downcast::<TouchArea>()
        && area.as_pin_ref().clicked.has_handler()
        && !bar.iter().any(|known| known == label)
    {
        let acts = acts.clone();
        area.as_pin_ref().clicked.set_handler(move |()| acts.set(acts.get() + 1));
    }
    let mut child = item.first_child();
    while let Some(here) = child {
        hear(&here, label, bar, acts);
        child = here.next_sibling();
    }
}

fn press(samples: &Samples, position: LogicalPosition) {
    let button = PointerEventButton::Left;
    samples.window().window().dispatch_event(WindowEvent::PointerPressed { position, button });
}

fn slide(samples: &Samples, position: LogicalPosition) {
    samples.window().window().dispatch_event(WindowEvent::PointerMoved { position });
}

fn lift(samples: &Samples, position: LogicalPosition) {
    let button = PointerEventButton::Left;
    let window = samples.window().window();
    window.dispatch_event(WindowEvent::PointerReleased { position, button });
    window.dispatch_event(WindowEvent::PointerExited);
}

/// What is wrong with one target, if anything.
fn wrong(samples: &Samples, target: &Target, acts: &Cell<usize>) -> Option<&'static str> {
    let middle = target.rect.center();
    let inside = LogicalPosition::new(middle.x, middle.y);
    let off = target.rect.max_y() + SLIDE_MM * PORTRAIT.mm();
    let above = target.rect.min_y() - SLIDE_MM * PORTRAIT.mm();
    let outside = LogicalPosition::new(middle.x, if above > 0.0 { above } else { off });
    acts.set(0);
    let timer = duration_until_next_timer_update().is_some();
    press(samples, inside);
    let (early, repeats) = (acts.get() > 0, duration_until_next_timer_update().is_some() && !timer);
    slide(samples, outside);
    lift(samples, outside);
    let slid = acts.get() > 0;
    acts.set(0);
    press(samples, inside);
    lift(samples, inside);
    match (early, repeats, slid, acts.get()) {
        (true, ..) => Some("acts before the finger is lifted"),
        (_, true, ..) => Some("starts a timer that could repeat"),
        (_, _, true, _) => Some("acts although the finger slid off"),
        (.., 1) => None,
        (.., 0) => Some("does nothing"),
        _ => Some("acts more than once"),
    }
}

fn play(samples: &Samples, pose: &Pose, found: &mut Vec<String>) {
    dress(samples, PORTRAIT, &Settings::default());
    pose.strike(samples);
    let seen = walker::walk(samples.window().window());
    let acts = listen(samples, &translations::bar("zh_CN"));
    for target in seen.targets.iter().filter(|target| target.enabled && target.label != "签名的地方") {
        if let Some(what) = wrong(samples, target, &acts) {
            found.push(format!("{}: {} {what}", pose.name, target.label));
        }
    }
    // The page goes, and with it the ears put into it.
    samples.window().global::<Frame>().set_signed_in(false);
    samples.window().global::<jiujin_ui::StillThere>().set_shown(false);
    samples.window().global::<jiujin_ui::Help>().set_shown(false);
    samples.window().global::<App>().set_page(PageId::Technician);
    walker::walk(samples.window().window());
}

#[test]
fn a_finger_acts_when_lifted_inside_once_and_never_when_it_slid_off() {
    let found = stage(|samples| {
        let mut found = Vec::new();
        for pose in PAGES.iter().chain(STATES) {
            play(samples, pose, &mut found);
        }
        found
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_key_held_down_presses_once() {
    let times = stage(|samples| {
        dress(samples, PORTRAIT, &Settings::default());
        let confirm = PAGES.iter().find(|pose| pose.name == "confirm").expect("the page is there");
        confirm.strike(samples);
        walker::walk(samples.window().window());
        let times = Rc::new(Cell::new(0));
        let heard = times.clone();
        samples.window().global::<jiujin_ui::ConfirmPage>().on_is_me(move || heard.set(heard.get() + 1));
        let key = |key: Key| SharedString::from(key);
        let window = samples.window().window();
        window.dispatch_event(WindowEvent::KeyPressed { text: key(Key::RightArrow) });
        window.dispatch_event(WindowEvent::KeyReleased { text: key(Key::RightArrow) });
        walker::walk(window);
        window.dispatch_event(WindowEvent::KeyPressed { text: key(Key::Return) });
        for _ in 0..5 {
            window.dispatch_event(WindowEvent::KeyPressRepeated { text: key(Key::Return) });
        }
        window.dispatch_event(WindowEvent::KeyReleased { text: key(Key::Return) });
        times.get()
    });
    assert_eq!(times, 1);
}

#[test]
fn no_page_listens_to_a_finger_in_a_way_of_its_own() {
    const OTHER_WAYS: &[&str] = &[
        "pointer-event",
        "moved =>",
        "double-clicked",
        "scroll-event",
        "SwipeGestureHandler",
        "ScaleRotateGestureHandler",
        "DragArea",
        "Flickable",
        "ListView",
        "changed pressed",
    ];
    let mut found = Vec::new();
    for file in translations::files(Path::new("ui")) {
        if file.ends_with("pages/sign.slint") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("pages are UTF-8");
        found.extend(
            OTHER_WAYS
                .iter()
                .filter(|way| text.contains(*way))
                .map(|way| format!("{}: {way}", file.display())),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}
