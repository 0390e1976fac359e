//! Sources: the encoders that a municipality trusts, each with a key.

use crate::{Council, MeetingId, MunicipalityId, Result, SourceId, permission::Clerk, stream_key::StreamKey};

/// How a source reaches us.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl Council {
    /// The sources of a municipality, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sources(&self, municipality: MunicipalityId) -> Result<Vec<Source>> {
        let _ = municipality;
        todo!()
    }

    /// Every source of every municipality with the hash of its key: what ingest keeps in memory,
    /// so that an encoder is let in while the database is away.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keys(&self) -> Result<Vec<(SourceId, crate::stream_key::KeyHash)>> {
        todo!()
    }

    /// Adds a source and answers its key, the only time that it is seen.
    ///
    /// # Errors
    /// When a value is refused or the database fails.
    pub async fn create_source(&self, clerk: &Clerk, name: &str, protocol: Protocol) -> Result<(Source, StreamKey)> {
        let _ = (clerk, name, protocol);
        todo!()
    }

    /// Replaces a source's key; the old one no longer opens.
    ///
    /// # Errors
    /// When the source is not the municipality's or the database fails.
    pub async fn rotate_key(&self, clerk: &Clerk, source: SourceId) -> Result<StreamKey> {
        let _ = (clerk, source);
        todo!()
    }

    /// Gives a meeting a source, or changes its rank.
    ///
    /// # Errors
    /// When either is not the municipality's or the database fails.
    pub async fn assign_source(&self, clerk: &Clerk, meeting: MeetingId, source: SourceId, rank: Rank) -> Result<()> {
        let _ = (clerk, meeting, source, rank);
        todo!()
    }

    /// The sources of a meeting, primary first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn meeting_sources(&self, meeting: MeetingId) -> Result<Vec<(Source, Rank)>> {
        let _ = meeting;
        todo!()
    }
}
