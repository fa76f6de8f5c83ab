//! Every state of every page that a resident can meet, as sample data laid over the pages.
use jiujin::screens::Samples;
use jiujin_contract::catalogue::day_one;
use jiujin_contract::item::ServiceItem;
use jiujin_contract::text::{Lang, Text};
use jiujin_ui::{
    App, CardPage, CardState, CaseLine, ConfirmPage, DocumentPage, Fact, FieldKind, FormField, FormPage,
    FormProblem, Frame, GuidePage, GuideVerdict, Help, HomeFace, HomePage, HomeTab, KeyLayout, Keyboard,
    PageId, ResultPage, SearchHit, SearchPage, Theme, TileItem,
};
use slint::{ComponentHandle, Model, ModelRc, SharedString, VecModel};
use std::sync::LazyLock;

/// A page of the samples and what is done to it.
pub struct Pose {
    pub name: &'static str,
    page: &'static str,
    change: fn(&Samples),
}

impl Pose {
    /// Puts the window into this pose; whatever another pose changed is put back first.
    pub fn strike(&self, samples: &Samples) {
        calm(samples);
        samples.show(self.page);
        (self.change)(samples);
    }
}

const fn pose(name: &'static str, page: &'static str, change: fn(&Samples)) -> Pose {
    Pose { name, page, change }
}

fn as_it_is(_: &Samples) {}

/// As many lines as the program puts on one page.
fn a_page_of_a_document(samples: &Samples) {
    let document = samples.window().global::<DocumentPage>();
    let lines = [
        ("姓名", "王*一"),
        ("身份证号码", "109999********002X"),
        ("参保险种", "职工基本养老保险"),
        ("参保时间", "2019年3月 至 2026年8月"),
        ("累计缴费", "90 个月"),
        ("参保状态", "正常缴费"),
    ];
    let room = document.get_lines_a_page() as usize;
    let fact = |(name, value): (&str, &str)| Fact { name: name.into(), value: value.into() };
    document.set_lines(ModelRc::new(VecModel::from_iter(lines.into_iter().take(room).map(fact))));
}

/// The pages as `jiujin screens` draws them.
pub const PAGES: &[Pose] = &[
    pose("attract", "attract", as_it_is),
    pose("home", "home", as_it_is),
    pose("search", "search", as_it_is),
    pose("guide", "guide", as_it_is),
    pose("card", "card", as_it_is),
    pose("confirm", "confirm", as_it_is),
    pose("consent", "consent", as_it_is),
    pose("form", "form", as_it_is),
    pose("sign", "sign", as_it_is),
    pose("check", "check", as_it_is),
    pose("saving", "saving", as_it_is),
    pose("result", "result", as_it_is),
    pose("document", "document", a_page_of_a_document),
    pose("cases", "cases", as_it_is),
    pose("case-detail", "case-detail", as_it_is),
    pose("rating", "rating", as_it_is),
    pose("unavailable", "unavailable", as_it_is),
    pose("goodbye", "goodbye", as_it_is),
    pose("help", "help", as_it_is),
    pose("still-there", "still-there", as_it_is),
];

