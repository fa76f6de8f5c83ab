//! A30: within reach, whatever can be touched lies in the lower 60 % of an upright panel. A panel that lies on its
//! side is no higher than that part of an upright one.
use super::poses::{PAGES, Pose, STATES};
use super::stage::{LARGE, PORTRAIT, Panel, dress, stage};
use super::walker::{self, ROUNDING, Seen};
use super::{Look, SIZES, rules};
use jiujin::screens::{Samples, headless};
use jiujin::session::settings::{Settings, Theme};
use jiujin_contract::text::Lang;
use slint::ComponentHandle;

/// Part of the panel that a seated person need not reach.
const ABOVE: f32 = 0.4;

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
fn within_reach_every_target_lies_in_the_lower_three_fifths() {
    let found = stage(|samples| {
        let mut found = Vec::new();
        for panel in [PORTRAIT, LARGE] {
            for size in SIZES {
                let look = Look { panel, lang: Lang::ZhCn, size, theme: Theme::Light };
                for pose in PAGES.iter().chain(STATES) {
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

/// The check turns its leaves by Next page, and the last one has the declaration.
#[test]
fn within_reach_every_leaf_of_the_check_keeps_the_rule() {
    let check = PAGES.iter().find(|pose| pose.name == "check").expect("the check is a page");
    let found = stage(|samples| {
        let mut found = Vec::new();
        for panel in [PORTRAIT, LARGE] {
            for size in SIZES {
                let look = Look { panel, lang: Lang::ZhCn, size, theme: Theme::Light };
                dress(samples, panel, &Settings { reach: true, ..look.settings() });
                // Another page between: the check begins with its first leaf.
                PAGES[0].strike(samples);
                walker::walk(samples.window().window());
                check.strike(samples);
                samples.window().global::<jiujin_ui::Theme>().set_reach(true);
                let mut leaf = 1;
                loop {
                    slint::platform::update_timers_and_animations();
                    let seen = walker::walk(samples.window().window());
                    let named = |what| format!("leaf {leaf}: {what} ({})", look.words());
                    found.extend(defects(&seen, panel).into_iter().map(named));
                    let Some(on) = seen.targets.iter().find(|target| target.label == "下一页") else {
                        break;
                    };
                    let middle = on.rect.center();
                    let middle = slint::LogicalPosition::new(middle.x, middle.y);
                    headless::touch(samples.window().window(), middle);
                    leaf += 1;
                }
                let declared = walker::walk(samples.window().window()).targets;
                if !declared.iter().any(|target| target.label == "提交") || leaf > 6 {
                    found.push(format!("{leaf} leaves, and no Submit ({})", look.words()));
                }
                samples.window().global::<jiujin_ui::Theme>().set_reach(false);
            }
        }
        found
    });
    assert!(found.is_empty(), "{} defects:\n{}", found.len(), found.join("\n"));
}
