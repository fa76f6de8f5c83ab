//! Names of administrative divisions down to county level, for values that hold a code.
use std::collections::HashMap;
use std::sync::OnceLock;

/// code, level, parent, name (GB/T 2260; source and licence in its first line).
const TABLE: &str = include_str!("../../../../assets/divisions.tsv");
/// County, city, province.
const LEVELS_MAX: usize = 3;

/// One row of the table; provinces have the empty parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    pub code: &'static str,
    pub parent: &'static str,
    pub name: &'static str,
}

/// All of them, parents first: for those who keep the list where it can be searched. Cities without counties
/// stand in the table a second time, below themselves; once is enough.
pub fn divisions() -> impl Iterator<Item = Division> {
    let row = |line: &'static str| {
        let mut columns = line.split('\t');
        let (code, _level, parent, name) =
            (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
        Some(Division { code, parent, name })
    };
    let rows = TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(row);
    rows.filter(|row| row.code != row.parent)
}

fn table() -> &'static HashMap<&'static str, (&'static str, &'static str)> {
    static BY_CODE: OnceLock<HashMap<&str, (&str, &str)>> = OnceLock::new();
    BY_CODE.get_or_init(|| divisions().map(|row| (row.code, (row.parent, row.name))).collect())
}

/// `110105` -> `北京市朝阳区`, widest first; `None` for codes nobody has.
pub fn region_name(code: &str) -> Option<String> {
    let mut names: Vec<&str> = vec![];
    let mut here = code;
    for _ in 0..LEVELS_MAX {
        let Some((parent, name)) = table().get(here) else { break };
        if names.last() != Some(name) && !matches!(*name, "市辖区" | "县") {
            names.push(name);
        }
        here = parent;
    }
    names.reverse();
    (!names.is_empty()).then(|| names.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_county_is_named_with_everything_around_it() {
        assert_eq!(region_name("110105").as_deref(), Some("北京市朝阳区"));
        assert_eq!(region_name("130102").as_deref(), Some("河北省石家庄市长安区"));
    }

    #[test]
    fn every_code_stands_there_once_below_one_that_came_before_and_has_a_name() {
        let mut seen = std::collections::HashSet::from([""]);
        for row in divisions() {
            assert!(seen.contains(row.parent) && seen.insert(row.code), "{row:?}");
            assert!(region_name(row.code).is_some(), "{row:?}");
        }
    }

    #[test]
    fn a_city_without_counties_is_named_like_any_other() {
        assert_eq!(region_name("441900").as_deref(), Some("广东省东莞市"));
    }

    #[test]
    fn a_code_nobody_has_is_no_region() {
        assert_eq!(region_name("109999"), None);
        assert_eq!(region_name(""), None);
    }
}
