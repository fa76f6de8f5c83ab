//! The resident's picture, where a site has a licensed decoder for the photo on the card. Without one, or when
//! it fails, the page shows its drawing: no errand depends on a face.
use super::Report;
use crate::kiosk::Event;
use crate::session::stage::Face;
use jiujin_contract::identity::IdNumber;
use jiujin_hardware::card::photo::{DecoderProgram, PhotoDecoder};
use std::io::Cursor;
use std::sync::Arc;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// Widest and highest picture taken; the card's own has 102 by 126 dots.
const SIDE_PX_MAX: u32 = 1_024;

/// Decodes apart from the reader's thread, which goes on; the loop hears of the face when it is there.
pub fn decode(program: &str, of: IdNumber, photo: &[u8], events: mpsc::Sender<Event>) {
    let (decoder, photo) = (DecoderProgram::at(program), Zeroizing::new(photo.to_vec()));
    let work = move || match decoder.decode(&photo).map(|file| picture(of, &file)) {
        Ok(Some(face)) => {
            // A loop that is gone needs no faces.
            let _ = events.blocking_send(Event::Card(Report::Face(face)));
        }
        Ok(None) => {
            tracing::warn!(side_px_max = SIDE_PX_MAX, "the photo decoder's picture is damaged or too large");
        }
        Err(error) => tracing::warn!(%error, "no picture of the resident"),
    };
    if let Err(error) = std::thread::Builder::new().name("photo-decoder".into()).spawn(work) {
        tracing::warn!(%error, "no picture of the resident");
    }
}

fn picture(of: IdNumber, file: &[u8]) -> Option<Face> {
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(SIDE_PX_MAX);
    limits.max_image_height = Some(SIDE_PX_MAX);
    let mut reader = image::ImageReader::new(Cursor::new(file)).with_guessed_format().ok()?;
    reader.limits(limits);
    let picture = reader.decode().ok()?.into_rgb8();
    let (width, height) = picture.dimensions();
    Some(Face { of, width, height, rgb: Arc::new(Zeroizing::new(picture.into_raw())) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&vec![7; (width * height * 3) as usize]).unwrap();
        drop(writer);
        file
    }

    fn number() -> IdNumber {
        IdNumber::new("109999199003070017")
    }

    #[test]
    fn a_picture_becomes_dots_and_tells_nothing_when_it_is_logged() {
        let face = picture(number(), &png(102, 126)).unwrap();
        assert_eq!((face.width, face.height, face.rgb.len()), (102, 126, 102 * 126 * 3));
        assert_eq!(format!("{face:?}"), "Face(102 x 126)");
    }

    #[test]
    fn a_picture_that_is_damaged_or_huge_is_none() {
        assert!(picture(number(), b"BM and nothing more").is_none());
        assert!(picture(number(), &png(SIDE_PX_MAX + 1, 1)).is_none());
        assert!(picture(number(), &png(102, 126)[..60]).is_none());
    }
}
