//! Catalogue, search and guide onto their pages.
use super::model;
use crate::screens::catalogue::{
    Face, GuideView, HitView, HomeView, MaterialView, SearchView, TileView, VerdictView,
};
use crate::screens::outcome::CaseView;
use crate::screens::view::Page;
use crate::session::stage::Tab;
use jiujin_contract::case::CaseState;
use jiujin_contract::item::{Badge, MaterialSource};
use jiujin_ui::{
    AppWindow, BadgeItem, BadgeKind, CaseLine, CaseStatus, GuidePage, GuideVerdict, HomeFace, HomePage,
    HomeTab, Material, Origin, PageId, SearchHit, SearchPage, TileItem,
};
use slint::{ComponentHandle, SharedString};

pub fn home(window: &AppWindow, view: &HomeView) -> PageId {
    let home = window.global::<HomePage>();
    home.set_face(match &view.face {
        Face::Browse => HomeFace::Browse,
        Face::Mine { .. } => HomeFace::Mine,
        Face::Easy(_) => HomeFace::Easy,
    });
    home.set_tab(match view.tab {
        Tab::MostUsed => HomeTab::Popular,
        Tab::Categories => HomeTab::Topics,
        Tab::LifeEvents => HomeTab::Events,
        Tab::Departments => HomeTab::Offices,
    });
    home.set_heading(view.group.as_deref().unwrap_or_default().into());
    home.set_count(view.services as i32);
    home.set_count_services(true);
    home.set_card_known(view.identified);
    match &view.face {
        Face::Browse => {}
        Face::Mine { offers, cases, total } => {
            let room = slots(home.get_offers_a_page());
            home.set_offers(model(offers.iter().take(room).map(tile_item)));
            home.set_cases(model(cases.iter().map(case_line)));
            home.set_cases_total(*total as i32);
        }
        Face::Easy(topics) => home.set_easy_tiles(model(topics.iter().map(easy_tile))),
    }
    PageId::Home
}

/// Takes as many tiles or hits as there is room for: known once size, language and keyboard are set.
pub fn leaf(window: &AppWindow, page: &Page) {
    match page {
        Page::Home(view) => {
            let home = window.global::<HomePage>();
            let leaf = Leaf::of(view.first, view.tiles.len(), slots(home.get_tiles_a_page()));
            home.set_page(leaf.number);
            home.set_pages(leaf.count);
            home.set_tiles(model(view.tiles[leaf.range].iter().map(tile_item)));
        }
        Page::Search(view) => {
            let search = window.global::<SearchPage>();
            let leaf = Leaf::of(view.first, view.hits.len(), slots(search.get_rows()));
            search.set_page(leaf.number);
            search.set_pages(leaf.count);
            search.set_hits(model(view.hits[leaf.range].iter().map(hit)));
        }
        _ => {}
    }
}

/// One page of a list that is longer than its page.
struct Leaf {
    number: i32,
    count: i32,
    range: std::ops::Range<usize>,
}

impl Leaf {
    /// The leaf on which `first` stands.
    fn of(first: usize, all: usize, room: usize) -> Leaf {
        let at = first.min(all.saturating_sub(1)) / room;
        let range = at * room..all.min((at + 1) * room);
        Leaf { number: at as i32 + 1, count: all.div_ceil(room).max(1) as i32, range }
    }
}

fn slots(count: i32) -> usize {
    usize::try_from(count).unwrap_or(1).max(1)
}

fn case_line(case: &CaseView) -> CaseLine {
    CaseLine {
        id: case.receipt.as_str().into(),
        title: case.service.as_str().into(),
        detail: case.updated.as_str().into(),
        status: match case.code {
            CaseState::CorrectionRequested => CaseStatus::Correction,
            CaseState::Concluded | CaseState::Delivered => CaseStatus::Done,
            CaseState::RefusedAcceptance => CaseStatus::Refused,
            CaseState::Withdrawn => CaseStatus::Withdrawn,
            CaseState::Submitted => CaseStatus::Delivered,
            _ => CaseStatus::InProgress,
        },
    }
}

/// A topic with examples below it.
fn easy_tile(topic: &TileView) -> TileItem {
    TileItem { detail: topic.note.as_str().into(), note: SharedString::default(), ..tile_item(topic) }
}

fn tile_item(tile: &TileView) -> TileItem {
    TileItem {
        id: tile.id.as_str().into(),
        title: tile.name.as_str().into(),
        detail: SharedString::default(),
        note: tile.note.as_str().into(),
        icon: tile.icon.into(),
        badges: model(tile.badges.iter().map(badge)),
        category: tile.is_group,
        available: true,
    }
}

