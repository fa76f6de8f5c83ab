//! Looks at a laid-out page as a finger, an eye and an ear would: what can be touched and where, which words are
//! painted and whether they fit, and what is read out in which order. It asks the item tree of the window, so it sees
//! what Slint draws, measured with the fonts that draw it.
use i_slint_core::Coord;
use i_slint_core::accessibility::AccessibleStringProperty;
use i_slint_core::item_tree::ItemRc;
use i_slint_core::items::{
    AccessibleRole, ComplexText, FocusScope, SimpleText, StyledTextItem, TextHorizontalAlignment,
    TextOverflow, TextVerticalAlignment, TextWrap, TouchArea,
};
use i_slint_core::layout::{LayoutInfo, Orientation};
use i_slint_core::lengths::{LogicalPoint, LogicalRect, LogicalSize};
use i_slint_core::window::{WindowAdapter, WindowInner};
use std::rc::Rc;

/// What a font of Chinese leaves white above and below the ink of a line, in parts of its size.
const WHITE_ABOVE: f32 = 0.25;
const WHITE_BELOW: f32 = 0.08;
/// Layouts round to whole pixels.
pub const ROUNDING: f32 = 1.5;

/// Something a finger can press.
#[derive(Debug, Clone)]
pub struct Target {
    pub label: String,
    pub rect: LogicalRect,
    /// What is left of it after everything that clips.
    pub seen: LogicalRect,
    pub enabled: bool,
    /// Has the focus: the ring is around it.
    pub focused: bool,
    /// What is read out for the group it stands in: the keyboard, a sheet.
    pub group: String,
}

/// Words as they are painted.
#[derive(Debug, Clone)]
pub struct Words {
    pub text: String,
    /// Where the ink falls if nothing clips it.
    pub ink: LogicalRect,
    /// What may be painted on: every clipping ancestor and the window.
    pub seen: LogicalRect,
    /// Smallest thing around the words that a finger can press.
    pub inside: Option<LogicalRect>,
    pub size: f32,
    pub lost: Option<Lost>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lost {
    /// Ends in three dots.
    Elided,
    /// A word or line is longer than its box.
    TooWide(f32),
    /// The lines are higher than their box by this part of a line.
    TooHigh(f32),
}

/// One thing that is read out.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    pub role: AccessibleRole,
    pub label: String,
    pub value: String,
}

#[derive(Debug, Default)]
pub struct Seen {
    pub targets: Vec<Target>,
    pub words: Vec<Words>,
    pub spoken: Vec<Spoken>,
    pub window: LogicalSize,
}

/// What is known about the ancestors of an item.
#[derive(Clone, Default)]
struct Around {
    seen: LogicalRect,
    label: String,
    group: String,
    target: Option<LogicalRect>,
    focused: bool,
}

struct Walk {
    found: Seen,
    adapter: Rc<dyn WindowAdapter>,
    /// Sheets over the page, with how much had been found when they began.
    sheets: Vec<(LogicalRect, usize, usize, usize)>,
}

pub fn walk(window: &slint::Window) -> Seen {
    let inner = WindowInner::from_pub(window);
    // Words give way in small steps, each a turn of the loop.
    for _ in 0..4 {
        slint::platform::update_timers_and_animations();
        inner.ensure_tree_instantiated();
    }
    let tree = inner.component();
    let size = window.size().to_logical(window.scale_factor());
    let size = LogicalSize::new(size.width, size.height);
    let mut walk = Walk {
        found: Seen { window: size, ..Seen::default() },
        adapter: inner.window_adapter(),
        sheets: Vec::new(),
    };
    let around = Around { seen: LogicalRect::from_size(size), ..Around::default() };
    walk.visit(&ItemRc::new_root(tree), &around);
    walk.lift_sheets();
    walk.join_grounds();
    walk.found
}

