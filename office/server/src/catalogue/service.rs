//! One service, ready to judge by: the engine that asked at the kiosk, and a second opinion.
use super::office_time;
use jiujin_contract::form::{Draft, Facts, Form, FormError};
use jiujin_contract::item::ServiceItem;
use jiujin_contract::submission::Submission;
use jiujin_contract::text::Lang;
use jiujin_contract::wire::{FIELD_PROBLEMS_MAX, FieldProblem};
use serde_json::Value;
use std::sync::Arc;

/// What depends on which questions were visible is for the engine to say.
const LEFT_TO_THE_ENGINE: [&str; 6] = ["required", "dependencies", "if", "anyOf", "oneOf", "not"];

/// Why a service cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    #[error("the form of service {id} is no JSON Schema: {reason}; correct the item")]
    Schema { id: String, reason: String },
    #[error("the form of service {id} cannot be asked: {reason}; correct the item")]
    Form { id: String, reason: FormError },
}

/// One service, ready to judge by.
pub struct Service {
    pub(super) item: ServiceItem,
    pub(super) hash: String,
    pub(super) json: String,
    /// The engine that asked at the kiosk.
    form: Arc<Form>,
    /// A second, independent opinion.
    schema: jsonschema::Validator,
}

impl Service {
    pub(super) fn of(item: ServiceItem) -> Result<Service, ShelfError> {
        let id = || item.id.clone();
        let schema = jsonschema::draft7::new(&item.schema)
            .map_err(|error| ShelfError::Schema { id: id(), reason: error.to_string() })?;
        let form = Form::compile(&item.translations, &item.schema, Some(&item.uischema))
            .map_err(|reason| ShelfError::Form { id: id(), reason })?;
        Ok(Service {
            hash: item.content_hash(),
            json: item.canonical_json(),
            form: Arc::new(form),
            item,
            schema,
        })
    }

    /// Working days that were promised.
    pub fn promised_days(&self) -> u16 {
        self.item.guide.promised_days
    }

    /// Where the answers and the consent do not fit; never the values.
    pub(super) fn problems_of(&self, submission: &Submission) -> Vec<FieldProblem> {
        let mut problems = self.problems_in(&submission.answers, submission);
        if submission.consent.version != self.item.consent.version {
            problems.push(FieldProblem { path: "/consent".to_owned(), keyword: "const".to_owned() });
        }
        problems
    }

    /// Questions that a correction answers otherwise although nobody named them, as JSON pointers.
    pub fn strayed(&self, submission: &Submission, before: &Value, named: &[String]) -> Vec<String> {
        let facts = facts_of(submission, &submission.answers);
        let strayed = Draft::strayed(&self.form, &facts, (before, named), &submission.answers);
        strayed.into_iter().map(|path| format!("/{}", path.replace('.', "/"))).collect()
    }

    /// The same for answers of this service alone.
    pub(super) fn problems_in(&self, answers: &Value, submission: &Submission) -> Vec<FieldProblem> {
        let engine = self.form.problems(answers, &facts_of(submission, answers), Lang::ZhCn);
        let engine = engine.into_iter().map(|problem| FieldProblem {
            path: format!("/{}", problem.path.replace('.', "/")),
            keyword: "form".to_owned(),
        });
        let schema = self.schema.iter_errors(answers);
        let schema = schema.filter(|error| !LEFT_TO_THE_ENGINE.contains(&error.kind().keyword()));
        let schema = schema.map(|error| FieldProblem {
            path: error.instance_path().to_string(),
            keyword: error.kind().keyword().to_owned(),
        });
        schema.chain(engine).take(FIELD_PROBLEMS_MAX).collect()
    }
}

/// What the kiosk knew: the card, and the day on which the resident answered.
fn facts_of(submission: &Submission, answers: &Value) -> Facts {
    let answered = submission.created_at.to_zoned(office_time()).date();
    Facts::new(serde_json::json!({
        "card": submission.resident,
        "shared": null,
        "today": answered.to_string(),
        "age": submission.resident.age_on(answered),
        "answers": answers,
    }))
}
