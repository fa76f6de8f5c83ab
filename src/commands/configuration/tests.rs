use super::*;

fn checked(streets: &str) -> (u8, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kiosk.toml");
    std::fs::write(&file, "[site]\nstreets = \"streets.tsv\"\n").unwrap();
    std::fs::write(folder.path().join("streets.tsv"), streets).unwrap();
    let (mut out, mut err) = (vec![], vec![]);
    let code = check(&file, &mut out, &mut err).unwrap();
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn a_mistake_in_the_list_of_streets_is_named_with_file_line_and_reason() {
    let (code, out, err) = checked("109999001\t109999\t青禾街道\n109999001\t109999\t望湖街道\n");
    let first: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!((code, &first["line"], &first["key"]), (1, &json!(2), &json!("site.streets")));
    assert!(first["file"].as_str().unwrap().ends_with("streets.tsv"));
    assert!(err.contains("streets.tsv: line 2, site.streets: the code 109999001 stands in line 1"), "{err}");
}

#[test]
fn the_check_says_how_far_the_further_language_goes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kiosk.toml");
    let told = |tag: &str| {
        std::fs::write(&file, format!("[accessibility]\nfurther_language = \"{tag}\"\n")).unwrap();
        let mut err = vec![];
        let code = check(&file, &mut vec![], &mut err).unwrap();
        (code, String::from_utf8(err).unwrap())
    };
    let (code, err) = told("qps");
    assert!(code == 0 && err.contains("qps says 4 of "), "{err}");
    let (code, err) = told("tlh");
    assert!(code == 1 && err.contains("further_language"), "{err}");
}

#[test]
fn a_sound_list_of_streets_is_no_mistake() {
    assert_eq!(checked("109999001\t109999\t青禾街道\n").0, 0);
}

#[test]
fn a_new_file_explains_the_list_of_streets_and_has_no_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kiosk.toml");
    init(&file, &mut vec![]).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("330106001<tab>330106<tab>北山街道") && text.contains("\nstreets = \"\"\n"),
        "{text}"
    );
    assert_eq!(check(&file, &mut vec![], &mut vec![]).unwrap(), 0);
}
