//! 补正: the office names the questions that the resident has to correct, all at once.
use super::{Moved, Store, StoreError, text};
use jiujin_contract::case::{CORRECTION_FIELDS_MAX, CaseNumber};
use jiujin_contract::form::Form;
use jiujin_contract::item::ServiceItem;
use jiujin_contract::text::Lang;

impl Store {
    /// Why these questions cannot be named for this case, if they cannot. The form is the version that the resident
    /// answered, whatever is offered now.
    pub async fn refuses_questions(
        &self,
        number: &CaseNumber,
        fields: &[String],
    ) -> Result<Option<Moved>, StoreError> {
        if fields.len() > CORRECTION_FIELDS_MAX {
            return Ok(Some(Moved::TooManyQuestions));
        }
        let query = sqlx::query(include_str!("case_form.sql")).bind(number.joint().to_owned());
        let Some(row) = query.fetch_optional(&self.read).await? else { return Ok(Some(Moved::NoSuchCase)) };
        let unreadable = || StoreError::Unreadable("item_versions");
        let item: ServiceItem = serde_json::from_str(&text(&row, "json")?).map_err(|_| unreadable())?;
        let form = Form::compile(&item.translations, &item.schema, Some(&item.uischema));
        let form = form.map_err(|_| unreadable())?;
        let is_there = |field: &String| form.question(field, Lang::ZhCn).is_some();
        Ok((!fields.iter().all(is_there)).then_some(Moved::NoSuchQuestion))
    }
}
