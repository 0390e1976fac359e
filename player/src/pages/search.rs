//! The search page: moments, each with its words, its speaker, its meeting and the link to the second.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::Uri,
    response::Response,
};
use council::{
    BodyId, MeetingId, MunicipalityId,
    agenda::Agenda,
    meeting::{Meeting, Stage},
    municipality::Body,
};
use search::{Asked, Fault, Found, Hit, Kind, PAGE, PAGES_MAX, Piece, Place, Sort};
use serde::Deserialize;

use super::{
    Around,
    frame::{Frame, Section},
    html, when,
};
use crate::{App, error::Result, error::percent};

/// What the form sends. A value that makes no sense is as none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    pub(super) q: String,
    pub(super) body: String,
    pub(super) kind: String,
    pub(super) year: String,
    pub(super) speaker: String,
    pub(super) sort: String,
    pub(super) page: String,
}

#[derive(Template)]
#[template(path = "search.html")]
pub(super) struct SearchPage {
    frame: Frame,
    form: Form,
    /// What is wrong with the query, in words.
    refused: Option<String>,
    /// Whether something was asked.
    asked: bool,
    /// "12 στιγμές".
    total: String,
    loosely: bool,
    hits: Vec<Row>,
    bodies: Vec<(String, String)>,
    newer: Option<String>,
    older: Option<String>,
}

/// A moment that was found, with what is known of it.
pub(super) struct Told {
    pub(super) hit: Hit,
    pub(super) meeting: Meeting,
    pub(super) pieces: Vec<Piece>,
    pub(super) speaker: String,
    pub(super) item: String,
    /// Seconds since the recording's start; none where there is no recording to lead to.
    pub(super) seconds: Option<i64>,
    /// The instant of which there is a small picture.
    pub(super) picture_ms: Option<i64>,
}

/// A moment on the page.
struct Row {
    href: String,
    kind: &'static str,
    kind_label: String,
    pieces: Vec<Piece>,
    /// The attribute that says in which language they are.
    lang: &'static str,
    speaker: String,
    item: String,
    title: String,
    body: String,
    date: String,
    machine: String,
    position: Option<String>,
    picture: Option<String>,
}

impl Form {
    fn ask(&self, here: MunicipalityId) -> Asked<'_> {
        let sort = match self.sort.as_str() {
            "newest" => Sort::Newest,
            "oldest" => Sort::Oldest,
            _ => Sort::Fit,
        };
        let speaker = Some(self.speaker.trim()).filter(|speaker| !speaker.is_empty());
        Asked {
            body: self.body.parse::<BodyId>().ok(),
            kind: Kind::ALL.into_iter().find(|kind| kind.name() == self.kind),
            year: self.year.trim().parse().ok(),
            speaker,
            sort,
            page: self.page(),
            ..Asked::of(here)
        }
    }

    /// Which page, from 0.
    fn page(&self) -> usize {
        self.page.parse::<usize>().unwrap_or(1).clamp(1, PAGES_MAX) - 1
    }

    /// The same at another page, from 0.
    fn at(&self, page: usize) -> String {
        let number = (page + 1).to_string();
        let all = [
            ("q", self.q.as_str()),
            ("body", &self.body),
            ("kind", &self.kind),
            ("year", &self.year),
            ("speaker", &self.speaker),
            ("sort", &self.sort),
            ("page", if page > 0 { &number } else { "" }),
        ];
        let said = all.iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = said.map(|(name, value)| format!("{name}={}", percent(value))).collect();
        format!("/search?{}", pairs.join("&"))
    }
}

pub(super) async fn page(State(app): State<App>, around: Around, uri: Uri) -> Result<Response> {
    let form = Query::try_from_uri(&uri).map(|Query(form)| form).unwrap_or_else(|_| Form::default());
    let here = around.visitor.here.id;
    let bodies = app.council.bodies(here).await?;
    let frame = around.frame(Section::Search).at(&form.at(form.page()));
    if form.q.trim().is_empty() {
        return Ok(html(&search_page(frame, form, &bodies, None)));
    }
    let query = match search::Query::read(&form.q) {
        Ok(query) => query,
        Err(fault) => return Ok(html(&search_page(frame, form, &bodies, Some(Err(fault))))),
    };
    let found = app.index.find(&query, &form.ask(here))?;
    let mut told = Vec::with_capacity(found.hits.len());
    for hit in &found.hits {
        // What was changed a moment ago is not shown as it was.
        told.extend(tell(&app, here, *hit, &found).await?);
    }
    Ok(html(&search_page(frame, form, &bodies, Some(Ok((&found, told))))))
}

