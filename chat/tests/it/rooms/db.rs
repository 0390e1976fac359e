//! Eyes that look behind the floor.

use sqlx::Row as _;

/// How many chats have begun.
pub async fn begun(url: &str) -> i64 {
    let mut connection = crate::db::connect(url).await;
    let row = sqlx::query("SELECT COUNT(*) AS rooms FROM chat_room").fetch_one(&mut connection).await.unwrap();
    row.get("rooms")
}
