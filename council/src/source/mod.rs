//! Sources: the encoders that a municipality trusts, each with a key.

mod db;

use serde_json::json;

use crate::{
    Council, Error, MeetingId, MunicipalityId, Result, SourceId,
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

/// How a source reaches us. `Debug` hides the address, which may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub enum Protocol {
    /// The encoder publishes over RTMP.
    Rtmp,
    /// The encoder calls over SRT.
    Srt,
    /// We pull from an RTSP camera at this address.
    Rtsp {
        /// `rtsp://…`, credentials included; shown only to clerks.
        url: String,
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
    /// How it comes.
    pub protocol: Protocol,
    /// The last four characters of the key, to tell keys apart.
    pub key_hint: String,
}

/// What a source is to a meeting; the viewer sees the lowest rank that is healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Shown while it is there.
    Primary,
    /// Recorded beside it, shown when the primary fails.
    Backup,
}

impl Protocol {
    /// The name in SQL, in JSON and in locale keys.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rtmp => "rtmp",
            Self::Srt => "srt",
            Self::Rtsp { .. } => "rtsp",
        }
    }

    fn url(&self) -> Option<&str> {
        match self {
            Self::Rtmp | Self::Srt => None,
            Self::Rtsp { url } => Some(url),
        }
    }

    fn clean(self) -> Result<Self> {
        let Self::Rtsp { url } = self else { return Ok(self) };
        let url = url.trim();
        let lower = url.to_ascii_lowercase();
        let host = lower.strip_prefix("rtsp://").or_else(|| lower.strip_prefix("rtsps://"));
        let printable = url.bytes().all(|b| b.is_ascii_graphic());
        if url.len() > URL_MAX || !printable || host.is_none_or(|host| host.is_empty() || host.starts_with('/')) {
            return text::refused("url", "value-not-url");
        }
        Ok(Self::Rtsp { url: url.to_owned() })
    }
}

impl std::fmt::Debug for Protocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Rank {
    /// The name in SQL, in JSON and in locale keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Backup => "backup",
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

    /// Every source of every municipality with the hash of its key: what ingest keeps in memory,
    /// so that an encoder is let in while the database is away.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keys(&self) -> Result<Vec<(SourceId, KeyHash)>> {
        db::keys(&mut *self.read().await?).await
    }

    /// Adds a source and answers its key, the only time that it is seen.
    ///
    /// # Errors
    /// When a value is refused or the database fails.
    pub async fn create_source(&self, clerk: &Clerk, name: &str, protocol: Protocol) -> Result<(Source, StreamKey)> {
        let key = StreamKey::new();
        let source = Source {
            id: SourceId::new(),
            municipality: clerk.municipality(),
            name: text::required("name", name, NAME_MAX)?,
            protocol: protocol.clean()?,
            key_hint: key.hint().to_owned(),
        };
        let mut write = self.write().await?;
        if db::of_municipality(&mut write, source.municipality).await?.len() >= SOURCES_MAX {
            return text::refused("name", "value-too-many");
        }
        // The municipality is known by its log, which is locked first.
        let detail = json!({ "name": source.name, "protocol": source.protocol.name(), "key_hint": source.key_hint });
        let subject = source.id.to_string();
        let line = Line { account: Some(clerk.account()), act: "source.create", subject: &subject, detail };
        audit::append(&mut write, &self.clock, source.municipality, line).await?;
        db::insert(&mut write, &source, KeyHash::of(key.expose()), self.clock.now_ms()).await?;
        write.commit().await?;
        Ok((source, key))
    }

    /// Replaces a source's key; the old one no longer opens.
    ///
    /// # Errors
    /// When the source is not the municipality's or the database fails.
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
        let detail = json!({ "source": source, "rank": rank.name() });
        let line = Line { account: Some(clerk.account()), act: "source.assign", subject: &subject, detail };
        audit::append(&mut write, &self.clock, municipality, line).await?;
        write.commit().await
    }

    /// The sources of a meeting, primary first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn meeting_sources(&self, meeting: MeetingId) -> Result<Vec<(Source, Rank)>> {
        db::of_meeting(&mut *self.read().await?, meeting).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_cameras_are_taken() {
        let clean = |url: &str| Protocol::Rtsp { url: url.to_owned() }.clean();
        assert!(clean(" rtsp://admin:secret@camera.example:554/stream1 ").is_ok());
        assert!(clean("RTSPS://camera/").is_ok());
        for wrong in ["", "rtsp://", "rtsp:///x", "http://camera/", "file:///etc/passwd", "rtsp://a b", "rtsp://α"] {
            assert!(clean(wrong).is_err(), "{wrong}");
        }
        assert!(clean(&format!("rtsp://{}", "a".repeat(URL_MAX))).is_err());
    }
}