/// What the council and the store know of a moment; none where it is gone.
async fn tell(app: &App, here: MunicipalityId, hit: Hit, found: &Found) -> Result<Option<Told>> {
    let meeting = match app.council.meeting(here, hit.meeting).await {
        Err(council::Error::NotFound(_)) => return Ok(None),
        meeting => meeting?,
    };
    let agenda = app.council.agenda(here, hit.meeting).await?;
    let ended = matches!(meeting.stage, Stage::Ended { .. });
    let recording = app.store.recording(hit.meeting).await?.filter(|_| ended);
    let began_ms = recording.as_ref().filter(|kept| kept.duration_ms() > 0).map(|kept| kept.began_at_ms());
    let picture_ms = recording.and_then(|kept| Some(kept.thumbnail(hit.at_ms)?.0));
    let at_item = |agenda: &Agenda| {
        let moment = agenda.moments.iter().rfind(|moment| moment.at_ms <= hit.at_ms)?;
        agenda.item(moment.item).map(council::agenda::Item::line)
    };
    let (text, speaker, item, placed) = match hit.place {
        Place::Utterance { revision, place } => {
            let Some(said) = app.council.utterance(hit.meeting, revision, place).await? else { return Ok(None) };
            (said.text, said.speaker, at_item(&agenda).unwrap_or_default(), true)
        }
        Place::Item(id) => {
            let Some(item) = agenda.item(id) else { return Ok(None) };
            let placed = agenda.moments.iter().any(|moment| moment.item == id);
            (item.line(), String::new(), String::new(), placed)
        }
        Place::Decision(id) => {
            let Some(decision) = agenda.decisions.iter().find(|each| each.id == id) else { return Ok(None) };
            let item = agenda.item(decision.item).map(council::agenda::Item::line).unwrap_or_default();
            (decision.line(), String::new(), item, true)
        }
        Place::Meeting => (meeting.title.clone(), String::new(), String::new(), false),
    };
    let seconds = began_ms.filter(|_| placed).map(|began_ms| (hit.at_ms - began_ms).max(0) / 1000);
    let pieces = found.marks.snippet(&text);
    Ok(Some(Told { hit, meeting, pieces, speaker, item, seconds, picture_ms }))
}

pub(super) fn search_page(
    frame: Frame,
    form: Form,
    bodies: &[Body],
    found: Option<Result<(&Found, Vec<Told>), Fault>>,
) -> SearchPage {
    let t = frame.t;
    let asked = found.is_some();
    let (refused, found) = match found {
        None => (None, None),
        Some(Err(fault)) => {
            let key = if fault == Fault::TooLong { "search-too-long" } else { "search-nothing-asked" };
            (Some(t.get(key)), None)
        }
        Some(Ok(found)) => (None, Some(found)),
    };
    let page = form.page();
    let (total, loosely) = found.as_ref().map_or((0, false), |(found, _)| (found.total, found.loosely));
    let hits = found.map(|(_, told)| told).unwrap_or_default();
    let rows = hits.into_iter().map(|told| row(&frame, &form, told)).collect();
    let language = t.language();
    SearchPage {
        refused,
        asked,
        total: t.with("search-total", "count", total),
        loosely,
        hits: rows,
        bodies: bodies.iter().map(|body| (body.id.to_string(), body.name.in_language(language).to_owned())).collect(),
        newer: (page > 0).then(|| form.at(page - 1)),
        older: (total > (page + 1) * PAGE && page + 1 < PAGES_MAX).then(|| form.at(page + 1)),
        form,
        frame,
    }
}

fn row(frame: &Frame, form: &Form, told: Told) -> Row {
    let Told { hit, meeting, pieces, speaker, item, seconds, picture_ms } = told;
    let id: MeetingId = meeting.id;
    let kind = match hit.place {
        Place::Utterance { .. } => Kind::Said,
        Place::Item(_) => Kind::Item,
        Place::Decision(_) => Kind::Decision,
        Place::Meeting => Kind::Meeting,
    };
    let query = percent(&form.q);
    Row {
        href: match (seconds, hit.place) {
            (Some(seconds), _) => format!("/meetings/{id}?t={seconds}&q={query}"),
            (None, Place::Item(item)) => format!("/meetings/{id}#item-{item}"),
            (None, Place::Decision(decision)) => format!("/meetings/{id}#decision-{decision}"),
            (None, _) => format!("/meetings/{id}"),
        },
        kind: kind.name(),
        kind_label: frame.t.get(["search-said", "search-item", "search-decision", "search-meeting"][kind as usize]),
        lang: frame.lang(&pieces.iter().map(|(words, _)| words.as_str()).collect::<String>()),
        pieces,
        speaker,
        item,
        title: meeting.title,
        body: meeting.body.name.in_language(frame.t.language()).to_owned(),
        date: frame.when.date(hit.at_ms),
        machine: frame.when.machine(hit.at_ms),
        position: seconds.map(|seconds| when::position(seconds.unsigned_abs() * 1000)),
        picture: picture_ms.filter(|_| seconds.is_some()).map(|at_ms| format!("/media/{id}/thumbnail/{at_ms}.jpg")),
    }
}
