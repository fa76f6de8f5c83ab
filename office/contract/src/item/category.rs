//! The closed lists a catalogue is sorted by: categories and life events, with their words and icons.
use crate::text::Text;
use serde::{Deserialize, Serialize};

/// What a service is about. The order is the order on the catalogue page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    SocialInsurance,
    Employment,
    MedicalInsurance,
    Household,
    ExitEntry,
    Traffic,
    ProvidentFund,
    Housing,
    Family,
    Ageing,
    Assistance,
    Disability,
    Business,
    Tax,
    Education,
    Veterans,
    Legal,
    Health,
    Community,
    Utilities,
    City,
    Agriculture,
    Culture,
}

impl Category {
    pub const ALL: [Category; 23] = [
        Category::SocialInsurance,
        Category::Employment,
        Category::MedicalInsurance,
        Category::Household,
        Category::ExitEntry,
        Category::Traffic,
        Category::ProvidentFund,
        Category::Housing,
        Category::Family,
        Category::Ageing,
        Category::Assistance,
        Category::Disability,
        Category::Business,
        Category::Tax,
        Category::Education,
        Category::Veterans,
        Category::Legal,
        Category::Health,
        Category::Community,
        Category::Utilities,
        Category::City,
        Category::Agriculture,
        Category::Culture,
    ];

    /// Chinese name, English name, icon.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Category::SocialInsurance => ("社会保险", "Social insurance", "umbrella"),
            Category::Employment => ("就业创业", "Employment", "work"),
            Category::MedicalInsurance => ("医疗保障", "Medical insurance", "health"),
            Category::Household => ("户籍证件", "Household register and ID", "idcard"),
            Category::ExitEntry => ("出入境", "Exit and entry", "passport"),
            Category::Traffic => ("交通出行", "Traffic and driving", "bus"),
            Category::ProvidentFund => ("住房公积金", "Housing provident fund", "fund"),
            Category::Housing => ("不动产与住房", "Real estate and housing", "house"),
            Category::Family => ("婚育收养", "Marriage, birth, adoption", "stroller"),
            Category::Ageing => ("养老助老", "Ageing and elderly care", "cane"),
            Category::Assistance => ("社会救助", "Social assistance", "handheart"),
            Category::Disability => ("残疾人服务", "Disability services", "wheelchair"),
            Category::Business => ("市场主体", "Business registration", "shop"),
            Category::Tax => ("税费", "Tax and fees", "tax"),
            Category::Education => ("教育", "Education", "edu"),
            Category::Veterans => ("退役军人", "Veterans", "medal"),
            Category::Legal => ("法律服务", "Legal services", "scales"),
            Category::Health => ("卫生健康", "Health", "steth"),
            Category::Community => ("社区事务", "Community affairs", "chat"),
            Category::Utilities => ("公用事业", "Utilities", "drop"),
            Category::City => ("城市管理", "City management", "tree"),
            Category::Agriculture => ("农业农村", "Agriculture and rural", "sprout"),
            Category::Culture => ("文化档案", "Culture and archives", "book"),
        }
    }

    pub fn name(self) -> Text {
        let (zh, en, _) = self.words();
        Text::new(zh, en)
    }

    /// Name of the drawing in assets/icons.
    pub fn icon(self) -> &'static str {
        self.words().2
    }
}

/// The moment in life that brings somebody to the counter (一件事).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifeTheme {
    Newborn,
    Schooling,
    Unemployment,
    FlexibleEmployment,
    StartingUp,
    OpeningBusiness,
    ClosingBusiness,
    Marriage,
    HomePurchase,
    SocialCard,
    Disability,
    Retirement,
    AfterDeath,
}

impl LifeTheme {
    pub const ALL: [LifeTheme; 13] = [
        LifeTheme::Newborn,
        LifeTheme::Schooling,
        LifeTheme::Unemployment,
        LifeTheme::FlexibleEmployment,
        LifeTheme::StartingUp,
        LifeTheme::OpeningBusiness,
        LifeTheme::ClosingBusiness,
        LifeTheme::Marriage,
        LifeTheme::HomePurchase,
        LifeTheme::SocialCard,
        LifeTheme::Disability,
        LifeTheme::Retirement,
        LifeTheme::AfterDeath,
    ];

    pub fn name(self) -> Text {
        let (zh, en) = match self {
            LifeTheme::Newborn => ("新生儿出生", "A child is born"),
            LifeTheme::Schooling => ("教育入学", "Starting school"),
            LifeTheme::Unemployment => ("失业", "Losing a job"),
            LifeTheme::FlexibleEmployment => ("灵活就业", "Flexible employment"),
            LifeTheme::StartingUp => ("创业", "Starting up"),
            LifeTheme::OpeningBusiness => ("开办企业", "Opening a business"),
            LifeTheme::ClosingBusiness => ("企业注销", "Closing a business"),
            LifeTheme::Marriage => ("结婚", "Getting married"),
            LifeTheme::HomePurchase => ("不动产登记", "Buying a home"),
            LifeTheme::SocialCard => ("社会保障卡居民服务", "Social security card"),
            LifeTheme::Disability => ("残疾人服务", "Living with a disability"),
            LifeTheme::Retirement => ("退休", "Retiring"),
            LifeTheme::AfterDeath => ("公民身后", "After a death"),
        };
        Text::new(zh, en)
    }
}
