//! The catalogue in memory: every service with its form compiled, in the order residents need them, and the
//! search over it. An item that does not compile is named and left out; the rest works.
use crate::search::{Hit, Search, SearchEntry};
use crate::session::application::Service;
use jiujin_contract::catalogue::Board;
use jiujin_contract::form::Form;
use jiujin_contract::item::ServiceItem;
use std::sync::Arc;

pub struct Shelf {
    /// Most used first.
    services: Vec<Arc<Service>>,
    search: Search,
    /// Items that were left out, with the reason, for the technician.
    pub left_out: Vec<String>,
    /// What the office pinned to the attract page.
    pub board: Board,
}

impl Shelf {
    pub fn new(items: Vec<ServiceItem>) -> Shelf {
        let mut services = Vec::with_capacity(items.len());
        let mut left_out = Vec::new();
        for item in items {
            match Form::compile(&item.translations, &item.schema, Some(&item.uischema)) {
                Ok(form) => services.push(Arc::new(Service { form: Arc::new(form), item })),
                Err(error) => left_out.push(format!("{}: {error}", item.id)),
            }
        }
        services.sort_by(|a, b| b.item.popularity.cmp(&a.item.popularity).then(a.item.id.cmp(&b.item.id)));
        let search = Search::new(services.iter().map(|service| entry(&service.item)));
        Shelf { services, search, left_out, board: Board::default() }
    }

    pub fn with_board(self, board: Board) -> Shelf {
        Shelf { board, ..self }
    }

    pub fn services(&self) -> &[Arc<Service>] {
        &self.services
    }

    /// Without the joint items, which have a tab of their own.
    pub fn single(&self) -> impl Iterator<Item = &Arc<Service>> {
        self.services.iter().filter(|service| service.item.joint.is_none())
    }

    pub fn find(&self, id: &str) -> Option<&Arc<Service>> {
        self.services.iter().find(|service| service.item.id == id)
    }

    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        self.search.find(query, limit)
    }
}

/// What can be found of a service.
pub fn entry(item: &ServiceItem) -> SearchEntry {
    SearchEntry {
        id: item.id.clone(),
        title_zh: item.name.zh.clone(),
        title_en: item.name.en.clone(),
        keywords: item.keywords.clone(),
        department: item.department.zh.clone(),
        events: item.life_events.iter().map(|event| event.name().zh).collect(),
        popularity: item.popularity,
    }
}
