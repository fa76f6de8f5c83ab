//! Every key of kiosk.toml, once: its default, what it may be, and the words a technician reads about it.
//! The commented file, the check and the defaults all come from this table.

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text {
        chars_min: usize,
        chars_max: usize,
    },
    Whole {
        min: i64,
        max: i64,
    },
    Decimal {
        min: f64,
        max: f64,
    },
    Choice(&'static [&'static str]),
    Flag,
    /// `https://…`, or `http://` to this machine only.
    OfficeUrl,
    /// Six digits of GB/T 2260.
    Region,
    /// A folder, absolute or relative to the configuration file.
    Folder,
    /// A file, the same; empty names none.
    File,
}

/// Languages beside the three that are complete: folders of ui/lang, see its README.
pub const FURTHER_LANGUAGES: &[&str] = FURTHER_CHOICES.split_at(1).1;
const FURTHER_CHOICES: &[&str] = &["", "qps"];

/// One line of the file.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub section: &'static str,
    pub name: &'static str,
    pub kind: Kind,
    /// As TOML.
    pub default: &'static str,
    pub about: &'static str,
}

/// A heading of the file.
pub const SECTIONS: &[(&str, &str)] = &[
    ("site", "Where the kiosk stands. The office gives the kiosk its short id at enrolment."),
    ("panel", "The touchscreen, so that sizes in millimetres come out right."),
    ("reader", "The ID-card reader."),
    ("scanner", "The code scanner, if there is one."),
    ("printer", "The receipt printer, if there is one."),
    ("office", "The central office."),
    ("storage", "What stays on this machine: sealed submissions, the catalogue, the kiosk's own key."),
    ("limits", "Reaching one refuses new visits politely; what is queued stays queued."),
    ("session", "How long pages wait. Residents get a warning first and can always ask for more time."),
    ("accessibility", "How the screen looks before a resident changes it, and again after every visit."),
];

const fn text(section: &'static str, name: &'static str, default: &'static str, about: &'static str) -> Key {
    Key { section, name, kind: Kind::Text { chars_min: 0, chars_max: 80 }, default, about }
}

const fn whole(
    section: &'static str,
    name: &'static str,
    (min, max): (i64, i64),
    default: &'static str,
    about: &'static str,
) -> Key {
    Key { section, name, kind: Kind::Whole { min, max }, default, about }
}

const fn key(
    section: &'static str,
    name: &'static str,
    kind: Kind,
    default: &'static str,
    about: &'static str,
) -> Key {
    Key { section, name, kind, default, about }
}

const NAME: Kind = Kind::Text { chars_min: 1, chars_max: 40 };
const PORT: Kind = Kind::Text { chars_min: 1, chars_max: 200 };

/// The format stands where the file is named; a technician has no other page to look at.
const STREETS: &str = "Streets and communities of the district, to be chosen instead of typed; \"\" where they are typed.
# A text file in UTF-8, one row a line: code <tab> parent <tab> Chinese name <tab> English name (may be left out).
# A street's parent is its county (six digits), a community's parent is a street of a line above. # begins a remark:
#   330106001<tab>330106<tab>北山街道<tab>Beishan Subdistrict
#   330106001001<tab>330106001<tab>某某社区
# jiujin config check names every mistake of that file with its line, too; with one, streets are typed.
#";

