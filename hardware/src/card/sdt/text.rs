//! Text fields of the card: UTF-16 little-endian, padded on the right with blanks.

/// A decoded field and whether its bytes were whole UTF-16.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub text: String,
    pub whole: bool,
}

/// Reads units up to the first U+0000, then trims U+0020 at both ends. Full-width blanks inside an address
/// are data, and so is a blank inside a name.
pub fn decode(bytes: &[u8]) -> Field {
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .take_while(|unit| *unit != 0);
    let mut whole = true;
    let text: String = char::decode_utf16(units)
        .map(|unit| {
            unit.unwrap_or_else(|_| {
                whole = false;
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect();
    Field { text: text.trim_matches(' ').to_owned(), whole }
}

/// Writes a field for the simulator: cut or padded to `bytes`.
pub fn encode(text: &str, bytes: usize) -> Vec<u8> {
    let units = text.encode_utf16().chain(std::iter::repeat(0x20)).take(bytes / 2);
    units.flat_map(u16::to_le_bytes).collect()
}

/// Characters that public-security systems put into the private-use areas for want of a code point.
pub fn has_private_use(text: &str) -> bool {
    text.chars().any(|c| matches!(u32::from(c), 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF))
}
