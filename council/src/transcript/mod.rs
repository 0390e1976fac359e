//! The words of a meeting: who said what when, on the meeting's one timeline.
//!
//! A transcript comes as a whole (a file of cues) and is replaced as a whole; every revision is kept.
//! Positions within a recording are the recording's business: what is kept here is the wall clock.

pub mod caption;
pub(crate) mod db;
pub mod read;
pub mod write;

use serde_json::json;

use crate::{
    AccountId, Council, Error, MeetingId, MunicipalityId, Result,
    audit::{self, Line},
    db::Write,
    meeting::{self, Stage},
    permission::Clerk,
    text,
};

/// The most utterances of a transcript: three times an eight-hour meeting's.
pub const UTTERANCES_MAX: usize = 40_000;
/// The most characters of an utterance.
pub const TEXT_MAX: usize = 4000;
/// The most characters of a speaker's name.
pub const SPEAKER_MAX: usize = 200;
/// The most characters of a file's name.
pub const ORIGIN_MAX: usize = 200;
/// The most revisions of a meeting's transcript.
pub const REVISIONS_MAX: i64 = 500;

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Utterance {
    /// When it begins, milliseconds UTC.
    pub from_ms: i64,
    /// When it ends, milliseconds UTC.
    pub until_ms: i64,
    /// Who; empty where it is not known.
    pub speaker: String,
    /// The words, on one line.
    pub text: String,
}

/// The words of a meeting as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// Which revision holds; 0 where there is none.
    pub revision: i64,
    /// In the order in which they begin.
    pub utterances: Vec<Utterance>,
}

/// One state of a transcript in its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its number, from 1.
    pub revision: i64,
    /// The name of the file that it came from; empty where it was pasted.
    pub origin: String,
    /// Who gave it.
    pub account: AccountId,
    /// Their name; empty where the machine's console gave it.
    pub name: String,
    /// When, milliseconds UTC.
    pub created_at_ms: i64,
    /// Since when it is taken back.
    pub withdrawn_at_ms: Option<i64>,
    /// How many utterances it has.
    pub utterances: i64,
}

/// The utterances fit to keep, in their order.
fn checked(utterances: Vec<Utterance>) -> Result<Vec<Utterance>> {
    if utterances.is_empty() {
        return text::refused("words", "value-missing");
    }
    if utterances.len() > UTTERANCES_MAX {
        return text::refused("words", "value-too-many");
    }
    let clean = |utterance: Utterance| {
        if utterance.until_ms < utterance.from_ms {
            return text::refused("words", "value-not-time");
        }
        let speaker = text::optional("words", &utterance.speaker, SPEAKER_MAX)?;
        Ok(Utterance { speaker, text: text::required("words", &utterance.text, TEXT_MAX)?, ..utterance })
    };
    let mut clean = utterances.into_iter().map(clean).collect::<Result<Vec<_>>>()?;
    clean.sort_by_key(|utterance| (utterance.from_ms, utterance.until_ms));
    Ok(clean)
}

impl Council {
    /// The words of a meeting of this municipality; none where nobody has given any.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for another municipality's.
    pub async fn transcript(&self, municipality: MunicipalityId, meeting: MeetingId) -> Result<Transcript> {
        let mut connection = self.read().await?;
        meeting::db::find(&mut connection, municipality, meeting).await?.ok_or(Error::NotFound("meeting"))?;
        db::transcript(&mut connection, meeting).await
    }

