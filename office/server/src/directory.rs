//! Data that other departments share about residents who agreed to it. Reference data: invented people only.
use crate::keys::OfficeKeys;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// The invented people, the same as the card simulator's.
const PEOPLE: &str = include_str!("directory/people.toml");

#[derive(Deserialize)]
struct People {
    person: Vec<Person>,
}

#[derive(Deserialize)]
struct Person {
    id_number: String,
    shared: Value,
}

/// Shared data by the keyed hash of the ID number.
#[derive(Default)]
pub struct Directory {
    shared: HashMap<String, Value>,
}

impl Directory {
    /// The built-in people; a file that does not parse is a mistake of the build and leaves the directory empty.
    pub fn built_in(keys: &OfficeKeys) -> Directory {
        let people = toml::from_str::<People>(PEOPLE).map(|people| people.person).unwrap_or_default();
        let entry = |person: Person| (keys.resident_key(&person.id_number), person.shared);
        Directory { shared: people.into_iter().map(entry).collect() }
    }

    /// What is on file.
    pub fn shared(&self, resident_key: &str) -> Option<&Value> {
        self.shared.get(resident_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invented_person_is_of_the_region_that_does_not_exist() {
        let people: People = toml::from_str(PEOPLE).unwrap();
        assert!(!people.person.is_empty());
        assert!(people.person.iter().all(|person| person.id_number.starts_with("109999")));
    }
}
