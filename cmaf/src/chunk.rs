//! Chunks: one `moof` and one `mdat` (ISO/IEC 23000-19 §7.3.2), the unit that is written, sent and kept.

use bytes::{BufMut, Bytes, BytesMut};

use crate::{Error, Sample, boxes::Reader, init::TRACK_ID};

/// `moof` + `mfhd` + `traf` + `tfhd` + `tfdt` + the head of `trun`.
const HEAD: usize = 8 + 16 + 8 + 16 + 20 + 20;
const ENTRY: usize = 16;
/// Can be decoded alone; depends on no other (ISO/IEC 14496-12 §8.8.3.1).
const SYNC: u32 = 0x0200_0000;
/// Depends on others; not a sync sample.
const DELTA: u32 = 0x0101_0000;
const NOT_SYNC: u32 = 0x0001_0000;

/// Writes a chunk. `decode_time` is its first sample's (`tfdt`), in the track's ticks.
///
/// # Panics
/// Never with samples of less than 4 GiB in all.
#[must_use]
pub fn write_chunk(sequence: u32, decode_time: u64, samples: &[Sample]) -> Bytes {
    let payload: usize = samples.iter().map(|sample| sample.data.len()).sum();
    let moof = HEAD + ENTRY * samples.len();
    let mut out = BytesMut::with_capacity(moof + 8 + payload);
    let size = |bytes: usize| u32::try_from(bytes).expect("a chunk is a fraction of a second");
    let mut head = |length: usize, kind: &[u8; 4]| {
        out.put_u32(size(length));
        out.put_slice(kind);
    };
    head(moof, b"moof");
    head(16, b"mfhd");
    out.put_u32(0);
    out.put_u32(sequence);
    out.put_u32(size(moof - 24));
    out.put_slice(b"traf");
    out.put_u32(16);
    out.put_slice(b"tfhd");
    // default-base-is-moof
    out.put_u32(0x0002_0000);
    out.put_u32(TRACK_ID);
    out.put_u32(20);
    out.put_slice(b"tfdt");
    out.put_u32(0x0100_0000);
    out.put_u64(decode_time);
    out.put_u32(size(20 + ENTRY * samples.len()));
    out.put_slice(b"trun");
    // Version 1 (signed offsets): data offset, and each sample's duration, size, flags and composition offset.
    out.put_u32(0x0100_0f01);
    out.put_u32(size(samples.len()));
    out.put_u32(size(moof + 8));
    for sample in samples {
        out.put_u32(sample.duration);
        out.put_u32(size(sample.data.len()));
        out.put_u32(if sample.sync { SYNC } else { DELTA });
        out.put_i32(sample.composition_offset);
    }
    out.put_u32(size(8 + payload));
    out.put_slice(b"mdat");
    for sample in samples {
        out.put_slice(&sample.data);
    }
    out.freeze()
}

/// Where a chunk's samples lie and when they are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkIndex {
    /// Of its first sample, in the track's ticks.
    pub decode_time: u64,
    /// In decoding order.
    pub samples: Vec<SampleIndex>,
}

/// One sample of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleIndex {
    /// Where it begins, from the chunk's first byte.
    pub offset: u32,
    /// How many bytes.
    pub size: u32,
    /// Ticks to the next sample's decoding.
    pub duration: u32,
    /// Presentation minus decoding time, in ticks.
    pub composition_offset: i32,
    /// Whether decoding can start here.
    pub sync: bool,
}

/// Reads a chunk that may come from anybody: one `moof` with one track, whose samples lie within the bytes.
///
/// # Errors
/// When it is anything else.
pub fn read_chunk(bytes: &[u8]) -> Result<ChunkIndex, Error> {
    let index = read_chunk_head(bytes)?;
    match index.samples.iter().all(|sample| sample.offset as usize + sample.size as usize <= bytes.len()) {
        true => Ok(index),
        false => Err(Error::Malformed("a sample lies outside its chunk")),
    }
}

/// As [`read_chunk`], but the samples' bytes need not be there.
///
/// # Errors
/// When the `moof` is torn or malformed.
pub fn read_chunk_head(bytes: &[u8]) -> Result<ChunkIndex, Error> {
    let mut reader = Reader::new(bytes);
    let Some((kind, moof)) = reader.next_box()? else { return Err(Error::Malformed("no bytes")) };
    if kind != *b"moof" {
        return Err(Error::Malformed("a chunk begins with moof"));
    }
    let traf = moof.find(b"traf")?;
    let defaults = Defaults::read(traf.find(b"tfhd")?)?;
    let mut tfdt = traf.find(b"tfdt")?;
    let decode_time = if tfdt.version()?.0 == 1 { tfdt.u64()? } else { u64::from(tfdt.u32()?) };
    let mut trun = traf.find(b"trun")?;
    let (_, flags) = trun.version()?;
    let count = trun.u32()? as usize;
    let mut offset = if flags & 1 != 0 { trun.u32()? } else { return Err(Error::Malformed("no data offset")) };
    let first_flags = if flags & 4 != 0 { Some(trun.u32()?) } else { None };
    // An entry without fields would let a few bytes name four thousand million samples.
    if count > 100_000 {
        return Err(Error::Malformed("too many samples in a chunk"));
    }
    let mut samples = Vec::with_capacity(count.min(1024));
    for index in 0..count {
        let duration = if flags & 0x100 != 0 { trun.u32()? } else { defaults.duration };
        let size = if flags & 0x200 != 0 { trun.u32()? } else { defaults.size };
        let own = if flags & 0x400 != 0 { trun.u32()? } else { defaults.flags };
        let own = first_flags.filter(|_| index == 0).unwrap_or(own);
        let composition_offset = if flags & 0x800 != 0 { trun.u32()?.cast_signed() } else { 0 };
        samples.push(SampleIndex { offset, size, duration, composition_offset, sync: own & NOT_SYNC == 0 });
        offset = offset.checked_add(size).ok_or(Error::Malformed("samples beyond 4 GiB"))?;
    }
    Ok(ChunkIndex { decode_time, samples })
}

