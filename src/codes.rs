//! Code lists too long for buttons: administrative divisions down to the county, asked level by level.
//! Source of the table: see the head of `assets/divisions.tsv`.
use std::collections::BTreeMap;
use std::sync::LazyLock;

const DIVISIONS: &str = include_str!("../assets/divisions.tsv");

type Children = BTreeMap<&'static str, Vec<(&'static str, &'static str)>>;

static CHILDREN: LazyLock<Children> = LazyLock::new(|| {
    let mut children = Children::new();
    for line in DIVISIONS.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        if let (Some(code), Some(_), Some(parent), Some(name)) =
            (columns.next(), columns.next(), columns.next(), columns.next())
        {
            children.entry(parent).or_default().push((code, name));
        }
    }
    children
});

/// Code and name of everything directly below `parent`; the empty code stands for the whole country.
pub fn below(list: &str, parent: &str) -> Vec<(String, String)> {
    if list != "divisions" {
        return vec![];
    }
    let found = CHILDREN.get(parent).into_iter().flatten();
    found.map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// Issue 3: a code list is filtered in less than this.
    const FILTER_MAX: Duration = Duration::from_millis(10);

    #[test]
    fn every_parent_opens_in_less_than_ten_milliseconds() {
        below("divisions", "");
        for parent in std::iter::once("").chain(CHILDREN.keys().copied()) {
            let began = Instant::now();
            assert!(!below("divisions", parent).is_empty());
            assert!(began.elapsed() < FILTER_MAX, "{parent} took {:?}", began.elapsed());
        }
    }

    #[test]
    fn a_province_opens_into_its_cities_and_a_county_is_the_end() {
        assert!(below("divisions", "").iter().any(|(code, _)| code == "330000"));
        assert!(below("divisions", "330000").iter().any(|(_, name)| name.contains("杭州")));
        assert!(below("divisions", "330106").is_empty());
    }
}
