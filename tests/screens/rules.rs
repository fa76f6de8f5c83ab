//! What must hold for every page as it is seen: A1, A3, A18, A19 and whatever is cut, elided or overprinted, measured
//! from the layout. A2, A9 and A10 stand in `elders`, A4-A6 in `contrast`, A15 and A16 in `fingers`, A17 in `five_keys`;
//! each says what of its point only a person can judge.
use super::walker::{Lost, ROUNDING, Seen, Target, Words};
use i_slint_core::lengths::LogicalRect;

/// A1: hard floor of a touch target, and the free space between two.
pub const TARGET_MIN_MM: f32 = 12.7;
pub const TARGET_GAP_MIN_MM: f32 = 2.54;
/// Ink of two lines may touch by this part of a line before they cannot be read.
const INK_OVERLAP_MAX: f32 = 0.12;

/// Everything wrong with a page, in words; `mm` is the length of a millimetre in pixels.
pub fn defects(seen: &Seen, mm: f32) -> Vec<String> {
    let mut found = Vec::new();
    small_targets(seen, mm, &mut found);
    crowded_targets(seen, mm, &mut found);
    cut_words(seen, &mut found);
    words_over_words(seen, &mut found);
    wrong_order(seen, &mut found);
    found
}

fn small_targets(seen: &Seen, mm: f32, found: &mut Vec<String>) {
    for target in &seen.targets {
        let (width, height) = (target.rect.width() / mm, target.rect.height() / mm);
        if width.min(height) < TARGET_MIN_MM - 0.05 {
            found.push(format!("A1 small: {} is {width:.1} x {height:.1} mm", target.label));
        }
        if cut(&target.rect, &target.seen) {
            found.push(format!("A1 cut: {} at {}", target.label, place(&target.rect)));
        }
        if target.label.trim().is_empty() {
            found.push(format!("A19 unnamed target at {}", place(&target.rect)));
        }
    }
}

fn crowded_targets(seen: &Seen, mm: f32, found: &mut Vec<String>) {
    for (index, one) in seen.targets.iter().enumerate() {
        for other in &seen.targets[index + 1..] {
            if nested(one, other) {
                continue;
            }
            let gap = gap(&one.rect, &other.rect) / mm;
            let both = format!("{} | {}", one.label, other.label);
            if gap < -0.2 {
                found.push(format!("A1 overlap: {both} by {:.1} mm", -gap));
            } else if gap < TARGET_GAP_MIN_MM - 0.15 {
                found.push(format!("A1 gap: {both}: {gap:.1} mm"));
            }
        }
    }
}

/// A sheet of keys may hold its keys; a thing touched inside another is one target.
fn nested(one: &Target, other: &Target) -> bool {
    one.rect.contains_rect(&other.rect) || other.rect.contains_rect(&one.rect)
}

/// Distance between two rectangles; negative where they overlap.
fn gap(one: &LogicalRect, other: &LogicalRect) -> f32 {
    let across = (other.min_x() - one.max_x()).max(one.min_x() - other.max_x());
    let down = (other.min_y() - one.max_y()).max(one.min_y() - other.max_y());
    across.max(down)
}

fn cut_words(seen: &Seen, found: &mut Vec<String>) {
    for words in &seen.words {
        match words.lost {
            Some(Lost::Elided) => found.push(format!("elided: {}", brief(words))),
            Some(Lost::TooWide(by)) => found.push(format!("too wide by {by:.0} px: {}", brief(words))),
            Some(Lost::TooHigh(by)) => found.push(format!("too high by {by:.1} lines: {}", brief(words))),
            None => {}
        }
        if cut(&words.ink, &words.seen) {
            found.push(format!("cut off: {} at {}", brief(words), place(&words.ink)));
        } else if words.inside.is_some_and(|inside| cut(&words.ink, &inside)) {
            found.push(format!("out of its button: {} at {}", brief(words), place(&words.ink)));
        }
    }
}

fn words_over_words(seen: &Seen, found: &mut Vec<String>) {
    for (index, one) in seen.words.iter().enumerate() {
        for other in &seen.words[index + 1..] {
            let Some(both) = one.ink.intersection(&other.ink) else { continue };
            let line = one.size.min(other.size);
            if both.height() > line * INK_OVERLAP_MAX && both.width() > line * INK_OVERLAP_MAX {
                found.push(format!("overprinted: {} | {}", brief(one), brief(other)));
            }
        }
    }
}

/// A18: who follows in the focus chain never lies wholly above and not to the right.
fn wrong_order(seen: &Seen, found: &mut Vec<String>) {
    for pair in seen.targets.windows(2) {
        let [before, after] = pair else { continue };
        let above = after.rect.max_y() <= before.rect.min_y() + ROUNDING;
        let right = after.rect.min_x() >= before.rect.max_x() - ROUNDING;
        if above && !right {
            found.push(format!("A18 order: {} comes after {}", after.label, before.label));
        }
    }
}

pub fn cut(rect: &LogicalRect, seen: &LogicalRect) -> bool {
    rect.min_x() < seen.min_x() - ROUNDING
        || rect.min_y() < seen.min_y() - ROUNDING
        || rect.max_x() > seen.max_x() + ROUNDING
        || rect.max_y() > seen.max_y() + ROUNDING
}

fn brief(words: &Words) -> String {
    let mut brief: String = words.text.chars().take(18).collect();
    if brief.len() < words.text.len() {
        brief.push('…');
    }
    brief.replace('\n', "/")
}

fn place(rect: &LogicalRect) -> String {
    let [x, y, width, height] = [rect.min_x(), rect.min_y(), rect.width(), rect.height()];
    format!("{x:.0},{y:.0} {width:.0}x{height:.0}")
}
