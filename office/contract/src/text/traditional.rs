//! Chinese as it is written and said in Taiwan, from our own simplified sentences.
use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use std::sync::LazyLock;

/// OpenCC's tables from simplified characters to Taiwan's, with Taiwan's words (打印 → 列印). They are part of
/// the library, so this is `None` only if it changed under us; then sentences stay simplified.
static OPENCC: LazyLock<Option<OpenCC>> = LazyLock::new(|| OpenCC::from_config(BuiltinConfig::S2twp).ok());

/// Where OpenCC's longest match cuts our words wrongly: (养老)金发放 holds 金发, blond hair.
const REPAIRS: [(&str, &str); 5] =
    [("金髮", "金發"), ("換髮", "換發"), ("髮卡", "發卡"), ("籤", "簽"), ("衝還貸", "沖還貸")];

/// For our own sentences only: a person's name must stay as the card writes it.
pub fn traditional(simplified: &str) -> String {
    match &*OPENCC {
        Some(opencc) => {
            REPAIRS.iter().fold(opencc.convert(simplified), |text, (wrong, right)| text.replace(wrong, right))
        }
        None => simplified.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::traditional;

    #[test]
    fn one_simplified_character_becomes_the_right_one_of_several() {
        assert_eq!(traditional("头发、发票、皇后、以后、干净、干部"), "頭髮、發票、皇后、以後、乾淨、幹部");
    }

    #[test]
    fn a_pension_that_is_paid_out_is_not_blond_hair() {
        assert_eq!(
            traditional("养老金发放、证件换发、发卡银行、签字"),
            "養老金發放、證件換發、發卡銀行、簽字"
        );
    }

    #[test]
    fn words_become_those_that_are_said_in_taiwan() {
        assert_eq!(traditional("打印社会保险信息"), "列印社會保險資訊");
    }
}
