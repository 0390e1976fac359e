//! The grammar of boxes (ISO/IEC 14496-12 §4.2): writing them nested, and walking over foreign ones within bounds.

use crate::Error;

/// A box under way: its length is filled in when it ends.
pub(crate) fn boxed(out: &mut Vec<u8>, kind: &[u8; 4], content: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(kind);
    content(out);
    let length = u32::try_from(out.len() - start).expect("only `mdat` is large, and it has a header of its own");
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

/// A box with version and flags (§4.2.2).
pub(crate) fn full(out: &mut Vec<u8>, kind: &[u8; 4], version: u8, flags: u32, content: impl FnOnce(&mut Vec<u8>)) {
    boxed(out, kind, |out| {
        out.extend_from_slice(&(u32::from(version) << 24 | flags).to_be_bytes());
        content(out);
    });
}

/// Numbers in network order.
pub(crate) trait Put {
    fn u8(&mut self, value: u8);
    fn u16(&mut self, value: u16);
    fn u32(&mut self, value: u32);
    fn u64(&mut self, value: u64);
    fn zeros(&mut self, count: usize);
}

impl Put for Vec<u8> {
    fn u8(&mut self, value: u8) {
        self.push(value);
    }
    fn u16(&mut self, value: u16) {
        self.extend_from_slice(&value.to_be_bytes());
    }
    fn u32(&mut self, value: u32) {
        self.extend_from_slice(&value.to_be_bytes());
    }
    fn u64(&mut self, value: u64) {
        self.extend_from_slice(&value.to_be_bytes());
    }
    fn zeros(&mut self, count: usize) {
        self.resize(self.len() + count, 0);
    }
}

/// A reader that cannot leave its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) =
            self.rest.split_at_checked(count).ok_or(Error::Malformed("it ends in the middle of a box"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_be_bytes)
    }

    /// Version and flags of a full box.
    pub(crate) fn version(&mut self) -> Result<(u8, u32), Error> {
        let word = self.u32()?;
        let [version, ..] = word.to_be_bytes();
        Ok((version, word & 0x00ff_ffff))
    }

    /// The next box: type and content. None at the end.
    pub(crate) fn next_box(&mut self) -> Result<Option<([u8; 4], Reader<'a>)>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let size = self.u32()?;
        let kind = self.array()?;
        let content = match size {
            0 => self.rest.len(),
            1 => usize::try_from(self.u64()?.checked_sub(16).ok_or(TOO_SHORT)?).map_err(|_| TOO_SHORT)?,
            size => (size as usize).checked_sub(8).ok_or(TOO_SHORT)?,
        };
        Ok(Some((kind, Reader::new(self.take(content)?))))
    }

    /// The content of the first box of this type.
    pub(crate) fn find(mut self, wanted: &[u8; 4]) -> Result<Reader<'a>, Error> {
        while let Some((kind, content)) = self.next_box()? {
            if kind == *wanted {
                return Ok(content);
            }
        }
        Err(Error::Malformed("a box that must be there is missing"))
    }
}

const TOO_SHORT: Error = Error::Malformed("a box is shorter than its header");
