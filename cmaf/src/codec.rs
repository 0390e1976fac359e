//! What a codec's configuration says.

use bytes::Bytes;

use crate::{Coding, Error, Track, boxes::Reader};

/// The sample rates of an AudioSpecificConfig's index (ISO/IEC 14496-3 table 1.18).
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// What an AudioSpecificConfig says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aac {
    /// 2: AAC-LC.
    pub object_type: u8,
    /// Samples a second.
    pub sample_rate: u32,
    /// Channels; 0 where a program config element says.
    pub channels: u16,
}

/// Reads an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1).
///
/// # Errors
/// When it is torn, or codes something else than AAC-LC.
pub fn read_aac_config(config: &[u8]) -> Result<Aac, Error> {
    let mut bits = Bits { bytes: config, at: 0 };
    let object_type = match bits.take(5)? {
        31 => u8::try_from(32 + bits.take(6)?).map_err(|_| Error::Malformed("the audio's type"))?,
        small => u8::try_from(small).map_err(|_| Error::Malformed("the audio's type"))?,
    };
    let sample_rate = match bits.take(4)? {
        15 => bits.take(24)?,
        index => *RATES.get(index as usize).ok_or(Error::Malformed("the audio's sample rate"))?,
    };
    let channels = match bits.take(4)? {
        7 => 8,
        count => u16::try_from(count).map_err(|_| Error::Malformed("the audio's channels"))?,
    };
    match object_type {
        2 => Ok(Aac { object_type, sample_rate, channels }),
        5 | 29 => Err(Error::Codec("HE-AAC".to_owned())),
        other => Err(Error::Codec(format!("MPEG-4 audio of type {other}"))),
    }
}

/// The AudioSpecificConfig of AAC with 1,024 samples a frame.
///
/// # Errors
/// When the sample rate or the number of channels has no index of its own.
pub fn aac_config(object_type: u8, sample_rate: u32, channels: u16) -> Result<Bytes, Error> {
    let index =
        RATES.iter().position(|rate| *rate == sample_rate).ok_or(Error::Malformed("the audio's sample rate"))?;
    if !(1..=6).contains(&channels) || !(1..31).contains(&object_type) {
        return Err(Error::Malformed("the audio's channels or type"));
    }
    let word = u16::from(object_type) << 11 | u16::try_from(index).unwrap_or(0) << 7 | channels << 3;
    Ok(Bytes::copy_from_slice(&word.to_be_bytes()))
}

/// A frame of silence in AAC-LC of so many channels, 1,024 samples long; none is known of more than two.
#[must_use]
pub fn silent_aac(channels: u16) -> Option<&'static [u8]> {
    match channels {
        1 => Some(&[0x00, 0xc8, 0x00, 0x80, 0x23, 0x80]),
        2 => Some(&[0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80]),
        _ => None,
    }
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Result<u32, Error> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8).ok_or(Error::Malformed("the audio's configuration is torn"))?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Ok(value)
    }
}

impl Track {
    /// The codec as RFC 6381 names it: `avc1.64001f`, `mp4a.40.2`.
    #[must_use]
    pub fn codec(&self) -> String {
        match &self.coding {
            Coding::Avc { config, .. } => {
                let byte = |index: usize| config.get(index).copied().unwrap_or(0);
                format!("avc1.{:02x}{:02x}{:02x}", byte(1), byte(2), byte(3))
            }
            Coding::Aac { config, .. } => {
                let object_type = read_aac_config(config).map_or(2, |aac| aac.object_type);
                format!("mp4a.40.{object_type}")
            }
        }
    }
}

/// Looks over an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1): whole, four-byte lengths, parameter sets there.
pub(crate) fn check_avc_config(config: &[u8]) -> Result<(), Error> {
    let mut reader = Reader::new(config);
    if reader.u8()? != 1 {
        return Err(Error::Malformed("the picture's configuration is of another version"));
    }
    reader.take(3)?;
    if reader.u8()? & 3 != 3 {
        return Err(Error::Malformed("the picture's NAL units do not have four-byte lengths"));
    }
    for mask in [0x1f, 0xff] {
        let sets = reader.u8()? & mask;
        if sets == 0 {
            return Err(Error::Malformed("the picture's configuration has no parameter sets"));
        }
        for _ in 0..sets {
            let length = reader.u16()?;
            reader.take(usize::from(length))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aac_configuration_reads_as_it_was_written() {
        for sample_rate in [44_100, 48_000, 16_000] {
            for channels in [1, 2, 6] {
                let config = aac_config(2, sample_rate, channels).unwrap();
                assert_eq!(read_aac_config(&config).unwrap(), Aac { object_type: 2, sample_rate, channels });
            }
        }
    }

    #[test]
    fn he_aac_is_refused_by_its_name() {
        let config = aac_config(5, 24_000, 2).unwrap();
        assert!(matches!(read_aac_config(&config), Err(Error::Codec(name)) if name == "HE-AAC"));
        assert!(read_aac_config(&[]).is_err());
    }
}
