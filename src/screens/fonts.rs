//! Fonts before Slint starts: the program carries its own, and gives fontconfig a folder that has one, because
//! Slint panics where fontconfig knows no font at all.
use std::borrow::Cow;
use std::io;
use std::path::Path;

/// Names the file that fontconfig reads first.
pub const VARIABLE: &str = "FONTCONFIG_FILE";
pub const REGULAR: &[u8] = include_bytes!("../../assets/fonts/JiujinSansSC-Regular.otf");

/// Writes font and configuration below `folder` and returns the path for [`VARIABLE`]. System folders are
/// named too, so that rare characters fall back to whatever the machine has.
pub fn prepare(folder: &Path) -> io::Result<std::path::PathBuf> {
    let fonts = folder.join("fonts");
    std::fs::create_dir_all(&fonts)?;
    let font = fonts.join("JiujinSansSC-Regular.otf");
    if std::fs::metadata(&font).map(|found| found.len()).ok() != Some(REGULAR.len() as u64) {
        std::fs::write(&font, REGULAR)?;
    }
    let file = folder.join("fonts.conf");
    let text = format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n<fontconfig>\n  <dir>{}</dir>\n  \
         <dir>/usr/share/fonts</dir>\n  <dir>/usr/local/share/fonts</dir>\n  <cachedir>{}</cachedir>\n</fontconfig>\n",
        fonts.display(),
        folder.join("cache").display()
    );
    std::fs::write(&file, text)?;
    Ok(file)
}

/// Whether our own font draws a character; what it lacks must never be silently blank.
pub fn draws(character: char) -> bool {
    static FACE: std::sync::LazyLock<Option<ttf_parser::Face<'static>>> =
        std::sync::LazyLock::new(|| ttf_parser::Face::parse(REGULAR, 0).ok());
    FACE.as_ref().is_some_and(|face| face.glyph_index(character).is_some())
}

/// The text as it can be drawn: a character the font lacks stands as its code point in brackets. Only the screen
/// and the paper show it so; what is stored and sent keeps the character.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c.is_control() || draws(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().fold(String::new(), |mut all, c| {
        if c.is_control() || draws(c) {
            all.push(c);
        } else {
            all.push_str(&format!("〔U+{:04X}〕", u32::from(c)));
        }
        all
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_the_font_lacks_stands_as_its_code_point() {
        assert_eq!(visible("王小一\n18号"), "王小一\n18号");
        assert_eq!(visible("测\u{E863}x"), "测〔U+E863〕x");
        assert_eq!(visible("\u{3106C}"), "〔U+3106C〕");
        assert!("〔U+0123456789ABCDEF〕".chars().all(draws), "the code itself can be drawn");
    }
}
