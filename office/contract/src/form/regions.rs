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

/// All of them, parents first: for those who keep the list where it can be searched.
pub fn divisions() -> impl Iterator<Item = Division> {
    let row = |line: &'static str| {
        let mut columns = line.split('\t');
        let (code, _level, parent, name) =
            (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
        Some(Division { code, parent, name })
    };
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(row)
}

fn table() -> &'static HashMap<&'static str, (&'static str, &'static str)> {
    static BY_CODE: OnceLock<HashMap<&str, (&str, &str)>> = OnceLock::new();
    BY_CODE.get_or_init(|| divisions().map(|row| (row.code, (row.parent, row.name))).collect())
}

/// `110105` -> `北京市朝阳区`, widest first; `None` for codes nobody has.
pub fn region_name(code: &str) -> Option<String> {
    let mut names: Vec<&str> = vec![];
    let mut here = code;
    while let Some((parent, name)) = table().get(here).filter(|_| names.len() < LEVELS_MAX) {
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
    fn a_code_nobody_has_is_no_region() {
        assert_eq!(region_name("109999"), None);
        assert_eq!(region_name(""), None);
    }
}
