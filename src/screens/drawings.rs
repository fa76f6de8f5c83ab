//! Drawings as pixels, made once for every size they are shown in: the renderer would rasterise an SVG each time it is
//! painted, and blend every layer of a picture over its whole area.
use i_slint_core::graphics::{ImageInner, SharedImageBuffer};
use jiujin_ui::{AppWindow, Drawings, Layer};
use slint::{Color, ComponentHandle, Image, Model, Rgba8Pixel, SharedPixelBuffer};
use std::cell::RefCell;

/// All pixels kept, in bytes: two card pictures with their rings and the icons of a few pages.
const KEPT_BYTES_MAX: usize = 20 * 1024 * 1024;
/// A side no drawing on a panel is longer than.
const SIDE_PX_MAX: i32 = 4_096;

type Pixels = SharedPixelBuffer<Rgba8Pixel>;

struct Kept {
    layers: Vec<Layer>,
    size: (i32, i32),
    pixels: Image,
}

#[derive(Default)]
struct Shelf {
    kept: Vec<Kept>,
    bytes: usize,
}

impl Shelf {
    /// `None` where there is nothing to draw, or no size yet.
    fn pixels(&mut self, layers: Vec<Layer>, size: (i32, i32)) -> Option<Image> {
        if let Some(known) = self.kept.iter().find(|kept| kept.size == size && kept.layers == layers) {
            return Some(known.pixels.clone());
        }
        let sides = 1..=SIDE_PX_MAX;
        if !sides.contains(&size.0) || !sides.contains(&size.1) {
            return None;
        }
        let mut picture = Pixels::new(size.0 as u32, size.1 as u32);
        for layer in &layers {
            lay(&mut picture, layer);
        }
        let pixels = Image::from_rgba8_premultiplied(picture);
        let bytes = size.0 as usize * size.1 as usize * 4;
        if self.bytes + bytes > KEPT_BYTES_MAX {
            *self = Shelf::default();
        }
        self.bytes += bytes;
        self.kept.push(Kept { layers, size, pixels: pixels.clone() });
        Some(pixels)
    }
}

/// Draws a layer over what is there; the part outside the picture is left out.
fn lay(picture: &mut Pixels, layer: &Layer) {
    let size = (layer.width.round() as i32, layer.height.round() as i32);
    let Some(drawn) = rasterised(&layer.drawing, size) else { return };
    let (left, top) = (layer.x.round() as i32, layer.y.round() as i32);
    let (wide, high) = (picture.width() as i32, picture.height() as i32);
    let below = picture.make_mut_slice();
    for (row, line) in drawn.as_slice().chunks_exact(drawn.width() as usize).enumerate() {
        let y = top + row as i32;
        if !(0..high).contains(&y) {
            continue;
        }
        for (column, pixel) in line.iter().enumerate().filter(|(_, pixel)| pixel.a > 0) {
            let x = left + column as i32;
            if (0..wide).contains(&x) {
                let at = &mut below[(y * wide + x) as usize];
                *at = over(tinted(*pixel, layer.tint), *at);
            }
        }
    }
}

/// The tint in the shape of the pixel; a transparent tint leaves its colours.
fn tinted(pixel: Rgba8Pixel, tint: Color) -> Rgba8Pixel {
    if tint.alpha() == 0 {
        return pixel;
    }
    let a = part(pixel.a, tint.alpha());
    Rgba8Pixel::new(part(tint.red(), a), part(tint.green(), a), part(tint.blue(), a), a)
}

/// Premultiplied source over premultiplied ground.
fn over(source: Rgba8Pixel, ground: Rgba8Pixel) -> Rgba8Pixel {
    let rest = 255 - source.a;
    let mix = |source: u8, ground: u8| source.saturating_add(part(ground, rest));
    Rgba8Pixel::new(
        mix(source.r, ground.r),
        mix(source.g, ground.g),
        mix(source.b, ground.b),
        mix(source.a, ground.a),
    )
}

fn part(of: u8, share: u8) -> u8 {
    ((u16::from(of) * u16::from(share) + 127) / 255) as u8
}

/// An SVG as premultiplied pixels; `None` for what is none, or has no size.
fn rasterised(drawing: &Image, (width, height): (i32, i32)) -> Option<Pixels> {
    let sides = 1..=SIDE_PX_MAX;
    if !sides.contains(&width) || !sides.contains(&height) {
        return None;
    }
    let inner: &ImageInner = drawing.into();
    match inner.render_to_buffer(Some([width as u32, height as u32].into()))? {
        SharedImageBuffer::RGBA8Premultiplied(pixels) => Some(pixels),
        SharedImageBuffer::RGBA8(_) | SharedImageBuffer::RGB8(_) => None,
    }
}

/// From here on the window's drawings are pixels.
pub fn keep(window: &AppWindow) {
    let shelf = std::rc::Rc::new(RefCell::new(Shelf::default()));
    let drawings = window.global::<Drawings>();
    let single = shelf.clone();
    drawings.on_pixels(move |drawing, width, height| {
        let inner: &ImageInner = (&drawing).into();
        if !matches!(inner, ImageInner::Svg(_)) {
            return drawing;
        }
        let whole = Layer { width: width as f32, height: height as f32, drawing, ..Layer::default() };
        let drawing = whole.drawing.clone();
        single.borrow_mut().pixels(vec![whole], (width, height)).unwrap_or(drawing)
    });
    drawings.on_layered(move |layers, width, height| {
        // An empty drawing equals nothing, not even itself.
        let layers = layers.iter().filter(|layer| layer.drawing.size().width > 0).collect();
        shelf.borrow_mut().pixels(layers, (width, height)).unwrap_or_default()
    });
}
