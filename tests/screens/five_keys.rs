//! A17, A18: with up, down, back, next and select everything on a page can be reached, in reading order.
use super::poses::{PAGES, Pose, STATES};
use super::stage::{PORTRAIT, dress, stage};
use super::walker::{self, Seen};
use jiujin::screens::Samples;
use jiujin::session::settings::Settings;
use jiujin_ui::{App, Frame, HomePage, PageId};
use slint::platform::{Key, WindowEvent};
use slint::{ComponentHandle, SharedString};
use std::cell::RefCell;
use std::rc::Rc;

fn press(samples: &Samples, key: Key) {
    let text: SharedString = key.into();
    let window = samples.window().window();
    window.dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
    window.dispatch_event(WindowEvent::KeyReleased { text });
    settle();
}

/// A step of the focus is a timer of its own.
fn settle() {
    for _ in 0..3 {
        std::thread::sleep(std::time::Duration::from_millis(1));
        slint::platform::update_timers_and_animations();
    }
}

/// A page just come to, by somebody who has touched nothing yet.
fn arrive(samples: &Samples, pose: &Pose) {
    dress(samples, PORTRAIT, &Settings::default());
    let elsewhere = if pose.name == "goodbye" { PageId::Home } else { PageId::Goodbye };
    pose.strike(samples);
    let page = samples.window().global::<App>().get_page();
    samples.window().global::<App>().set_page(elsewhere);
    settle();
    samples.window().global::<App>().set_page(page);
    settle();
}

fn look(samples: &Samples) -> Seen {
    walker::walk(samples.window().window())
}

fn focused(samples: &Samples) -> Option<String> {
    look(samples).targets.into_iter().find(|target| target.focused).map(|target| target.label)
}

/// What a finger could press, in reading order; the pad for the signature is drawn on, not pressed.
fn reachable(samples: &Samples) -> Vec<String> {
    let pressable = look(samples).targets.into_iter().filter(|target| target.enabled);
    let pad = |label: &String| label == "签名的地方";
    pressable.map(|target| target.label).filter(|label| !pad(label)).collect()
}

#[test]
fn down_goes_through_every_page_in_reading_order_and_up_comes_back() {
    let astray = stage(|samples| {
        let mut astray = Vec::new();
        for pose in PAGES.iter().chain(STATES) {
            arrive(samples, pose);
            let wanted = reachable(samples);
            let mut met = Vec::new();
            for _ in &wanted {
                press(samples, Key::DownArrow);
                met.extend(focused(samples));
            }
            if met != wanted {
                astray.push(format!("{}: went {met:?}, should go {wanted:?}", pose.name));
                continue;
            }
            press(samples, Key::UpArrow);
            let before_last = wanted.len().checked_sub(2).and_then(|index| wanted.get(index)).cloned();
            if wanted.len() > 1 && focused(samples) != before_last {
                astray.push(format!("{}: up leads to {:?}", pose.name, focused(samples)));
            }
            // Two switches only go on: behind the last comes the first again, at most with the page itself between.
            press(samples, Key::DownArrow);
            let comes_round = (0..2).any(|_| {
                press(samples, Key::DownArrow);
                focused(samples).as_ref() == wanted.first()
            });
            if !comes_round {
                astray.push(format!("{}: nothing leads from the last to the first", pose.name));
            }
        }
        astray
    });
    assert!(astray.is_empty(), "{}", astray.join("\n"));
}

#[test]
fn next_leads_to_the_strong_button_select_presses_and_back_goes_back() {
    stage(|samples| {
        let confirm = PAGES.iter().find(|pose| pose.name == "confirm").expect("the page is there");
        arrive(samples, confirm);
        press(samples, Key::RightArrow);
        assert_eq!(focused(samples).as_deref(), Some("是我，继续"));
        let said = Rc::new(RefCell::new(Vec::new()));
        let (yes, back) = (said.clone(), said.clone());
        samples.window().global::<jiujin_ui::ConfirmPage>().on_is_me(move || yes.borrow_mut().push("yes"));
        samples.window().global::<Frame>().on_back(move || back.borrow_mut().push("back"));
        press(samples, Key::Return);
        press(samples, Key::LeftArrow);
        assert_eq!(*said.borrow(), ["yes", "back"]);
    });
}

/// Two switches: one steps, one presses. Every tile of the catalogue can be chosen with them.
#[test]
fn two_switches_choose_any_tile() {
    stage(|samples| {
        let home = PAGES.iter().find(|pose| pose.name == "home").expect("the page is there");
        arrive(samples, home);
        let chosen = Rc::new(RefCell::new(Vec::new()));
        let heard = chosen.clone();
        samples
            .window()
            .global::<HomePage>()
            .on_tile_chosen(move |id| heard.borrow_mut().push(id.to_string()));
        for _ in reachable(samples) {
            press(samples, Key::Tab);
            press(samples, Key::Return);
        }
        assert_eq!(*chosen.borrow(), ["S001", "S009", "S020", "S031", "S045", "S060"]);
    });
}

#[test]
fn a_sheet_keeps_the_focus_from_the_page_below() {
    stage(|samples| {
        let help = PAGES.iter().find(|pose| pose.name == "help").expect("the page is there");
        arrive(samples, help);
        let wanted = reachable(samples);
        for label in &wanted {
            press(samples, Key::DownArrow);
            assert_eq!(focused(samples).as_ref(), Some(label));
        }
        press(samples, Key::DownArrow);
        let again = focused(samples);
        assert!(again.is_none() || again.as_ref() == wanted.first(), "{again:?}");
    });
}
