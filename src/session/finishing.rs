//! After Submit: saving, the receipt and the document.
use super::application::Application;
use super::stage::{Browse, Delivery, Done, Print, Rated, Stage};
use super::{Happening, Moment, Order, Session, Step};
use jiujin_contract::item::ServiceItem;
use jiujin_contract::text::Lang;
use serde_json::Value;

/// What a query-and-print service says, row by row; rows that nobody knows are left out.
fn document_rows(item: &ServiceItem, facts: &Value, lang: Lang) -> Vec<(String, String)> {
    let Some(document) = &item.document else { return vec![] };
    let mut rows: Vec<(String, String)> = document
        .rows
        .iter()
        .filter_map(|row| Some((row.label.get(lang).to_owned(), in_words(find(facts, &row.from)?))))
        .collect();
    for table in &document.tables {
        let lines = find(facts, &table.from).and_then(Value::as_array).cloned().unwrap_or_default();
        for line in lines {
            let cells = table.columns.iter().filter_map(|column| find(&line, &column.from)).map(in_words);
            rows.push((table.title.get(lang).to_owned(), cells.collect::<Vec<_>>().join("  ")));
        }
    }
    rows
}

fn find<'a>(facts: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(facts, |value, key| value.get(key)).filter(|value| !value.is_null())
}

fn in_words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What the printer said about the receipt that was under way.
fn printed(mut done: Box<Done>, happening: &Happening) -> Box<Done> {
    if done.print == Print::Running {
        done.print = if *happening == Happening::Printed { Print::Out } else { Print::Wanted };
    }
    done
}

impl Session {
    pub(super) fn on_outcome(self, happening: Happening, now: Moment) -> Step {
        match (self.stage.clone(), happening) {
            (Stage::Saving { application }, Happening::Committed { receipt, submission }) => {
                self.committed(*application, receipt, submission, now)
            }
            (Stage::Saving { application }, Happening::CommitFailed(notice)) => {
                let who = Some(application.who.clone());
                self.go(Stage::Unavailable { notice, who })
            }
            (Stage::Done(done), Happening::PrintWanted) => self.print(done, Stage::Done),
            (Stage::ShowingDocument { done, page }, Happening::PrintWanted) => {
                self.print(done, |done| Stage::ShowingDocument { done, page })
            }
            (Stage::Done(done), happening @ (Happening::Printed | Happening::PrintFailed)) => {
                self.go(Stage::Done(printed(done, &happening)))
            }
            (
                Stage::ShowingDocument { done, page },
                happening @ (Happening::Printed | Happening::PrintFailed),
            ) => self.go(Stage::ShowingDocument { done: printed(done, &happening), page }),
            (Stage::Done(done), happening) => self.on_receipt(done, happening),
            (Stage::ShowingDocument { done, page }, happening) => match happening {
                Happening::Paged(by) => {
                    self.go(Stage::ShowingDocument { done, page: page.saturating_add_signed(by) })
                }
                Happening::WentBack | Happening::WentOn => self.go(Stage::Done(done)),
                other => self.office_answered(Stage::ShowingDocument { done, page }, other),
            },
            (Stage::Rating(rating), happening) => self.on_rating(rating, happening),
            (Stage::Cases { .. }, happening) => self.on_cases(happening),
            (Stage::CaseDetail { .. }, happening) => self.on_case(happening),
            (
                Stage::Unavailable { who, .. },
                Happening::WentBack | Happening::WentOn | Happening::AnotherWanted,
            ) => self.browse(who, Browse::default()),
            _ => self.stay(),
        }
    }

    fn committed(
        mut self,
        application: Application,
        receipt: String,
        submission: String,
        now: Moment,
    ) -> Step {
        let Application { who, service, shared, draft, correction, .. } = application;
        let department = service.item.department_for(&draft.finish().answers);
        let facts = super::application::facts_json(&who, shared.as_ref(), now);
        let document = document_rows(&service.item, &facts, self.settings.lang);
        let delivery = Delivery::Saved;
        // There is one more now.
        self.cases = None;
        let done = Done {
            who,
            service,
            department,
            receipt,
            submission,
            saved_at: now.unix_ms,
            delivery,
            document,
            // A correction is no new case; its case is rated from My cases.
            rated: correction.is_some(),
            print: Print::default(),
        };
        self.go(Stage::Done(Box::new(done)))
    }

    fn on_receipt(self, done: Box<Done>, happening: Happening) -> Step {
        match happening {
            Happening::DocumentWanted if !done.document.is_empty() => {
                self.go(Stage::ShowingDocument { done, page: 0 })
            }
            Happening::RatingWanted if !done.rated => self.open_rating(Rated::Receipt(done)),
            Happening::AnotherWanted => self.browse(Some(done.who), Browse::default()),
            Happening::CasesWanted => self.open_cases(done.who, None),
            other => self.office_answered(Stage::Done(done), other),
        }
    }

    /// One touch prints once; a second one while paper is coming out does nothing.
    fn print(self, mut done: Box<Done>, stage: impl FnOnce(Box<Done>) -> Stage) -> Step {
        if done.print == Print::Running {
            return self.stay();
        }
        done.print = Print::Running;
        let order = Order::Print(done.clone());
        let mut step = self.go(stage(done));
        step.orders.push(order);
        step
    }

    /// The office's verdict arrives whenever it arrives; it changes only the receipt it belongs to.
    pub(super) fn office_answered(self, mut stage: Stage, happening: Happening) -> Step {
        let done = match &mut stage {
            Stage::Done(done) | Stage::ShowingDocument { done, .. } => Some(done),
            Stage::Rating(rating) => rating.receipt(),
            _ => None,
        };
        if let (Some(done), Happening::OfficeAnswered { submission, delivery }) = (done, happening)
            && done.submission == submission
        {
            done.delivery = delivery;
        }
        self.go(stage)
    }
}
