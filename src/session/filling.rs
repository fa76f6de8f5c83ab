//! Questions, signature and review: from the first form page to Submit.
use super::application::Application;
use super::stage::{Filling, Stage, Stroke};
use super::{Happening, Moment, Order, Session, Step};
use jiujin_contract::form::Input;
use jiujin_contract::submission::{SIGNATURE_POINTS_MAX, SIGNATURE_STROKES_MAX};
use questions::covers;
pub use questions::{shown_fields, takes_text};
use std::collections::BTreeSet;

mod questions;
#[cfg(test)]
mod tests;

impl Session {
    /// The code list that the question at `path` is chosen from, and the level that is open if not the first.
    pub fn code_list(&self, path: &str) -> Option<(String, Option<String>)> {
        let Stage::Filling(filling) = &self.stage else { return None };
        let field = filling.fields().into_iter().find(|field| field.path == path)?;
        let Input::CodeList { list, .. } = field.input else { return None };
        let open = filling.code.as_ref().filter(|(of, _)| of == path).map(|(_, code)| code.clone());
        Some((list, open))
    }

    pub(super) fn on_application(self, happening: Happening, now: Moment) -> Step {
        match self.stage.clone() {
            Stage::Filling(filling) => self.on_form(*filling, happening, now),
            Stage::Signing { application, strokes } => self.on_signature(application, strokes, happening),
            Stage::Reviewing { application } => self.on_review(application, happening),
            _ => self.stay(),
        }
    }

    /// Opens a form page, or what comes after the last one.
    pub(super) fn open_page(self, application: Application, page: usize) -> Step {
        if page < application.draft.page_count() {
            let filling = Filling {
                application,
                page,
                entry: None,
                code: None,
                open: None,
                editing: None,
                insist: false,
                opened: BTreeSet::new(),
                correcting: false,
            };
            return self.show(filling.with_next_field_open().with_correction_open());
        }
        if application.wants_signature() && application.signature.is_none() {
            return self.go(Stage::Signing { application: Box::new(application), strokes: vec![] });
        }
        self.go(Stage::Reviewing { application: Box::new(application) })
    }

    fn show(self, filling: Filling) -> Step {
        self.go(Stage::Filling(Box::new(filling)))
    }

    fn on_form(self, mut filling: Filling, happening: Happening, now: Moment) -> Step {
        match happening {
            Happening::FieldOpened(path) => {
                filling.close_field(now);
                filling.open_field(&path);
            }
            Happening::FieldClosed => filling.close_field(now),
            Happening::Typed(keystroke) => {
                if let Some(editing) = &mut filling.editing {
                    editing.press(keystroke);
                }
            }
            Happening::CodeOpened { path, code } => {
                filling.close_field(now);
                filling.open_field(&path);
                filling.code = Some((path, code));
            }
            Happening::ChoiceMade { path, value } => {
                filling.close_field(now);
                filling.code = None;
                filling.opened.insert(path.clone());
                if let Some(value) = filling.chosen(&path, &value) {
                    // A refused answer shows at its field; the draft keeps the reason.
                    let _ = filling.application.draft.answer(&path, Some(value), now.timestamp());
                }
                return self.show(filling.with_next_field_open());
            }
            // Several answers to one question: it stays open for the next.
            Happening::AnswerGiven { path, value } => {
                filling.close_field(now);
                filling.open_field(&path);
                // A refused answer shows at its field; the draft keeps the reason.
                let _ = filling.application.draft.answer(&path, value, now.timestamp());
            }
            Happening::EntryAdded(path) => {
                filling.close_field(now);
                let index = filling.entries(&path);
                filling.application.draft.add_entry(&path);
                filling.entry = Some(format!("{path}.{index}"));
                return self.show(filling.with_next_field_open());
            }
            Happening::EntryOpened { path, index } => {
                filling.close_field(now);
                filling.entry = Some(format!("{path}.{index}"));
            }
            Happening::EntryRemoved { path, index } => {
                filling.close_field(now);
                filling.application.draft.remove_entry(&path, index);
                filling.open_field(&path);
            }
            Happening::WentOn => return self.leave_form_page(filling, now),
            Happening::WentBack => return self.back_from_form(filling, now),
            _ => {}
        }
        self.show(filling)
    }

