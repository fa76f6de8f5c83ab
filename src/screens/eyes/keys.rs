//! A resident who cannot touch: five keys of an assistive keypad lead the focus to what is wanted and press it.
use super::{AppWindow, Eyes, touchable};
use i_slint_core::window::WindowInner;
use slint::platform::{Key, WindowEvent};
use slint::{ComponentHandle, LogicalPosition, SharedString};

/// Steps to anything on a page: a keyboard of letters with its page has some sixty targets.
const STEPS_MAX: usize = 150;
/// Layouts round to whole pixels.
const NEAR_PX: f32 = 2.0;

/// How the player reaches what it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hands {
    #[default]
    Finger,
    FiveKeys,
}

impl Eyes {
    /// False if the focus never comes there.
    pub(super) fn press_at(&self, wanted: LogicalPosition) -> bool {
        for _ in 0..STEPS_MAX {
            let there = self.ask(move |window| {
                let focus = focus(window);
                let there = focus.is_some_and(|focus| near(focus, wanted));
                press(window, if there { Key::Return } else { towards(window, focus, wanted) });
                there
            });
            match there {
                Some(true) => return true,
                // The focus moves in the next turn of the loop.
                Some(false) => drop(self.ask(|_| ())),
                None => return false,
            }
        }
        false
    }
}

fn press(window: &AppWindow, key: Key) {
    let text: SharedString = key.into();
    window.window().dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
    window.window().dispatch_event(WindowEvent::KeyReleased { text });
}

/// The middle of what has the focus.
fn focus(window: &AppWindow) -> Option<LogicalPosition> {
    let item = WindowInner::from_pub(window.window()).focus_item.borrow().upgrade()?;
    let geometry = item.geometry();
    let origin = item.map_to_window(geometry.origin);
    let (x, y) = (origin.x + geometry.width() / 2.0, origin.y + geometry.height() / 2.0);
    Some(LogicalPosition::new(x, y))
}

/// Up where the wanted stands before the focus in reading order.
fn towards(window: &AppWindow, focus: Option<LogicalPosition>, wanted: LogicalPosition) -> Key {
    let all = touchable(window);
    let place = |at: LogicalPosition| all.iter().position(|(_, known)| near(*known, at));
    match (focus.and_then(place), place(wanted)) {
        (Some(focus), Some(wanted)) if wanted < focus => Key::UpArrow,
        _ => Key::DownArrow,
    }
}

fn near(one: LogicalPosition, other: LogicalPosition) -> bool {
    (one.x - other.x).abs() < NEAR_PX && (one.y - other.y).abs() < NEAR_PX
}
