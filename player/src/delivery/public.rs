//! Which recordings are public at which host: asked of the database now and then, and remembered.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, Uri, header, request::Parts, uri::Authority},
    response::Response,
};
use council::{MeetingId, MunicipalityId, meeting::Stage};
use tokio::time::Instant;
use vod_store::Recording;

use crate::{
    App,
    error::{Error, Result},
};

/// How long an answer holds. While the database is away the last answer holds on.
const HOLDS: Duration = Duration::from_secs(5);
/// More pairs of host and meeting than this are not remembered.
const REMEMBERED: usize = 4096;

/// The recording of the meeting that the address names, where it is public at the request's host; and whose it is.
pub(super) struct Shown(pub(super) Arc<Recording>, pub(super) MunicipalityId);

impl FromRequestParts<App> for Shown {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let meeting = match RawPathParams::from_request_parts(parts, app).await {
            Ok(named) => named.iter().find(|(name, _)| *name == "meeting").and_then(|(_, text)| text.parse().ok()),
            Err(_) => None,
        };
        let recording = async {
            app.public.recording(app, host(&parts.uri, &parts.headers), meeting.ok_or(Error::NotFound)?).await
        };
        recording.await.map(|(recording, here)| Self(recording, here)).map_err(|error| super::finish(Err(error)))
    }
}

fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
    let authority = uri.authority().map(Authority::as_str);
    authority.or_else(|| headers.get(header::HOST)?.to_str().ok()).unwrap_or_default()
}

/// What is remembered; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Public(Arc<Mutex<HashMap<MeetingId, Vec<Known>>>>);

struct Known {
    host: Box<str>,
    found: Found,
    until: Instant,
}

impl Public {
    /// The recording of a meeting that is public at `host`, and the municipality that answers there.
    pub(crate) async fn recording(&self, app: &App, host: &str, meeting: MeetingId) -> Result<Found> {
        let known = self.known(host, meeting);
        if let Some((found, true)) = known {
            return Ok(found);
        }
        // Seldom: the many who wait for media are not to hold the room that its queries need.
        match Box::pin(ask(app, host, meeting)).await {
            Ok(found) => {
                self.remember(host, meeting, found.clone());
                Ok(found)
            }
            Err(Error::Council(error @ council::Error::Database(_))) => {
                // What is being transmitted is public; what was public a moment ago is.
                let (found, _) = known.ok_or(Error::Council(error))?;
                self.remember(host, meeting, found.clone());
                Ok(found)
            }
            Err(error) => Err(error),
        }
    }

    fn known(&self, host: &str, meeting: MeetingId) -> Option<(Found, bool)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(&meeting)?.iter().find(|known| *known.host == *host)?;
        Some((known.found.clone(), Instant::now() < known.until))
    }

    fn remember(&self, host: &str, meeting: MeetingId, found: Found) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.values().map(Vec::len).sum::<usize>() >= REMEMBERED {
            known.clear();
        }
        let hosts = known.entry(meeting).or_default();
        hosts.retain(|known| *known.host != *host);
        hosts.push(Known { host: host.into(), found, until: Instant::now() + HOLDS });
    }
}

/// A recording, and whose it is.
type Found = (Arc<Recording>, MunicipalityId);

async fn ask(app: &App, host: &str, meeting: MeetingId) -> Result<Found> {
    let municipality = app.council.municipality_by_host(host).await?.ok_or(Error::NotFound)?;
    let meeting = app.council.meeting(municipality.id, meeting).await?;
    if matches!(meeting.stage, Stage::Scheduled) {
        return Err(Error::NotFound);
    }
    let recording = app.store.recording(meeting.id).await?.ok_or(Error::NotFound)?;
    Ok((recording, municipality.id))
}