    /// Which revision of a meeting's words holds; 0 where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn transcript_revision(&self, meeting: MeetingId) -> Result<i64> {
        db::current(&mut *self.read().await?, meeting).await
    }

    /// One utterance of a revision by its place; none where that revision does not hold any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn utterance(&self, meeting: MeetingId, revision: i64, place: i64) -> Result<Option<Utterance>> {
        let mut connection = self.read().await?;
        if db::current(&mut connection, meeting).await? != revision {
            return Ok(None);
        }
        db::utterance(&mut connection, meeting, revision, place).await
    }

    /// The states that a meeting's transcript has had, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for another municipality's.
    pub async fn transcript_history(&self, municipality: MunicipalityId, meeting: MeetingId) -> Result<Vec<Revision>> {
        let mut connection = self.read().await?;
        meeting::db::find(&mut connection, municipality, meeting).await?.ok_or(Error::NotFound("meeting"))?;
        db::history(&mut connection, meeting).await
    }

    /// Gives a meeting that is over its words; what it had is kept in the history. Answers the revision.
    ///
    /// # Errors
    /// [`Error::Stage`] before the meeting's end; when there is nothing in it, too much, or a text that is too long.
    pub async fn replace_transcript(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        origin: &str,
        utterances: Vec<Utterance>,
    ) -> Result<i64> {
        let utterances = checked(utterances)?;
        let origin: String = origin.chars().take(ORIGIN_MAX).collect();
        let origin = text::optional("words", &origin, ORIGIN_MAX)?;
        let mut write = self.words_of(clerk, meeting).await?;
        let revision = db::highest(&mut write, meeting).await? + 1;
        if revision > REVISIONS_MAX {
            return text::refused("words", "value-too-many");
        }
        let given = Revision {
            revision,
            origin,
            account: clerk.account(),
            name: String::new(),
            created_at_ms: self.clock.now_ms(),
            withdrawn_at_ms: None,
            utterances: i64::try_from(utterances.len()).unwrap_or(i64::MAX),
        };
        db::insert(&mut write, clerk.municipality(), meeting, &given, &utterances).await?;
        let detail = json!({ "revision": revision, "origin": given.origin, "utterances": given.utterances });
        self.words_changed(write, clerk, meeting, "transcript.replace", detail).await?;
        Ok(revision)
    }

    /// Takes the revision that holds back (`withdrawn`), or brings the one that was taken back last.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where `revision` is not the one that holds (or was taken back last) any more.
    pub async fn withdraw_transcript(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        revision: i64,
        withdrawn: bool,
    ) -> Result<()> {
        let mut write = self.words_of(clerk, meeting).await?;
        let history = db::history(&mut write, meeting).await?;
        let holds = history.iter().find(|each| each.withdrawn_at_ms.is_none()).map_or(0, |each| each.revision);
        let above = history.iter().rev().find(|each| each.revision > holds).map_or(0, |each| each.revision);
        if !history.iter().any(|each| each.revision == revision) {
            return Err(Error::NotFound("revision"));
        }
        if revision != if withdrawn { holds } else { above } {
            return Err(Error::Overtaken);
        }
        db::withdraw(&mut write, meeting, revision, withdrawn.then(|| self.clock.now_ms())).await?;
        let act = if withdrawn { "transcript.undo" } else { "transcript.redo" };
        self.words_changed(write, clerk, meeting, act, json!({ "revision": revision })).await
    }

    /// A transaction to change a meeting's words in. Of two who change them at once one waits for the other.
    async fn words_of(&self, clerk: &Clerk, meeting: MeetingId) -> Result<Write> {
        let mut write = self.write().await?;
        db::wait_for_others(&mut write, meeting).await?;
        let found = meeting::db::find(&mut write, clerk.municipality(), meeting).await?;
        let found = found.ok_or(Error::NotFound("meeting"))?;
        if !matches!(found.stage, Stage::Ended { .. }) {
            return Err(Error::Stage { from: found.stage.name(), act: "transcript" });
        }
        Ok(write)
    }

    async fn words_changed(
        &self,
        mut write: Write,
        clerk: &Clerk,
        meeting: MeetingId,
        act: &str,
        detail: serde_json::Value,
    ) -> Result<()> {
        let subject = meeting.to_string();
        let line = Line { account: Some(clerk.account()), act, subject: &subject, detail };
        audit::append(&mut write, &self.clock, clerk.municipality(), line).await?;
        write.commit().await
    }
}
