//! Sources: the encoders that a municipality trusts, each with a key, and the cameras that it has.

mod camera;
mod db;

pub use camera::{Camera, NewAddress};
use serde_json::json;

use crate::{
    Council, Error, Language, MeetingId, MunicipalityId, Result, SourceId,
    audit::{self, Line},
    permission::Clerk,
    stream_key::{KeyHash, StreamKey},
    text,
};

/// The most characters of a source's name.
pub const NAME_MAX: usize = 100;
/// The most bytes of a camera's address.
pub const URL_MAX: usize = 1000;
/// The most sources of a municipality.
pub const SOURCES_MAX: usize = 100;
/// The most sources of a meeting.
pub const MEETING_SOURCES_MAX: usize = 8;

/// How a source's media comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An encoder pushes it, over RTMP or SRT, with the source's stream key.
    Push {
        /// The last four characters of the key, to tell keys apart.
        key_hint: String,
    },
    /// We pull it from a camera.
    Pull {
        /// Where that is.
        camera: Camera,
    },
}

/// A source of a municipality.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its id, public: never the key.
    pub id: SourceId,
    /// Whose it is.
    pub municipality: MunicipalityId,
    /// "Αίθουσα συνεδριάσεων".
    pub name: String,
    /// How its media comes.
    pub kind: Kind,
}

/// What a source is to a meeting; of those that are shown the viewer sees the lowest rank that is healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Shown while it is there.
    Primary,
    /// Recorded beside it, shown when the primary fails.
    Backup,
    /// Only heard: its sound is a further language of whatever is shown.
    Interpreter {
        /// What is spoken there.
        language: Language,
    },
}

impl Kind {
    /// The name in SQL and in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Push { .. } => "push",
            Self::Pull { .. } => "pull",
        }
    }
}

impl Rank {
    /// What is spoken there, of an interpreter.
    #[must_use]
    pub fn language(self) -> Option<Language> {
        match self {
            Self::Interpreter { language } => Some(language),
            Self::Primary | Self::Backup => None,
        }
    }

    /// The name in SQL, in JSON and in locale keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Backup => "backup",
            Self::Interpreter { .. } => "interpreter",
        }
    }
}

