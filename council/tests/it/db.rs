//! The SQL of the tests: databases to test in, hands that tamper, and eyes that look behind the council.

use sqlx::{
    AnyConnection, AssertSqlSafe, Connection as _, Row as _, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

pub async fn connect(url: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(url).await.unwrap()
}

pub async fn create_database(server: &str, name: &str) {
    let mut connection = connect(server).await;
    let sql = format!("CREATE DATABASE {name} TEMPLATE template0");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

pub async fn drop_database(server: &str, name: &str) {
    let mut connection = connect(server).await;
    let sql = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

/// Ways to falsify a log of at least five entries, and the number of the first entry that is not right then.
pub const FALSIFIED: [(&str, &str, i64); 8] = [
    ("changed", "UPDATE audit_entry SET detail = '{}' WHERE number = 3", 3),
    ("another's", "UPDATE audit_entry SET account = NULL WHERE number = 4", 4),
    ("another time", "UPDATE audit_entry SET at_ms = at_ms - 1 WHERE number = 5", 5),
    ("removed", "DELETE FROM audit_entry WHERE number = 3", 3),
    (
        "removed and closed up",
        "DELETE FROM audit_entry WHERE number = 3;
         UPDATE audit_entry SET number = number - 1 WHERE number = 4;
         UPDATE audit_entry SET number = number - 1 WHERE number = 5;
         UPDATE audit_head SET number = number - 1 WHERE number = 5;",
        3,
    ),
    (
        "in another order",
        "UPDATE audit_entry SET number = -1 WHERE number = 3;
         UPDATE audit_entry SET number = 3 WHERE number = 4;
         UPDATE audit_entry SET number = 4 WHERE number = -1;",
        3,
    ),
    // As after a last entry that was sealed anew.
    ("another end", "UPDATE audit_head SET hash = '' WHERE number = 5", 5),
    ("cut off", "DELETE FROM audit_entry WHERE number = 5", 5),
];

/// Falsifies in a transaction of its own.
pub async fn falsify(url: &str, sql: &'static str) {
    let mut connection = connect(url).await;
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
}

/// A municipality's log copied aside, to be put back by [`put_back`].
pub async fn copy_log(url: &str) {
    falsify(
        url,
        "CREATE TABLE kept_entry AS SELECT * FROM audit_entry;
         CREATE TABLE kept_head AS SELECT * FROM audit_head;",
    )
    .await;
}

pub async fn put_back(url: &str) {
    falsify(
        url,
        "DELETE FROM audit_entry; DELETE FROM audit_head;
         INSERT INTO audit_head SELECT * FROM kept_head;
         INSERT INTO audit_entry SELECT * FROM kept_entry;",
    )
    .await;
}

/// When the one session was last written down as used.
pub async fn used_at_ms(url: &str) -> i64 {
    let mut connection = connect(url).await;
    let row = sqlx::query("SELECT used_at_ms FROM session").fetch_one(&mut connection).await.unwrap();
    row.get("used_at_ms")
}

pub async fn sessions(url: &str) -> i64 {
    let mut connection = connect(url).await;
    let row = sqlx::query("SELECT COUNT(*) AS sessions FROM session").fetch_one(&mut connection).await.unwrap();
    row.get("sessions")
}

/// Every text of every row, to look for what must not be there.
pub async fn every_text(url: &str) -> String {
    let mut connection = connect(url).await;
    let mut all = String::new();
    for sql in [
        "SELECT id, email, name, password_hash FROM account",
        "SELECT token_hash, account FROM session",
        "SELECT id, name, key_hash, key_hint FROM source",
        "SELECT act, subject, detail, hash FROM audit_entry",
        "SELECT receiver, subject, text FROM letter",
        "SELECT email, token_hash FROM invitation",
        "SELECT token_hash FROM password_reset",
    ] {
        for row in sqlx::query(sql).fetch_all(&mut connection).await.unwrap() {
            for column in 0..row.len() {
                all.push_str(&row.get::<String, _>(column));
                all.push('\n');
            }
        }
    }
    all
}

/// Takes the write lock of a SQLite file for as long as the connection is kept.
pub async fn lock(url: &str) -> AnyConnection {
    let mut connection = connect(url).await;
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
    connection
}

/// Holds up everybody who is about to write a meeting; they have read it where the engine lets them.
pub async fn hold_meetings(url: &str) -> AnyConnection {
    let sql = if url.starts_with("sqlite") { "BEGIN IMMEDIATE" } else { "BEGIN; UPDATE meeting SET title = title" };
    let mut connection = connect(url).await;
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection
}

pub async fn let_go(mut connection: AnyConnection) {
    sqlx::raw_sql("ROLLBACK").execute(&mut connection).await.unwrap();
}

/// What a value that this program did not write looks like.
pub async fn spoil_agenda(url: &str) {
    falsify(url, "UPDATE agenda_item SET id = 'no id' WHERE place = 0").await;
}

/// Two sources of a meeting, the second a camera, as they were kept when each source named one protocol.
const SOURCES_BY_PROTOCOL: &str = "
    INSERT INTO municipality VALUES ('01900000-0000-7000-8000-000000000001', 's', 'n', 'n', 'el', 'UTC', '#000000', 1);
    INSERT INTO body VALUES ('01900000-0000-7000-8000-000000000002', '01900000-0000-7000-8000-000000000001',
        's', 'n', 'n', 1);
    INSERT INTO meeting (id, municipality, body, title, place, starts_at_ms, stage, agenda, created_at_ms)
        VALUES ('01900000-0000-7000-8000-000000000003', '01900000-0000-7000-8000-000000000001',
            '01900000-0000-7000-8000-000000000002', 't', 'p', 1, 'scheduled', '[\"Πρακτικά\", \"Ύδρευση\"]', 1);
    INSERT INTO source (id, municipality, name, protocol, url, key_hash, key_hint, created_at_ms) VALUES
        ('01900000-0000-7000-8000-000000000004', '01900000-0000-7000-8000-000000000001', 'hall', 'srt', NULL,
            'aa00000000000000000000000000000000000000000000000000000000000000', 'abcd', 1),
        ('01900000-0000-7000-8000-000000000005', '01900000-0000-7000-8000-000000000001', 'camera', 'rtsp',
            'rtsp://u:p@camera/1', 'bb00000000000000000000000000000000000000000000000000000000000000', 'efgh', 1);
    INSERT INTO meeting_source (meeting, source, municipality, rank, assigned_at_ms) VALUES
        ('01900000-0000-7000-8000-000000000003', '01900000-0000-7000-8000-000000000004',
            '01900000-0000-7000-8000-000000000001', 'primary', 1),
        ('01900000-0000-7000-8000-000000000003', '01900000-0000-7000-8000-000000000005',
            '01900000-0000-7000-8000-000000000001', 'backup', 1);";

/// An installation of the first migration alone, with sources in it.
pub async fn install_first(url: &str) {
    let mut connection = connect(url).await;
    let first = include_str!("../../../migrations/0001_council.sql").into_sql_str();
    let first = Migration::new(1, "council".into(), MigrationType::Simple, first, false);
    Migrator::with_migrations(vec![first]).run(&mut connection).await.unwrap();
    sqlx::raw_sql(SOURCES_BY_PROTOCOL).execute(&mut connection).await.unwrap();
}
