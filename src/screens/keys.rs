//! The five keys of an assistive keypad. The pages themselves know back, next and select; up and down move the focus
//! through everything that can be touched, which only the window can do.
use jiujin_ui::{App, AppWindow};
use slint::platform::{Key, WindowEvent};
use slint::{ComponentHandle, SharedString, Timer};
use std::time::Duration;

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