impl Council {
    /// The sources of a municipality, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sources(&self, municipality: MunicipalityId) -> Result<Vec<Source>> {
        let mut sources = db::of_municipality(&mut *self.read().await?, municipality).await?;
        sources.sort_by_cached_key(|source| (text::sort_key(&source.name), source.id));
        Ok(sources)
    }

    /// Every source of every municipality that has a key, with the key's hash: what ingest keeps in memory,
    /// so that an encoder is let in while the database is away.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keys(&self) -> Result<Vec<(SourceId, KeyHash)>> {
        db::keys(&mut *self.read().await?).await
    }

    /// Every camera of every municipality.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cameras(&self) -> Result<Vec<(SourceId, Camera)>> {
        db::cameras(&mut *self.read().await?).await
    }

    /// Adds a source that an encoder pushes to, and answers its key, the only time that it is seen.
    ///
    /// # Errors
    /// When a value is refused or the database fails.
    pub async fn create_source(&self, clerk: &Clerk, name: &str) -> Result<(Source, StreamKey)> {
        let key = StreamKey::new();
        let kind = Kind::Push { key_hint: key.hint().to_owned() };
        let detail = json!({ "key_hint": key.hint() });
        let source = self.add_source(clerk, name, kind, Some(KeyHash::of(key.expose())), detail).await?;
        Ok((source, key))
    }

    /// Adds a source that is pulled from a camera. Its user name and password are kept and no longer shown.
    ///
    /// # Errors
    /// When a value is refused or the database fails.
    pub async fn create_camera(&self, clerk: &Clerk, name: &str, address: &NewAddress) -> Result<Source> {
        let camera = Camera::read(address)?;
        let detail = json!({ "host": camera.host() });
        self.add_source(clerk, name, Kind::Pull { camera }, None, detail).await
    }

    /// Gives a camera another address, user name and password.
    ///
    /// # Errors
    /// When a value is refused, the municipality has no such camera, or the database fails.
    pub async fn move_camera(&self, clerk: &Clerk, source: SourceId, address: &NewAddress) -> Result<()> {
        let camera = Camera::read(address)?;
        let mut write = self.write().await?;
        if !db::set_camera(&mut write, clerk.municipality(), source, &camera).await? {
            return Err(Error::NotFound("source"));
        }
        let subject = source.to_string();
        let detail = json!({ "host": camera.host() });
        let line = Line { account: Some(clerk.account()), act: "source.move", subject: &subject, detail };
        audit::append(&mut write, &self.clock, clerk.municipality(), line).await?;
        write.commit().await
    }

    async fn add_source(
        &self,
        clerk: &Clerk,
        name: &str,
        kind: Kind,
        key: Option<KeyHash>,
        mut detail: serde_json::Value,
    ) -> Result<Source> {
        let (id, municipality) = (SourceId::new(), clerk.municipality());
        let source = Source { id, municipality, name: text::required("name", name, NAME_MAX)?, kind };
        let mut write = self.write().await?;
        if db::of_municipality(&mut write, municipality).await?.len() >= SOURCES_MAX {
            return text::refused("name", "value-too-many");
        }
        // The municipality is known by its log, which is locked first.
        detail["name"] = source.name.as_str().into();
        detail["kind"] = source.kind.name().into();
        let subject = source.id.to_string();
        let line = Line { account: Some(clerk.account()), act: "source.create", subject: &subject, detail };
        audit::append(&mut write, &self.clock, municipality, line).await?;
        db::insert(&mut write, &source, key, self.clock.now_ms()).await?;
        write.commit().await?;
        Ok(source)
    }

    /// Replaces a source's key; the old one no longer opens.
    ///
    /// # Errors
    /// When the municipality has no such source with a key or the database fails.
    pub async fn rotate_key(&self, clerk: &Clerk, source: SourceId) -> Result<StreamKey> {
        let key = StreamKey::new();
        let mut write = self.write().await?;
        if !db::set_key(&mut write, clerk.municipality(), source, &key, self.clock.now_ms()).await? {
            return Err(Error::NotFound("source"));
        }
        let subject = source.to_string();
        let detail = json!({ "key_hint": key.hint() });
        let line = Line { account: Some(clerk.account()), act: "source.rotate", subject: &subject, detail };
        audit::append(&mut write, &self.clock, clerk.municipality(), line).await?;
        write.commit().await?;
        Ok(key)
    }

    /// Removes a source: its key no longer opens, its camera is no longer called, meetings to come no longer have it.
    /// Recordings keep what it sent.
    ///
    /// # Errors
    /// [`Error::InUse`] while a meeting in session has it; when the municipality has no such source or the database fails.
    pub async fn remove_source(&self, clerk: &Clerk, source: SourceId) -> Result<()> {
        let municipality = clerk.municipality();
        let mut write = self.write().await?;
        let sources = db::of_municipality(&mut write, municipality).await?;
        let found = sources.into_iter().find(|one| one.id == source).ok_or(Error::NotFound("source"))?;
        if db::in_session(&mut write, source).await? {
            return Err(Error::InUse("source"));
        }
        db::remove(&mut write, source, self.clock.now_ms()).await?;
        let (subject, detail) = (source.to_string(), json!({ "name": found.name }));
        let line = Line { account: Some(clerk.account()), act: "source.remove", subject: &subject, detail };
        audit::append(&mut write, &self.clock, municipality, line).await?;
        write.commit().await
    }

    /// Gives a meeting a source, or changes its rank.
    ///
    /// # Errors
    /// When either is not the municipality's or the database fails.
    pub async fn assign_source(&self, clerk: &Clerk, meeting: MeetingId, source: SourceId, rank: Rank) -> Result<()> {
        let municipality = clerk.municipality();
        let mut write = self.write().await?;
        if crate::meeting::db::find(&mut write, municipality, meeting).await?.is_none() {
            return Err(Error::NotFound("meeting"));
        }
        if !db::of_municipality(&mut write, municipality).await?.iter().any(|one| one.id == source) {
            return Err(Error::NotFound("source"));
        }
        let assigned = db::of_meeting(&mut write, meeting).await?;
        if assigned.len() >= MEETING_SOURCES_MAX && assigned.iter().all(|(one, _)| one.id != source) {
            return text::refused("source", "value-too-many");
        }
        db::assign(&mut write, municipality, meeting, source, rank, self.clock.now_ms()).await?;
        let subject = meeting.to_string();
        let detail = json!({ "source": source, "rank": rank.name(), "language": rank.language() });
        let line = Line { account: Some(clerk.account()), act: "source.assign", subject: &subject, detail };
        audit::append(&mut write, &self.clock, municipality, line).await?;
        write.commit().await
    }

    /// Takes a source from a meeting; what it has sent stays.
    ///
    /// # Errors
    /// When the meeting does not have it, the meeting is not the municipality's, or the database fails.
    pub async fn unassign_source(&self, clerk: &Clerk, meeting: MeetingId, source: SourceId) -> Result<()> {
        let municipality = clerk.municipality();
        let mut write = self.write().await?;
        if !db::unassign(&mut write, municipality, meeting, source).await? {
            return Err(Error::NotFound("source"));
        }
        let (subject, detail) = (meeting.to_string(), json!({ "source": source }));
        let line = Line { account: Some(clerk.account()), act: "source.unassign", subject: &subject, detail };
        audit::append(&mut write, &self.clock, municipality, line).await?;
        write.commit().await
    }

    /// The sources of a meeting: the primary first, the interpreters last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn meeting_sources(&self, meeting: MeetingId) -> Result<Vec<(Source, Rank)>> {
        db::of_meeting(&mut *self.read().await?, meeting).await
    }
}
