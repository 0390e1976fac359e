//! Rows put back from what the disk keeps, when the database is lost.

use serde_json::json;

use crate::{
    Council, MeetingId, Result, agenda,
    audit::{self, Line},
    meeting::{self, Meeting, Stage},
    municipality::{self, Bilingual, NewMunicipality},
};

/// The accent of a municipality that is put back: a blue that reads on white.
const ACCENT: &str = "#1d4f91";

/// A meeting as a recording's folder tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its id, the folder's name.
    pub meeting: MeetingId,
    /// The municipality's slug.
    pub municipality_slug: String,
    /// The body's slug.
    pub body_slug: String,
    /// The body's name in Greek.
    pub body_name: String,
    /// The meeting's title.
    pub title: String,
    /// Where.
    pub place: String,
    /// When it was called for, milliseconds UTC.
    pub starts_at_ms: i64,
    /// The agenda, an item a line.
    pub agenda: Vec<String>,
    /// When the recording began, milliseconds UTC.
    pub began_at_ms: i64,
    /// When it ended; none where it was running: then the meeting is put back as live, or in camera.
    pub ended_at_ms: Option<i64>,
    /// Since when the doors are closed; none where they are open.
    pub in_camera_at_ms: Option<i64>,
}

impl Council {
    /// Puts back a meeting that the disk knows and the database does not, with its municipality and body where they
    /// are missing; leaves a known meeting alone. Answers whether it was added.
    ///
    /// A municipality that is put back has its slug for a name and no hosts. Accounts, sources and the audit log are
    /// not on the recordings' disk and do not come back.
    ///
    /// # Errors
    /// When a slug or text is none that the council would have written, or the database fails.
    pub async fn restore(&self, found: &Found) -> Result<bool> {
        let mut write = self.write().await?;
        if meeting::db::is_there(&mut write, found.meeting).await? {
            return Ok(false);
        }
        let municipality = match municipality::db::by_slug(&mut write, &found.municipality_slug).await? {
            Some(known) => known,
            None => {
                let slug = found.municipality_slug.clone();
                let name = Bilingual { el: slug.clone(), en: String::new() };
                let new = NewMunicipality { slug, name, hosts: Vec::new(), accent: ACCENT.to_owned() };
                self.add_municipality(&mut write, &new).await?
            }
        };
        let bodies = municipality::db::bodies(&mut write, municipality.id).await?;
        let body = match bodies.into_iter().find(|body| body.slug == found.body_slug) {
            Some(known) => known,
            None => {
                let el = if found.body_name.is_empty() { &found.body_slug } else { &found.body_name };
                let name = Bilingual { el: el.clone(), en: String::new() };
                self.add_body(&mut write, municipality.id, &found.body_slug, &name).await?
            }
        };
        let started_at_ms = found.began_at_ms;
        let stage = match (found.ended_at_ms, found.in_camera_at_ms) {
            (Some(ended_at_ms), _) => Stage::Ended { started_at_ms, ended_at_ms },
            (None, Some(since_ms)) => Stage::InCamera { started_at_ms, since_ms },
            (None, None) => Stage::Live { started_at_ms },
        };
        let meeting = Meeting {
            id: found.meeting,
            municipality: municipality.id,
            body,
            title: crate::text::required("title", &found.title, meeting::TITLE_MAX)?,
            place: crate::text::optional("place", &found.place, meeting::TITLE_MAX)?,
            starts_at_ms: found.starts_at_ms,
            stage,
        };
        let now_ms = self.clock().now_ms();
        meeting::db::insert(&mut write, &meeting, now_ms).await?;
        let items = agenda::checked(agenda::paste::read_lines(&found.agenda))?;
        agenda::insert_all(&mut write, &meeting, 0, items, None, now_ms).await?;
        let subject = found.meeting.to_string();
        let detail = json!({ "stage": meeting.stage.name() });
        let line = Line { account: None, act: "meeting.restore", subject: &subject, detail };
        audit::append(&mut write, self.clock(), municipality.id, line).await?;
        write.commit().await?;
        Ok(true)
    }
}
