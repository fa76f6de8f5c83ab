//! How was it: from the receipt or from My cases, once per case, with or without the resident's name.
use super::stage::{CaseList, Done, NotRated, Rated, Rating, RatingWay, Stage, Who};
use super::{Happening, Order, Session, Step};
use std::collections::BTreeSet;

impl Rating {
    /// The receipt behind the page, where it began there.
    pub(super) fn receipt(&mut self) -> Option<&mut Box<Done>> {
        if let Rated::Receipt(done) = &mut self.of { Some(done) } else { None }
    }

    pub fn who(&self) -> &Who {
        match &self.of {
            Rated::Receipt(done) => &done.who,
            Rated::Case { who, .. } => who,
        }
    }

    /// What the office knows it by.
    fn submission(&self) -> Option<String> {
        match &self.of {
            Rated::Receipt(done) => Some(done.submission.clone()),
            Rated::Case { cases: CaseList::Known { lines, .. }, index, .. } => {
                lines.get(*index).map(|line| line.submission.clone())
            }
            Rated::Case { .. } => None,
        }
    }
}

impl Session {
    pub(super) fn open_rating(self, of: Rated) -> Step {
        let (level, reasons, anonymous) = (None, BTreeSet::new(), false);
        self.go(Stage::Rating(Box::new(Rating { of, level, reasons, anonymous })))
    }

    pub(super) fn on_rating(self, mut rating: Box<Rating>, happening: Happening) -> Step {
        match happening {
            Happening::LevelChosen(level) if (1..=5).contains(&level) => {
                (rating.level, rating.reasons) = (Some(level), BTreeSet::new());
            }
            Happening::ReasonTouched(reason) => {
                if !rating.reasons.remove(&reason) {
                    rating.reasons.insert(reason);
                }
            }
            Happening::NamelessChosen(anonymous) => rating.anonymous = anonymous,
            Happening::RatingSent => return self.send_rating(*rating),
            Happening::WentBack | Happening::Declined => return self.leave_rating(rating.of, false),
            other => return self.office_answered(Stage::Rating(rating), other),
        }
        self.go(Stage::Rating(rating))
    }

    fn send_rating(self, rating: Rating) -> Step {
        let (Some(level), Some(submission)) = (rating.level, rating.submission()) else { return self.stay() };
        let (who, anonymous) = (rating.who().clone(), rating.anonymous);
        let reasons = rating.reasons.into_iter().collect();
        let order = Order::SendRating { who, submission, level, reasons, anonymous };
        let mut step = self.leave_rating(rating.of, true);
        step.orders.push(order);
        step
    }

    fn leave_rating(self, of: Rated, sent: bool) -> Step {
        match of {
            Rated::Receipt(mut done) => {
                done.rated |= sent;
                self.go(Stage::Done(done))
            }
            Rated::Case { who, cases, index } => {
                let rating = if sent { RatingWay::Sent } else { RatingWay::No };
                let (taking_back, correcting) = Default::default();
                self.go(Stage::CaseDetail { who, cases, index, taking_back, rating, correcting })
            }
        }
    }

    /// The office's answer, on whatever page the resident is by now.
    pub(super) fn rated(mut self, submission: &str, answer: Result<(), NotRated>) -> Step {
        // The first rating stands, so that a second one is as little wanted as after a good answer.
        let is_over = matches!(answer, Ok(()) | Err(NotRated::Before));
        if let Some(cases) = &mut self.cases {
            cases.rated(submission, is_over);
        }
        match &mut self.stage {
            Stage::Cases { cases, .. } => cases.rated(submission, is_over),
            Stage::CaseDetail { cases, rating, .. } => {
                cases.rated(submission, is_over);
                if *rating == RatingWay::Sent {
                    *rating = answer.err().map_or(RatingWay::Thanked, RatingWay::Failed);
                }
            }
            Stage::Done(done) | Stage::ShowingDocument { done, .. } if done.submission == submission => {
                done.rated = is_over;
            }
            _ => {}
        }
        self.stay()
    }
}

impl CaseList {
    fn rated(&mut self, submission: &str, is_over: bool) {
        if let CaseList::Known { lines, .. } = self {
            let same = lines.iter_mut().find(|line| line.submission == submission);
            same.into_iter().for_each(|line| line.may_rate &= !is_over);
        }
    }
}
