//! Init segments: `ftyp` and `moov` without samples (ISO/IEC 23000-19 §7.3.1).

use bytes::Bytes;

use crate::{
    Coding, Error, Track,
    boxes::{Put, Reader, boxed, full},
    codec::{check_avc_config, read_aac_config},
};

/// The only track of a CMAF file.
pub(crate) const TRACK_ID: u32 = 1;

/// Writes a track's init segment.
///
/// # Errors
/// When the codec's configuration is malformed.
pub fn write_init(track: &Track) -> Result<Bytes, Error> {
    check(track)?;
    let mut out = Vec::with_capacity(1024);
    boxed(&mut out, b"ftyp", |out| {
        out.extend_from_slice(b"iso6\0\0\0\0iso6cmfcmp41");
    });
    boxed(&mut out, b"moov", |out| {
        movie_header(out, 1000, 0, TRACK_ID + 1);
        boxed(out, b"trak", |out| {
            track_header(out, TRACK_ID, 0, &track.coding, Alternative::None);
            boxed(out, b"mdia", |out| {
                media_header(out, track.timescale, 0, &track.coding);
                handler(out, &track.coding);
                boxed(out, b"minf", |out| {
                    media_information(out, &track.coding);
                    boxed(out, b"stbl", |out| {
                        full(out, b"stsd", 0, 0, |out| {
                            out.u32(1);
                            sample_entry(out, &track.coding);
                        });
                        for kind in [b"stts", b"stsc", b"stco"] {
                            full(out, kind, 0, 0, |out| out.u32(0));
                        }
                        full(out, b"stsz", 0, 0, |out| out.u64(0));
                    });
                });
            });
        });
        boxed(out, b"mvex", |out| {
            full(out, b"trex", 0, 0, |out| {
                out.u32(TRACK_ID);
                out.u32(1);
                out.zeros(12);
            });
        });
    });
    Ok(out.into())
}

/// Refuses a track that no decoder could take.
pub(crate) fn check(track: &Track) -> Result<(), Error> {
    if track.timescale == 0 {
        return Err(Error::Malformed("a timescale of zero"));
    }
    match &track.coding {
        Coding::Avc { config, .. } => check_avc_config(config),
        Coding::Aac { config, .. } => read_aac_config(config).map(|_| ()),
    }
}

/// `mvhd` (ISO/IEC 14496-12 §8.2.2); version 1 takes durations of any length.
pub(crate) fn movie_header(out: &mut Vec<u8>, timescale: u32, duration: u64, next_track: u32) {
    full(out, b"mvhd", 1, 0, |out| {
        out.zeros(16);
        out.u32(timescale);
        out.u64(duration);
        out.u32(0x0001_0000);
        out.u16(0x0100);
        out.zeros(10);
        matrix(out);
        out.zeros(24);
        out.u32(next_track);
    });
}

/// Whether a track is one of several of which one is to be played (`alternate_group`, §8.3.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alternative {
    /// It is none.
    None,
    /// It plays where nobody has chosen.
    First,
    /// It plays where it is chosen: players that play all that is enabled would mix them.
    Other,
}

/// `tkhd` (§8.3.2): enabled, in the movie.
pub(crate) fn track_header(out: &mut Vec<u8>, id: u32, duration: u64, coding: &Coding, alternative: Alternative) {
    let flags = if alternative == Alternative::Other { 2 } else { 3 };
    full(out, b"tkhd", 1, flags, |out| {
        out.zeros(16);
        out.u32(id);
        out.zeros(4);
        out.u64(duration);
        out.zeros(10);
        out.u16(u16::from(alternative != Alternative::None));
        let (volume, width, height) = match coding {
            Coding::Avc { width, height, .. } => (0, *width, *height),
            Coding::Aac { .. } => (0x0100, 0, 0),
        };
        out.u16(volume);
        out.zeros(2);
        matrix(out);
        out.u32(u32::from(width) << 16);
        out.u32(u32::from(height) << 16);
    });
}

/// `mdhd` (§8.4.2).
pub(crate) fn media_header(out: &mut Vec<u8>, timescale: u32, duration: u64, coding: &Coding) {
    let language = match coding {
        Coding::Aac { language, .. } => *language,
        Coding::Avc { .. } => *b"und",
    };
    full(out, b"mdhd", 1, 0, |out| {
        out.zeros(16);
        out.u32(timescale);
        out.u64(duration);
        out.u16(language.iter().fold(0, |packed, letter| packed << 5 | u16::from(letter.wrapping_sub(0x60) & 31)));
        out.zeros(2);
    });
}

/// `hdlr` (§8.4.3).
pub(crate) fn handler(out: &mut Vec<u8>, coding: &Coding) {
    full(out, b"hdlr", 0, 0, |out| {
        out.zeros(4);
        out.extend_from_slice(if matches!(coding, Coding::Avc { .. }) { b"vide" } else { b"soun" });
        out.zeros(12);
        out.u8(0);
    });
}

