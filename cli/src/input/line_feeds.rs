//! Text whose lines end with line feeds, whatever its system was.

use std::io::{self, Read};

/// The bytes of `inner`, with a line feed for every line end of Windows or of old Macs, and one at the end.
///
/// So the line of a record can be told by counting line feeds.
pub(super) struct LineFeeds<R> {
    inner: R,
    last: Option<u8>,
    is_after_return: bool,
}

impl<R: Read> LineFeeds<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, last: None, is_after_return: false }
    }

    /// Replaces line ends in `bytes`, and returns how many bytes are left.
    fn replace(&mut self, bytes: &mut [u8]) -> usize {
        let mut len = 0;
        for at in 0..bytes.len() {
            let byte = bytes[at];
            let is_second = byte == b'\n' && self.is_after_return;
            self.is_after_return = byte == b'\r';
            if !is_second {
                bytes[len] = if byte == b'\r' { b'\n' } else { byte };
                self.last = Some(bytes[len]);
                len += 1;
            }
        }
        len
    }
}

impl<R: Read> Read for LineFeeds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let num_read = self.inner.read(buffer)?;
            let len = self.replace(&mut buffer[..num_read]);
            if len > 0 || buffer.is_empty() {
                return Ok(len);
            }
            if num_read == 0 {
                let is_open = self.last.is_some_and(|last| last != b'\n');
                if is_open {
                    buffer[0] = b'\n';
                    self.last = Some(b'\n');
                }
                return Ok(usize::from(is_open));
            }
        }
    }
}
