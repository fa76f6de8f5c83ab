//! Dates and counts as people say them. Everything else on the screen is worded by the pages themselves.
use crate::session::stage::{Correcting, NotRated, NotReopened, NotTakenBack, RatingWay};
use jiff::civil::{Date, DateTime, Weekday};
use jiujin_contract::calendar;
use jiujin_contract::text::Lang;

/// Minutes of the centre's clock east of Greenwich when nothing else is configured: China has one time, UTC+8.
pub const CHINA_OFFSET_MIN: i32 = 480;

/// Wall time of the centre at a Unix millisecond.
pub fn local_time(unix_ms: i64, offset_min: i32) -> DateTime {
    let offset = jiff::tz::Offset::from_seconds(offset_min * 60).unwrap_or(jiff::tz::Offset::UTC);
    jiff::Timestamp::from_millisecond(unix_ms).map_or(DateTime::MIN, |at| offset.to_datetime(at))
}

/// `14:32`
pub fn clock(at: DateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `14:38:06`
pub fn clock_with_seconds(at: DateTime) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// `9月21日 星期一`, `Mon 21 September`
pub fn day(date: Date, lang: Lang) -> String {
    match lang {
        Lang::En => {
            format!("{} {} {}", weekday_en(date.weekday()), date.day(), calendar::month_en(date.month()))
        }
        _ => format!("{}月{}日 {}", date.month(), date.day(), weekday_zh(date.weekday())),
    }
}

/// `17 项`, `17 services`
pub fn services(count: usize, lang: Lang) -> String {
    match lang {
        Lang::En if count == 1 => "1 service".into(),
        Lang::En => format!("{count} services"),
        Lang::ZhTw => format!("{count} 項"),
        Lang::ZhCn => format!("{count} 项"),
    }
}

/// The last promised day, on the receipt.
pub fn ready_by(day: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("Ready by {day}"),
        Lang::ZhTw => format!("最晚 {day} 辦好"),
        Lang::ZhCn => format!("最晚 {day} 办好"),
    }
}

/// What the resident's signature says.
pub fn declaration(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "What I have filled in is true.\nIf it is not, I answer for it.",
        Lang::ZhTw => "我填寫的內容都是真的。\n如果不是真的，我願意承擔責任。",
        Lang::ZhCn => "我填写的内容都是真的。\n如果不是真的，我愿意承担责任。",
    }
}

/// Reasons for a level of satisfaction: what was good for the best three, what was not for the two that count as bad
/// (GB/T 39735).
pub fn reasons(level: Option<u8>, lang: Lang) -> &'static [&'static str] {
    match (level, lang) {
        (None, _) => &[],
        (Some(3..), Lang::En) => &["Done in one go", "Clear steps", "No papers needed", "Easy to read"],
        (Some(3..), Lang::ZhTw) => &["一次就辦好了", "步驟清楚", "不用交材料", "字大，看得清"],
        (Some(3..), Lang::ZhCn) => &["一次就办好了", "步骤清楚", "不用交材料", "字大，看得清"],
        (Some(_), Lang::En) => &["Too slow", "Hard to understand", "Asked too much", "Something failed"],
        (Some(_), Lang::ZhTw) => &["太慢", "看不懂", "問得太多", "有地方不能用"],
        (Some(_), Lang::ZhCn) => &["太慢", "看不懂", "问得太多", "有地方不能用"],
    }
}

/// About how long an errand takes: a third of a minute a question, and a minute for reading and signing.
pub fn minutes_for(questions: usize) -> usize {
    1 + questions.div_ceil(3)
}

fn weekday_zh(day: Weekday) -> &'static str {
    ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"]
        [day.to_monday_zero_offset() as usize]
}

fn weekday_en(day: Weekday) -> &'static str {
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][day.to_monday_zero_offset() as usize]
}

/// Several names in one sentence.
pub fn list(names: impl Iterator<Item = String>, lang: Lang) -> String {
    names.collect::<Vec<_>>().join(if lang == Lang::En { ", " } else { "、" })
}

/// How far a department is with its part of a life event.
pub fn department_state(department: &str, state: &str, lang: Lang) -> String {
    if lang == Lang::En { format!("{department}: {state}") } else { format!("{department}：{state}") }
}

/// Until when a case may be taken back, under where it stands.
pub fn withdraw_by(day: &str, lang: Lang) -> String {
    match lang {
        Lang::ZhCn => format!("到{day}为止，只要还没有决定，都可以撤回。"),
        Lang::ZhTw => format!("到{day}為止，只要還沒有決定，都可以撤回。"),
        Lang::En => format!("You can take it back up to {day}, as long as nothing is decided."),
    }
}

