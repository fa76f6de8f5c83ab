//! A drawn receipt: one bit a dot, black is 1. It says who was here and why, so it is wiped when dropped and its
//! Debug tells the size only.
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Dots across the widest paper a receipt printer takes (80 mm at 203 dpi, 72 mm printable).
pub const WIDTH_PX_MAX: u32 = 640;
/// Half a metre of paper at 203 dpi: no receipt is longer.
pub const HEIGHT_PX_MAX: u32 = 4_000;

/// Rows from the top, each padded to whole bytes, leftmost dot in the highest bit.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Bitmap {
    width_px: u32,
    height_px: u32,
    bits: Vec<u8>,
}

impl Bitmap {
    /// White paper. `None` where it is empty or larger than a receipt can be.
    pub fn blank(width_px: u32, height_px: u32) -> Option<Bitmap> {
        let bytes = width_px.div_ceil(8) as usize * height_px as usize;
        Bitmap::from_bits(width_px, height_px, vec![0; bytes.min(1 << 20)])
    }

    /// `None` where the size is no receipt's or does not fit the bits.
    pub fn from_bits(width_px: u32, height_px: u32, bits: Vec<u8>) -> Option<Bitmap> {
        let is_receipt = (1..=WIDTH_PX_MAX).contains(&width_px) && (1..=HEIGHT_PX_MAX).contains(&height_px);
        let fits = bits.len() == width_px.div_ceil(8) as usize * height_px as usize;
        (is_receipt && fits).then_some(Bitmap { width_px, height_px, bits })
    }

    pub fn width_px(&self) -> u32 {
        self.width_px
    }

    pub fn height_px(&self) -> u32 {
        self.height_px
    }

    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    pub fn row_bytes(&self) -> usize {
        self.width_px.div_ceil(8) as usize
    }

    /// Blackens a dot; outside the paper nothing happens.
    pub fn set(&mut self, x: u32, y: u32) {
        if let Some((at, bit)) = self.place(x, y)
            && let Some(byte) = self.bits.get_mut(at)
        {
            *byte |= bit;
        }
    }

    pub fn is_black(&self, x: u32, y: u32) -> bool {
        self.place(x, y).and_then(|(at, bit)| Some(self.bits.get(at)? & bit != 0)).unwrap_or(false)
    }

    fn place(&self, x: u32, y: u32) -> Option<(usize, u8)> {
        let at = y as usize * self.row_bytes() + x as usize / 8;
        (x < self.width_px && y < self.height_px).then_some((at, 0x80 >> (x % 8)))
    }
}

impl std::fmt::Debug for Bitmap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bitmap({} x {})", self.width_px, self.height_px)
    }
}