/// `vmhd` or `smhd`, and `dinf` (§8.4.5, §8.7.1).
pub(crate) fn media_information(out: &mut Vec<u8>, coding: &Coding) {
    match coding {
        Coding::Avc { .. } => full(out, b"vmhd", 0, 1, |out| out.zeros(8)),
        Coding::Aac { .. } => full(out, b"smhd", 0, 0, |out| out.zeros(4)),
    }
    boxed(out, b"dinf", |out| {
        full(out, b"dref", 0, 0, |out| {
            out.u32(1);
            full(out, b"url ", 0, 1, |_| {});
        });
    });
}

fn matrix(out: &mut Vec<u8>) {
    for value in [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000] {
        out.u32(value);
    }
}

/// `avc1` with `avcC` (ISO/IEC 14496-15 §5.4.2), or `mp4a` with `esds` (ISO/IEC 14496-14 §6.7).
pub(crate) fn sample_entry(out: &mut Vec<u8>, coding: &Coding) {
    match coding {
        Coding::Avc { config, width, height } => boxed(out, b"avc1", |out| {
            out.zeros(6);
            out.u16(1);
            out.zeros(16);
            out.u16(*width);
            out.u16(*height);
            out.u32(0x0048_0000);
            out.u32(0x0048_0000);
            out.zeros(4);
            out.u16(1);
            out.zeros(32);
            out.u16(24);
            out.u16(0xffff);
            boxed(out, b"avcC", |out| out.extend_from_slice(config));
        }),
        Coding::Aac { config, sample_rate, channels, .. } => boxed(out, b"mp4a", |out| {
            out.zeros(6);
            out.u16(1);
            out.zeros(8);
            out.u16(*channels);
            out.u16(16);
            out.zeros(4);
            out.u32(sample_rate.checked_shl(16).filter(|_| *sample_rate < 1 << 16).unwrap_or(0));
            full(out, b"esds", 0, 0, |out| elementary_stream(out, config));
        }),
    }
}

/// The descriptors of ISO/IEC 14496-1 §7.2.6 that MPEG-4 audio needs.
fn elementary_stream(out: &mut Vec<u8>, config: &[u8]) {
    let length = |bytes: usize| u8::try_from(bytes).expect("an audio configuration is a few bytes");
    out.extend_from_slice(&[0x03, length(config.len() + 23), 0, 0, 0]);
    out.extend_from_slice(&[0x04, length(config.len() + 15), 0x40, 0x15]);
    out.zeros(11);
    out.extend_from_slice(&[0x05, length(config.len())]);
    out.extend_from_slice(config);
    out.extend_from_slice(&[0x06, 1, 2]);
}

/// Reads an init segment with one track.
///
/// # Errors
/// When a box is missing or malformed, or the codec is none that we carry.
pub fn read_init(bytes: &[u8]) -> Result<Track, Error> {
    let media = Reader::new(bytes).find(b"moov")?.find(b"trak")?.find(b"mdia")?;
    let mut header = media.find(b"mdhd")?;
    let (version, _) = header.version()?;
    header.take(if version == 1 { 16 } else { 8 })?;
    let timescale = header.u32()?;
    header.take(if version == 1 { 8 } else { 4 })?;
    let packed = header.u16()?;
    let letter = |shift: u16| u8::try_from(packed >> shift & 31).unwrap_or(0) + 0x60;
    let language = [letter(10), letter(5), letter(0)];
    let mut entries = media.find(b"minf")?.find(b"stbl")?.find(b"stsd")?;
    entries.version()?;
    entries.u32()?;
    let (kind, mut entry) = entries.next_box()?.ok_or(Error::Malformed("no sample entry"))?;
    let coding = match &kind {
        b"avc1" => {
            entry.take(24)?;
            let (width, height) = (entry.u16()?, entry.u16()?);
            entry.take(50)?;
            let config = Bytes::copy_from_slice(entry.find(b"avcC")?.rest());
            Coding::Avc { config, width, height }
        }
        b"mp4a" => {
            entry.take(16)?;
            let channels = entry.u16()?;
            entry.take(10)?;
            let config = audio_config(entry.find(b"esds")?)?;
            let sample_rate = read_aac_config(&config)?.sample_rate;
            Coding::Aac { config, sample_rate, channels, language }
        }
        other => return Err(Error::Codec(String::from_utf8_lossy(other).into_owned())),
    };
    let track = Track { timescale, coding };
    check(&track)?;
    Ok(track)
}

/// The DecoderSpecificInfo within the descriptors of an `esds`.
fn audio_config(mut esds: Reader<'_>) -> Result<Bytes, Error> {
    esds.version()?;
    loop {
        let tag = esds.u8()?;
        let mut length = 0_usize;
        for _ in 0..4 {
            let byte = esds.u8()?;
            length = length << 7 | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
        }
        match tag {
            0x03 => drop(esds.take(3)?),
            0x04 => drop(esds.take(13)?),
            0x05 => return Ok(Bytes::copy_from_slice(esds.take(length)?)),
            _ => drop(esds.take(length)?),
        }
    }
}
