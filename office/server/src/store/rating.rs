//! One rating per case (好差评), by its own resident; without a name where the resident wants it so.
use super::{Store, StoreError, parsed, text};
use jiff::Timestamp;
use jiujin_contract::wire::{Rating, RatingAnswer};
use sqlx::{Any, Row, Transaction};

/// Bytes drawn by lot for the id of a rating without a name.
const LOT_BYTES: usize = 16;

/// What became of a rating.
pub enum Rated {
    Now(RatingAnswer),
    /// The same stars and tags were given before: a repeated request.
    Before(RatingAnswer),
    /// Rated before, differently or without a name; nobody can say any more how.
    Differently,
    /// Not there, or somebody else's: the answer is the same.
    NoSuchCase,
}

impl Store {
    /// Rates a case of this resident once; the first rating stands.
    pub async fn rate(
        &self,
        resident_key: &str,
        rating: &Rating,
        now: Timestamp,
    ) -> Result<Rated, StoreError> {
        let id = rating.submission.to_string();
        let mut change = self.begin().await?;
        let case =
            sqlx::query(include_str!("case_to_rate.sql")).bind(id.clone()).bind(resident_key.to_owned());
        let Some(case) = case.fetch_optional(&mut *change).await? else { return Ok(Rated::NoSuchCase) };
        let marked = sqlx::query_scalar(include_str!("rating_is_marked.sql")).bind(id.clone());
        let marked: i64 = marked.fetch_one(&mut *change).await?;
        if marked > 0 {
            return Ok(Rated::Differently);
        }
        let answer = RatingAnswer { case_number: parsed(&case, "case_number")?, rated_at: now };
        let rated = if rating.anonymous {
            without_name(&mut change, &text(&case, "item_id")?, rating, answer).await?
        } else {
            with_name(&mut change, rating, answer).await?
        };
        change.commit().await?;
        Ok(rated)
    }
}

async fn with_name(
    change: &mut Transaction<'static, Any>,
    rating: &Rating,
    answer: RatingAnswer,
) -> Result<Rated, StoreError> {
    let (id, tags) = (rating.submission.to_string(), tags(rating));
    let insert = sqlx::query(include_str!("rating_insert.sql")).bind(id.clone());
    let insert = insert.bind(i64::from(rating.stars)).bind(tags.clone()).bind(answer.rated_at.to_string());
    if insert.execute(&mut **change).await?.rows_affected() == 1 {
        return Ok(Rated::Now(answer));
    }
    let row = sqlx::query(include_str!("rating_find.sql")).bind(id).fetch_one(&mut **change).await?;
    let stars: i64 = row.try_get("stars").map_err(|_| StoreError::Unreadable("stars"))?;
    if stars != i64::from(rating.stars) || text(&row, "tags")? != tags {
        return Ok(Rated::Differently);
    }
    Ok(Rated::Before(RatingAnswer { rated_at: parsed(&row, "rated_at")?, ..answer }))
}

/// The mark on the case and the rating have nothing in common, neither an id nor a moment.
async fn without_name(
    change: &mut Transaction<'static, Any>,
    item: &str,
    rating: &Rating,
    answer: RatingAnswer,
) -> Result<Rated, StoreError> {
    let id = rating.submission.to_string();
    let named = sqlx::query(include_str!("rating_find.sql")).bind(id.clone());
    if named.fetch_optional(&mut **change).await?.is_some() {
        return Ok(Rated::Differently);
    }
    let mark = sqlx::query(include_str!("rating_mark.sql")).bind(id).execute(&mut **change).await?;
    // A second office process may have taken the same rating between the statements (PostgreSQL only).
    if mark.rows_affected() != 1 {
        return Ok(Rated::Differently);
    }
    let month = answer.rated_at.to_zoned(crate::catalogue::office_time()).strftime("%Y-%m").to_string();
    sqlx::query(include_str!("rating_anonymous_insert.sql"))
        .bind(lot()?)
        .bind(item.to_owned())
        .bind(i64::from(rating.stars))
        .bind(tags(rating))
        .bind(month)
        .execute(&mut **change)
        .await?;
    Ok(Rated::Now(answer))
}

fn tags(rating: &Rating) -> String {
    serde_json::to_string(&rating.tags).unwrap_or_default()
}

fn lot() -> Result<String, StoreError> {
    let mut lot = [0; LOT_BYTES];
    getrandom::fill(&mut lot).map_err(StoreError::Randomness)?;
    Ok(lot.iter().map(|byte| format!("{byte:02x}")).collect())
}
