//! Data that other departments share about residents who agreed to it. Reference data: invented people only.
use crate::keys::OfficeKeys;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The invented people, the same as the card simulator's.
const PEOPLE: &str = include_str!("directory/people.toml");

#[derive(Deserialize)]
struct People {
    person: Vec<Person>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    id_number: String,
    holds: Vec<String>,
    shared: Map<String, Value>,
}

/// Shared data by the keyed hash of the ID number.
#[derive(Default)]
pub struct Directory {
    shared: HashMap<String, Value>,
}

impl Directory {
    /// The built-in people over the catalogue's samples. A file that does not parse would be a mistake of the
    /// build (a test reads it) and leaves the directory empty.
    pub fn built_in(keys: &OfficeKeys, samples: &Value) -> Directory {
        let people = toml::from_str::<People>(PEOPLE).map(|people| people.person).unwrap_or_default();
        let entry = |person: Person| (keys.resident_key(&person.id_number), person.on_file(samples));
        Directory { shared: people.into_iter().map(entry).collect() }
    }

    /// What is on file.
    pub fn shared(&self, resident_key: &str) -> Option<&Value> {
        self.shared.get(resident_key)
    }
}

impl Person {
    fn on_file(self, samples: &Value) -> Value {
        let groups = self.holds.iter().filter_map(|group| Some((group.clone(), samples.get(group)?.clone())));
        let mut file: Map<String, Value> = groups.collect();
        for (key, own) in self.shared {
            match (file.get_mut(&key), own) {
                (Some(Value::Object(group)), Value::Object(own)) => group.extend(own),
                (_, own) => drop(file.insert(key, own)),
            }
        }
        Value::Object(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Vec<Person> {
        toml::from_str::<People>(PEOPLE).unwrap().person
    }

    #[test]
    fn every_person_is_of_a_region_or_series_that_is_invented() {
        assert!(people().len() >= 6);
        assert!(
            people().iter().all(|p| p.id_number.starts_with("109999") || p.id_number == "810000199201010013")
        );
    }

    #[test]
    fn own_values_lie_over_the_samples_of_the_catalogue() {
        let samples = jiujin_contract::catalogue::day_one().definitions.directory_sample();
        for person in people() {
            assert!(person.holds.iter().all(|group| samples.get(group).is_some()), "{:?}", person.holds);
        }
        let adult = people().remove(0).on_file(&samples);
        assert_eq!(adult["household"]["head"], "王小一");
        assert_eq!(adult["household"]["kind"], samples["household"]["kind"]);
        assert_eq!(adult["phone"], "13900000001");
    }
}
