use super::*;

#[test]
fn the_written_file_is_the_defaults_and_has_no_mistake() {
    let written = Config::parse("kiosk.toml", &Config::commented()).unwrap();
    let empty = Config::parse("kiosk.toml", "").unwrap();
    assert_eq!(written, empty);
}

#[test]
fn every_key_of_the_table_is_a_field_and_every_field_a_key() {
    let config = Config::parse("kiosk.toml", "").unwrap();
    let fields = toml::Table::try_from(&config).unwrap();
    let named: Vec<String> = fields
        .iter()
        .flat_map(|(section, keys)| {
            keys.as_table().unwrap().keys().map(move |key| format!("{section}.{key}"))
        })
        .collect();
    let mut keys: Vec<String> = KEYS.iter().map(|key| format!("{}.{}", key.section, key.name)).collect();
    let mut named = named;
    keys.sort();
    named.sort();
    assert_eq!(keys, named);
}

#[test]
fn every_mistake_is_named_with_line_and_key() {
    let text = "[reader]\nbaud = \"fast\"\nprot = \"x\"\n[office]\nurl = \"http://example.org\"\n[sesion]\nidle = 1\n[limits]\noutbox_rows = 1\nfree_disk_mib = [1]\n";
    let error = Config::parse("kiosk.toml", text).unwrap_err();
    let found: Vec<_> = error.mistakes().iter().map(|mistake| (mistake.line, mistake.key.as_str())).collect();
    let expected = [
        (2, "reader.baud"),
        (3, "reader.prot"),
        (5, "office.url"),
        (6, "sesion"),
        (9, "limits.outbox_rows"),
        (10, "limits.free_disk_mib"),
    ];
    assert_eq!(found, expected);
    assert!(error.to_string().contains("did you mean port?"), "{error}");
    assert!(error.to_string().contains("did you mean [session]?"), "{error}");
}

#[test]
fn a_file_that_is_no_toml_names_every_broken_line() {
    let error = Config::parse("kiosk.toml", "[site]\ncentre_zh = 'x\n[reader]\nbaud 9600\n").unwrap_err();
    let lines: Vec<_> = error.mistakes().iter().map(|mistake| mistake.line).collect();
    assert!(lines.contains(&2) && lines.contains(&4), "{error}");
}

#[test]
fn rules_between_keys_are_checked() {
    let text = "[session]\nidle_timeout_s = 600\nelder_timeout_s = 300\n[panel]\nwidth_px = 1920\nheight_px = 1080\n";
    let error = Config::parse("kiosk.toml", text).unwrap_err();
    let keys: Vec<_> = error.mistakes().iter().map(|mistake| (mistake.line, mistake.key.as_str())).collect();
    assert_eq!(keys, [(3, "session.elder_timeout_s"), (4, "panel.orientation")]);
}

#[test]
fn only_this_machine_is_spoken_to_without_encryption() {
    for good in [
        "https://office.example.org",
        "https://10.0.0.8:8443/",
        "http://127.0.0.1:8080",
        "http://[::1]:80",
        "http://localhost",
    ] {
        assert!(is_office_url(good), "{good}");
    }
    for bad in [
        "http://office.example.org",
        "ftp://x",
        "https://",
        "https://a b",
        "https://x:0",
        "http://127.0.0.1.evil.example",
        "office",
    ] {
        assert!(!is_office_url(bad), "{bad}");
    }
}

#[test]
fn a_relative_folder_counts_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kiosk.toml");
    std::fs::write(&file, "[storage]\ndata_dir = \"data\"\n").unwrap();
    assert_eq!(Config::load(&file).unwrap().site.streets, Path::new(""));
    assert_eq!(Config::load(&file).unwrap().store_path(), folder.path().join("data/kiosk.sqlite"));
}
