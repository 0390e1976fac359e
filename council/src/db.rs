//! The connection to the database: opening, time limits, migrations, and the transactions that write.
//!
//! The other crates that keep tables of their own read and write them through it.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use sqlx::{
    Any, AnyConnection, AnyPool, Connection as _, Row as _, SqlSafeStr as _, Transaction,
    any::{AnyConnectOptions, AnyPoolOptions, AnyRow},
    migrate::{Migration, MigrationType, Migrator},
    pool::PoolConnection,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Council, Result};

/// Connections to a SQLite file: readers beside the one writer.
const SQLITE_CONNECTIONS: u32 = 4;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 10;
/// How long anybody waits for a connection, or for their turn to write.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Settings of a SQLite connection. A writer of another process is waited for, 5 s at most; what is committed is on disk.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 5000;
    PRAGMA foreign_keys = ON;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;";

/// Settings of a PostgreSQL connection: the server ends what takes too long.
const POSTGRES_SETTINGS: &str = "SET statement_timeout = '10s';
    SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '30s';";

/// The migration after which agendas that are texts are made items.
const AGENDA: i64 = 3;

/// Which engine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    fn of(url: &str) -> Self {
        if url.starts_with("sqlite:") { Self::Sqlite } else { Self::Postgres }
    }

    /// Makes a new connection's settings.
    async fn settle(self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let settings = match self {
            Self::Sqlite => SQLITE_SETTINGS,
            Self::Postgres => POSTGRES_SETTINGS,
        };
        sqlx::raw_sql(settings).execute(connection).await.map(drop)
    }
}

/// The pool and the turn to write. SQLite has one writer: within the process writers queue here, first come first
/// served, and do not poll the file.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pool: AnyPool,
    engine: Engine,
    turn: Arc<Semaphore>,
}

/// A transaction that may write. It is rolled back unless [`Write::commit`] is called.
pub struct Write {
    transaction: Transaction<'static, Any>,
    // Declared after the transaction, so that the turn passes on only when that is over.
    _turn: OwnedSemaphorePermit,
}

impl Write {
    /// Makes it last.
    ///
    /// # Errors
    /// When the database fails; nothing of it lasts then.
    pub async fn commit(self) -> Result<()> {
        Ok(self.transaction.commit().await?)
    }
}

impl Deref for Write {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.transaction
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }
}

fn migrations() -> Migrator {
    let migration = |version, name: &'static str, sql: &'static str| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        migration(1, "council", include_str!("../../migrations/0001_council.sql")),
        migration(2, "source_kinds", include_str!("../../migrations/0002_source_kinds.sql")),
        migration(AGENDA, "agenda", include_str!("../../migrations/0003_agenda.sql")),
        migration(4, "agenda_text", include_str!("../../migrations/0004_agenda_text.sql")),
        migration(5, "source_removed", include_str!("../../migrations/0005_source_removed.sql")),
        migration(6, "meeting_past", include_str!("../../migrations/0006_meeting_past.sql")),
        migration(9, "people", include_str!("../../migrations/0009_people.sql")),
        migration(12, "transcript", include_str!("../../migrations/0012_transcript.sql")),
        migration(15, "chat", include_str!("../../migrations/0015_chat.sql")),
        migration(16, "in_camera", include_str!("../../migrations/0016_in_camera.sql")),
        migration(19, "interpreters", include_str!("../../migrations/0019_interpreters.sql")),
        migration(20, "votes", include_str!("../../migrations/0020_votes.sql")),
        migration(21, "interventions", include_str!("../../migrations/0021_interventions.sql")),
        migration(24, "staff", include_str!("../../migrations/0024_staff.sql")),
        migration(25, "letters", include_str!("../../migrations/0025_letters.sql")),
        migration(27, "meeting_changes", include_str!("../../migrations/0027_meeting_changes.sql")),
    ])
}

/// Applies the migrations. Between two of them the program moves what SQL alone cannot.
async fn migrate(pool: &AnyPool) -> Result<()> {
    let all = migrations();
    let kept = "SELECT version FROM _sqlx_migrations WHERE version > $1";
    // Where there is no such table the installation is new.
    let moved = sqlx::query(kept).bind(AGENDA).fetch_optional(pool).await.is_ok_and(|row| row.is_some());
    if !moved {
        all.run_to(AGENDA, pool).await?;
        crate::agenda::db::move_texts(&mut *pool.acquire().await?).await?;
    }
    Ok(all.run(pool).await?)
}

/// The address with SQLite told to make a file that is not there, unless the address says otherwise.
fn with_mode(url: &str) -> String {
    match url.split_once('?') {
        _ if Engine::of(url) != Engine::Sqlite => url.to_owned(),
        None => format!("{url}?mode=rwc"),
        Some((_, query)) if query.split('&').any(|pair| pair.starts_with("mode=")) => url.to_owned(),
        Some(_) => format!("{url}&mode=rwc"),
    }
}

impl Database {
    pub(crate) async fn open(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(url);
        let (connections, writers) = match engine {
            Engine::Sqlite => (SQLITE_CONNECTIONS, 1),
            Engine::Postgres => (POSTGRES_CONNECTIONS, POSTGRES_CONNECTIONS as usize),
        };
        let options: AnyConnectOptions = with_mode(url).parse()?;
        // The pool tries again until its time is over and does not tell why; the first connection says what is wrong.
        let first = async {
            let mut connection = AnyConnection::connect_with(&options).await?;
            engine.settle(&mut connection).await?;
            connection.close().await
        };
        tokio::time::timeout(ACQUIRE_TIMEOUT, first).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(move |connection, _| Box::pin(engine.settle(connection)))
            .connect_with(options)
            .await?;
        migrate(&pool).await?;
        Ok(Self { pool, engine, turn: Arc::new(Semaphore::new(writers)) })
    }
}

