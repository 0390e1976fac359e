//! Gzip of a playlist of which only the end changes.
//!
//! Eight hours of segments are hundreds of kilobytes of text; only the last lines differ between two versions.
//! The settled lines are deflated once, as they settle, up to a byte boundary (a sync flush);
//! a version's gzip is those bytes, the deflated rest, and a checksum continued over both: one ordinary gzip member.

use std::sync::Arc;

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress, Status};

/// The settled beginning of a playlist, deflated.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    deflated: Vec<u8>,
    length: usize,
    crc: crc32fast::Hasher,
}

/// Deflates a text that only grows.
#[derive(Debug)]
pub(crate) struct Packer {
    compress: Compress,
    packed: Arc<Packed>,
}

/// Text is deflated once this much of it has settled: each flush costs five bytes on the wire.
const STRIDE: usize = 4096;

impl Packer {
    pub(crate) fn new() -> Self {
        Self {
            compress: Compress::new(Compression::new(6), false),
            packed: Arc::new(Packed { deflated: Vec::new(), length: 0, crc: crc32fast::Hasher::new() }),
        }
    }

    /// The settled text so far; what was given before must be its beginning.
    pub(crate) fn settled(&mut self, text: &str) {
        let fresh = &text.as_bytes()[self.packed.length..];
        if fresh.len() < STRIDE {
            return;
        }
        let packed = Arc::make_mut(&mut self.packed);
        deflate(&mut self.compress, fresh, FlushCompress::Sync, &mut packed.deflated);
        packed.crc.update(fresh);
        packed.length = text.len();
    }

    pub(crate) fn packed(&self) -> Arc<Packed> {
        self.packed.clone()
    }
}

fn deflate(compress: &mut Compress, mut input: &[u8], flush: FlushCompress, output: &mut Vec<u8>) {
    loop {
        output.reserve(input.len() / 4 + 256);
        let before = compress.total_in();
        let status = compress.compress_vec(input, output, flush).expect("deflate takes any bytes");
        input = &input[usize::try_from(compress.total_in() - before).expect("no more than was given")..];
        let room = output.capacity() > output.len();
        if input.is_empty() && (status == Status::StreamEnd || (flush != FlushCompress::Finish && room)) {
            return;
        }
    }
}

/// The gzip member (RFC 1952) of `text`, whose beginning may be packed already.
pub(crate) fn gzip(packed: Option<&Packed>, text: &[u8]) -> Bytes {
    let (mut out, settled, mut crc) = match packed {
        Some(packed) => {
            let mut out = Vec::with_capacity(packed.deflated.len() + 4096);
            out.extend_from_slice(&HEADER);
            out.extend_from_slice(&packed.deflated);
            (out, packed.length, packed.crc.clone())
        }
        None => (HEADER.to_vec(), 0, crc32fast::Hasher::new()),
    };
    let rest = &text[settled..];
    let mut compress = Compress::new(Compression::new(6), false);
    deflate(&mut compress, rest, FlushCompress::Finish, &mut out);
    crc.update(rest);
    out.extend_from_slice(&crc.finalize().to_le_bytes());
    // The length is taken modulo 2^32 (RFC 1952 §2.3.1).
    #[expect(clippy::cast_possible_truncation, reason = "gzip asks for the low 32 bits")]
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.into()
}

/// Deflate, no name, no time, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Read;

    fn gunzip(bytes: &[u8]) -> String {
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
        text
    }

    proptest! {
        #[test]
        fn what_is_packed_in_steps_unpacks_whole(steps in prop::collection::vec("[a-z0-9\n:,.#]{0,3000}", 0..12), rest in "[a-z\n]{0,500}") {
            let (mut packer, mut text) = (Packer::new(), String::new());
            for step in steps {
                text.push_str(&step);
                packer.settled(&text);
            }
            let whole = format!("{text}{rest}");
            prop_assert_eq!(gunzip(&gzip(Some(&packer.packed()), whole.as_bytes())), whole.clone());
            prop_assert_eq!(gunzip(&gzip(None, whole.as_bytes())), whole);
        }
    }
}