/// While the office is asked.
pub fn taking_back(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => "正在告诉中心，请稍等。",
        Lang::ZhTw => "正在告訴中心，請稍等。",
        Lang::En => "The office is being told. One moment.",
    }
}

/// Why a case was not taken back, and what to do now.
pub fn not_taken_back(why: NotTakenBack, lang: Lang) -> &'static str {
    match (why, lang) {
        (NotTakenBack::NoAnswer, Lang::ZhCn) => {
            "联系不上中心，请当作没有撤回。请再试一次，多点几次也只撤回一次。"
        }
        (NotTakenBack::NoAnswer, Lang::ZhTw) => {
            "聯繫不上中心，請當作沒有撤回。請再試一次，多點幾次也只撤回一次。"
        }
        (NotTakenBack::NoAnswer, Lang::En) => {
            "The office did not answer, so take it as not done. Please try again: it is never done twice."
        }
        (NotTakenBack::TooLate, Lang::ZhCn) => {
            "已经作出决定，或者超过了期限，不能在这里撤回。请到窗口问工作人员。"
        }
        (NotTakenBack::TooLate, Lang::ZhTw) => {
            "已經作出決定，或者超過了期限，不能在這裡撤回。請到窗口問工作人員。"
        }
        (NotTakenBack::TooLate, Lang::En) => {
            "It is decided already, or the time is over. It cannot be taken back here; please ask the staff."
        }
        (NotTakenBack::Unknown, Lang::ZhCn) => "中心没有找到您的这一件，没有撤回。请带上受理号到窗口。",
        (NotTakenBack::Unknown, Lang::ZhTw) => "中心沒有找到您的這一件，沒有撤回。請帶上受理號到窗口。",
        (NotTakenBack::Unknown, Lang::En) => {
            "The office does not find this case, nothing was taken back. Please show the staff your receipt number."
        }
    }
}

/// What the office wants corrected, and where: here, or where this kiosk has no form for it at the counter.
pub fn correct(questions: Vec<String>, is_here: bool, lang: Lang) -> String {
    if questions.is_empty() {
        return String::new();
    }
    // Many are sentences themselves, with a mark of their own at the end.
    let quoted = |question: String| match lang {
        Lang::ZhCn => format!("“{question}”"),
        Lang::ZhTw => format!("「{question}」"),
        // The curly ones are as wide as a Chinese character in our font.
        Lang::En => format!("\"{question}\""),
    };
    let names = list(questions.into_iter().map(quoted), lang);
    match (lang, is_here) {
        (Lang::ZhCn, true) => format!("请改正：{names}。现在就能在这里改，其他的不用重填。"),
        (Lang::ZhTw, true) => format!("請改正：{names}。現在就能在這裡改，其他的不用重填。"),
        (Lang::En, true) => format!("Please correct: {names}. You can do it here now; the rest stays."),
        (Lang::ZhCn, false) => format!("请改正：{names}。请带上身份证和受理号到窗口改。"),
        (Lang::ZhTw, false) => format!("請改正：{names}。請帶上身分證和受理號到窗口改。"),
        (Lang::En, false) => {
            format!("Please correct: {names}. Take your ID card and receipt number to the counter.")
        }
    }
}

/// While a case is opened for corrections, and why it did not open.
pub fn opening(correcting: Correcting, lang: Lang) -> &'static str {
    match (correcting, lang) {
        (Correcting::No, _) => "",
        (Correcting::Asked, Lang::ZhCn) => "正在取回您上次填的内容，请稍等。",
        (Correcting::Asked, Lang::ZhTw) => "正在取回您上次填的內容，請稍等。",
        (Correcting::Asked, Lang::En) => "What you sent is being fetched. One moment.",
        (Correcting::Failed(why), _) => not_opened(why, lang),
    }
}

