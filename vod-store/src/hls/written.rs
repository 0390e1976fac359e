//! A media playlist at its newest version, written once for all who ask.

use std::sync::Arc;

use super::{
    Playlist,
    media::{Lists, Text, View},
    packed::Packer,
};

/// A media playlist as it was last written.
#[derive(Debug)]
pub(crate) struct Written {
    lists: Lists,
    text: Text,
    packer: Packer,
    ended: bool,
    version: u64,
    full: Option<Arc<Playlist>>,
    delta: Option<Arc<Playlist>>,
}

impl Written {
    /// Nothing is written yet.
    pub(crate) fn new(lists: Lists) -> Self {
        Self {
            lists,
            text: Text::new(lists, false),
            packer: Packer::new(),
            ended: false,
            version: u64::MAX,
            full: None,
            delta: None,
        }
    }

    /// The playlist of this very version; its delta update where that is asked for and there is something to skip.
    pub(crate) fn playlist(&mut self, version: u64, view: &View<'_>, skip: bool) -> Arc<Playlist> {
        if self.ended != view.ended {
            (self.text, self.packer, self.ended) = (Text::new(self.lists, view.ended), Packer::new(), view.ended);
            self.version = u64::MAX;
        }
        if self.version != version {
            self.version = version;
            (self.full, self.delta) = (None, None);
        }
        let cached = if skip { &self.delta } else { &self.full };
        if let Some(playlist) = cached {
            return playlist.clone();
        }
        self.text.settle(view);
        self.packer.settled(self.text.settled());
        let etag = |kind: char| format!("{kind}{version:x}-{:x}", view.line.segments.len());
        if skip && let Some(text) = self.text.delta(view) {
            let playlist = Arc::new(Playlist::new(text, etag('d'), None));
            self.delta = Some(playlist.clone());
            return playlist;
        }
        let playlist = self.full.get_or_insert_with(|| {
            let packed = Some(self.packer.packed());
            Arc::new(Playlist::new(self.text.full(view), etag('f'), packed))
        });
        let playlist = playlist.clone();
        if skip {
            // Too young a meeting to skip anything of.
            self.delta = Some(playlist.clone());
        }
        playlist
    }
}
