//! What the fuzz targets run (`tests/fuzz`): whatever the bytes, nothing here panics, and what is read is what is written.

use crate::{movie::Movie, read_aac_config, read_chunk, read_chunk_head, read_init, retime_chunk, write_init};

/// A chunk that may come from anybody.
pub fn chunk(bytes: &[u8]) {
    // Its head alone may be torn where the whole is not asked for; neither may panic.
    let _ = read_chunk_head(bytes);
    if let Ok(index) = read_chunk(bytes) {
        let moved = retime_chunk(bytes, 7, 9).and_then(|moved| read_chunk(&moved));
        if let Ok(moved) = moved {
            assert_eq!(moved.samples, index.samples, "only the time is another");
        }
    }
}

/// An init segment.
pub fn init(bytes: &[u8]) {
    let Ok(track) = read_init(bytes) else { return };
    if let Ok(written) = write_init(&track) {
        assert_eq!(read_init(&written).ok().as_ref(), Some(&track), "what is written is read back");
    }
}

/// AAC's AudioSpecificConfig.
pub fn aac(bytes: &[u8]) {
    let _ = read_aac_config(bytes);
}

/// A downloadable film of an init segment, whose length stands in the first two bytes, and a chunk, said thrice.
pub fn movie(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let Some((first, second)) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))) else { return };
    let (Ok(track), Ok(index)) = (read_init(first), read_chunk_head(second)) else { return };
    let mut movie = Movie::new();
    let number = movie.add_track(track.timescale);
    if movie.begin_run(number, &track, 0).is_ok() {
        let added = (0..3).try_for_each(|part| movie.add_chunk(number, &index, part));
        if added.is_ok() {
            let _ = movie.finish();
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use fuzz::round;

    use super::*;
    use crate::{Coding, Sample, Track, aac_config, write_chunk};

    /// What x264 says of 1280x720.
    const AVC: &[u8] =
        b"\x01\x64\x00\x1f\xff\xe1\x00\x1a\x67\x64\x00\x1f\xac\xd9\x40\x50\x05\xbb\x01\x10\x00\x00\x03\x00\x10\
        \x00\x00\x03\x03\x20\xf1\x83\x19\x60\x01\x00\x06\x68\xeb\xe3\xcb\x22\xc0";

    #[test]
    fn nothing_makes_the_readers_panic() {
        let sample =
            |sync| Sample { duration: 3600, composition_offset: -40, sync, data: Bytes::from_static(b"picture") };
        let part = write_chunk(3, 1 << 33, &[sample(true), sample(false), sample(false)]).to_vec();
        let config = aac_config(2, 44_100, 2).unwrap();
        round(std::slice::from_ref(&part), chunk);
        round(&[config.to_vec()], aac);
        let avc = Coding::Avc { config: Bytes::from_static(AVC), width: 1280, height: 720 };
        let sound = Coding::Aac { config, sample_rate: 44_100, channels: 2, language: *b"ell" };
        for coding in [avc, sound] {
            let segment = write_init(&Track { timescale: 90_000, coding }).unwrap().to_vec();
            round(std::slice::from_ref(&segment), init);
            let length = u16::try_from(segment.len()).unwrap().to_be_bytes();
            round(&[[&length[..], &segment, &part].concat()], movie);
        }
    }
}
