//! `jiujin screens`: every page of an invented resident's visit as a picture.
use super::run::complain;
use super::visit::with_fonts;
use super::{EXIT_NO, EXIT_OK, ScreensArguments};
use crate::config::Config;
use crate::screens::{self, Status, headless};
use crate::session::settings::{Settings, TextSize, Theme};
use crate::shelf::Shelf;
use jiujin_contract::text::Lang;

/// Width and height as `1080x1920`.
pub fn size(text: &str) -> Result<(u32, u32), String> {
    let wrong = || format!("--size {text}: write width and height in pixels, such as 1080x1920");
    let (width, height) = text.split_once('x').ok_or_else(wrong)?;
    let side =
        |side: &str| side.parse::<u32>().ok().filter(|side| (320..=7_680).contains(side)).ok_or_else(wrong);
    Ok((side(width)?, side(height)?))
}

pub fn render(arguments: &ScreensArguments) -> u8 {
    if let Some(code) = with_fonts() {
        return code;
    }
    match render_all(arguments) {
        Ok(0) => complain(&format!("no page is called {}", arguments.page.as_deref().unwrap_or_default())),
        Ok(_) => EXIT_OK,
        Err(error) => {
            complain(&error);
            EXIT_NO
        }
    }
}

fn render_all(arguments: &ScreensArguments) -> Result<usize, String> {
    let (width, height) = size(&arguments.look.size)?;
    let settings = Settings { reach: arguments.reach, ..settings(&arguments.look)? };
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    std::fs::create_dir_all(&arguments.out)
        .map_err(|error| format!("{}: {error}", arguments.out.display()))?;
    headless::install(width, height).map_err(|error| failed(&error))?;
    let samples = screens::samples(&settings, width, height).map_err(|error| failed(&error))?;
    let status = Status::new(&Config::parse("", "").map_err(|error| failed(&error))?);
    let shelf = Shelf::new(jiujin_contract::catalogue::day_one().offered());
    let views = screens::example_visit(settings, status, shelf, screens::pad_of((width, height)));
    let mut count = 0;
    for (page, view) in
        views.iter().filter(|(page, _)| arguments.page.as_deref().is_none_or(|wanted| wanted == *page))
    {
        for _ in 0..4 {
            samples.lay(view);
            headless::draw_now();
        }
        let file = arguments.out.join(format!("{page}.png"));
        headless::shoot(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        println!("{}", serde_json::json!({"page": page, "file": file}));
        count += 1;
    }
    Ok(count)
}

fn settings(look: &super::LookArguments) -> Result<Settings, String> {
    Ok(Settings {
        lang: Lang::from_tag(&look.lang)
            .ok_or_else(|| format!("--lang {}: write zh-CN, zh-TW or en", look.lang))?,
        text_size: TextSize::from_number(look.text_size).ok_or("--text-size: write 1, 2, 3 or 4")?,
        theme: Theme::from_name(&look.theme)
            .ok_or_else(|| format!("--theme {}: write light, dark, contrast or calm", look.theme))?,
        ..Settings::default()
    })
}
