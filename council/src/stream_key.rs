//! Stream keys: 160 random bits in base32, hashed at rest, never logged.

/// A key as the encoder is given it. It can be read once; `Debug` hides it.
pub struct StreamKey(pub(crate) String);

/// The SHA-256 of a key: enough for 160 random bits, and quick to check at every publish.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash(pub [u8; 32]);

impl StreamKey {
    /// The key's text, to show or to send.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl KeyHash {
    /// The hash of what an encoder presented.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        let _ = presented;
        todo!()
    }
}

impl std::fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamKey(hidden)")
    }
}

impl std::fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyHash(hidden)")
    }
}
