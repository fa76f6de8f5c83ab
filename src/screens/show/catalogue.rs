//! Catalogue, search and guide onto their pages.
use super::model;
use crate::screens::catalogue::{
    GuideView, HitView, HomeView, MaterialView, SearchView, TileView, VerdictView,
};
use crate::session::stage::Tab;
use jiujin_contract::item::{Badge, MaterialSource};
use jiujin_ui::{
    AppWindow, BadgeItem, BadgeKind, GuidePage, GuideVerdict, HomeFace, HomePage, HomeTab, Material, Origin,
    PageId, SearchHit, SearchPage, TileItem,
};
use slint::{ComponentHandle, ModelRc, SharedString};

pub fn home(window: &AppWindow, view: &HomeView) -> PageId {
    let home = window.global::<HomePage>();
    home.set_face(HomeFace::Browse);
    home.set_tab(match view.tab {
        Tab::MostUsed => HomeTab::Popular,
        Tab::Categories => HomeTab::Topics,
        Tab::LifeEvents => HomeTab::Events,
        Tab::Departments => HomeTab::Offices,
    });
    home.set_heading(view.group.as_deref().unwrap_or_default().into());
    home.set_count(view.services as i32);
    home.set_count_services(true);
    home.set_page(view.page as i32 + 1);
    home.set_pages(view.pages as i32);
    home.set_card_known(view.identified);
    home.set_tiles(model(view.tiles.iter().map(tile_item)));
    home.set_cases(ModelRc::default());
    PageId::Home
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
    search.set_found(view.found as i32);
    search.set_page(view.page as i32 + 1);
    search.set_pages(view.pages as i32);
    search.set_hits(model(view.hits.iter().map(hit)));
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

pub fn guide(window: &AppWindow, view: &GuideView) -> PageId {
    let guide = window.global::<GuidePage>();
    guide.set_office(view.department.as_str().into());
    guide.set_topic(view.category.as_str().into());
    guide.set_title(view.name.as_str().into());
    guide.set_summary(view.summary.as_str().into());
    let (verdict, reason) = match &view.verdict {
        VerdictView::Unknown => (GuideVerdict::NotChecked, String::new()),
        VerdictView::Eligible => (GuideVerdict::Can, view.conditions.join(" ")),
        VerdictView::Refused { reason, instead } => (GuideVerdict::Cannot, format!("{reason} {instead}")),
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
    if guide.get_title() != view.name.as_str() {
        guide.set_sheet(0);
    }
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