/// The same pages in other states.
pub const STATES: &[Pose] = &[
    pose("home after the card", "home", |samples| {
        samples.window().global::<HomePage>().set_face(HomeFace::Mine);
        samples.window().global::<Frame>().set_signed_in(true);
    }),
    pose("home after the card with no case under way", "home", |samples| {
        let home = samples.window().global::<HomePage>();
        home.set_face(HomeFace::Mine);
        home.set_cases(ModelRc::default());
        samples.window().global::<Frame>().set_signed_in(true);
    }),
    pose("confirm with a character that cannot be drawn", "confirm", |samples| {
        let confirm = samples.window().global::<ConfirmPage>();
        confirm.set_masked_name("测〔U+E863〕*".into());
        confirm.set_coded(true);
    }),
    pose("home in easy view", "home", |samples| {
        samples.window().global::<HomePage>().set_face(HomeFace::Easy);
        samples.window().global::<Frame>().set_elder(true);
    }),
    pose("home with the longest names", "home", |samples| {
        samples.window().global::<HomePage>().set_tiles(longest_tiles(samples, 6));
    }),
    pose("home after the card with the longest names", "home", |samples| {
        let home = samples.window().global::<HomePage>();
        home.set_face(HomeFace::Mine);
        home.set_offers(longest_tiles(samples, home.get_offers_a_page() as usize));
        samples.window().global::<Frame>().set_signed_in(true);
    }),
    pose("search with the longest names", "search", |samples| {
        let search = samples.window().global::<SearchPage>();
        let hit = |name: SharedString| SearchHit {
            before: name,
            office: longest_names(samples, |item| &item.department)[0].clone(),
            icon: "idcard".into(),
            ..SearchHit::default()
        };
        let hits: Vec<_> = longest_names(samples, |item| &item.name).into_iter().map(hit).collect();
        search.set_hits(ModelRc::new(VecModel::from_iter(hits.into_iter().take(search.get_rows() as usize))));
    }),
    pose("home with a way back", "home", |samples| {
        samples.window().global::<Frame>().set_can_back(true);
    }),
    pose("home with a voice", "home", |samples| {
        let frame = samples.window().global::<Frame>();
        frame.set_can_back(true);
        frame.set_can_speak(true);
        frame.set_voice_on(true);
    }),
    pose("home by topics", "home", |samples| samples.window().global::<HomePage>().set_tab(HomeTab::Topics)),
    pose("search without keyboard", "search", |samples| {
        samples.window().global::<Keyboard>().set_shown(false)
    }),
    pose("search without a hit", "search", |samples| {
        samples.window().global::<SearchPage>().set_hits(ModelRc::new(VecModel::<SearchHit>::default()));
    }),
    pose("guide that says no", "guide", |samples| {
        samples.window().global::<GuidePage>().set_verdict(GuideVerdict::Cannot);
    }),
    pose("guide, second sheet", "guide", |samples| samples.window().global::<GuidePage>().set_sheet(1)),
    pose("card being read", "card", |samples| state(samples, CardState::Reading)),
    pose("card lifted", "card", |samples| state(samples, CardState::Lifted)),
    pose("another card", "card", |samples| state(samples, CardState::WrongCard)),
    pose("expired card", "card", |samples| state(samples, CardState::Expired)),
    pose("reader out of order", "card", |samples| state(samples, CardState::OutOfOrder)),
    pose("form at rest", "form", |samples| {
        samples.window().global::<Keyboard>().set_shown(false);
        samples.window().global::<FormPage>().set_open(-1);
    }),
    pose("form with a mistake", "form", |samples| {
        let problem = FormProblem {
            path: "landlord_id".into(),
            label: "房东身份证号码".into(),
            message: "还差 4 位，请填满 18 位".into(),
        };
        let form = samples.window().global::<FormPage>();
        form.set_problems(ModelRc::new(VecModel::from(vec![problem])));
        form.set_open(-1);
        samples.window().global::<Keyboard>().set_shown(false);
    }),
    pose("form with pinyin", "form", |samples| keys(samples, KeyLayout::Pinyin)),
    pose("form with candidates", "form", |samples| {
        keys(samples, KeyLayout::Pinyin);
        samples.window().global::<Keyboard>().set_expanded(true);
    }),
    pose("form with nine keys", "form", |samples| keys(samples, KeyLayout::Pinyin9)),
    pose("form with strokes", "form", |samples| keys(samples, KeyLayout::Stroke)),
    pose("form with parts", "form", |samples| keys(samples, KeyLayout::Parts)),
    pose("form with a code point", "form", |samples| {
        keys(samples, KeyLayout::CodePoint);
        let keyboard = samples.window().global::<Keyboard>();
        keyboard.set_composing("U+6797".into());
        keyboard.set_candidates(ModelRc::new(VecModel::from_iter([SharedString::from("林")])));
    }),
    pose("form with a code point to type", "form", |samples| keys(samples, KeyLayout::CodePoint)),
    pose("form with letters", "form", |samples| keys(samples, KeyLayout::Latin)),
    pose("form with signs", "form", |samples| keys(samples, KeyLayout::Symbols)),
    pose("form with a choice", "form", |samples| {
        let form = samples.window().global::<FormPage>();
        let fields: Vec<_> = form.get_fields().iter().collect();
        let Some(mut last) = fields.last().cloned() else { return };
        last.kind = FieldKind::Choice;
        last.label = "居住事由".into();
        last.choices = ModelRc::new(VecModel::from_iter(CHOICES.iter().map(|label| jiujin_ui::ChoiceItem {
            value: (*label).into(),
            label: (*label).into(),
            note: SharedString::default(),
            selected: *label == CHOICES[0],
        })));
        let kept = fields.iter().take(fields.len() - 1).cloned().chain([last]);
        form.set_fields(ModelRc::new(VecModel::from_iter(kept)));
        samples.window().global::<Keyboard>().set_shown(false);
    }),
    pose("result without network", "result", |samples| {
        let result = samples.window().global::<ResultPage>();
        result.set_offline(true);
        result.set_can_print(false);
        result.set_delivered_at(SharedString::default());
    }),
    pose("result after printing", "result", |samples| {
        samples.window().global::<ResultPage>().set_printed(true);
    }),
    pose("printer without paper", "home", |samples| {
        samples.window().global::<Frame>().set_notice("打印机缺纸，回执显示在屏幕上。".into());
    }),
];

