//! My cases: what the office tells of them, from the catalogue's first page, a scanned receipt or the list.
use super::stage::{Aim, Browse, CaseList, CaseTab, Stage, Who};
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
                Some(index) => self.go(Stage::CaseDetail { who, cases: known, index }),
                None => self.go(Stage::Cases { who, cases: known, tab, receipt: None }),
            },
            Happening::CaseTabChosen(tab) => self.go(Stage::Cases { who, cases, tab, receipt }),
            Happening::CaseOpened(index) => match &cases {
                CaseList::Known { lines, .. } if index < lines.len() => {
                    self.go(Stage::CaseDetail { who, cases, index })
                }
                _ => self.stay(),
            },
            Happening::CasesWanted => self.open_cases(who, None),
            Happening::WentBack => self.browse(Some(who), Browse::default()),
            _ => self.stay(),
        }
    }
}

/// Which of the cases began with this receipt.
fn place_of(cases: &CaseList, receipt: Option<&str>) -> Option<usize> {
    let CaseList::Known { lines, .. } = cases else { return None };
    lines.iter().position(|line| Some(line.receipt.as_str()) == receipt)
}
