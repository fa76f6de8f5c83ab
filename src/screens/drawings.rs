//! Drawings as pixels, made once for every size they are shown in: the renderer would rasterise an SVG each time it is
//! painted, which costs the card page more than everything else on it.
use i_slint_core::graphics::{ImageInner, SharedImageBuffer};
use jiujin_ui::{AppWindow, Drawings};
use slint::{ComponentHandle, Image};
use std::cell::RefCell;

/// All pixels kept, in bytes: the layers of two card pictures and the icons of a few pages.
const KEPT_BYTES_MAX: usize = 20 * 1024 * 1024;
/// A side no drawing on a panel is longer than.
const SIDE_PX_MAX: i32 = 4_096;

struct Kept {
    drawing: Image,
    size: (i32, i32),
    pixels: Image,
}

#[derive(Default)]
struct Shelf {
    kept: Vec<Kept>,
    bytes: usize,
}

impl Shelf {
    fn pixels(&mut self, drawing: Image, size: (i32, i32)) -> Image {
        let known = self.kept.iter().find(|kept| kept.size == size && kept.drawing == drawing);
        if let Some(known) = known {
            return known.pixels.clone();
        }
        let Some(pixels) = rasterised(&drawing, size) else { return drawing };
        let bytes = size.0 as usize * size.1 as usize * 4;
        if self.bytes + bytes > KEPT_BYTES_MAX {
            *self = Shelf::default();
        }
        self.bytes += bytes;
        self.kept.push(Kept { drawing, size, pixels: pixels.clone() });
        pixels
    }
}

/// `None` for what is no drawing, or has no size yet.
fn rasterised(drawing: &Image, (width, height): (i32, i32)) -> Option<Image> {
    let sides = 1..=SIDE_PX_MAX;
    let inner: &ImageInner = drawing.into();
    if !matches!(inner, ImageInner::Svg(_)) || !sides.contains(&width) || !sides.contains(&height) {
        return None;
    }
    let wanted = [width as u32, height as u32];
    match inner.render_to_buffer(Some(wanted.into()))? {
        SharedImageBuffer::RGBA8Premultiplied(pixels) => Some(Image::from_rgba8_premultiplied(pixels)),
        SharedImageBuffer::RGBA8(pixels) => Some(Image::from_rgba8(pixels)),
        SharedImageBuffer::RGB8(pixels) => Some(Image::from_rgb8(pixels)),
    }
}

/// From here on the window's drawings are pixels.
pub fn keep(window: &AppWindow) {
    let shelf = RefCell::new(Shelf::default());
    window
        .global::<Drawings>()
        .on_pixels(move |drawing, width, height| shelf.borrow_mut().pixels(drawing, (width, height)));
}
