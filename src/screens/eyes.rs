//! What somebody in front of the screen can see and reach: the page, what is read out for an element, and a
//! finger. Scripted visits and tests look through it from their own thread; it knows no session.
mod form;
mod keys;

use super::headless;
pub use form::Question;
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use jiujin_ui::{App, AppWindow, Keyboard, PageId, ResultPage};
pub use keys::Hands;
use slint::{ComponentHandle, LogicalPosition, Model};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// How long the window's thread may be busy before the player gives up.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// What leads to the next part of a long list.
const MORE: [&str; 2] = ["更多", "More"];
/// Time for a touch to go through the loop and back to the screen.
const REACTION: Duration = Duration::from_millis(60);

#[derive(Clone)]
pub struct Eyes {
    window: slint::Weak<AppWindow>,
    hands: Hands,
}

impl Eyes {
    pub fn new(window: &AppWindow) -> Eyes {
        Eyes { window: window.as_weak(), hands: Hands::Finger }
    }

    pub fn with(self, hands: Hands) -> Eyes {
        Eyes { hands, ..self }
    }

    fn ask<T: Send + 'static>(&self, question: impl FnOnce(&AppWindow) -> T + Send + 'static) -> Option<T> {
        let (sender, answer) = mpsc::channel();
        let sent = self.window.upgrade_in_event_loop(move |window| {
            // The asker may have given up.
            let _ = sender.send(question(&window));
        });
        sent.ok()?;
        answer.recv_timeout(ANSWER_MAX).ok()
    }

    /// Name of the page, as in visits: `case-detail`.
    pub fn page(&self) -> String {
        self.ask(|window| kebab(&format!("{:?}", window.global::<App>().get_page()))).unwrap_or_default()
    }

    /// Everything on the screen that can be touched, by what is read out for it.
    pub fn labels(&self) -> Vec<String> {
        self.ask(|window| touchable(window).into_iter().map(|(label, _)| label).collect()).unwrap_or_default()
    }

    /// Puts a finger on the element with this label; false if it is not there.
    pub fn touch(&self, label: &str) -> bool {
        let label = label.to_owned();
        self.touch_one(move |all| {
            all.iter()
                .position(|known| *known == label)
                .or_else(|| all.iter().position(|known| known.starts_with(&label)))
        })
    }

    /// Touches "More", which leads to the next part of a long list; false if all of it is on the screen.
    pub fn turn_leaf(&self) -> bool {
        self.touch_one(|all| all.iter().rposition(|known| MORE.contains(&known.as_str())))
    }

    /// Puts a finger on the element that `which` picks among the labels.
    fn touch_one(&self, which: impl FnOnce(&[String]) -> Option<usize> + Send + 'static) -> bool {
        let touched = self.touch_where(move |window| {
            let (labels, places): (Vec<String>, Vec<LogicalPosition>) = touchable(window).into_iter().unzip();
            which(&labels).and_then(|index| places.get(index).copied())
        });
        self.settle();
        touched
    }

    /// A finger comes down in the same turn of the loop in which its place was looked for: a page that is laid out
    /// anew in between, because an answer of the office came, would be touched where something else stood.
    fn touch_where(
        &self,
        place: impl FnOnce(&AppWindow) -> Option<LogicalPosition> + Send + 'static,
    ) -> bool {
        match self.hands {
            Hands::Finger => {
                let touched = move |window: &AppWindow| {
                    place(window).map(|at| headless::touch(window.window(), at)).is_some()
                };
                self.ask(touched).unwrap_or(false)
            }
            Hands::FiveKeys => self.ask(place).flatten().is_some_and(|at| self.press_at(at)),
        }
    }

    /// One key of the screen's keyboard; a character that is on no key comes as a candidate would.
    pub fn key(&self, key: &str) -> bool {
        let place_of_key = |window: &AppWindow, key: &str| {
            let shown = window.global::<Keyboard>().get_shown();
            let all = if shown { touchable(window) } else { vec![] };
            all.into_iter().find(|(label, _)| *label == key).map(|(_, at)| at)
        };
        let (wanted, character) = (key.to_owned(), key.to_owned());
        let as_candidate = move |window: &AppWindow| {
            let keyboard = window.global::<Keyboard>();
            let is_missing = keyboard.get_shown() && place_of_key(window, &character).is_none();
            if is_missing {
                keyboard.invoke_key(character.into());
            }
            is_missing
        };
        self.touch_where(move |window| place_of_key(window, &wanted))
            || self.ask(as_candidate).unwrap_or(false)
    }

    /// Gives the loop time to react, then draws.
    pub fn settle(&self) {
        std::thread::sleep(REACTION);
        self.ask(|_| headless::draw_now());
    }

    pub fn shoot(&self, path: &Path) -> Result<(), String> {
        let path = path.to_owned();
        let shot =
            self.ask(move |_| headless::shoot(&path).map_err(|error| format!("{}: {error}", path.display())));
        shot.unwrap_or_else(|| Err("the screen does not answer".into()))
    }

    /// Draws a name across the signature pad; false while there is none.
    pub fn sign(&self) -> bool {
        let signed = self.ask(|window| {
            let pad = ElementHandle::find_by_element_type_name(window, "InkPad").next();
            let Some(pad) = pad else { return false };
            let (origin, size) = (pad.absolute_position(), pad.size());
            for stroke in 0..3 {
                let path: Vec<LogicalPosition> = (0..24)
                    .map(|step| {
                        let along = step as f32 / 24.0;
                        let x = origin.x + size.width * (0.2 + 0.18 * stroke as f32 + 0.14 * along);
                        let y = origin.y + size.height * (0.5 + 0.2 * (along * 9.0 + stroke as f32).sin());
                        LogicalPosition::new(x, y)
                    })
                    .collect();
                headless::drag(window.window(), &path);
            }
            true
        });
        self.settle();
        signed.unwrap_or(false)
    }

    /// The number on the receipt page.
    pub fn receipt(&self) -> Option<String> {
        self.ask(|window| {
            let shown = window.global::<App>().get_page() == PageId::Result;
            let lines = window.global::<ResultPage>().get_number();
            let words: Vec<String> = lines.iter().map(|line| line.replace(' ', "-")).collect();
            shown.then(|| words.join("-"))
        })
        .flatten()
    }

    /// The receipt page says that the office has accepted.
    pub fn accepted(&self) -> bool {
        self.ask(|window| !window.global::<ResultPage>().get_accepted_at().is_empty()).unwrap_or(false)
    }
}