impl Walk {
    fn visit(&mut self, item: &ItemRc, around: &Around) {
        let rect = rect_of(item);
        let mut inner = around.clone();
        if item.borrow().as_ref().clips_children() {
            inner.seen = around.seen.intersection(&rect).unwrap_or_default();
        }
        let label = speak(item, AccessibleStringProperty::Label);
        let role = item.accessible_role();
        let shown = !inner.seen.is_empty();
        if shown && item.is_accessible() && role != AccessibleRole::None {
            if role == AccessibleRole::Groupbox && covers(&rect, self.found.window) {
                let found = &self.found;
                self.sheets.push((rect, found.targets.len(), found.words.len(), found.spoken.len()));
            }
            let value = speak(item, AccessibleStringProperty::Value);
            let said = format!("{label}{value}");
            if !said.trim().is_empty() {
                self.found.spoken.push(Spoken { role, label: label.clone(), value });
            }
        }
        if role == AccessibleRole::Groupbox {
            inner.group.clone_from(&label);
        }
        if !label.is_empty() {
            inner.label = label;
        }
        if let Some(scope) = item.downcast::<FocusScope>() {
            inner.focused = scope.as_pin_ref().has_focus();
        }
        if shown {
            self.touchable(item, rect, &mut inner);
            self.written(item, rect, &inner);
        }
        let mut child = item.first_child();
        while let Some(here) = child {
            self.visit(&here, &inner);
            child = here.next_sibling();
        }
    }

    /// A row that does what its button does is the button's wider ground, not a target of its own.
    fn join_grounds(&mut self) {
        let all = self.found.targets.clone();
        let holds = |ground: &Target| {
            let wide = ground.rect.inflate(ROUNDING, ROUNDING);
            let named = |other: &Target| !other.label.is_empty() && wide.contains_rect(&other.rect);
            all.iter().any(named)
        };
        self.found.targets.retain(|target| !target.label.is_empty() || !holds(target));
    }

    fn touchable(&mut self, item: &ItemRc, rect: LogicalRect, around: &mut Around) {
        let Some(area) = item.downcast::<TouchArea>() else { return };
        around.target = Some(rect);
        // A second area over the first, for what the words would swallow, is no second target.
        let twin = |known: &Target| known.label == around.label && same(&known.rect, &rect);
        if self.found.targets.last().is_some_and(twin) {
            return;
        }
        self.found.targets.push(Target {
            label: around.label.clone(),
            rect,
            seen: around.seen.intersection(&rect).unwrap_or_default(),
            enabled: area.as_pin_ref().enabled(),
            focused: around.focused,
            group: around.group.clone(),
        });
    }

    fn written(&mut self, item: &ItemRc, rect: LogicalRect, around: &Around) {
        let Some(text) = Written::of(item) else { return };
        if text.text.trim().is_empty() {
            return;
        }
        let across = self.measure(item, Orientation::Horizontal, -1.0);
        let down = self.measure(item, Orientation::Vertical, rect.width());
        let lost = text.lost(rect, &across, &down);
        let wide = if text.wraps { across.preferred.min(rect.width()) } else { across.preferred };
        let ink = text.ink(rect, LogicalSize::new(wide, down.preferred));
        let size = text.size;
        let words = Words { text: text.text, ink, seen: around.seen, inside: around.target, size, lost };
        self.found.words.push(words);
    }

    fn measure(&self, item: &ItemRc, orientation: Orientation, cross: Coord) -> LayoutInfo {
        item.borrow().as_ref().layout_info(orientation, cross, &self.adapter, item)
    }

    /// A sheet hides what lies under it: nothing there is seen, touched or read.
    fn lift_sheets(&mut self) {
        let Some((sheet, targets, words, spoken)) = self.sheets.last().cloned() else { return };
        let beside = |rect: &LogicalRect| !sheet.contains(rect.center());
        let found = &mut self.found;
        keep(&mut found.targets, targets, |target| beside(&target.rect));
        keep(&mut found.words, words, |words| beside(&words.ink));
        found.spoken.drain(..spoken);
        // The sheet itself swallows touches.
        found.targets.retain(|target| target.rect != sheet);
    }
}

