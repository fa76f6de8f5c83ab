//! My cases: what the office tells of them, from the catalogue's first page, a scanned receipt or the list.
use super::stage::{
    Aim, Browse, CaseLine, CaseList, CaseTab, NotTakenBack, Rated, RatingWay, Stage, TakingBack, Who,
};
use super::{Happening, Order, Session, Step};
use crate::notice::CardPrompt;

impl Session {
    /// A receipt leads to its case where that interrupts nothing. The number opens nothing by itself: only the
    /// card of its resident does.
    pub(super) fn receipt_scanned(self, receipt: String) -> Step {
        match &self.stage {
            Stage::Attract | Stage::AskingCard { .. } | Stage::Ended { .. } => {
                self.want_cases(None, Some(receipt))
            }
            Stage::Browsing { who, .. } | Stage::Unavailable { who, .. } => {
                let who = who.clone();
                self.want_cases(who, Some(receipt))
            }
            Stage::Guiding(guiding) => {
                let who = guiding.who.clone();
                self.want_cases(who, Some(receipt))
            }
            Stage::Cases { who, .. } | Stage::CaseDetail { who, .. } => {
                let who = who.clone();
                self.open_cases(who, Some(receipt))
            }
            Stage::Done(done) => {
                let who = done.who.clone();
                self.open_cases(who, Some(receipt))
            }
            _ => self.stay(),
        }
    }

    pub(super) fn want_cases(self, who: Option<Who>, receipt: Option<String>) -> Step {
        match who {
            Some(who) => self.open_cases(who, receipt),
            None => self.ask_card(Aim::Cases(receipt), Browse::default(), CardPrompt::Place, 0),
        }
    }

    pub(super) fn open_cases(self, who: Who, receipt: Option<String>) -> Step {
        let order = Order::FetchCases(who.clone());
        let mut step = self.go(Stage::Cases { who, cases: CaseList::Loading, tab: CaseTab::All, receipt });
        step.orders.push(order);
        step
    }

    pub(super) fn on_cases(self, happening: Happening) -> Step {
        let Stage::Cases { who, cases, tab, receipt } = self.stage.clone() else { return self.stay() };
        match happening {
            Happening::CasesKnown { list: known, .. } => match place_of(&known, receipt.as_deref()) {
                Some(index) => self.open_case(who, known, index),
                None => self.go(Stage::Cases { who, cases: known, tab, receipt: None }),
            },
            Happening::CaseTabChosen(tab) => self.go(Stage::Cases { who, cases, tab, receipt }),
            Happening::CaseOpened(index) => match &cases {
                CaseList::Known { lines, .. } if index < lines.len() => self.open_case(who, cases, index),
                _ => self.stay(),
            },
            Happening::CasesWanted => self.open_cases(who, None),
            Happening::WentBack => self.browse(Some(who), Browse::default()),
            _ => self.stay(),
        }
    }

    fn open_case(self, who: Who, cases: CaseList, index: usize) -> Step {
        let (taking_back, rating, correcting) = Default::default();
        self.go(Stage::CaseDetail { who, cases, index, taking_back, rating, correcting })
    }

    /// The page of one case. Taking it back asks once more, and only the office's answer changes anything.
    pub(super) fn on_case(mut self, happening: Happening) -> Step {
        if matches!(happening, Happening::ReopenWanted) {
            return self.want_correction();
        }
        let Stage::CaseDetail { who, cases, index, taking_back, rating, .. } = &mut self.stage else {
            return self.stay();
        };
        let line = cases.line(*index);
        let may = line.is_some_and(|line| line.withdraw_until.is_some());
        match (happening, *taking_back) {
            (Happening::WithdrawWanted, TakingBack::No | TakingBack::Failed(_)) if may => {
                *taking_back = TakingBack::Asked;
            }
            (Happening::WithdrawDropped | Happening::WentBack, TakingBack::Asked) => {
                *taking_back = TakingBack::No;
            }
            (Happening::WithdrawConfirmed, TakingBack::Asked) => {
                let case_number = line.map(|line| line.case_number.clone()).unwrap_or_default();
                let order = Order::Withdraw { who: who.clone(), case_number };
                *taking_back = TakingBack::Sent;
                return Step { session: self, orders: vec![order] };
            }
            (Happening::RatingWanted, TakingBack::No | TakingBack::Failed(_))
                if *rating != RatingWay::Sent && line.is_some_and(CaseLine::can_be_rated) =>
            {
                let of = Rated::Case { who: who.clone(), cases: cases.clone(), index: *index };
                return self.open_rating(of);
            }
            (Happening::CasesKnown { list, .. }, _) => {
                let number = line.map(|line| line.case_number.clone());
                if let Some(place) = list.place(|line| Some(&line.case_number) == number.as_ref()) {
                    (*cases, *index) = (list, place);
                }
            }
            (Happening::WentBack, _) => {
                let (who, cases) = (who.clone(), cases.clone());
                return self.go(Stage::Cases { who, cases, tab: CaseTab::All, receipt: None });
            }
            _ => {}
        }
        self.stay()
    }

    /// The office's answer, on whatever page the resident is by now.
    pub(super) fn withdrawn(mut self, answer: Result<Box<CaseLine>, NotTakenBack>) -> Step {
        let mut orders = vec![];
        if let Stage::CaseDetail { who, taking_back, .. } = &mut self.stage
            && *taking_back == TakingBack::Sent
        {
            *taking_back = answer.as_ref().err().map_or(TakingBack::No, |why| TakingBack::Failed(*why));
            // What is on the table was not true any more.
            let is_stale = matches!(answer, Err(NotTakenBack::TooLate | NotTakenBack::Unknown));
            orders.extend(is_stale.then(|| Order::FetchCases(who.clone())));
        }
        if let Ok(line) = answer {
            if let Stage::CaseDetail { cases, .. } | Stage::Cases { cases, .. } = &mut self.stage {
                cases.replace(&line);
            }
            if let Some(cases) = &mut self.cases {
                cases.replace(&line);
            }
        }
        Step { session: self, orders }
    }
}

impl CaseLine {
    /// Over for the office, and nobody has rated it.
    pub fn can_be_rated(&self) -> bool {
        self.may_rate && CaseTab::Closed.holds(self.state)
    }
}

impl CaseList {
    pub(super) fn line(&self, index: usize) -> Option<&CaseLine> {
        let CaseList::Known { lines, .. } = self else { return None };
        lines.get(index)
    }

    fn place(&self, is_wanted: impl Fn(&CaseLine) -> bool) -> Option<usize> {
        let CaseList::Known { lines, .. } = self else { return None };
        lines.iter().position(is_wanted)
    }

    /// What the office told of one case since.
    fn replace(&mut self, newer: &CaseLine) {
        if let CaseList::Known { lines, .. } = self {
            let same = lines.iter_mut().find(|line| line.case_number == newer.case_number);
            same.into_iter().for_each(|line| line.clone_from(newer));
        }
    }
}

/// Which of the cases began with this receipt.
fn place_of(cases: &CaseList, receipt: Option<&str>) -> Option<usize> {
    cases.place(|line| Some(line.receipt.as_str()) == receipt)
}
