//! What the codecs' configurations say of size, rate and channels.

use bytes::{BufMut as _, Bytes, BytesMut};
use h264_reader::{
    avcc::AvcDecoderConfigurationRecord,
    nal::{Nal as _, RefNal, sps::SeqParameterSet},
};

use crate::{Error, Result};

/// H.264 as its sequence header describes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Avc {
    /// The AVCDecoderConfigurationRecord.
    pub(crate) record: Bytes,
    pub(crate) width: u16,
    pub(crate) height: u16,
    /// Frames a second, where the parameter set says so.
    pub(crate) rate: Option<f64>,
    /// Bytes of the length before each NAL unit.
    pub(crate) length_size: usize,
    /// The parameter sets as NAL units with lengths.
    pub(crate) sets: Bytes,
}

/// Kinds of NAL units (ITU-T H.264 table 7-1).
const SEQUENCE_SET: u8 = 7;
const DELIMITER: u8 = 9;

impl Avc {
    pub(crate) fn read(record: Bytes) -> Result<Self> {
        let unreadable = |what: &dyn std::fmt::Debug| Error::Configuration(format!("H.264: {what:?}"));
        let parsed = AvcDecoderConfigurationRecord::try_from(&record[..]).map_err(|error| unreadable(&error))?;
        let set = parsed.sequence_parameter_sets().next().ok_or_else(|| unreadable(&"no parameter set"))?;
        let set = set.map_err(|error| unreadable(&error))?;
        let sps =
            SeqParameterSet::from_bits(RefNal::new(set, &[], true).rbsp_bits()).map_err(|error| unreadable(&error))?;
        let (width, height) = sps.pixel_dimensions().map_err(|error| unreadable(&error))?;
        let size = |pixels: u32| u16::try_from(pixels).ok().filter(|&pixels| pixels > 0);
        let (Some(width), Some(height)) = (size(width), size(height)) else { return Err(unreadable(&"no sound size")) };
        let rate = sps.fps().filter(|rate| (1.0..=240.0).contains(rate));
        let length_size = usize::from(parsed.length_size_minus_one()) + 1;
        let units = parsed.sequence_parameter_sets().chain(parsed.picture_parameter_sets());
        let mut sets = BytesMut::new();
        for unit in units {
            let unit = unit.map_err(|error| unreadable(&error))?;
            sets.put_uint(unit.len() as u64, length_size);
            sets.put_slice(unit);
        }
        Ok(Self { record, width, height, rate, length_size, sets: sets.freeze() })
    }

    /// A keyframe with the parameter sets in it. Players that take a new init segment for a repetition of the first, as
    /// ffmpeg's does, go on by these after a discontinuity.
    pub(crate) fn announced(&self, keyframe: Bytes) -> Bytes {
        let (mut at, mut place) = (0, 0);
        while let Some(length) = keyframe.get(at..at + self.length_size)
            && let Some(head) = keyframe.get(at + self.length_size)
        {
            let length = length.iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
            at += self.length_size + length;
            match head & 0x1f {
                SEQUENCE_SET => return keyframe,
                DELIMITER => place = at,
                1..=5 => break,
                _ => {}
            }
        }
        let Some((before, after)) = keyframe.split_at_checked(place) else { return keyframe };
        [before, &self.sets, after].concat().into()
    }
}

/// AAC as its AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Aac {
    pub(crate) config: Bytes,
    /// Samples a second of the core coder.
    pub(crate) rate: u32,
    pub(crate) channels: u16,
    /// Samples of the core coder in a frame.
    pub(crate) frame: u32,
}

const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Result<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8).ok_or_else(|| Error::Configuration("AAC: too short".into()))?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Ok(value)
    }

    fn object_type(&mut self) -> Result<u32> {
        match self.take(5)? {
            31 => Ok(32 + self.take(6)?),
            other => Ok(other),
        }
    }

    fn rate(&mut self) -> Result<u32> {
        match self.take(4)? {
            15 => self.take(24),
            index => {
                let rate = RATES.get(index as usize).copied();
                rate.ok_or_else(|| Error::Configuration(format!("AAC: sampling index {index}")))
            }
        }
    }
}

impl Aac {
    pub(crate) fn read(config: Bytes) -> Result<Self> {
        let mut bits = Bits { bytes: &config, at: 0 };
        let mut object = bits.object_type()?;
        let rate = bits.rate()?;
        let channels = match bits.take(4)? {
            count @ 1..=6 => count as u16,
            7 => 8,
            other => return Err(Error::Configuration(format!("AAC: channel configuration {other}"))),
        };
        if matches!(object, 5 | 29) {
            bits.rate()?;
            object = bits.object_type()?;
        }
        if !matches!(object, 1..=4) {
            return Err(Error::Configuration(format!("AAC: object type {object}")));
        }
        if !(7_000..=96_000).contains(&rate) {
            return Err(Error::Configuration(format!("AAC: {rate} samples a second")));
        }
        let frame = if bits.take(1)? == 1 { 960 } else { 1024 };
        Ok(Self { config, rate, channels, frame })
    }

    /// Stereo at 48 kHz, for a source that sends no sound.
    pub(crate) fn silent() -> Self {
        let config = Bytes::from_static(&[0x11, 0x90]);
        Self { config, rate: 48_000, channels: 2, frame: 1024 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn configurations_of_aac_are_read() {
        for (config, rate, channels, frame) in [
            (&[0x11, 0x90][..], 48_000, 2, 1024),
            (&[0x12, 0x10], 44_100, 2, 1024),
            (&[0x12, 0x08], 44_100, 1, 1024),
            // HE-AAC, signalled: a core of 24 kHz under SBR at 48 kHz.
            (&[0x2b, 0x11, 0x88, 0x00], 24_000, 2, 1024),
        ] {
            let read = Aac::read(Bytes::copy_from_slice(config)).unwrap();
            assert_eq!((read.rate, read.channels, read.frame), (rate, channels, frame), "{config:?}");
        }
        assert!(Aac::read(Bytes::from_static(&[0x11])).is_err());
    }

    #[test]
    fn a_keyframe_carries_the_parameter_sets_once() {
        let avc = Avc {
            record: Bytes::new(),
            width: 2,
            height: 2,
            rate: None,
            length_size: 4,
            sets: Bytes::from_static(&[0, 0, 0, 1, 0x67, 0, 0, 0, 1, 0x68]),
        };
        let slice = [0, 0, 0, 2, 0x65, 1];
        let delimiter = [0, 0, 0, 2, 9, 0x10];
        let join = |units: &[&[u8]]| Bytes::from(units.concat());
        let announced = join(&[&avc.sets, &slice]);
        assert_eq!(avc.announced(join(&[&slice])), announced);
        assert_eq!(avc.announced(announced.clone()), announced);
        assert_eq!(avc.announced(join(&[&delimiter, &slice])), join(&[&delimiter, &avc.sets, &slice]));
        for torn in [&[][..], &[0, 0], &[0xff, 0xff, 0xff, 0xff, 9]] {
            avc.announced(Bytes::copy_from_slice(torn));
        }
    }

    proptest! {
        #[test]
        fn no_configuration_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Aac::read(bytes.clone().into());
            let _ = Avc::read(bytes.clone().into());
            let mut record = vec![1, 0x64, 0, 31, 0xff, 0xe1, 0, u8::try_from(bytes.len()).unwrap() + 1, 0x67];
            record.extend_from_slice(&bytes);
            record.push(0);
            let _ = Avc::read(record.into());
        }
    }
}
