//! Characters by their parts: 木 and 木 lead to 林. The stroke table is all it needs: a part stands in a character
//! where its strokes follow one another in the character's own order, alone or in the form it takes at a side.

use super::strokes::{Stroke, each_character, rank};

/// Parts that are looked for at once.
pub const PARTS_MAX: usize = 4;
/// Characters found by one lookup.
const FOUND_MAX: usize = 200;

/// The strokes (keys 1 to 5) of the form a character takes as a part, where that differs from the character's own:
/// 水 stands at the left as 氵. From the table of radicals in GF 0011-2009, orders by GF 0014-2009.
const SIDE_FORMS: &[(&str, &str)] = &[
    ("水", "441"),
    ("冰", "41"),
    ("人", "32"),
    ("行", "332"),
    ("手", "121"),
    ("心", "442"),
    ("火", "4444"),
    ("言", "45"),
    ("金", "31115"),
    ("食", "355"),
    ("犬", "353"),
    ("衣", "45234"),
    ("示", "4524"),
    ("草艸", "122"),
    ("竹", "314314"),
    ("刀", "22"),
    ("邑阜耳", "52"),
    ("走辵", "454"),
    ("肉", "3511"),
    ("丝糸", "551"),
    ("丝糸", "554444"),
    ("足", "2512121"),
    ("牛", "3121"),
    ("四网", "25221"),
    ("文", "3134"),
    ("病", "41341"),
    ("雨", "14524444"),
];

/// Every order of strokes in which one part may stand.
type Forms = Vec<Vec<u8>>;

/// Characters in which all parts stand, in this order or the reverse: those with the fewest strokes besides first,
/// then the most common.
pub fn characters_by_parts(parts: &[char]) -> Vec<char> {
    let parts = &parts[..parts.len().min(PARTS_MAX)];
    let forms: Vec<Forms> = parts.iter().map(|part| forms(*part)).collect();
    if forms.is_empty() || forms.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let mut found: Vec<(usize, i32, char)> = Vec::new();
    each_character(|code, character| {
        if let Some(besides) = strokes_besides(code, &forms)
            && !(besides == 0 && parts.len() == 1)
        {
            found.push((besides, rank(character), character));
        }
    });
    found.sort_unstable();
    let mut characters = Vec::new();
    for (_, _, character) in found {
        if characters.len() < FOUND_MAX && !characters.contains(&character) {
            characters.push(character);
        }
    }
    characters
}

fn forms(part: char) -> Forms {
    let mut forms = Vec::new();
    each_character(|code, character| {
        if character == part {
            forms.push(code.to_vec());
        }
    });
    let at_the_side = SIDE_FORMS.iter().filter(|(whole, _)| whole.contains(part));
    forms.extend(
        at_the_side.map(|(_, keys)| keys.chars().filter_map(Stroke::of_key).map(|s| s as u8).collect()),
    );
    forms
}

/// Strokes that belong to none of the parts; `None` where a part does not stand in this order.
fn strokes_besides(code: &[u8], parts: &[Forms]) -> Option<usize> {
    let forward = taken(code, parts.iter());
    let backward = if parts.len() > 1 { taken(code, parts.iter().rev()) } else { None };
    forward.max(backward).map(|taken| code.len() - taken)
}

/// How many strokes the parts take, one behind the other.
fn taken<'a>(code: &[u8], parts: impl Iterator<Item = &'a Forms>) -> Option<usize> {
    let (mut from, mut taken) = (0, 0);
    for forms in parts {
        let rest = &code[from..];
        let places = forms.iter().filter_map(|form| Some((place(rest, form)? + form.len(), form.len())));
        let (end, strokes) = places.min_by_key(|(end, strokes)| (*end, usize::MAX - strokes))?;
        from += end;
        taken += strokes;
    }
    Some(taken)
}

fn place(strokes: &[u8], form: &[u8]) -> Option<usize> {
    strokes.windows(form.len()).position(|window| window == form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(parts: &str, wanted: char) -> usize {
        let parts: Vec<char> = parts.chars().collect();
        let found = characters_by_parts(&parts);
        found.iter().position(|known| *known == wanted).unwrap_or(usize::MAX)
    }

    #[test]
    fn parts_lead_to_rare_characters_of_names_on_the_first_page() {
        for (parts, wanted) in [
            ("木木", '林'),
            ("金金金", '鑫'),
            ("吉吉", '喆'),
            ("方方土", '堃'),
            ("水水水", '淼'),
            ("火宣", '煊'),
            ("王玉", '珏'),
            ("日日", '昍'),
            ("土口", '𠮷'),
            ("水可", '河'),
            ("人木", '休'),
            ("草化", '花'),
            ("竹毛", '笔'),
            ("言方", '访'),
        ] {
            assert!(first(parts, wanted) < crate::input::PAGE, "{parts} {wanted} {}", first(parts, wanted));
        }
    }

    #[test]
    fn one_part_finds_what_has_it_and_not_itself() {
        assert_eq!(first("木", '木'), usize::MAX);
        assert!(first("鱻", '鱻') == usize::MAX && characters_by_parts(&[]).is_empty());
    }

    #[test]
    fn a_part_nobody_knows_finds_nothing() {
        assert!(characters_by_parts(&['A', '木']).is_empty());
    }
}