/// Where a finger goes for what is read out as `label`.
pub fn place_of(window: &AppWindow, label: &str) -> Option<LogicalPosition> {
    touchable(window).into_iter().find(|(known, _)| known == label).map(|(_, at)| at)
}

/// Labels and centres of what can be touched, in reading order of the element tree.
fn touchable(window: &AppWindow) -> Vec<(String, LogicalPosition)> {
    let roles = [
        AccessibleRole::Button,
        AccessibleRole::Tab,
        AccessibleRole::Checkbox,
        AccessibleRole::RadioButton,
        AccessibleRole::ListItem,
    ];
    let size = window.window().size().to_logical(window.window().scale_factor());
    let found = ElementQuery::from_root(window).match_descendants().find_all();
    let at = |element: ElementHandle| {
        let role = element.accessible_role()?;
        let label = element.accessible_label().filter(|label| !label.is_empty())?;
        let (origin, extent) = (element.absolute_position(), element.size());
        let centre = LogicalPosition::new(origin.x + extent.width / 2.0, origin.y + extent.height / 2.0);
        let inside = centre.x > 0.0 && centre.y > 0.0 && centre.x < size.width && centre.y < size.height;
        let usable = roles.contains(&role)
            && element.accessible_enabled() != Some(false)
            && extent.width > 1.0
            && inside;
        usable.then(|| (label.to_string(), centre))
    };
    found.into_iter().filter_map(at).collect()
}

/// `CaseDetail` as `case-detail`.
fn kebab(name: &str) -> String {
    let mut words = String::new();
    for (index, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && index > 0 {
            words.push('-');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}