pub const KEYS: &[Key] = &[
    key("site", "centre_zh", NAME, "\"示范社区服务中心\"", "Name of the centre, as residents read it."),
    key("site", "centre_en", NAME, "\"Model Community Centre\"", "The same in English."),
    key(
        "site",
        "district",
        Kind::Region,
        "\"109999\"",
        "Six-digit division code of the district (GB/T 2260).",
    ),
    key("site", "streets", Kind::File, "\"\"", STREETS),
    key("site", "staff_zh", NAME, "\"本中心服务台\"", "Where a person helps; residents are sent there."),
    key("site", "staff_en", NAME, "\"the service desk of this centre\"", "The same in English."),
    whole("site", "utc_offset_min", (-720, 840), "480", "Minutes ahead of UTC; 480 is Beijing time."),
    whole("panel", "width_px", (480, 7680), "1080", "Pixels across, as the resident sees them."),
    whole("panel", "height_px", (480, 7680), "1920", "Pixels down."),
    key(
        "panel",
        "diagonal_inch",
        Kind::Decimal { min: 5.0, max: 100.0 },
        "23.8",
        "Visible diagonal in inches.",
    ),
    key(
        "panel",
        "orientation",
        Kind::Choice(&["portrait", "landscape"]),
        "\"portrait\"",
        "How the panel is mounted.",
    ),
    key(
        "reader",
        "port",
        PORT,
        "\"auto\"",
        "Serial port, such as \"/dev/ttyUSB0\"; \"auto\" asks every port once.",
    ),
    whole(
        "reader",
        "baud",
        (1_200, 921_600),
        "115200",
        "Speed of the line; most readers leave the factory at 115200.",
    ),
    text(
        "reader",
        "usb_serial",
        "\"\"",
        "Only this reader is trusted (its USB serial number); empty trusts the port.",
    ),
    key(
        "reader",
        "photo_decoder",
        Kind::Text { chars_min: 0, chars_max: 200 },
        "\"\"",
        "Program licensed to this site: card photo in, BMP, PNG or JPEG out; empty shows no picture.",
    ),
    key("scanner", "port", PORT, "\"off\"", "Serial port of the code scanner, or \"off\"."),
    whole("scanner", "baud", (1_200, 921_600), "9600", "Speed of its line."),
    key("printer", "port", PORT, "\"off\"", "Serial port of an ESC/POS printer, or \"off\"."),
    whole("printer", "paper_mm", (58, 80), "80", "Width of the paper roll."),
    key(
        "office",
        "url",
        Kind::OfficeUrl,
        "\"http://127.0.0.1:8080\"",
        "Address of the office; https unless it runs on this machine.",
    ),
    whole(
        "office",
        "catalogue_interval_s",
        (30, 86_400),
        "300",
        "How often services are asked for; the office may ask for another pace.",
    ),
    whole("office", "connect_timeout_s", (1, 60), "10", "Longest wait for a connection."),
    whole("office", "answer_timeout_s", (2, 300), "30", "Longest wait for a whole answer."),
    whole("office", "batch_letters", (1, 20), "20", "Submissions that travel together when several wait."),
    key(
        "storage",
        "data_dir",
        Kind::Folder,
        "\"/var/lib/jiujin\"",
        "Folder of the kiosk's own files; it must be writable and on a local disk.",
    ),
    whole("limits", "outbox_rows", (10, 1_000_000), "10000", "Submissions that may wait for the office."),
    whole("limits", "outbox_mib", (10, 100_000), "1024", "Their size together."),
    whole("limits", "outbox_age_days", (1, 365), "30", "The longest that one may wait."),
    whole("limits", "free_disk_mib", (10, 1_000_000), "200", "Disk space that is kept free."),
    whole(
        "limits",
        "keep_sent_days",
        (1, 365),
        "90",
        "How long numbers of delivered submissions are kept; their contents go at once.",
    ),
    whole(
        "session",
        "idle_timeout_s",
        (20, 3_600),
        "120",
        "Without a touch for so long, \"Still there?\" is asked.",
    ),
    whole("session", "elder_timeout_s", (20, 7_200), "300", "The same in the elder mode and with voice."),
    whole("session", "warning_s", (10, 600), "45", "Time to answer before the visit ends."),
    whole(
        "session",
        "look_up_s",
        (1, 60),
        "3",
        "Longest wait for the office's shared data before the form opens.",
    ),
    whole(
        "session",
        "resume_s",
        (0, 1_800),
        "600",
        "After a time-out the same card finds its answers again for so long; 0 keeps nothing.",
    ),
    whole("session", "goodbye_s", (1, 60), "6", "How long the last page stays."),
    key(
        "accessibility",
        "language",
        Kind::Choice(&["zh-CN", "zh-TW", "en"]),
        "\"zh-CN\"",
        "First language on the screen.",
    ),
    key(
        "accessibility",
        "further_language",
        Kind::Choice(FURTHER_CHOICES),
        "\"\"",
        "One more language on the Language button, after Chinese. What it has no words for is said in Chinese.",
    ),
    key(
        "accessibility",
        "theme",
        Kind::Choice(&["light", "dark", "contrast", "calm"]),
        "\"light\"",
        "First colours.",
    ),
    whole("accessibility", "text_size", (1, 4), "2", "1 small, 2 normal, 3 large, 4 largest."),
    key("accessibility", "voice", Kind::Flag, "false", "Whether pages are read out from the start."),
    key(
        "accessibility",
        "reach",
        Kind::Flag,
        "false",
        "Whether everything to touch is in the lower part of the screen.",
    ),
];

impl Kind {
    /// What to write instead, in half a sentence.
    pub fn advice(&self) -> String {
        match self {
            Kind::Text { chars_min: 0, chars_max } => format!("write a text in quotes, at most {chars_max} characters"),
            Kind::Text { chars_min, chars_max } => {
                format!("write a text in quotes, {chars_min} to {chars_max} characters")
            }
            Kind::Whole { min, max } => format!("write a whole number from {min} to {max}"),
            Kind::Decimal { min, max } => format!("write a number from {min} to {max}"),
            Kind::Choice(choices) => format!("write one of \"{}\"", choices.join("\", \"")),
            Kind::Flag => "write true or false".into(),
            Kind::OfficeUrl => {
                "write an address such as \"https://office.example.org\" (http only to 127.0.0.1 or localhost)".into()
            }
            Kind::Region => "write six digits in quotes, such as \"109999\"".into(),
            Kind::Folder => "write a folder in quotes, such as \"/var/lib/jiujin\"".into(),
            Kind::File => "write a file in quotes, such as \"streets.tsv\", or \"\"".into(),
        }
    }
}
