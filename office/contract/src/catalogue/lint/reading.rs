//! Can a twelve-year-old read it, in both languages, and can the font draw it in all three?
use super::{COMPLETE, Findings};
use crate::item::ServiceItem;
use crate::text::{Lang, Text};
use std::collections::BTreeSet;

/// screens.md: sentences of at most 25 characters in Chinese.
const SENTENCE_HANZI_MAX: usize = 25;
const SENTENCE_WORDS_MAX: usize = 25;
/// A kiosk asks plainly: no begging, no apologies, no office language.
const STIFF: [&str; 9] = ["请", "抱歉", "对不起", "敬请", "予以", "兹", "须知悉", "贵方", "之规定"];

pub(super) fn check(item: &ServiceItem, drawable: &dyn Fn(char) -> bool, found: &mut Findings) {
    for (pointer, text) in guide_texts(item) {
        check_pair(&pointer, text, found);
        check_font(&pointer, text, drawable, found);
    }
    // Names of laws, services, papers and offices are given; only their letters matter.
    let notes = item.guide.materials.iter().filter_map(|material| material.note.as_ref());
    let parts = item.parts().into_iter().flat_map(|part| part.members).map(|member| &member.name);
    let given =
        [&item.name, &item.short_name, &item.department, &item.consent.purpose, &item.consent.recipients];
    let given = given.into_iter().chain(&item.guide.legal_basis).chain(notes).chain(parts);
    for text in given.chain(document_names(item)) {
        check_font("/guide", text, drawable, found);
        if text.zh.trim().is_empty() || text.en.trim().is_empty() {
            found.add("/guide", "a text is missing in one language");
        }
    }
    for lang in COMPLETE {
        for (key, sentence) in item.translations.get(&lang).into_iter().flatten() {
            let pointer = format!("/translations/{}/{key}", lang.tag());
            check_sentence(&pointer, sentence, lang, found);
            check_drawn(&pointer, sentence, drawable, found);
        }
    }
    for (key, sentence) in item.translations.get(&Lang::ZhTw).into_iter().flatten() {
        check_drawn(&format!("/translations/zh-TW/{key}"), sentence, drawable, found);
    }
}

fn guide_texts(item: &ServiceItem) -> Vec<(String, &Text)> {
    let guide = &item.guide;
    let mut texts = vec![
        ("/summary".to_string(), &item.summary),
        ("/guide/who".to_string(), &guide.who),
        ("/guide/fee".to_string(), &guide.fee),
        ("/guide/result".to_string(), &guide.result),
        ("/guide/contact".to_string(), &guide.contact),
        ("/guide/complaint".to_string(), &guide.complaint),
        ("/consent/from_whom".to_string(), &item.consent.from_whom),
        ("/consent/retention".to_string(), &item.consent.retention),
    ];
    texts.extend(
        guide.conditions.iter().enumerate().map(|(i, text)| (format!("/guide/conditions/{i}"), text)),
    );
    texts.extend(guide.materials.iter().enumerate().map(|(i, m)| (format!("/guide/materials/{i}"), &m.name)));
    texts.extend(
        item.consent.what.iter().enumerate().map(|(i, part)| (format!("/consent/what/{i}"), &part.text)),
    );
    for (i, faq) in guide.faq.iter().enumerate() {
        texts.push((format!("/guide/faq/{i}/question"), &faq.question));
        texts.push((format!("/guide/faq/{i}/answer"), &faq.answer));
    }
    for (i, rule) in item.eligibility.rules.iter().enumerate() {
        texts.push((format!("/eligibility/{i}/reason"), &rule.reason));
        texts.push((format!("/eligibility/{i}/instead"), &rule.instead));
    }
    if let Some(document) = &item.document {
        texts.push(("/document/closing".to_string(), &document.closing));
        texts.extend(document.opening.iter().map(|text| ("/document/opening".to_string(), text)));
        texts.extend(
            document.rows.iter().enumerate().map(|(i, row)| (format!("/document/rows/{i}"), &row.label)),
        );
    }
    texts
}

fn document_names(item: &ServiceItem) -> impl Iterator<Item = &Text> {
    let tables = item.document.iter().flat_map(|document| &document.tables);
    let cells =
        tables.flat_map(|table| [&table.title].into_iter().chain(table.columns.iter().map(|c| &c.label)));
    item.document.iter().map(|document| &document.title).chain(cells)
}

fn check_pair(pointer: &str, text: &Text, found: &mut Findings) {
    check_sentence(pointer, &text.zh, Lang::ZhCn, found);
    check_sentence(pointer, &text.en, Lang::En, found);
}

fn check_sentence(pointer: &str, written: &str, lang: Lang, found: &mut Findings) {
    if written.trim().is_empty() {
        found.add(pointer, format!("no words in {}", lang.tag()));
    }
    for sentence in written.split(['。', '！', '？', '；', '!', '?', ';', '\n']) {
        let (length, limit) = match lang {
            Lang::En => (sentence.split_whitespace().count(), SENTENCE_WORDS_MAX),
            _ => (sentence.chars().filter(|c| is_hanzi(*c)).count(), SENTENCE_HANZI_MAX),
        };
        if length > limit {
            found.add(
                pointer,
                format!("a sentence of {length}, at most {limit} read well: {}", sentence.trim()),
            );
        }
    }
    if lang == Lang::En {
        if written.chars().any(is_hanzi) && !pointer.ends_with(".example") {
            found.add(pointer, "Chinese in the English text");
        }
        return;
    }
    let plain = written.replace("申请", "");
    for stiff in STIFF.iter().filter(|stiff| plain.contains(*stiff)) {
        found.add(pointer, format!("say it plainly, without `{stiff}`"));
    }
}

fn is_hanzi(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

fn check_font(pointer: &str, text: &Text, drawable: &dyn Fn(char) -> bool, found: &mut Findings) {
    for lang in Lang::ALL {
        check_drawn(pointer, text.get(lang), drawable, found);
    }
}

fn check_drawn(pointer: &str, written: &str, drawable: &dyn Fn(char) -> bool, found: &mut Findings) {
    let missing: BTreeSet<char> = written.chars().filter(|c| !c.is_control() && !drawable(*c)).collect();
    if !missing.is_empty() {
        let missing: String = missing.into_iter().collect();
        found.add(pointer, format!("the embedded font cannot draw {missing}"));
    }
}
