//! AMF 0 (Adobe's specification of 2007) as commands and metadata use it, read with bounds on depth and size.

use rml_rtmp::rml_amf0::Amf0Value;

use crate::{Error, Result};

/// The longest command or metadata message.
pub(super) const MAX_BYTES: usize = 64 << 10;
/// Objects in objects.
const MAX_DEPTH: usize = 8;

/// All values of a message.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Amf0Value>> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::Rtmp("a command is too long"));
    }
    let mut reader = Reader { bytes };
    let mut values = Vec::new();
    while !reader.bytes.is_empty() {
        values.push(reader.value(0).ok_or(Error::Rtmp("a command is malformed"))?);
    }
    Ok(values)
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.first_chunk().copied()
    }

    fn text(&mut self, length: usize) -> Option<String> {
        self.take(length).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    fn short(&mut self) -> Option<String> {
        let length = u16::from_be_bytes(self.array()?);
        self.text(usize::from(length))
    }

    fn value(&mut self, depth: usize) -> Option<Amf0Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        Some(match self.array::<1>()?[0] {
            0 => Amf0Value::Number(f64::from_be_bytes(self.array()?)),
            1 => Amf0Value::Boolean(self.array::<1>()?[0] != 0),
            2 => Amf0Value::Utf8String(self.short()?),
            3 => self.object(depth)?,
            5 => Amf0Value::Null,
            6 => Amf0Value::Undefined,
            8 => {
                self.take(4)?;
                self.object(depth)?
            }
            10 => {
                let count = u32::from_be_bytes(self.array()?);
                let mut values = Vec::new();
                for _ in 0..count {
                    values.push(self.value(depth + 1)?);
                }
                Amf0Value::StrictArray(values)
            }
            // A date: milliseconds and a time zone that is not used.
            11 => {
                let number = Amf0Value::Number(f64::from_be_bytes(self.array()?));
                self.take(2)?;
                number
            }
            12 => {
                let length = u32::from_be_bytes(self.array()?);
                Amf0Value::Utf8String(self.text(length as usize)?)
            }
            _ => return None,
        })
    }

    fn object(&mut self, depth: usize) -> Option<Amf0Value> {
        let mut properties = std::collections::HashMap::new();
        loop {
            let name = self.short()?;
            if name.is_empty() && self.bytes.first() == Some(&9) {
                self.take(1)?;
                return Some(Amf0Value::Object(properties));
            }
            properties.insert(name, self.value(depth + 1)?);
        }
    }
}

/// The text of a value, if it is one.
pub(super) fn text(value: Option<&Amf0Value>) -> Option<&str> {
    match value {
        Some(Amf0Value::Utf8String(text)) => Some(text),
        _ => None,
    }
}

/// The number of a value, if it is one.
pub(super) fn number(value: Option<&Amf0Value>) -> Option<f64> {
    match value {
        Some(Amf0Value::Number(number)) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use rml_rtmp::rml_amf0::serialize;

    use super::*;

    #[test]
    fn what_another_implementation_writes_is_read() {
        let object =
            HashMap::from([("app".into(), Amf0Value::Utf8String("live".into())), ("n".into(), Amf0Value::Number(1.5))]);
        let values = vec![
            Amf0Value::Utf8String("connect".into()),
            Amf0Value::Number(1.0),
            Amf0Value::Object(object),
            Amf0Value::Null,
            Amf0Value::StrictArray(vec![Amf0Value::Boolean(true), Amf0Value::Undefined]),
        ];
        assert_eq!(read(&serialize(&values).unwrap()).unwrap(), values);
    }

    #[test]
    fn arrays_in_arrays_end() {
        let deep: Vec<u8> = std::iter::repeat_n([10, 0, 0, 0, 1], 10_000).flatten().collect();
        assert!(read(&deep).is_err());
        assert!(read(&[10, 0xff, 0xff, 0xff, 0xff]).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