    fn leave_form_page(self, mut filling: Filling, now: Moment) -> Step {
        filling.close_field(now);
        let missing = filling.first_problem();
        let untouched = filling.next_untouched();
        if missing.is_some() && untouched.is_some() && !filling.insist {
            return self.show(filling.with_next_field_open());
        }
        if let Some(path) = missing {
            filling.insist = true;
            filling.open_field(&path);
            return self.show(filling);
        }
        if filling.entry.is_some() {
            filling.insist = false;
            filling.leave_entry();
            return self.show(filling);
        }
        let application = filling.application;
        let next = match filling.correcting {
            true => application.draft.page_count(),
            false => application.page_from(filling.page + 1),
        };
        self.open_page(application, next)
    }

    fn back_from_form(self, mut filling: Filling, now: Moment) -> Step {
        filling.close_field(now);
        if filling.entry.is_some() {
            filling.leave_entry();
            return self.show(filling);
        }
        if filling.correcting {
            return self.go(Stage::Reviewing { application: Box::new(filling.application) });
        }
        match filling.application.page_before(filling.page) {
            Some(page) => self.open_page(filling.application, page),
            None => self.ask_again(filling.application),
        }
    }

    fn on_signature(
        self,
        mut application: Box<Application>,
        mut strokes: Vec<Stroke>,
        happening: Happening,
    ) -> Step {
        match happening {
            Happening::PenMoved(stroke) => {
                let points: usize = strokes.iter().map(Vec::len).sum();
                if points + stroke.len() <= SIGNATURE_POINTS_MAX && strokes.len() < SIGNATURE_STROKES_MAX {
                    strokes.push(stroke);
                }
            }
            Happening::PenUndone => {
                strokes.pop();
            }
            Happening::PenCleared => strokes.clear(),
            Happening::WentOn if !strokes.is_empty() => {
                application.signature = Some(strokes);
                return self.go(Stage::Reviewing { application });
            }
            Happening::WentBack => return self.back_to_last_page(*application),
            _ => {}
        }
        self.go(Stage::Signing { application, strokes })
    }

    fn on_review(self, mut application: Box<Application>, happening: Happening) -> Step {
        match happening {
            Happening::CorrectionWanted(path) if path == SIGNATURE_PATH => {
                application.signature = None;
                self.go(Stage::Signing { application, strokes: vec![] })
            }
            Happening::CorrectionWanted(path) => self.correct(*application, &path),
            Happening::PageWanted(page) => {
                let mut step = self.open_page(*application, page);
                if let Stage::Filling(filling) = &mut step.session.stage {
                    filling.correcting = true;
                }
                step
            }
            Happening::WentBack => {
                application.signature = None;
                self.back_to_last_page(*application)
            }
            Happening::Submitted => self.submit(application),
            _ => self.stay(),
        }
    }

    /// The form itself guarantees completeness: a page with a problem opens instead of the submission going out.
    fn submit(self, application: Box<Application>) -> Step {
        if let Some(problem) = application.draft.problems(self.settings.lang).into_iter().next() {
            let mut step = self.correct(*application, &problem.path);
            if let Stage::Filling(filling) = &mut step.session.stage {
                filling.insist = true;
            }
            return step;
        }
        let order = Order::Commit(application.clone());
        let mut step = self.go(Stage::Saving { application });
        step.orders.push(order);
        step
    }

    fn correct(self, application: Application, path: &str) -> Step {
        let draft = &application.draft;
        let page = (0..draft.page_count())
            .find(|page| {
                draft.page(*page, self.settings.lang).fields.iter().any(|field| covers(&field.path, path))
            })
            .unwrap_or(0);
        let mut step = self.open_page(application, page);
        if let Stage::Filling(filling) = &mut step.session.stage {
            filling.correcting = true;
            filling.open_field(path);
        }
        step
    }

    /// Back from the first page to the consent.
    fn ask_again(self, application: Application) -> Step {
        let Application { who, service, agreement, correction, .. } = application;
        let (browse, guardian) = (Default::default(), agreement.guardian);
        self.go(Stage::Consenting { who, service, browse, guardian, correction })
    }

    fn back_to_last_page(self, application: Application) -> Step {
        match application.page_before(application.draft.page_count()) {
            Some(last) => self.open_page(application, last),
            None => self.ask_again(application),
        }
    }
}

/// What the review page calls the signature when it asks for another one.
pub const SIGNATURE_PATH: &str = "@signature";