/// What `tfhd` says of samples that do not say it themselves (ISO/IEC 14496-12 §8.8.7).
#[derive(Default)]
struct Defaults {
    duration: u32,
    size: u32,
    flags: u32,
}

impl Defaults {
    fn read(mut tfhd: Reader<'_>) -> Result<Self, Error> {
        let (_, flags) = tfhd.version()?;
        tfhd.u32()?;
        if flags & 1 != 0 {
            return Err(Error::Malformed("an absolute data offset"));
        }
        if flags & 2 != 0 {
            tfhd.u32()?;
        }
        let mut field = |bit: u32| if flags & bit != 0 { tfhd.u32() } else { Ok(0) };
        Ok(Self { duration: field(8)?, size: field(0x10)?, flags: field(0x20)? })
    }
}

/// How many bytes the `moof` at the start of `prefix` has; eight bytes of it suffice.
///
/// # Errors
/// When it is none.
pub fn moof_length(prefix: &[u8]) -> Result<usize, Error> {
    let mut reader = Reader::new(prefix);
    let length = reader.u32()? as usize;
    if reader.array()? == *b"moof" && length >= HEAD {
        Ok(length)
    } else {
        Err(Error::Malformed("a chunk begins with moof"))
    }
}

/// The same chunk at another decoding time.
///
/// # Errors
/// When the chunk is malformed or its `tfdt` holds 32 bits only and the time does not fit.
pub fn retime_chunk(chunk: &[u8], sequence: u32, decode_time: u64) -> Result<Bytes, Error> {
    let moof = Reader::new(chunk).find(b"moof")?;
    let mut out = chunk.to_vec();
    // The readers look into `chunk`, so an offset is a difference of addresses.
    let at = |inner: &[u8]| inner.as_ptr().addr() - chunk.as_ptr().addr();
    let mfhd = at(moof.find(b"mfhd")?.rest()) + 4;
    let mut tfdt = moof.find(b"traf")?.find(b"tfdt")?;
    let wide = tfdt.version()?.0 == 1;
    let time = at(tfdt.rest());
    let narrow = u32::try_from(decode_time).map_err(|_| Error::Malformed("the time does not fit this chunk"));
    let bytes: &[u8] = if wide { &decode_time.to_be_bytes() } else { &narrow?.to_be_bytes() };
    let fits = out.get_mut(time..time + bytes.len()).ok_or(Error::Malformed("a torn tfdt"))?;
    fits.copy_from_slice(bytes);
    let fits = out.get_mut(mfhd..mfhd + 4).ok_or(Error::Malformed("a torn mfhd"))?;
    fits.copy_from_slice(&sequence.to_be_bytes());
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn samples() -> impl Strategy<Value = Vec<Sample>> {
        let sample = (any::<u32>(), any::<i32>(), any::<bool>(), prop::collection::vec(any::<u8>(), 0..64));
        let sample = sample.prop_map(|(duration, composition_offset, sync, data)| Sample {
            duration,
            composition_offset,
            sync,
            data: data.into(),
        });
        prop::collection::vec(sample, 0..20)
    }

    proptest! {
        #[test]
        fn a_chunk_reads_as_it_was_written(decode_time: u64, later: u64, samples in samples()) {
            let chunk = write_chunk(7, decode_time, &samples);
            let index = read_chunk(&chunk).unwrap();
            prop_assert_eq!(index.decode_time, decode_time);
            prop_assert_eq!(index.samples.len(), samples.len());
            for (read, written) in index.samples.iter().zip(&samples) {
                let bytes = &chunk[read.offset as usize..(read.offset + read.size) as usize];
                let read = (read.duration, read.composition_offset, read.sync, bytes);
                prop_assert_eq!(read, (written.duration, written.composition_offset, written.sync, &written.data[..]));
            }
            let moved = retime_chunk(&chunk, 8, later).unwrap();
            prop_assert_eq!(read_chunk(&moved).unwrap(), ChunkIndex { decode_time: later, ..index });
        }

        #[test]
        fn foreign_bytes_are_refused_and_never_trap(samples in samples(), at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
            let chunk = write_chunk(1, 2, &samples);
            let mut bytes = chunk.to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes.truncate(cut.index(bytes.len() + 1));
            let _ = (read_chunk(&bytes), read_chunk_head(&bytes), retime_chunk(&bytes, 1, 1), crate::read_init(&bytes));
        }
    }
}
