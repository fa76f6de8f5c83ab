//! The five keys of an assistive keypad. The pages themselves know back, next and select; up and down move the focus
//! through everything that can be touched, which only the window can do.
use i_slint_core::window::WindowInner;
use jiujin_ui::{App, AppWindow};
use slint::platform::{Key, WindowEvent};
use slint::{ComponentHandle, SharedString, Timer};
use std::time::Duration;

/// The parts of a page that went are gone when the page was drawn again.
const REDRAWN: Duration = Duration::from_millis(40);

/// A choice that was pressed may close with its list, and the focus with it. Without a focus no key is heard any
/// more, so the window takes it back.
pub fn keep_hearing(window: &AppWindow) {
    let weak = window.as_weak();
    Timer::single_shot(REDRAWN, move || {
        if let Some(window) = weak.upgrade()
            && WindowInner::from_pub(window.window()).focus_item.borrow().upgrade().is_none()
        {
            window.invoke_regain_focus();
        }
    });
}

pub fn follow(window: &AppWindow) {
    let weak = window.as_weak();
    window.global::<App>().on_focus_stepped(move |by| {
        let weak = weak.clone();
        // The key that asks is still being handled.
        Timer::single_shot(Duration::ZERO, move || {
            if let Some(window) = weak.upgrade() {
                let key: SharedString = if by > 0 { Key::Tab } else { Key::Backtab }.into();
                window.window().dispatch_event(WindowEvent::KeyPressed { text: key.clone() });
                window.window().dispatch_event(WindowEvent::KeyReleased { text: key });
            }
        });
    });
}
