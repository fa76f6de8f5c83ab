//! Catalogue, search and guide: what the resident can do here, found by touch or by typing.
use super::outcome::{self, CaseView};
use super::{Status, words};
use crate::search::Hit;
use crate::session::application::{Service, facts_json};
use crate::session::editing::Editing;
use crate::session::stage::{Browse, Guiding, Tab, Who};
use crate::session::{Moment, Session};
use crate::shelf::Shelf;
use crate::typing::KeyboardView;
use jiujin_contract::item::{Badge, Category, Kind, LifeTheme, MaterialSource};
use jiujin_contract::text::Lang;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Hits that are paged through.
const HITS_MAX: usize = 50;
/// Services offered after the card; more than the page takes on any panel.
const OFFERS_MAX: usize = 6;
/// What residents of seventy come for most.
const EASY: [Category; 6] = [
    Category::SocialInsurance,
    Category::MedicalInsurance,
    Category::Ageing,
    Category::Traffic,
    Category::Household,
    Category::Utilities,
];
/// Badges of one tile; more would crowd it.
const TILE_BADGES_MAX: usize = 2;

#[derive(Debug, Clone, PartialEq)]
pub struct TileView {
    /// A service id, or the name of a group that opens.
    pub id: String,
    pub is_group: bool,
    pub name: String,
    pub icon: &'static str,
    pub badges: Vec<Badge>,
    /// How many services a group holds.
    pub count: usize,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct HomeView {
    pub face: Face,
    pub tab: Tab,
    pub group: Option<String>,
    /// All of them; the page takes as many as fit, from the leaf on that `first` stands on.
    pub tiles: Vec<TileView>,
    pub first: usize,
    pub services: usize,
    pub identified: bool,
}

/// The three faces of the catalogue's first page.
#[derive(Debug, Clone, PartialEq)]
pub enum Face {
    Browse,
    /// After the card: what is under way, and what this resident may apply for.
    Mine {
        offers: Vec<TileView>,
        /// The most urgent ones, and how many there are.
        cases: Vec<CaseView>,
        total: usize,
    },
    /// Six topics in large words.
    Easy(Vec<TileView>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct HitView {
    pub id: String,
    pub name: String,
    pub department: String,
    pub icon: &'static str,
    pub badges: Vec<Badge>,
    /// Bytes of the name that matched.
    pub range: Option<std::ops::Range<usize>>,
}

impl HitView {
    /// The name before, in and behind what matched.
    pub fn parts(&self) -> (&str, &str, &str) {
        let range = self.range.clone().unwrap_or(0..0);
        let (before, rest) = self.name.split_at_checked(range.start).unwrap_or((&self.name, ""));
        let (hit, after) = rest.split_at_checked(range.len()).unwrap_or((rest, ""));
        (before, hit, after)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct SearchView {
    pub query: String,
    pub composing: String,
    /// All of them; the page takes as many as fit.
    pub hits: Vec<HitView>,
    pub first: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub enum VerdictView {
    /// Nobody has shown a card yet.
    Unknown,
    Eligible,
    Refused {
        reason: String,
        instead: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct MaterialView {
    pub name: String,
    pub note: String,
    pub source: MaterialSource,
}

#[derive(Debug, Clone, PartialEq)]
pub struct GuideView {
    pub name: String,
    pub department: String,
    pub category: String,
    pub summary: String,
    pub who: String,
    pub conditions: Vec<String>,
    pub verdict: VerdictView,
    pub on_the_spot: bool,
    pub promised_days: u16,
    pub statutory_days: u16,
    pub fee: String,
    pub free: bool,
    pub query_only: bool,
    pub visits: u8,
    pub result: String,
    pub needs_network: bool,
    pub zero_material: bool,
    pub materials: Vec<MaterialView>,
    pub complaint: String,
    pub minutes: usize,
    pub page: usize,
}

pub fn home(
    shelf: &Shelf,
    (session, browse): (&Session, &Browse),
    (status, now): (&Status, Moment),
    lang: Lang,
) -> HomeView {
    let tiles = match (&browse.open, browse.tab) {
        (Some(group), tab) => members(shelf, tab, group).map(|service| tile(service, lang)).collect(),
        (None, Tab::MostUsed) => shelf.single().map(|service| tile(service, lang)).collect(),
        (None, tab) => groups(shelf, tab, lang),
    };
    let begins = browse.open.is_none() && browse.tab == Tab::MostUsed;
    let face = match session.who() {
        _ if begins && session.settings.elder => Face::Easy(easy(shelf, lang)),
        Some(who) if begins => {
            let known = session.cases.as_ref();
            let (cases, total) =
                known.map(|list| outcome::urgent(list, shelf, status, lang)).unwrap_or_default();
            Face::Mine { offers: offers(shelf, who, now, lang), cases, total }
        }
        _ => Face::Browse,
    };
    HomeView {
        face,
        tab: browse.tab,
        group: browse.open.as_ref().map(|group| group_name(shelf, browse.tab, group, lang)),
        tiles,
        first: browse.first,
        services: shelf.single().count(),
        identified: session.who().is_some(),
    }
}

/// What is asked for most among the services that this resident may apply for.
fn offers(shelf: &Shelf, who: &Who, now: Moment, lang: Lang) -> Vec<TileView> {
    let facts = facts_json(who, None, now);
    let may = |service: &&Arc<Service>| service.item.eligibility.check(&facts).is_empty();
    shelf.single().filter(may).take(OFFERS_MAX).map(|service| tile(service, lang)).collect()
}

/// Topics, each with what is asked for most in it.
fn easy(shelf: &Shelf, lang: Lang) -> Vec<TileView> {
    let topic = |category: Category| {
        let of_it = |service: &&Arc<Service>| service.item.category == category;
        let popular = shelf.single().find(of_it);
        TileView {
            id: format!("{category:?}"),
            is_group: true,
            name: category.name().get(lang).to_owned(),
            icon: category.icon(),
            badges: vec![],
            count: 0,
            note: popular.map(|service| service.item.short_name.get(lang).to_owned()).unwrap_or_default(),
        }
    };
    EASY.map(topic).into()
}

fn tile(service: &Arc<Service>, lang: Lang) -> TileView {
    TileView {
        id: service.item.id.clone(),
        is_group: false,
        name: service.item.short_name.get(lang).to_owned(),
        icon: service.item.category.icon(),
        badges: service.item.badges().into_iter().take(TILE_BADGES_MAX).collect(),
        count: 0,
        note: String::new(),
    }
}

/// The key of the group a service belongs to, in each tab.
fn keys(service: &Service, tab: Tab) -> Vec<String> {
    match tab {
        Tab::MostUsed => vec![],
        Tab::Categories => vec![format!("{:?}", service.item.category)],
        Tab::LifeEvents => service.item.life_events.iter().map(|event| format!("{event:?}")).collect(),
        Tab::Departments => departments(service),
    }
}

/// A life event stands with each of its departments.
fn departments(service: &Service) -> Vec<String> {
    let parts = service.item.parts();
    match parts.is_empty() {
        true => vec![service.item.department.zh.clone()],
        false => parts.iter().map(|part| part.department.zh.clone()).collect(),
    }
}

fn members<'a>(shelf: &'a Shelf, tab: Tab, group: &'a str) -> impl Iterator<Item = &'a Arc<Service>> {
    shelf.services().iter().filter(move |service| keys(service, tab).iter().any(|key| key == group))
}

fn groups(shelf: &Shelf, tab: Tab, lang: Lang) -> Vec<TileView> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for key in shelf.services().iter().flat_map(|service| keys(service, tab)) {
        *counts.entry(key).or_default() += 1;
    }
    let mut tiles: Vec<TileView> = counts
        .into_iter()
        .map(|(id, count)| TileView {
            name: group_name(shelf, tab, &id, lang),
            icon: group_icon(shelf, tab, &id),
            is_group: true,
            badges: vec![],
            note: words::services(count, lang),
            id,
            count,
        })
        .collect();
    tiles.sort_by_key(|tile| std::cmp::Reverse(tile.count));
    tiles
}

fn group_name(shelf: &Shelf, tab: Tab, group: &str, lang: Lang) -> String {
    let text = match tab {
        Tab::MostUsed => None,
        Tab::Categories => {
            Category::ALL.into_iter().find(|known| format!("{known:?}") == group).map(Category::name)
        }
        Tab::LifeEvents => {
            LifeTheme::ALL.into_iter().find(|known| format!("{known:?}") == group).map(LifeTheme::name)
        }
        Tab::Departments => {
            let single = members(shelf, tab, group).find(|service| service.item.joint.is_none());
            single.map(|service| service.item.department.clone())
        }
    };
    text.map_or_else(|| group.to_owned(), |text| text.get(lang).to_owned())
}

fn group_icon(shelf: &Shelf, tab: Tab, group: &str) -> &'static str {
    members(shelf, tab, group).next().map_or("grid", |service| service.item.category.icon())
}

/// Finds while typing: what is being composed counts before it has become characters.
pub fn search(
    shelf: &Shelf,
    text: &str,
    (query, first): (&Editing, usize),
    keyboard: Option<KeyboardView>,
    lang: Lang,
) -> SearchView {
    let hits = if text.trim().is_empty() { vec![] } else { shelf.search(text, HITS_MAX) };
    SearchView {
        query: query.text(),
        composing: keyboard.map(|keyboard| keyboard.composing).unwrap_or_default(),
        hits: hits.iter().filter_map(|hit| Some(hit_view(shelf.find(&hit.id)?, hit, lang))).collect(),
        first,
    }
}

fn hit_view(service: &Arc<Service>, hit: &Hit, lang: Lang) -> HitView {
    let name = service.item.name.get(lang).to_owned();
    let range = hit.ranges.first().filter(|_| hit.title == name).cloned();
    HitView {
        id: service.item.id.clone(),
        department: service.item.department.get(lang).to_owned(),
        icon: service.item.category.icon(),
        badges: service.item.badges().into_iter().take(TILE_BADGES_MAX).collect(),
        range,
        name,
    }
}

pub fn guide(guiding: &Guiding, lang: Lang, now: Moment) -> GuideView {
    let Guiding { who, service, page, shared, .. } = guiding;
    let (item, page) = (&service.item, *page);
    let guide = &item.guide;
    let text = |text: &jiujin_contract::text::Text| text.get(lang).to_owned();
    let verdict = match who {
        None => VerdictView::Unknown,
        Some(who) => match item.eligibility.check(&facts_json(who, shared.as_ref(), now)).first() {
            None => VerdictView::Eligible,
            Some(refusal) => {
                VerdictView::Refused { reason: text(&refusal.reason), instead: text(&refusal.instead) }
            }
        },
    };
    GuideView {
        name: text(&item.name),
        department: text(&item.department),
        category: item.category.name().get(lang).to_owned(),
        summary: text(&item.summary),
        who: text(&guide.who),
        conditions: guide.conditions.iter().map(text).collect(),
        verdict,
        on_the_spot: item.on_the_spot(),
        promised_days: guide.promised_days,
        statutory_days: guide.statutory_days,
        fee: text(&guide.fee),
        free: guide.fee.en.to_lowercase().contains("free"),
        query_only: item.kind == Kind::QueryPrint,
        visits: guide.visits,
        result: text(&guide.result),
        needs_network: item.needs_network,
        zero_material: item.zero_material(),
        materials: guide
            .materials
            .iter()
            .map(|material| MaterialView {
                name: text(&material.name),
                note: material.note.as_ref().map(text).unwrap_or_default(),
                source: material.source,
            })
            .collect(),
        complaint: text(&guide.complaint),
        minutes: words::minutes_for(item.question_paths().len()),
        page,
    }
}
