//! Randomness enters the program's secrets here. (Ids draw theirs inside the `uuid` crate.)

use base64::Engine as _;

/// RFC 4648 base32 in lower case: no 0, 1, 8 or 9 to be confused with letters.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// `N` random bytes from the thread's cryptographic generator, which the system seeds.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    rand::fill(&mut out);
    out
}

/// 160 random bits in base32: four groups of eight letters and digits, joined by hyphens.
pub(crate) fn base32_of_160_bits() -> String {
    let mut text = String::with_capacity(35);
    for (group, five) in bytes::<20>().chunks_exact(5).enumerate() {
        if group > 0 {
            text.push('-');
        }
        let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for place in (0..8).rev() {
            let digit = usize::try_from(bits >> (place * 5) & 31).expect("five bits fit");
            text.push(char::from(BASE32[digit]));
        }
    }
    text
}

/// 256 random bits in unpadded base64url: what a cookie carries.
#[must_use]
pub fn base64_of_256_bits() -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes::<32>())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn secrets_have_their_shape_and_do_not_repeat() {
        let keys: HashSet<String> = (0..1000).map(|_| super::base32_of_160_bits()).collect();
        assert_eq!(keys.len(), 1000);
        for key in &keys {
            assert_eq!(key.len(), 35, "{key}");
            assert!(key.split('-').all(|group| group.len() == 8), "{key}");
            assert!(key.chars().all(|c| c == '-' || matches!(c, 'a'..='z' | '2'..='7')), "{key}");
        }
        let seen: HashSet<char> = keys.iter().flat_map(|key| key.chars()).collect();
        assert_eq!(seen.len(), 33, "every digit of base32 and the hyphen occur");
        assert_eq!(super::base64_of_256_bits().len(), 43);
    }
}