fn badge(badge: &Badge) -> BadgeItem {
    let (kind, days) = match badge {
        Badge::ZeroMaterial => (BadgeKind::NoPapers, 0),
        Badge::OnTheSpot => (BadgeKind::OnTheSpot, 0),
        Badge::WorkingDays(days) => (BadgeKind::WorkingDays, i32::from(*days)),
        Badge::Visits(_) => (BadgeKind::Visit, 0),
        Badge::NeedsNetwork => (BadgeKind::NeedsNetwork, 0),
        Badge::NeedsPrinter => (BadgeKind::PrintsHere, 0),
    };
    BadgeItem { kind, days }
}

pub fn search(window: &AppWindow, view: &SearchView) -> PageId {
    let search = window.global::<SearchPage>();
    search.set_text(view.query.as_str().into());
    search.set_composing(view.composing.as_str().into());
    search.set_found(view.hits.len() as i32);
    PageId::Search
}

fn hit(hit: &HitView) -> SearchHit {
    let (before, found, after) = hit.parts();
    SearchHit {
        id: hit.id.as_str().into(),
        before: before.into(),
        hit: found.into(),
        after: after.into(),
        office: hit.department.as_str().into(),
        icon: hit.icon.into(),
        badge: hit.badges.first().map(badge).unwrap_or(BadgeItem { kind: BadgeKind::OnTheSpot, days: 0 }),
    }
}

/// One after the other; only after a Latin full stop there is a space.
fn sentences(all: &[impl AsRef<str>]) -> String {
    let mut text = String::new();
    for sentence in all.iter().map(AsRef::as_ref) {
        if text.ends_with(|last: char| last.is_ascii()) {
            text.push(' ');
        }
        text.push_str(sentence);
    }
    text
}

pub fn guide(window: &AppWindow, view: &GuideView) -> PageId {
    let guide = window.global::<GuidePage>();
    if guide.get_title() != view.name.as_str() {
        guide.set_sheet(0);
    }
    guide.set_office(view.department.as_str().into());
    guide.set_topic(view.category.as_str().into());
    guide.set_title(view.name.as_str().into());
    guide.set_summary(view.summary.as_str().into());
    let (verdict, reason) = match &view.verdict {
        VerdictView::Unknown => (GuideVerdict::NotChecked, String::new()),
        VerdictView::Eligible => (GuideVerdict::Can, sentences(&view.conditions)),
        VerdictView::Refused { reason, instead } => (GuideVerdict::Cannot, sentences(&[reason, instead])),
    };
    guide.set_verdict(verdict);
    guide.set_reason(reason.into());
    guide.set_who(view.who.as_str().into());
    guide.set_promised_days(if view.on_the_spot { 0 } else { i32::from(view.promised_days) });
    guide.set_statutory_days(view.statutory_days.into());
    guide.set_fee(if view.free { SharedString::default() } else { view.fee.as_str().into() });
    guide.set_visits(view.visits.into());
    guide.set_result(view.result.as_str().into());
    guide.set_works_offline(!view.needs_network);
    guide.set_no_papers(view.zero_material);
    guide.set_materials(model(view.materials.iter().map(material)));
    guide.set_complaint(view.complaint.as_str().into());
    guide.set_minutes(view.minutes as i32);
    guide.set_query_only(view.query_only);
    guide.set_signed_in(view.verdict != VerdictView::Unknown);
    PageId::Guide
}

fn material(material: &MaterialView) -> Material {
    let (origin, have) = match material.source {
        MaterialSource::Card => (Origin::Card, true),
        MaterialSource::Shared => (Origin::Shared, true),
        MaterialSource::SignedHere | MaterialSource::Promise => (Origin::Signature, false),
        MaterialSource::BroughtLater => (Origin::Bring, false),
    };
    Material { name: material.name.as_str().into(), origin, have }
}

#[cfg(test)]
mod tests {
    use super::Leaf;

    #[test]
    fn turning_leaves_of_any_room_passes_every_entry_once() {
        for room in 1..7 {
            for all in [0, 1, 5, 6, 7, 136_usize] {
                let count = all.div_ceil(room).max(1);
                let leaves = (0..count).map(|turn| Leaf::of(turn * room, all, room));
                let seen: Vec<usize> = leaves.flat_map(|leaf| leaf.range).collect();
                assert_eq!(seen, (0..all).collect::<Vec<_>>(), "{all} entries, {room} on a leaf");
            }
        }
    }

    #[test]
    fn what_stood_first_stays_in_sight_when_the_words_grow() {
        let small = Leaf::of(6, 136, 6);
        let large = Leaf::of(small.range.start, 136, 4);
        assert!(large.range.contains(&small.range.start));
    }
}
