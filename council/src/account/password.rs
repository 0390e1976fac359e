//! Passwords: argon2id with the parameters that the crate recommends (19 MiB, 2 passes), as PHC strings.

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use unicode_normalization::UnicodeNormalization as _;

use super::gate::Gate;
use crate::{Error, Result, random, text};

/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 12;
/// The most.
pub const PASSWORD_MAX: usize = 200;

/// What a try on an unknown address is compared with, so that it takes as long; no password is known to match.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// The password in one spelling (NFC, RFC 8265 section 4.2), if its length is allowed.
fn spelt(password: &str) -> Option<String> {
    // Four bytes a character, and three characters that compose into one.
    if password.len() > PASSWORD_MAX * 12 {
        return None;
    }
    let spelt: String = password.nfc().collect();
    (PASSWORD_MIN..=PASSWORD_MAX).contains(&spelt.chars().count()).then_some(spelt)
}

/// Hashes a new password.
pub(super) async fn hash(gate: &Gate, password: &str) -> Result<String> {
    let Some(password) = spelt(password) else {
        let short = password.chars().count() < PASSWORD_MIN;
        return text::refused("password", if short { "value-too-short" } else { "value-too-long" });
    };
    let _turn = gate.turn().await?;
    tokio::task::spawn_blocking(move || {
        let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &random::bytes::<16>());
        hash.map(|hash| hash.to_string())
    })
    .await
    .map_err(|_| Error::Hashing)?
    .map_err(|_| Error::Hashing)
}

/// Whether the password is the one hashed; always false, in the same time, where there is no hash or it is a wrong length.
pub(super) async fn matches(gate: &Gate, password: &str, hash: Option<String>) -> Result<bool> {
    let (password, hash) = match (spelt(password), hash) {
        (Some(password), Some(hash)) => (password, hash),
        _ => (String::new(), NOBODY.to_owned()),
    };
    let _turn = gate.turn().await?;
    tokio::task::spawn_blocking(move || Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok())
        .await
        .map_err(|_| Error::Hashing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_matches_its_hash() {
        let gate = Gate::default();
        let kept = hash(&gate, "σωστός κωδικο\u{301}ς").await.unwrap();
        assert!(matches(&gate, "σωστός κωδικός", Some(kept.clone())).await.unwrap(), "another spelling of the same");
        assert!(!matches(&gate, "λάθος κωδικός", Some(kept.clone())).await.unwrap());
        assert!(!matches(&gate, "σωστός κωδικός", None).await.unwrap());
        assert!(!matches(&gate, "", Some(kept.clone())).await.unwrap());
        // Equal parameters take equal time.
        let parameters = |phc: &str| {
            phc.rsplit_once('$').and_then(|(rest, hash)| {
                rest.rsplit_once('$').map(|(rest, salt)| (rest.to_owned(), salt.len(), hash.len()))
            })
        };
        assert_eq!(parameters(&kept), parameters(NOBODY));
    }

    #[tokio::test]
    async fn lengths_are_limited() {
        let gate = Gate::default();
        for (password, what) in [("α".repeat(11), "value-too-short"), ("α".repeat(201), "value-too-long")] {
            let refused = hash(&gate, &password).await.unwrap_err();
            assert!(matches!(refused, Error::Invalid { field: "password", what: w } if w == what), "{refused}");
        }
        assert!(spelt(&"α".repeat(12)).is_some() && spelt(&"α".repeat(200)).is_some());
        assert!(spelt(&"a".repeat(1_000_000)).is_none());
    }
}
