//! Sources: their keys, and the addresses of cameras.

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use council::{
    SourceId,
    source::{NewAddress, Source},
    stream_key::StreamKey,
};
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::{
    App,
    error::{Error, Result},
    pages::{self, KeyShown, Page, Staff, Typed},
};

/// The host's name without its port.
fn name(host: &str) -> &str {
    let port = |(_, port): &(&str, &str)| port.bytes().all(|byte| byte.is_ascii_digit());
    host.rsplit_once(':').filter(port).map_or(host, |(name, _)| name)
}

/// The RTMP address that a clerk types into the encoder.
pub(crate) fn rtmp_url(app: &App, host: &str) -> String {
    app.config.rtmp_url.clone().unwrap_or_else(|| format!("rtmp://{}/live", name(host)))
}

/// The SRT address with all that the encoder needs; none where SRT is off.
fn srt_url(app: &App, host: &str, key: &str) -> Option<String> {
    let srt = app.config.srt.as_ref()?;
    let url = srt.url.clone().unwrap_or_else(|| format!("srt://{}:{}", name(host), srt.port));
    let passphrase = srt.passphrase.as_ref().map(|passphrase| format!("&passphrase={passphrase}"));
    Some(format!("{url}?streamid={key}{}", passphrase.unwrap_or_default()))
}

#[derive(Deserialize, Serialize)]
pub(super) struct SourceForm {
    name: String,
}

pub(super) async fn create_source(
    State(app): State<App>,
    staff: Staff,
    answer: Answer,
    Form(form): Form<SourceForm>,
) -> Response {
    match app.council.create_source(&staff.clerk.clerk, &form.name).await {
        Ok((source, key)) => show_key(&app, &staff, &answer, &source, &key),
        Err(error) => answer.again(app, staff, Page::Sources { camera: None }, error.into(), Typed::of(&form)).await,
    }
}

#[derive(Deserialize, Serialize)]
pub(super) struct CameraForm {
    /// Its name.
    camera: String,
    #[serde(flatten)]
    address: AddressForm,
}

#[derive(Clone, Deserialize, Serialize)]
pub(super) struct AddressForm {
    url: String,
    #[serde(default)]
    user: String,
    #[serde(default, skip_serializing)]
    password: String,
}

impl AddressForm {
    fn read(self) -> NewAddress {
        NewAddress { url: self.url, user: self.user, password: self.password }
    }

    /// Takes out what must not stand on a page again; answers whether there was any.
    fn forget_password(&mut self) -> bool {
        forget_password(&mut self.url) || !std::mem::take(&mut self.password).is_empty()
    }
}

fn typed(form: &impl Serialize, had_password: bool) -> Typed {
    let typed = Typed::of(form);
    if had_password { typed.with_password("password") } else { typed }
}

pub(super) async fn create_camera(
    State(app): State<App>,
    staff: Staff,
    answer: Answer,
    Form(mut form): Form<CameraForm>,
) -> Response {
    match app.council.create_camera(&staff.clerk.clerk, &form.camera, &form.address.clone().read()).await {
        Ok(source) => answer.created(&source.id, "/studio/sources"),
        Err(error) => {
            let had_password = form.address.forget_password();
            answer.again(app, staff, Page::Sources { camera: None }, error.into(), typed(&form, had_password)).await
        }
    }
}

pub(super) async fn move_camera(
    State(app): State<App>,
    staff: Staff,
    answer: Answer,
    Path(id): Path<String>,
    Form(mut form): Form<AddressForm>,
) -> Response {
    let moved = async {
        let source: SourceId = id.parse().map_err(|_| Error::NotFound)?;
        Ok(app.council.move_camera(&staff.clerk.clerk, source, &form.clone().read()).await?)
    };
    match moved.await {
        Ok(()) => answer.give(Ok(serde_json::json!({ "ok": true })), "/studio/sources", ""),
        Err(error) => {
            let had_password = form.forget_password();
            answer.again(app, staff, Page::Sources { camera: Some(id) }, error, typed(&form, had_password)).await
        }
    }
}

/// Takes the password out of what was typed as an address, whether it is one or not; answers whether there was any.
fn forget_password(url: &mut String) -> bool {
    let begin = url.find("//").map_or(0, |at| at + 2);
    let Some(end) = url.rfind('@').filter(|end| *end >= begin) else { return false };
    let Some(colon) = url[begin..end].find(':') else { return false };
    url.replace_range(begin + colon..end, "");
    true
}

pub(super) async fn rotate(State(app): State<App>, staff: Staff, answer: Answer, Path(id): Path<String>) -> Response {
    let rotated = async {
        let id: SourceId = id.parse().map_err(|_| Error::NotFound)?;
        let key = app.council.rotate_key(&staff.clerk.clerk, id).await?;
        let sources = app.council.sources(staff.clerk.here.id).await?;
        let source = sources.into_iter().find(|source| source.id == id).ok_or(Error::NotFound)?;
        Ok((source, key))
    };
    match rotated.await {
        Ok((source, key)) => show_key(&app, &staff, &answer, &source, &key),
        Err(error) => answer.give(Err::<(), _>(error), "", "/studio/sources"),
    }
}

pub(super) async fn remove(State(app): State<App>, staff: Staff, answer: Answer, Path(id): Path<String>) -> Response {
    let removed = async {
        let id: SourceId = id.parse().map_err(|_| Error::NotFound)?;
        Ok(app.council.remove_source(&staff.clerk.clerk, id).await?)
    };
    let removed: Result<()> = removed.await;
    answer.give(removed.map(|()| serde_json::json!({ "ok": true })), "/studio/sources", "/studio/sources")
}

/// The only answer that ever carries a key.
fn show_key(app: &App, staff: &Staff, answer: &Answer, source: &Source, key: &StreamKey) -> Response {
    let rtmp_url = rtmp_url(app, &staff.host);
    let srt_url = srt_url(app, &staff.host, key.expose());
    let mut response = if answer.html {
        let (rtmp_url, srt_url) = (rtmp_url.as_str(), srt_url.as_deref());
        pages::key_page(staff, KeyShown { source: &source.name, key: key.expose(), rtmp_url, srt_url })
    } else {
        let id = source.id.to_string();
        let body = serde_json::json!({ "id": id, "url": rtmp_url, "key": key.expose(), "srt_url": srt_url });
        (StatusCode::CREATED, axum::Json(body)).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_of_whatever_was_typed() {
        for (typed, left, had) in [
            ("rtsp://clerk:secret@camera/1", "rtsp://clerk@camera/1", true),
            ("http://clerk:sec/re@t@camera/1", "http://clerk@camera/1", true),
            ("clerk:secret@camera", "clerk@camera", true),
            ("rtsp://clerk@camera:554/1", "rtsp://clerk@camera:554/1", false),
            ("rtsp://camera:554/1", "rtsp://camera:554/1", false),
            ("@//:", "@//:", false),
            ("", "", false),
        ] {
            let mut url = typed.to_owned();
            assert_eq!(forget_password(&mut url), had, "{typed}");
            assert_eq!(url, left);
        }
    }
}
