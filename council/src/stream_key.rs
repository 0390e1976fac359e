//! Stream keys: 160 random bits in base32, hashed at rest, never logged.

use crate::{digest, random};

/// What every key begins with, so that one that strays can be recognised.
const PREFIX: &str = "bema-";

/// A key as the encoder is given it: `bema-` and four groups of eight, one word without spaces.
/// It can be read once; `Debug` hides it.
pub struct StreamKey(pub(crate) String);

/// The SHA-256 of a key: enough for 160 random bits, and quick to check at every publish.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash(pub [u8; 32]);

impl StreamKey {
    /// A new one.
    pub(crate) fn new() -> Self {
        Self(format!("{PREFIX}{}", random::base32_of_160_bits()))
    }

    /// The key's text, to show or to send.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters, to tell keys apart.
    pub(crate) fn hint(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }
}

impl KeyHash {
    /// The hash of what an encoder presented, or a person typed: white space around it and capitals do not matter.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        Self(digest::sha256(presented.trim().to_ascii_lowercase().as_bytes()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_word_and_its_hash_forgives_how_it_was_typed() {
        let key = StreamKey::new();
        let text = key.expose();
        assert!(text.starts_with("bema-") && !text.contains(char::is_whitespace), "{text}");
        assert_eq!(text.len(), 40);
        assert_eq!(key.hint(), &text[36..]);
        assert!(KeyHash::of(text) == KeyHash::of(&format!(" {} \n", text.to_uppercase())));
        assert!(KeyHash::of(text) != KeyHash::of(StreamKey::new().expose()));
    }
}
