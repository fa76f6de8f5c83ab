//! The paper itself: lines of text, a code and rules, drawn with the kiosk's own font in black dots.
use crate::screens::fonts;
use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use jiujin_hardware::printer::{Bitmap, HEIGHT_PX_MAX};

/// Dots at both edges.
const MARGIN: u32 = 16;
/// Dots between two parts.
const GAP: u32 = 14;
const TEXT_PX: u32 = 26;
const TITLE_PX: u32 = 40;
const LARGE_PX: u32 = 52;
/// Dots of one module of the code; with them a phone reads it from an arm's length.
const MODULE: u32 = 7;
/// Ink from here on: thermal paper knows no grey.
const INK: f32 = 0.45;

/// One part of a receipt, top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Title(String),
    /// What must be read from afar: the receipt number.
    Large(String),
    Text(String),
    Rule,
    /// A QR code of this text.
    Code(String),
}

/// `None` when the parts are more than a roll may hold at once, or the font is unusable.
pub fn draw(parts: &[Part], width_px: u32) -> Option<Bitmap> {
    let font = FontRef::try_from_slice(fonts::REGULAR).ok()?;
    let rows: Vec<Row> = parts.iter().flat_map(|part| rows(part, &font, width_px)).collect();
    let height = GAP * 2 + rows.iter().map(Row::height).sum::<u32>();
    let mut paper = Bitmap::blank(width_px, height.min(HEIGHT_PX_MAX))?;
    let mut y = GAP;
    for row in &rows {
        row.ink(&mut paper, y, &font);
        y += row.height();
    }
    Some(paper)
}

enum Row {
    Words { text: String, px: u32 },
    Rule,
    Code(qrcodegen::QrCode),
}

fn rows(part: &Part, font: &FontRef, width_px: u32) -> Vec<Row> {
    let words = |text: &str, px: u32| {
        wrapped(&fonts::visible(text), px, font, width_px - 2 * MARGIN)
            .into_iter()
            .map(move |text| Row::Words { text, px })
    };
    match part {
        Part::Title(text) => words(text, TITLE_PX).collect(),
        Part::Large(text) => words(text, LARGE_PX).collect(),
        Part::Text(text) => words(text, TEXT_PX).collect(),
        Part::Rule => vec![Row::Rule],
        Part::Code(text) => qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium)
            .map(Row::Code)
            .into_iter()
            .collect(),
    }
}

/// Lines no wider than `room`: Chinese breaks anywhere, Latin words stay whole where they can.
fn wrapped(text: &str, px: u32, font: &FontRef, room: u32) -> Vec<String> {
    let scaled = font.as_scaled(PxScale::from(px as f32));
    let width = |line: &str| line.chars().map(|c| scaled.h_advance(scaled.glyph_id(c))).sum::<f32>();
    let mut lines = vec![String::new()];
    for character in text.chars() {
        let line = lines.last_mut().expect("never empty");
        if !line.is_empty() && width(line) + width(&character.to_string()) > room as f32 {
            let word = line.rfind(' ').filter(|_| character.is_ascii_alphanumeric());
            let rest = word.map(|at| line.split_off(at).trim_start().to_owned()).unwrap_or_default();
            lines.push(rest);
        }
        lines.last_mut().expect("never empty").push(character);
    }
    lines
}

impl Row {
    fn height(&self) -> u32 {
        match self {
            Row::Words { px, .. } => px + GAP,
            Row::Rule => 2 * GAP,
            Row::Code(code) => code.size() as u32 * MODULE + 2 * GAP,
        }
    }

    fn ink(&self, paper: &mut Bitmap, y: u32, font: &FontRef) {
        match self {
            Row::Words { text, px } => ink_words(paper, text, *px, y, font),
            Row::Rule => {
                for x in MARGIN..paper.width_px() - MARGIN {
                    paper.set(x, y + GAP);
                    paper.set(x, y + GAP + 1);
                }
            }
            Row::Code(code) => ink_code(paper, code, y + GAP),
        }
    }
}

fn ink_words(paper: &mut Bitmap, text: &str, px: u32, y: u32, font: &FontRef) {
    let scaled = font.as_scaled(PxScale::from(px as f32));
    let (mut x, baseline) = (MARGIN as f32, y as f32 + scaled.ascent());
    for character in text.chars() {
        let glyph = scaled.glyph_id(character).with_scale_and_position(scaled.scale(), point(x, baseline));
        x += scaled.h_advance(glyph.id);
        let Some(outline) = font.outline_glyph(glyph) else { continue };
        let corner = outline.px_bounds().min;
        outline.draw(|dx, dy, coverage| {
            let (x, y) = (corner.x as i64 + i64::from(dx), corner.y as i64 + i64::from(dy));
            if let (true, Ok(x), Ok(y)) = (coverage > INK, u32::try_from(x), u32::try_from(y)) {
                paper.set(x, y);
            }
        });
    }
}

fn ink_code(paper: &mut Bitmap, code: &qrcodegen::QrCode, top: u32) {
    let side = code.size() as u32 * MODULE;
    let left = paper.width_px().saturating_sub(side) / 2;
    for (dx, dy) in (0..side).flat_map(|dx| (0..side).map(move |dy| (dx, dy))) {
        if code.get_module((dx / MODULE) as i32, (dy / MODULE) as i32) {
            paper.set(left + dx, top + dy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_reads_the_receipt_number_back_from_the_paper() {
        let parts =
            [Part::Title("受理回执".into()), Part::Code("7K3M-1122-0047-P".into()), Part::Text("完".into())];
        let paper = draw(&parts, 576).expect("it is short");
        let shade = |x: usize, y: usize| if paper.is_black(x as u32, y as u32) { 0 } else { 255 };
        let (width, height) = (paper.width_px() as usize, paper.height_px() as usize);
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, shade);
        let codes = seen.detect_grids();
        let (_, text) = codes.first().expect("there is a code").decode().expect("it is readable");
        assert_eq!(text, "7K3M-1122-0047-P");
    }

    #[test]
    fn a_long_line_is_wrapped_and_stays_on_the_paper() {
        let long =
            "到本中心窗口领取，请带身份证。".repeat(6) + " and bring the original of every paper you have";
        let paper = draw(&[Part::Text(long)], 384).expect("it is short");
        assert!(paper.height_px() > 3 * (TEXT_PX + GAP), "{} dots high", paper.height_px());
        let edge = (0..paper.height_px()).any(|y| (384 - 4..384).any(|x| paper.is_black(x, y)));
        assert!(!edge, "nothing touches the edge");
    }
}
