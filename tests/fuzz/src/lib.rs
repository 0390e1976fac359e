//! A short round of fuzzing that needs no other compiler: seeds, torn and twisted in ways that break parsers, the same in
//! every run. The long round is libFuzzer's; `README.md` says how.

/// So many inputs are made of each seed.
const ROUNDS: u32 = 20_000;
/// The numbers that parsers stumble on.
const EDGES: [u8; 8] = [0, 1, 0x7f, 0x80, 0xfe, 0xff, b'"', b'\n'];

/// Runs `target` on the seeds, on what lies between them, and on nothing.
///
/// # Panics
/// Where the target does; the input is printed, so that it can become a test of its own.
pub fn round(seeds: &[Vec<u8>], target: fn(&[u8])) {
    run(&[], target);
    for (number, seed) in seeds.iter().enumerate() {
        run(seed, target);
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ number as u64);
        for _ in 0..ROUNDS {
            let mut bytes = seed.clone();
            for _ in 0..=dice.below(4) {
                twist(&mut bytes, &mut dice);
            }
            run(&bytes, target);
        }
    }
}

fn run(bytes: &[u8], target: fn(&[u8])) {
    let result = std::panic::catch_unwind(|| target(bytes));
    if let Err(fault) = result {
        eprintln!("the input: {bytes:02x?}");
        std::panic::resume_unwind(fault);
    }
}

/// One twist: a bit or a byte changed, a number made large, a piece cut out, doubled or moved, the end torn off.
fn twist(bytes: &mut Vec<u8>, dice: &mut Dice) {
    if bytes.is_empty() {
        bytes.push(dice.byte());
        return;
    }
    let at = dice.below(bytes.len());
    let length = 1 + dice.below((bytes.len() - at).min(32));
    match dice.below(8) {
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = dice.byte(),
        2 => bytes[at] = EDGES[dice.below(EDGES.len())],
        3 => bytes[at..at + length.min(4)].fill(0xff),
        4 => bytes.truncate(at),
        5 => drop(bytes.drain(at..at + length)),
        6 => {
            let piece = bytes[at..at + length].to_vec();
            let to = dice.below(bytes.len());
            bytes.splice(to..to, piece);
        }
        _ => bytes.insert(at, dice.byte()),
    }
}

/// xorshift64: enough to vary, and the same every time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 16).unwrap_or_default() % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_parser_that_trusts_a_length_is_found_out() {
        let trusting = |bytes: &[u8]| {
            if let Some((&length, rest)) = bytes.split_first() {
                assert!(usize::from(length) <= rest.len(), "it reads beyond its end");
            }
        };
        let found = std::panic::catch_unwind(|| round(&[vec![3, 1, 2, 3]], trusting));
        assert!(found.is_err());
    }

    #[test]
    fn inputs_are_many_and_of_every_length() {
        static SEEN: [AtomicUsize; 64] = [const { AtomicUsize::new(0) }; 64];
        round(&[vec![7; 24]], |bytes| {
            SEEN[bytes.len().min(63)].fetch_add(1, Ordering::Relaxed);
        });
        let lengths = SEEN.iter().filter(|seen| seen.load(Ordering::Relaxed) > 0).count();
        assert!(lengths > 40, "{lengths}");
    }
}
