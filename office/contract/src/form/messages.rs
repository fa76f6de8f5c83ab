//! What we tell a resident about an answer: always what to do, never that something is wrong with them.
use super::Form;
use super::check::Fault;
use super::draft::AnswerError;
use super::field::{Field, Shape};
use super::view::TextKind;
use crate::text::{Lang, traditional};
use serde_json::Value;

/// The item's own words in JSON Forms' order, else ours.
pub fn fault(form: &Form, field: &Field, fault: &Fault, lang: Lang) -> String {
    let compared = fault.asked.get(2).and_then(Value::as_str).filter(|_| fault.keyword == "compare");
    let keyword = compared.unwrap_or(fault.keyword);
    let keys = [
        format!("{}.error.custom", field.prefix),
        format!("{}.error.{keyword}", field.prefix),
        format!("error.{keyword}"),
    ];
    if let Some(own) = keys.iter().find_map(|key| form.text(lang, key)) {
        return own.to_string();
    }
    let (chinese, english) = plain(field, fault);
    pick(lang, &chinese, &english)
}

pub fn refused(form: &Form, field: &Field, error: AnswerError, lang: Lang) -> String {
    let (keyword, asked) = match error {
        AnswerError::TooLong { max } => ("maxLength", Value::from(max)),
        AnswerError::TooMany { max } => ("maxItems", Value::from(max)),
        AnswerError::WrongKind => ("type", Value::Null),
        AnswerError::Locked => {
            return pick(lang, "这一项来自证件，不用改。", "This comes from your card and stays as it is.");
        }
        _ => return pick(lang, "这一项现在不用填。", "Nothing is needed here now."),
    };
    fault(form, field, &Fault { path: String::new(), keyword, asked: asked.into() }, lang)
}

pub fn pick(lang: Lang, chinese: &str, english: &str) -> String {
    match lang {
        Lang::ZhCn => chinese.to_string(),
        Lang::ZhTw => traditional(chinese),
        Lang::En => english.to_string(),
    }
}

fn plain(field: &Field, fault: &Fault) -> (String, String) {
    let number = fault.asked.to_string();
    let both =
        |chinese: &str, english: &str| (chinese.replace("{}", &number), english.replace("{}", &number));
    match fault.keyword {
        "required" | "dependencies" => required(&field.shape),
        "format" => format_words(fault.asked.as_str().unwrap_or_default()),
        "type" => type_words(&field.shape),
        "maxLength" => both("最多写{}个字。写短一点。", "Use at most {} characters."),
        "minLength" if *fault.asked == 1 => required(&field.shape),
        "minLength" => both("至少写{}个字。", "Use at least {} characters."),
        "minimum" => both("填{}或更大的数。", "Enter {} or more."),
        "maximum" => both("填{}或更小的数。", "Enter {} or less."),
        "exclusiveMinimum" => both("填大于{}的数。", "Enter more than {}."),
        "exclusiveMaximum" => both("填小于{}的数。", "Enter less than {}."),
        "multipleOf" => both("填{}的整数倍。", "Enter a multiple of {}."),
        "minItems" => both("至少要有{}项。", "Have at least {} here."),
        "maxItems" => both("最多{}项。去掉几项再继续。", "Have at most {} here. Take some out."),
        "uniqueItems" => both("有两项一样。去掉一项。", "Two are the same. Take one out."),
        "compare" => compare_words(fault),
        "const" if *fault.asked == true => both("选“是”才能继续。", "Choose Yes to go on."),
        "pattern" if matches!(field.shape, Shape::Text(TextKind::Latin)) => {
            both("只写字母和数字，比如 AB123。", "Use letters and digits only, such as AB123.")
        }
        "enum" | "const" | "oneOf" | "anyOf" => both("从给出的选项里选一个。", "Choose one of the options."),
        _ => both("按示例的写法填写。", "Write it like the example."),
    }
}

fn required(shape: &Shape) -> (String, String) {
    let (chinese, english) = match shape {
        Shape::YesNo => ("选“是”或“否”。", "Choose Yes or No."),
        Shape::Choice(_) | Shape::Code { .. } => ("选一项。", "Choose one."),
        Shape::Multi(_) => ("至少选一项。", "Choose at least one."),
        Shape::Date => ("填写日期。", "Enter the date."),
        Shape::Number { .. } => ("填写数字。", "Enter a number."),
        Shape::Entries(_) => ("至少添加一项。", "Add at least one."),
        Shape::Signature => ("在框里签名。", "Sign in the box."),
        Shape::Attachment { .. } => ("放上材料，按“扫描”。", "Place the paper and touch Scan."),
        Shape::Text(_) | Shape::Whole => ("填写这一项。", "Fill this in."),
    };
    (chinese.into(), english.into())
}

fn type_words(shape: &Shape) -> (String, String) {
    let (chinese, english) = match shape {
        Shape::Number { whole: true } => ("填整数，比如 3。", "Enter a whole number, such as 3."),
        Shape::Number { whole: false } => ("只填数字，比如 12.5。", "Enter digits only, such as 12.5."),
        Shape::Choice(_) | Shape::Code { .. } => ("从给出的选项里选一个。", "Choose one of the options."),
        other => return required(other),
    };
    (chinese.into(), english.into())
}

fn format_words(format: &str) -> (String, String) {
    let (chinese, english) = match format {
        "id-card" => (
            "对照证件核对18位号码，最后一位可能是X。",
            "Compare all 18 characters with the card. The last one may be X.",
        ),
        "mobile-cn" => ("手机号码是11位数字，以1开头。", "A mobile number has 11 digits and starts with 1."),
        "landline-cn" => {
            ("写上区号和号码，比如 010-12345678。", "Write area code and number, such as 010-12345678.")
        }
        "uscc" => ("对照营业执照核对18位代码。", "Compare all 18 characters with the business licence."),
        "bank-card" => ("对照银行卡核对卡号的每一位。", "Compare every digit with the bank card."),
        "plate" => ("车牌像这样写：京A12345。", "Write the plate like this: 京A12345."),
        "postal-code" => ("邮政编码是6位数字。", "A postal code has 6 digits."),
        "date" => ("填完整的年、月、日，比如 1990 05 01。", "Enter year, month and day, such as 1990 05 01."),
        "email" => ("邮箱像这样写：name@example.com。", "Write the address like this: name@example.com."),
        _ => ("按示例的写法填写。", "Write it like the example."),
    };
    (chinese.into(), english.into())
}

fn compare_words(fault: &Fault) -> (String, String) {
    let text = |at: usize| fault.asked.get(at).and_then(Value::as_str).unwrap_or_default();
    let today = text(1) == "today";
    let (chinese, english) = match (text(0), today) {
        ("<", true) => ("填今天以前的日期。", "Enter a date before today."),
        ("<=", true) => ("填今天或以前的日期。", "Enter today or an earlier date."),
        (">", true) => ("填今天以后的日期。", "Enter a date after today."),
        (">=", true) => ("填今天或以后的日期。", "Enter today or a later date."),
        _ => ("和前面填的对照一下。", "Compare this with what you entered before."),
    };
    (chinese.into(), english.into())
}
