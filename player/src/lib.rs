//! What people see and fetch: pages, HLS, events, the studio; axum's only home beside the binary.

mod assets;
mod delivery;
mod device;
mod error;
mod events;
mod floor;
pub mod fuzz;
mod language;
mod links;
mod municipality;
mod news;
mod operations;
mod pages;
mod security;
pub mod server;
mod session;
mod studio;

use std::{ops::Deref, sync::Arc};

use axum::Router;
use chat::Floor;
use council::Council;
use vod_store::Store;

/// How the pages are served.
#[derive(Clone)]
pub struct Config {
    /// The address that people type, without a slash at its end; none: taken from each request.
    pub public_url: Option<String>,
    /// The RTMP address that clerks are shown; none: made from the page's host name.
    pub rtmp_url: Option<String>,
    /// Whether letters go to a mail server; else they stay in a folder, and links are handed over by hand.
    pub mail: bool,
    /// How encoders call over SRT; none: it is off.
    pub srt: Option<Srt>,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<server::Network>,
    /// Who may read `/metrics`.
    pub metrics_from: Vec<server::Network>,
    /// The metrics as Prometheus text.
    pub metrics_text: Arc<dyn Fn() -> String + Send + Sync>,
}

/// SRT as clerks are shown it.
#[derive(Clone)]
pub struct Srt {
    /// The address, `srt://host:port`; none: made from the page's host name and the port.
    pub url: Option<String>,
    /// The UDP port.
    pub port: u16,
    /// What encoders must encrypt with, of characters that need no escape in an address; none: nothing.
    pub passphrase: Option<String>,
}

/// What every handler stands on; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Stands>);

/// What an [`App`] holds.
pub struct Stands {
    pub(crate) council: Council,
    pub(crate) floor: Floor,
    pub(crate) store: Store,
    pub(crate) index: search::Index,
    pub(crate) config: Config,
    pub(crate) public: delivery::Public,
    pub(crate) warm: delivery::Warm,
    pub(crate) captions: delivery::Captions,
    pub(crate) audience: events::Audience,
    pub(crate) board: news::Board,
    pub(crate) sizes: pages::Sizes,
}

impl App {
    /// The application on these parts. Somebody runs the floor.
    #[must_use]
    pub fn new(council: Council, floor: Floor, store: Store, index: search::Index, config: Config) -> Self {
        let (public, warm) = (delivery::Public::default(), delivery::Warm::default());
        let captions = delivery::Captions::default();
        let (audience, board) = (events::Audience::default(), news::Board::default());
        let sizes = pages::Sizes::default();
        Self(Arc::new(Stands { council, floor, store, index, config, public, warm, captions, audience, board, sizes }))
    }

    /// Whether people reach us by https, so that cookies may be bound to it.
    pub(crate) fn is_secure(&self) -> bool {
        self.config.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

impl Deref for App {
    type Target = Stands;

    fn deref(&self) -> &Stands {
        &self.0
    }
}

/// Every route.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(events::router())
        .merge(floor::router())
        .merge(operations::router())
        .merge(assets::router())
        .merge(studio::router())
        .merge(pages::router())
        .fallback(error::not_found)
        .layer(axum::middleware::from_fn(error::for_people))
        .layer(axum::middleware::from_fn_with_state(app.clone(), security::layer))
        // Many a second, for players of any site: no page, no nonce, and nothing that could be changed.
        .merge(delivery::router())
        .with_state(app)
}