fn keep<T>(all: &mut Vec<T>, before: usize, stays: impl Fn(&T) -> bool) {
    let mut index = 0;
    all.retain(|one| {
        index += 1;
        index > before || stays(one)
    });
}

fn covers(rect: &LogicalRect, window: LogicalSize) -> bool {
    rect.area() > 0.6 * window.area()
}

fn same(one: &LogicalRect, other: &LogicalRect) -> bool {
    one.inflate(ROUNDING, ROUNDING).contains_rect(other)
        && other.inflate(ROUNDING, ROUNDING).contains_rect(one)
}

fn rect_of(item: &ItemRc) -> LogicalRect {
    let geometry = item.geometry();
    LogicalRect::new(item.map_to_window(geometry.origin), geometry.size)
}

pub fn speak(item: &ItemRc, what: AccessibleStringProperty) -> String {
    item.accessible_string_property(what).map(String::from).unwrap_or_default()
}

/// What the three kinds of text have in common.
struct Written {
    text: String,
    size: f32,
    wraps: bool,
    elides: bool,
    across: TextHorizontalAlignment,
    down: TextVerticalAlignment,
}

impl Written {
    fn of(item: &ItemRc) -> Option<Written> {
        if let Some(text) = item.downcast::<SimpleText>() {
            let text = text.as_pin_ref();
            return Some(Written {
                text: text.text().into(),
                size: text.font_size().get(),
                wraps: false,
                elides: false,
                across: text.horizontal_alignment(),
                down: text.vertical_alignment(),
            });
        }
        if let Some(text) = item.downcast::<ComplexText>() {
            let text = text.as_pin_ref();
            return Some(Written {
                text: text.text().into(),
                size: text.font_size().get(),
                wraps: text.wrap() != TextWrap::NoWrap,
                elides: text.overflow() == TextOverflow::Elide,
                across: text.horizontal_alignment(),
                down: text.vertical_alignment(),
            });
        }
        let text = item.downcast::<StyledTextItem>()?;
        let text = text.as_pin_ref();
        Some(Written {
            text: "(styled)".into(),
            size: text.default_font_size().get(),
            wraps: true,
            elides: false,
            across: text.horizontal_alignment(),
            down: text.vertical_alignment(),
        })
    }

    fn lost(&self, rect: LogicalRect, across: &LayoutInfo, down: &LayoutInfo) -> Option<Lost> {
        let too_wide = across.preferred - rect.width();
        let too_high = (down.preferred - rect.height()) / (self.size * 1.45);
        if !self.wraps && too_wide > ROUNDING {
            return Some(if self.elides { Lost::Elided } else { Lost::TooWide(too_wide) });
        }
        // The longest word; three dots may stand for everything else.
        if self.wraps && across.min - rect.width() > ROUNDING {
            return Some(Lost::TooWide(across.min - rect.width()));
        }
        (too_high > WHITE_ABOVE + WHITE_BELOW).then_some(match self.elides {
            true => Lost::Elided,
            false => Lost::TooHigh(too_high),
        })
    }

    fn ink(&self, rect: LogicalRect, size: LogicalSize) -> LogicalRect {
        let x = match self.across {
            TextHorizontalAlignment::Center => (rect.width() - size.width) / 2.0,
            TextHorizontalAlignment::Right | TextHorizontalAlignment::End => rect.width() - size.width,
            _ => 0.0,
        };
        let y = match self.down {
            TextVerticalAlignment::Center => (rect.height() - size.height) / 2.0,
            TextVerticalAlignment::Bottom => rect.height() - size.height,
            _ => 0.0,
        };
        let (above, below) = (self.size * WHITE_ABOVE, self.size * WHITE_BELOW);
        LogicalRect::new(
            LogicalPoint::new(rect.min_x() + x, rect.min_y() + y + above),
            LogicalSize::new(size.width, (size.height - above - below).max(1.0)),
        )
    }
}
