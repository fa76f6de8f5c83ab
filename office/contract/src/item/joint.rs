//! A joint item (一件事): several services behind one form. It is listed, shown, filled in, sealed and sent like any
//! service. The office takes its answers apart again, one case per department.
use super::ServiceItem;
use crate::text::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Which services the item merges; `None` in an item means that it is one service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joint {
    /// In the order of the form.
    pub members: Vec<Member>,
    pub savings: Savings,
}

/// One service inside a joint item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The service's own id: `S045`.
    pub id: String,
    /// The version whose form was merged.
    pub version: u32,
    pub name: Text,
    pub department: Text,
    /// Its question -> the question of the joint form.
    pub questions: BTreeMap<String, String>,
    /// Filed only where this is answered; `None` = always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Wanted>,
}

/// The answer that calls for a member: `business_kind` = `company`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// A question of the joint form.
    pub question: String,
    pub answer: String,
}

/// What the merge spares the resident: numbers for the guide page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Savings {
    /// Questions of all forms, one after another.
    pub questions_apart: usize,
    /// Questions of the one form.
    pub questions_together: usize,
    /// One filing per service and the visits to counters that follow each.
    pub visits_apart: usize,
    /// One filing, and the visits of the service that wants most.
    pub visits_together: usize,
    pub signatures_apart: usize,
    pub signatures_together: usize,
}

impl Savings {
    /// Questions nobody is asked twice.
    pub fn questions(&self) -> usize {
        self.questions_apart.saturating_sub(self.questions_together)
    }

    /// Visits nobody makes.
    pub fn visits(&self) -> usize {
        self.visits_apart.saturating_sub(self.visits_together)
    }

    /// The sentence of the guide page.
    pub fn words(&self) -> Text {
        let (apart, together) = (self.questions_apart, self.questions_together);
        let zh = format!(
            "少填{}项（{apart}项变{together}项），少跑{}次（{}次变{}次）。",
            self.questions(),
            self.visits(),
            self.visits_apart,
            self.visits_together
        );
        let en = format!(
            "{} questions fewer ({together} instead of {apart}), {} visits fewer ({} instead of {}).",
            self.questions(),
            self.visits(),
            self.visits_together,
            self.visits_apart
        );
        Text::new(zh, en)
    }
}

/// What one department gets of a joint submission.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<'a> {
    pub department: &'a Text,
    /// At least one.
    pub members: Vec<&'a Member>,
}

impl ServiceItem {
    /// One part per department, in the order of the form; empty for a single service.
    pub fn parts(&self) -> Vec<Part<'_>> {
        self.parts_where(|_| true)
    }

    /// The parts that these answers call for.
    pub fn parts_for(&self, answers: &Value) -> Vec<Part<'_>> {
        self.parts_where(|member| member.is_wanted(answers))
    }

    fn parts_where(&self, counts: impl Fn(&Member) -> bool) -> Vec<Part<'_>> {
        let mut parts: Vec<Part<'_>> = Vec::new();
        for member in self.joint.iter().flat_map(|joint| &joint.members).filter(|member| counts(member)) {
            match parts.iter_mut().find(|part| *part.department == member.department) {
                Some(part) => part.members.push(member),
                None => parts.push(Part { department: &member.department, members: vec![member] }),
            }
        }
        parts
    }

    /// Who gets these answers: the departments of the chosen members, or the item's own words where nothing is chosen yet.
    pub fn department_for(&self, answers: &Value) -> Text {
        let parts = self.parts_for(answers);
        match parts.is_empty() {
            true => self.department.clone(),
            false => Text::listed(parts.iter().map(|part| part.department)),
        }
    }

    /// The numbers for the guide page; `None` for a single service.
    pub fn savings(&self) -> Option<Savings> {
        self.joint.as_ref().map(|joint| joint.savings)
    }
}

impl Member {
    /// Whether the joint answers call for this service.
    pub fn is_wanted(&self, joint: &Value) -> bool {
        self.wanted
            .as_ref()
            .is_none_or(|wanted| joint.get(&wanted.question).is_some_and(|answer| *answer == wanted.answer))
    }

    /// This service's own answers out of the joint ones.
    pub fn answers_of(&self, joint: &Value) -> Value {
        let pick = |(own, name): (&String, &String)| Some((own.clone(), joint.get(name)?.clone()));
        Value::Object(self.questions.iter().filter_map(pick).collect())
    }

    /// `/name/0` of this service -> where the joint form asks it.
    pub fn joint_pointer(&self, own: &str) -> String {
        let (head, rest) =
            own.trim_start_matches('/').split_once('/').unwrap_or((own.trim_start_matches('/'), ""));
        let joint = self.questions.get(head).map_or(head, String::as_str);
        if rest.is_empty() { format!("/{joint}") } else { format!("/{joint}/{rest}") }
    }
}
