//! Ink: strokes in tenths of a millimetre to what the signature pad draws.
use crate::session::stage::Stroke;
use jiujin_ui::InkStroke;
use std::fmt::Write as _;

/// Units of a stroke in a millimetre.
pub const PER_MM: f32 = 10.0;

/// One stroke as a path in millimetres with the box around it.
pub fn drawn(stroke: &Stroke) -> InkStroke {
    let mut commands = String::new();
    let (mut left, mut top, mut right, mut bottom) = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
    for (index, (x, y)) in stroke.iter().enumerate() {
        let (x, y) = (*x as f32 / PER_MM, *y as f32 / PER_MM);
        (left, right) = (left.min(x), right.max(x));
        (top, bottom) = (top.min(y), bottom.max(y));
        // Writing to a String cannot fail.
        let _ = write!(commands, "{} {x} {y} ", if index == 0 { "M" } else { "L" });
    }
    if let [(x, y)] = stroke.as_slice() {
        // A dot: a path of one point draws nothing.
        let _ = write!(commands, "L {} {}", *x as f32 / PER_MM + 0.3, *y as f32 / PER_MM + 0.3);
        (right, bottom) = (right + 0.3, bottom + 0.3);
    }
    let (width, height) = ((right - left).max(0.1), (bottom - top).max(0.1));
    InkStroke { commands: commands.trim_end().into(), x: left, y: top, width, height }
}