impl Council {
    /// A connection to read with.
    ///
    /// # Errors
    /// When none is free within five seconds.
    pub async fn read(&self) -> Result<PoolConnection<Any>> {
        Ok(self.database.pool.acquire().await?)
    }

    /// A transaction to write in.
    ///
    /// # Errors
    /// When the turn to write does not come within five seconds.
    pub async fn write(&self) -> Result<Write> {
        let database = &self.database;
        let turn = tokio::time::timeout(ACQUIRE_TIMEOUT, Arc::clone(&database.turn).acquire_owned())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let transaction = match database.engine {
            // A plain BEGIN would take the write lock at the first write, and fail there instead of waiting.
            Engine::Sqlite => database.pool.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => database.pool.begin().await?,
        };
        Ok(Write { transaction, _turn: turn })
    }

    /// Whether the database answers, within five seconds.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        let ask = async {
            sqlx::query("SELECT id FROM municipality LIMIT 1").fetch_optional(&mut *self.read().await?).await?;
            Ok(())
        };
        tokio::time::timeout(ACQUIRE_TIMEOUT, ask).await.map_err(|_| sqlx::Error::PoolTimedOut)?
    }

    /// Ends every connection; what is committed stays. Later calls answer an error.
    pub async fn close(&self) {
        self.database.pool.close().await;
    }
}

/// How many rows there are of something, as `query` counts them: `SELECT COUNT(*) AS many … = $1`.
pub(crate) async fn count(connection: &mut AnyConnection, query: &'static str, of: impl ToString) -> Result<usize> {
    let row = sqlx::query(query).bind(of.to_string()).fetch_one(connection).await?;
    let many: i64 = row.try_get("many")?;
    Ok(usize::try_from(many).unwrap_or(usize::MAX))
}

/// Sets a time of a row, or none, as `query` says: `UPDATE … SET …_at_ms = $1 WHERE … = $2`.
pub(crate) async fn stamp(
    connection: &mut AnyConnection,
    query: &'static str,
    at_ms: Option<i64>,
    of: impl ToString,
) -> Result<()> {
    sqlx::query(query).bind(at_ms).bind(of.to_string()).execute(connection).await?;
    Ok(())
}

/// Whether what a row tells of was taken back.
pub(crate) fn is_undone(row: &AnyRow) -> Result<bool> {
    let undone_at_ms: Option<i64> = row.try_get("undone_at_ms")?;
    Ok(undone_at_ms.is_some())
}

/// The value of a column that is text for something else: an id, JSON, a state.
///
/// # Errors
/// When it is none.
pub fn parsed<T>(row: &AnyRow, column: &str) -> Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text: String = row.try_get(column)?;
    text.parse().map_err(|error| undecodable(column, error))
}

/// A value in the database that this program did not write.
pub fn undecodable(column: &str, error: impl Into<Box<dyn std::error::Error + Send + Sync + 'static>>) -> crate::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: error.into() }.into()
}

/// Answers `taken` where a unique column held the value already.
pub(crate) fn unless_taken<T>(answer: Result<T, sqlx::Error>, taken: &'static str) -> Result<T> {
    answer.map_err(|error| match &error {
        sqlx::Error::Database(inner) if inner.is_unique_violation() => crate::Error::Taken(taken),
        _ => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_in_the_folder_is_built_in() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
        let mut files: Vec<String> =
            folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let built_in: Vec<String> =
            migrations().iter().map(|one| format!("{:04}_{}.sql", one.version, one.description)).collect();
        assert_eq!(files, built_in);
    }

    #[test]
    fn sqlite_makes_its_file_unless_told_otherwise() {
        assert_eq!(with_mode("sqlite:///a/b.db"), "sqlite:///a/b.db?mode=rwc");
        assert_eq!(with_mode("sqlite:///a/b.db?cache=private"), "sqlite:///a/b.db?cache=private&mode=rwc");
        assert_eq!(with_mode("sqlite:///a/b.db?mode=ro"), "sqlite:///a/b.db?mode=ro");
        assert_eq!(with_mode("postgres://h/db"), "postgres://h/db");
    }

    #[tokio::test]
    async fn settings_of_sqlite_are_in_force() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/a.db", folder.path().display());
        let council = Council::open(&url, crate::Clock::system()).await.unwrap();
        let mut held = Vec::new();
        for _ in 0..SQLITE_CONNECTIONS {
            let mut connection = council.read().await.unwrap();
            for (ask, expected) in
                [("PRAGMA synchronous", 2), ("PRAGMA foreign_keys", 1), ("PRAGMA busy_timeout", 5000)]
            {
                let got: i64 = sqlx::query_scalar(ask).fetch_one(&mut *connection).await.unwrap();
                assert_eq!(got, expected, "{ask}");
            }
            let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await.unwrap();
            assert_eq!(mode, "wal");
            held.push(connection);
        }
    }

    #[tokio::test]
    async fn sqlite_is_new_enough_to_keep_its_write_ahead_log() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/a.db", folder.path().display());
        let council = Council::open(&url, crate::Clock::system()).await.unwrap();
        let mut connection = council.read().await.unwrap();
        let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut *connection).await.unwrap();
        let numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
        assert!(numbers >= vec![3, 51, 3], "SQLite {version} can corrupt a write-ahead log");
    }
}
