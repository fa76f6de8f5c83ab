use super::*;

fn wrong(text: &str) -> Vec<(usize, String)> {
    let mistakes = parse(text.as_bytes(), "109999").unwrap_err();
    mistakes.into_iter().map(|mistake| (mistake.line, mistake.wrong)).collect()
}

#[test]
fn the_demo_list_has_no_mistake() {
    let rows = parse(include_bytes!("../../assets/streets-109999.tsv"), "109999").unwrap();
    assert_eq!(rows.iter().filter(|row| row.parent == "109999").count(), 5);
    assert!(rows.iter().all(|row| !row.name.en.is_empty()));
}

#[test]
fn remarks_empty_lines_and_files_of_other_systems_are_read() {
    let text =
        "\u{feff}# remark\r\n\r\n109999001\t109999\t青禾街道\r\n109999002\t109999\t云溪镇\tYunxi\t雲溪鎮\r\n";
    let rows = parse(text.as_bytes(), "109999").unwrap();
    assert_eq!(rows[0].name, Text { zh: "青禾街道".into(), ..Text::default() });
    assert_eq!(rows[1].name.get(jiujin_contract::text::Lang::ZhTw), "雲溪鎮");
}

#[test]
fn every_mistake_is_named_with_its_line() {
    let text = "109999001\t109999\t青禾街道\tQinghe\n\
        # remark\n\
        109999002 109999 no tabs\n\
        109999001\t109999\t又一个\n\
        12a\t109999\t望湖街道\n\
        109999003\t999999\t望湖街道\n\
        109999004\t109999\t\n\
        109999001001\t109999001\t文昌社区\n\
        109999001002\t109999001001\t太深\n";
    let found = wrong(text);
    let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 9], "{found:?}");
    assert!(found[1].1.contains("line 1"), "{found:?}");
}

#[test]
fn a_list_of_another_district_or_encoding_is_refused() {
    assert!(wrong("330106001\t330106\t北山街道\n")[0].1.contains("109999"));
    let gbk = [b"# \n109999001\t109999\t".as_slice(), &[0xC7, 0xE0], b"\n"].concat();
    assert_eq!(parse(&gbk, "109999").unwrap_err()[0].line, 2);
}

#[test]
fn a_file_that_is_no_list_is_not_read_to_its_end() {
    let many: String = (0..ROWS_MAX + 2).map(|n| format!("{:09}\t109999\t街\n", n)).collect();
    assert_eq!(
        wrong(&many),
        [
            (ROWS_MAX + 1, format!("more than {ROWS_MAX} rows")),
            (ROWS_MAX + 2, format!("more than {ROWS_MAX} rows"))
        ]
    );
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::parse("kiosk.toml", "").unwrap();
    assert_eq!(load(&config).unwrap(), None);
    config.site.streets = folder.path().join("streets.tsv");
    assert!(matches!(load(&config), Err(StreetsError::Unreadable { .. })));
    std::fs::write(&config.site.streets, vec![b'#'; FILE_BYTES_MAX as usize + 1]).unwrap();
    assert!(matches!(load(&config), Err(StreetsError::TooLarge { .. })));
}
