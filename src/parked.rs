//! Why a letter is parked, in words: what the resident does now, and what the technician does. One line for each
//! reason the office or this kiosk can have; a reason without words would leave both standing there.
use jiujin_contract::text::Lang;

/// Both sentences in one language: for the resident, for the technician.
type Words = (&'static str, &'static str);

/// A reason's code, and its words in Simplified Chinese, Traditional Chinese and English.
type Line = (&'static str, [Words; 3]);

/// The last line is for every other code: a newer office may have reasons that this program does not know.
const LINES: &[Line] = &[
    (
        "version-over",
        [
            (
                "这张表格已经换成新的了。请在这里重新办一次，要填的不多；旧的不算数，也不会重复办理。",
                "表格版本已过宽限期。先更新服务目录，再请居民按新表格重办；这一件留存，不必重发。",
            ),
            (
                "這張表格已經換成新的了。請在這裡重新辦一次，要填的不多；舊的不算數，也不會重複辦理。",
                "表格版本已過寬限期。先更新服務目錄，再請居民按新表格重辦；這一件留存，不必重發。",
            ),
            (
                "This form has been replaced by a newer one. Please apply again here, it asks little; the old one does not count and nothing is done twice.",
                "The form's version is past its grace. Let the kiosk fetch the catalogue, ask the resident to apply again; keep this one, sending it again does not help.",
            ),
        ],
    ),
    (
        "unknown-item",
        [
            (
                "这项服务现在不在这里办。请到窗口问工作人员，带上受理号。",
                "中心没有这项服务或这个版本。先核对服务目录，再联系中心；中心开通后用 jiujin outbox retry 重发。",
            ),
            (
                "這項服務現在不在這裡辦。請到窗口問工作人員，帶上受理號。",
                "中心沒有這項服務或這個版本。先核對服務目錄，再聯繫中心；中心開通後用 jiujin outbox retry 重發。",
            ),
            (
                "This service is not offered here now. Please ask the staff and show your receipt number.",
                "The office has no such service or version. Check the catalogue, then call the office; once it offers it, jiujin outbox retry.",
            ),
        ],
    ),
    (
        "invalid-answers",
        [
            (
                "有的内容不符合要求。请带上受理号到窗口，工作人员帮您改好重办。",
                "答案不符合表格规则（终端和中心的规则不一致）。请上报，请居民重办。",
            ),
            (
                "有的內容不符合要求。請帶上受理號到窗口，工作人員幫您改好重辦。",
                "答案不符合表格規則（終端和中心的規則不一致）。請上報，請居民重辦。",
            ),
            (
                "Some answers do not fit. Please show your receipt number to the staff, they help you to correct it.",
                "The answers break a rule of the form, so kiosk and office disagree. Report it and ask the resident to apply again.",
            ),
        ],
    ),
    (
        "too-late",
        [
            (
                "这一件已经改过了，或者已经有了结果，这次的修改没有用上，不用再改。详情见“我的办件”。",
                "补正到得太晚：这一件已在别处改过，或已办结。不必重发，留存即可。",
            ),
            (
                "這一件已經改過了，或者已經有了結果，這次的修改沒有用上，不用再改。詳情見「我的案件」。",
                "補正到得太晚：這一件已在別處改過，或已辦完。不必重發，留存即可。",
            ),
            (
                "This case was corrected before or is decided, so this correction was not used. Nothing is to be done; My cases has the details.",
                "A correction came too late: the case was corrected elsewhere or is decided. Do not send it again.",
            ),
        ],
    ),
    (
        "other-bytes",
        [
            (
                "这一件要由工作人员核对。请带上受理号到窗口。",
                "中心在同一编号下有不同的内容。不要重发，立刻上报：这台终端的数据可能被复制过。",
            ),
            (
                "這一件要由工作人員核對。請帶上受理號到窗口。",
                "中心在同一編號下有不同的內容。不要重發，立刻上報：這台終端的數據可能被複製過。",
            ),
            (
                "The staff have to check this one. Please show them your receipt number.",
                "The office holds other bytes under this id. Do not send it again, report it at once: this disk may have been copied.",
            ),
        ],
    ),
    (
        "unopenable",
        [
            (
                "中心打不开这一件。请到窗口重新办一次，带上受理号。",
                "中心打不开密封件，可能换过密钥。请重新登记终端，再请居民重办。",
            ),
            (
                "中心打不開這一件。請到窗口重新辦一次，帶上受理號。",
                "中心打不開密封件，可能換過密鑰。請重新登記終端，再請居民重辦。",
            ),
            (
                "The office cannot open this one. Please apply again with the staff and show your receipt number.",
                "The office cannot open the envelope; its keys may have changed. Enrol this kiosk again and ask the resident to apply again.",
            ),
        ],
    ),
    (
        "damaged_on_disk",
        [
            (
                "这一件没有保存好。请到窗口重新办一次，带上受理号。",
                "磁盘上的数据损坏。请更换磁盘，再请居民重办。",
            ),
            (
                "這一件沒有保存好。請到窗口重新辦一次，帶上受理號。",
                "磁碟上的數據損壞。請更換磁碟，再請居民重辦。",
            ),
            (
                "This one was damaged on our disk. Please apply again with the staff and show your receipt number.",
                "Its bytes were damaged on the disk. Replace the disk and ask the resident to apply again.",
            ),
        ],
    ),
    (
        "",
        [
            (
                "中心没有收下这一件。请带上受理号到窗口，工作人员帮您办。",
                "中心没有收下。用 jiujin outbox show 看原因，联系中心；解决后用 jiujin outbox retry 重发。",
            ),
            (
                "中心沒有收下這一件。請帶上受理號到窗口，工作人員幫您辦。",
                "中心沒有收下。用 jiujin outbox show 看原因，聯繫中心；解決後用 jiujin outbox retry 重發。",
            ),
            (
                "The office did not take it. Please show your receipt number to the staff, they will help.",
                "The office did not take it. See jiujin outbox show, call the office; once it is settled, jiujin outbox retry.",
            ),
        ],
    ),
];

fn words(code: &str, lang: Lang) -> Words {
    let line = LINES.iter().find(|(known, _)| *known == code).or(LINES.last());
    let column = match lang {
        Lang::ZhCn => 0,
        Lang::ZhTw => 1,
        Lang::En => 2,
    };
    line.map_or(("", ""), |(_, words)| words[column])
}

/// What the resident reads on the screen.
pub fn resident(code: &str, lang: Lang) -> &'static str {
    words(code, lang).0
}

/// What the technician reads in `jiujin outbox list` and in the log.
pub fn technician(code: &str, lang: Lang) -> &'static str {
    words(code, lang).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words_for_both_in_every_language() {
        for (code, _) in LINES {
            for lang in [Lang::ZhCn, Lang::ZhTw, Lang::En] {
                let (resident, technician) = words(code, lang);
                assert!(!resident.is_empty() && !technician.is_empty(), "{code}");
                assert!(resident.chars().all(crate::screens::fonts::draws), "{resident}");
            }
        }
    }

    #[test]
    fn a_form_that_was_replaced_says_to_apply_again() {
        assert!(resident("version-over", Lang::ZhCn).contains("重新办一次"));
        assert!(resident("version-over", Lang::En).contains("apply again"));
        assert!(technician("version-over", Lang::En).contains("catalogue"));
    }

    #[test]
    fn a_reason_of_a_newer_office_still_says_where_to_go() {
        assert!(resident("never-heard-of", Lang::En).contains("staff"));
    }
}
