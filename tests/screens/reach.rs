//! A30: within reach, whatever can be touched lies in the lower 60 % of an upright panel. A panel that lies on its
//! side is no higher than that part of an upright one.
use super::poses::{PAGES, Pose, STATES};
use super::stage::{LARGE, PORTRAIT, Panel, dress, stage};
use super::walker::{self, ROUNDING, Seen};
use super::{Look, SIZES, rules};
use jiujin::screens::Samples;
use jiujin::session::settings::Theme;
use jiujin_contract::text::Lang;
use slint::ComponentHandle;

/// Part of the panel that a seated person need not reach.
const ABOVE: f32 = 0.4;

/// Pages whose rows still begin above that line, or that crowd below it: their lists want fewer rows a leaf.
const NOT_YET: &[&str] =
    &["form", "cases", "check", "rating", "printer without paper", "home after the card"];

fn within_reach(samples: &Samples, pose: &Pose, look: Look) -> Seen {
    dress(samples, look.panel, &look.settings());
    pose.strike(samples);
    samples.window().global::<jiujin_ui::Theme>().set_reach(true);
    slint::platform::update_timers_and_animations();
    let seen = walker::walk(samples.window().window());
    samples.window().global::<jiujin_ui::Theme>().set_reach(false);
    seen
}

/// Targets that are too high up, and whatever else is wrong with the page then.
fn defects(seen: &Seen, panel: Panel) -> Vec<String> {
    let top = seen.window.height * ABOVE - ROUNDING;
    let high = seen.targets.iter().filter(|target| target.enabled && target.rect.min_y() < top);
    let mut found: Vec<String> = high
        .map(|target| format!("A30 out of reach: {} at {:.0}", target.label, target.rect.min_y()))
        .collect();
    found.extend(rules::defects(seen, panel.mm()));
    found
}

#[test]
fn within_reach_every_target_of_the_finished_pages_lies_in_the_lower_three_fifths() {
    let found = stage(|samples| {
        let mut found = Vec::new();
        for panel in [PORTRAIT, LARGE] {
            for size in SIZES {
                let look = Look { panel, lang: Lang::ZhCn, size, theme: Theme::Light };
                let finished = |pose: &&Pose| !NOT_YET.iter().any(|name| pose.name.starts_with(name));
                for pose in PAGES.iter().chain(STATES).filter(finished) {
                    let seen = within_reach(samples, pose, look);
                    let defects = defects(&seen, panel);
                    found.extend(
                        defects.into_iter().map(|what| format!("{}: {what} ({})", pose.name, look.words())),
                    );
                }
            }
        }
        found
    });
    assert!(found.is_empty(), "{} defects:\n{}", found.len(), found.join("\n"));
}
