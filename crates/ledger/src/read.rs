//! Reads a segment line by line with bounded memory, giving slices of one buffer.

use crate::{Error, guard};
use memchr::memchr;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// The longest line a record may have, in bytes: what an entry of a tlog-tiles bundle can hold (C2SP).
pub const LONGEST_LINE: usize = 65_535;

/// A piece longer than this without a line feed is handed out as a line of its own.
const LARGEST_PIECE: usize = 1 << 20;

/// The stored lines of one file, in order.
pub struct Lines {
    file: File,
    path: PathBuf,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    /// Where the next line begins in the file, in bytes.
    pub offset: u64,
}

/// One stored line without its line feed; `whole` is false for what stands after the last line feed.
pub struct Line<'a> {
    pub bytes: &'a [u8],
    pub whole: bool,
}

impl Lines {
    /// Opens a segment for reading from `offset`.
    pub fn open(path: &Path, offset: u64) -> Result<Lines, Error> {
        let mut file = guard::open_read(path)?;
        file.seek(SeekFrom::Start(offset)).map_err(Error::io(path))?;
        let path = path.to_path_buf();
        Ok(Lines { file, path, buffer: Vec::new(), start: 0, ended: false, offset })
    }

    /// The next line, or `None` at the end of the file.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, Error> {
        let mut searched = self.start;
        let (length, whole) = loop {
            let unread = self.buffer.get(searched..).unwrap_or_default();
            if let Some(found) = memchr(b'\n', unread) {
                break (searched + found - self.start, true);
            }
            let have = self.buffer.len() - self.start;
            if have > LARGEST_PIECE || (self.ended && have > 0) {
                break (have, false);
            }
            if self.ended {
                return Ok(None);
            }
            self.fill()?;
            searched = self.start + have;
        };
        let begin = self.start;
        let step = length + usize::from(whole);
        self.start += step;
        self.offset += step as u64;
        Ok(Some(Line { bytes: self.buffer.get(begin..begin + length).unwrap_or_default(), whole }))
    }

    fn fill(&mut self) -> Result<(), Error> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let wanted = (LARGEST_PIECE - self.buffer.len().min(LARGEST_PIECE - 4096)) as u64;
        let got = (&self.file).take(wanted).read_to_end(&mut self.buffer).map_err(Error::io(&self.path))?;
        self.ended = got == 0;
        Ok(())
    }
}