fn not_opened(why: NotReopened, lang: Lang) -> &'static str {
    match (why, lang) {
        (NotReopened::NoAnswer, Lang::ZhCn) => "联系不上中心，现在打不开。请过一会儿再试，或者到窗口改。",
        (NotReopened::NoAnswer, Lang::ZhTw) => "聯絡不上中心，現在打不開。請過一會兒再試，或者到窗口改。",
        (NotReopened::NoAnswer, Lang::En) => {
            "The office did not answer, so it cannot be opened now. Please try again later, or go to the counter."
        }
        (NotReopened::TooLate, Lang::ZhCn) => "这一件已经改过了，或者已经有了结果，不用再改。",
        (NotReopened::TooLate, Lang::ZhTw) => "這一件已經改過了，或者已經有了結果，不用再改。",
        (NotReopened::TooLate, Lang::En) => "It was corrected before or is decided. Nothing is to be done.",
        (NotReopened::Unknown, Lang::ZhCn) => "这一件在这里打不开。请带上身份证和受理号到窗口改。",
        (NotReopened::Unknown, Lang::ZhTw) => "這一件在這裡打不開。請帶上身分證和受理號到窗口改。",
        (NotReopened::Unknown, Lang::En) => {
            "It cannot be opened here. Please take your ID card and receipt number to the counter."
        }
    }
}

/// What became of a rating.
pub fn rating_way(way: RatingWay, lang: Lang) -> &'static str {
    match (way, lang) {
        (RatingWay::No, _) => "",
        (RatingWay::Sent, _) => taking_back(lang),
        (RatingWay::Thanked, Lang::ZhCn) => "评价已经送到，谢谢您。",
        (RatingWay::Thanked, Lang::ZhTw) => "評價已經送到，謝謝您。",
        (RatingWay::Thanked, Lang::En) => "Your rating has arrived. Thank you.",
        (RatingWay::Failed(why), _) => not_rated(why, lang),
    }
}

fn not_rated(why: NotRated, lang: Lang) -> &'static str {
    match (why, lang) {
        (NotRated::NoAnswer, Lang::ZhCn) => "联系不上中心，评价可能没有送到。可以再评一次，只算一次。",
        (NotRated::NoAnswer, Lang::ZhTw) => "聯絡不上中心，評價可能沒有送到。可以再評一次，只算一次。",
        (NotRated::NoAnswer, Lang::En) => {
            "The office did not answer, so your rating may be lost. You can rate again; it counts once."
        }
        (NotRated::Before, Lang::ZhCn) => "这一件已经评价过了。每件只评一次，以第一次为准。",
        (NotRated::Before, Lang::ZhTw) => "這一件已經評價過了。每件只評一次，以第一次為準。",
        (NotRated::Before, Lang::En) => {
            "This case was rated before. Each case is rated once, and the first rating stands."
        }
        (NotRated::Unknown, Lang::ZhCn) => "中心没有找到您的这一件，评价没有送到。请问窗口的工作人员。",
        (NotRated::Unknown, Lang::ZhTw) => "中心沒有找到您的這一件，評價沒有送到。請問窗口的工作人員。",
        (NotRated::Unknown, Lang::En) => {
            "The office does not find this case, so it took no rating. Please ask the staff."
        }
    }
}

/// Beside the code on the paper, where this kiosk can read it.
pub fn scan_hint(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => "把二维码放到扫码窗，再放身份证，就能看办到哪一步。",
        Lang::ZhTw => "把二維碼放到掃碼窗，再放身份證，就能看辦到哪一步。",
        Lang::En => "Hold this code under the scanner and place your card: the kiosk shows how far it is.",
    }
}

/// The office's own number, for whoever calls there.
pub fn case_number(number: &str, lang: Lang) -> String {
    match lang {
        Lang::ZhCn => format!("办件号：{number}"),
        Lang::ZhTw => format!("辦件號：{number}"),
        Lang::En => format!("The office's number: {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_is_written_out_with_its_weekday() {
        assert_eq!(day(date(2026, 9, 21), Lang::ZhCn), "9月21日 星期一");
        assert_eq!(day(date(2026, 9, 21), Lang::En), "Mon 21 September");
    }

    #[test]
    fn what_is_to_be_corrected_is_named_with_the_place_to_go() {
        let names = || vec!["手机号".to_owned(), "现住地址".to_owned()];
        assert_eq!(
            correct(names(), false, Lang::ZhCn),
            "请改正：“手机号”、“现住地址”。请带上身份证和受理号到窗口改。"
        );
        assert_eq!(
            correct(names(), true, Lang::ZhCn),
            "请改正：“手机号”、“现住地址”。现在就能在这里改，其他的不用重填。"
        );
        assert!(correct(vec![], true, Lang::En).is_empty());
    }

    #[test]
    fn the_centre_keeps_its_own_time() {
        let at = local_time(0, CHINA_OFFSET_MIN);
        assert_eq!((clock(at).as_str(), clock_with_seconds(at).as_str()), ("08:00", "08:00:00"));
    }
}
