//! What whoever runs the server asks it: is it up, is it ready, how is it.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    App,
    error::{Error, Result},
    server::Client,
};

/// The database must answer within this to be called ready.
const PING: Duration = Duration::from_secs(1);
/// Less room than this on the recordings' disk is not ready: an hour of a meeting.
const LEAST_ROOM: u64 = 1 << 30;

pub(crate) fn router() -> Router<App> {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready)).route("/metrics", get(metrics))
}

/// 200 when a meeting could be run, 503 when not; each part's word in JSON.
async fn ready(State(app): State<App>) -> Response {
    let database = matches!(tokio::time::timeout(PING, app.council.ping()).await, Ok(Ok(())));
    let room = app.store.room_left().ok();
    let disk = room.is_some_and(|room| room >= LEAST_ROOM);
    let status = if database && disk { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = |good: bool| if good { "ok" } else { "failing" };
    let body = serde_json::json!({ "database": word(database), "disk": word(disk), "room_left_bytes": room });
    (status, [(header::CACHE_CONTROL, "no-store")], axum::Json(body)).into_response()
}

/// Prometheus text, for those whom the settings name.
async fn metrics(State(app): State<App>, Client(client): Client) -> Result<Response> {
    if !app.config.metrics_from.iter().any(|network| network.contains(client)) {
        return Err(Error::NotFound);
    }
    let mut text = (app.config.metrics_text)();
    text.push_str(&sources(&app));
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// How each source is, by its public id.
fn sources(app: &App) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for (name, help) in [
        ("bema_source_connected", "1 while the source publishes"),
        ("bema_source_bit_rate", "Bits a second"),
        ("bema_source_frame_rate", "Frames a second"),
        ("bema_source_audio_rms_db", "Loudness, dBFS"),
        ("bema_source_drift_ms", "Milliseconds that its clock has run ahead"),
        ("bema_source_faults", "How many things are wrong with it"),
    ] {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
        for (source, status) in app.store.intake().all() {
            let health = status.health.as_ref();
            #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
            let value = match name {
                "bema_source_connected" => Some(f64::from(u8::from(status.connection.is_some()))),
                "bema_source_bit_rate" => health.map(|health| health.bit_rate as f64),
                "bema_source_frame_rate" => health.map(|health| health.frame_rate),
                "bema_source_audio_rms_db" => health.and_then(|health| health.audio_rms_db),
                "bema_source_drift_ms" => health.map(|health| health.drift_ms as f64),
                _ => Some(status.faults.len() as f64),
            };
            if let Some(value) = value {
                let _ = writeln!(text, "{name}{{source=\"{source}\"}} {value}");
            }
        }
    }
    let name = "bema_source_language_rms_db";
    let _ = writeln!(text, "# HELP {name} Loudness of a further language, dBFS\n# TYPE {name} gauge");
    for (source, status) in app.store.intake().all() {
        for level in status.health.iter().flat_map(|health| &health.languages) {
            if let Some(value) = level.rms_db {
                let _ = writeln!(text, "{name}{{source=\"{source}\",language=\"{}\"}} {value}", level.language);
            }
        }
    }
    text
}
