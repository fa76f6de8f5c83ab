//! The invented people whose cards can be placed; `people.toml` describes its own fields.
use crate::card::sdt::payload::{PHOTO_BYTES, TEXT_BYTES};
use crate::card::sdt::text;
use serde::Deserialize;

const BUILT_IN: &str = include_str!("../../people.toml");
/// What is public about the photo's format: "WL", width 102, height 126, and two constant bytes.
const PHOTO_HEADER: [u8; 8] = [0x57, 0x4C, 0x66, 0x00, 0x7E, 0x00, 0x32, 0x00];

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct People {
    person: Vec<Person>,
}

#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub name: String,
    pub label: String,
    pub kind: Kind,
    pub person: String,
    #[serde(default)]
    name_en: String,
    sex: String,
    #[serde(default)]
    ethnicity: String,
    birth: String,
    #[serde(default)]
    address: String,
    pub id_number: String,
    #[serde(default)]
    issuer: String,
    valid_from: String,
    valid_to: String,
    #[serde(default)]
    pub newest_address: Option<String>,
    #[serde(default)]
    pass_number: String,
    #[serde(default)]
    issue_count: String,
    #[serde(default)]
    nationality: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    authority_code: String,
    #[serde(default)]
    renewal_count: String,
    #[serde(default)]
    prev_link: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Resident,
    Hmt,
    #[serde(rename = "foreign_2017")]
    Foreign2017,
    #[serde(rename = "foreign_2023")]
    Foreign2023,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({})", self.name)
    }
}

/// Reads a file of people; the message names the line.
pub fn parse(text: &str) -> Result<Vec<Person>, String> {
    toml::from_str::<People>(text).map(|people| people.person).map_err(|error| error.to_string())
}

/// The people that ship with the simulator.
pub fn built_in() -> Vec<Person> {
    parse(BUILT_IN).unwrap_or_default()
}

pub fn find(name: &str) -> Option<Person> {
    built_in().into_iter().find(|person| person.name == name)
}

impl Person {
    /// The 256 bytes of text as the chip of this kind of card holds them.
    pub fn text_block(&self) -> [u8; TEXT_BYTES] {
        let mut block = [0; TEXT_BYTES];
        for unit in block.chunks_exact_mut(2) {
            unit.copy_from_slice(&[0x20, 0]);
        }
        let name_en: Vec<char> = self.name_en.chars().collect();
        let part = |from: usize, to: usize| name_en.iter().skip(from).take(to - from).collect::<String>();
        let (first, rest) = (part(0, 35), part(35, 46));
        let fields: Vec<(usize, usize, &str)> = match self.kind {
            Kind::Resident => self.resident_fields(),
            Kind::Hmt => {
                let mut fields = self.resident_fields();
                fields.retain(|(at, _, _)| *at != 32);
                fields.extend([
                    (220, 18, self.pass_number.as_str()),
                    (238, 4, &self.issue_count),
                    (248, 2, "J"),
                ]);
                fields
            }
            Kind::Foreign2017 => self.fields_2017(),
            Kind::Foreign2023 => vec![
                (0, 30, &self.person),
                (30, 2, &self.sex),
                (32, 4, &self.renewal_count),
                (36, 16, &self.birth),
                (52, 70, &first),
                (122, 36, &self.id_number),
                (188, 16, &self.valid_from),
                (204, 16, &self.valid_to),
                (220, 22, &rest),
                (242, 6, &self.nationality),
                (248, 2, "Y"),
                (250, 6, &self.prev_link),
            ],
        };
        for (at, bytes, value) in fields {
            block[at..at + bytes].copy_from_slice(&text::encode(value, bytes));
        }
        block
    }

    fn resident_fields(&self) -> Vec<(usize, usize, &str)> {
        vec![
            (0, 30, &self.person),
            (30, 2, &self.sex),
            (32, 4, &self.ethnicity),
            (36, 16, &self.birth),
            (52, 70, &self.address),
            (122, 36, &self.id_number),
            (158, 30, &self.issuer),
            (188, 16, &self.valid_from),
            (204, 16, &self.valid_to),
        ]
    }

    fn fields_2017(&self) -> Vec<(usize, usize, &str)> {
        vec![
            (0, 120, &self.name_en),
            (120, 2, &self.sex),
            (122, 30, &self.id_number),
            (152, 6, &self.nationality),
            (158, 30, &self.person),
            (188, 16, &self.valid_from),
            (204, 16, &self.valid_to),
            (220, 16, &self.birth),
            (236, 4, &self.version),
            (240, 8, &self.authority_code),
            (248, 2, "I"),
        ]
    }

    /// Noise behind a photo's header: nobody's face, and not decodable.
    pub fn photo(&self) -> Vec<u8> {
        let mut state = self
            .id_number
            .bytes()
            .fold(0x9E37_79B9_7F4A_7C15_u64, |sum, byte| sum.rotate_left(7) ^ u64::from(byte));
        let noise = std::iter::repeat_with(move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        });
        PHOTO_HEADER.into_iter().chain(noise).take(PHOTO_BYTES).collect()
    }
}