const CHOICES: &[&str] = &["务工", "经商", "投靠亲属", "上学", "随迁", "其他"];
const CANDIDATES: &[&str] =
    &["青禾", "清河", "青河", "庆和", "情", "请", "清", "青", "轻", "庆", "亲", "琴", "勤", "秦", "钦", "禽"];

/// What the catalogue has in the language of the look, longest first.
fn longest_names(samples: &Samples, name: fn(&ServiceItem) -> &Text) -> Vec<SharedString> {
    static ITEMS: LazyLock<Vec<ServiceItem>> = LazyLock::new(|| day_one().items);
    let lang = match samples.window().global::<App>().get_lang() {
        jiujin_ui::Lang::En => Lang::En,
        jiujin_ui::Lang::ZhTw => Lang::ZhTw,
        _ => Lang::ZhCn,
    };
    let mut names: Vec<&str> = ITEMS.iter().map(|item| name(item).get(lang)).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.chars().count()));
    names.into_iter().take(6).map(SharedString::from).collect()
}

fn longest_tiles(samples: &Samples, count: usize) -> ModelRc<TileItem> {
    let names = longest_names(samples, |item| &item.short_name).into_iter().take(count);
    let first = samples.window().global::<HomePage>().get_tiles().row_data(0).unwrap_or_default();
    ModelRc::new(VecModel::from_iter(names.map(|title| TileItem { title, ..first.clone() })))
}

fn state(samples: &Samples, state: CardState) {
    samples.window().global::<CardPage>().set_state(state);
}

fn keys(samples: &Samples, layout: KeyLayout) {
    let keyboard = samples.window().global::<Keyboard>();
    keyboard.set_layout(layout);
    keyboard.set_chinese(layout != KeyLayout::Latin);
    keyboard.set_digits_only(false);
    if matches!(layout, KeyLayout::Pinyin | KeyLayout::Pinyin9 | KeyLayout::Stroke | KeyLayout::Parts) {
        keyboard.set_composing("qing'he".into());
        let words = CANDIDATES.iter().map(|word| SharedString::from(*word));
        keyboard.set_candidates(ModelRc::new(VecModel::from_iter(words)));
    }
}

/// Hits, questions, cases, tiles and offers.
type Models =
    (ModelRc<SearchHit>, ModelRc<FormField>, ModelRc<CaseLine>, ModelRc<TileItem>, ModelRc<TileItem>);

thread_local! {
    static FIRST: std::cell::OnceCell<Models> = const { std::cell::OnceCell::new() };
}

/// Everything a pose may have touched, as the pages themselves come.
fn calm(samples: &Samples) {
    let window = samples.window();
    let (search, form) = (window.global::<SearchPage>(), window.global::<FormPage>());
    let home = window.global::<HomePage>();
    FIRST.with(|first| {
        let own =
            || (search.get_hits(), form.get_fields(), home.get_cases(), home.get_tiles(), home.get_offers());
        let (hits, fields, cases, tiles, offers) = first.get_or_init(own);
        home.set_cases(cases.clone());
        home.set_tiles(tiles.clone());
        home.set_offers(offers.clone());
        search.set_hits(hits.clone());
        form.set_fields(fields.clone());
    });
    window.global::<Theme>().set_reach(false);
    home.set_face(HomeFace::Browse);
    let confirm = window.global::<ConfirmPage>();
    confirm.set_masked_name("王*一".into());
    confirm.set_coded(false);
    home.set_tab(HomeTab::Popular);
    window.global::<GuidePage>().set_verdict(GuideVerdict::Can);
    window.global::<GuidePage>().set_sheet(0);
    state(samples, CardState::Waiting);
    form.set_problems(ModelRc::new(VecModel::<FormProblem>::default()));
    form.set_open(3);
    let keyboard = window.global::<Keyboard>();
    keyboard.set_expanded(false);
    keyboard.set_composing(SharedString::default());
    keyboard.set_candidates(ModelRc::new(VecModel::<SharedString>::default()));
    keyboard.set_digits_only(true);
    keyboard.set_chinese(true);
    let frame = window.global::<Frame>();
    frame.set_notice(SharedString::default());
    frame.set_elder(false);
    frame.set_can_speak(false);
    frame.set_voice_on(false);
    let result = window.global::<ResultPage>();
    result.set_offline(false);
    result.set_can_print(true);
    result.set_printed(false);
    result.set_delivered_at("14:38:08".into());
    window.global::<Help>().set_shown(false);
    window.global::<App>().set_page(PageId::Attract);
}
