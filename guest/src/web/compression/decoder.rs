//! Decompression.

use std::hint::black_box;

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus, StreamResult};

use super::gzip::{Checksum, Header, Read, TRAILER};
use super::{DecodeError, Format, Progress};

type Inflate = fn(&mut InflateState, &[u8], &mut [u8], MZFlush) -> StreamResult;

pub struct Decoder {
    format: Format,
    source: Source,
    stage: Stage,
    /// Made for the first bytes, and dropped at the end: it takes 40 KB.
    state: Option<Box<InflateState>>,
    checksum: Checksum,
}

/// What the data is from, which decides what may be around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A stream of the Compression Standard, which ends with the data.
    Stream,
    /// A content coding of HTTP: `deflate` may be raw, gzip may have several members, and what is behind
    /// the end does not count.
    Content,
    /// A buffer or a file, as the program `gzip` reads it: gzip may have several members, and zeros end them.
    Members,
}

enum Stage {
    Start,
    Header(Header),
    Data,
    /// The trailer, as far as it was read.
    Trailer([u8; TRAILER], usize),
    End,
}

impl Decoder {
    pub fn new(format: Format, source: Source) -> Self {
        Decoder {
            format,
            source,
            stage: Stage::Start,
            state: None,
            checksum: Checksum::new(),
        }
    }

    pub fn step(
        &mut self,
        input: &[u8],
        is_ended: bool,
        output: &mut [u8],
    ) -> Result<Progress, DecodeError> {
        let Some(first) = input.first() else {
            return self.without_input(is_ended, output);
        };
        match &mut self.stage {
            Stage::Start => {
                self.start(*first);
                self.step(input, is_ended, output)
            }
            Stage::Header(header) => {
                for (index, byte) in input.iter().enumerate() {
                    match header.read(*byte) {
                        Read::More => {}
                        Read::Corrupt => return Err(DecodeError::Corrupt),
                        Read::Done => {
                            self.stage = Stage::Data;
                            return Ok(used(index + 1));
                        }
                    }
                }
                Ok(used(input.len()))
            }
            Stage::Data => self.inflate(input, output),
            Stage::Trailer(trailer, read) => {
                let more = input.len().min(TRAILER - *read);
                trailer[*read..*read + more].copy_from_slice(&input[..more]);
                *read += more;
                if *read == TRAILER {
                    if *trailer != self.checksum.trailer() {
                        return Err(DecodeError::Corrupt);
                    }
                    self.stage = Stage::End;
                }
                Ok(used(more))
            }
            Stage::End => {
                let is_member = match self.source {
                    Source::Stream => false,
                    Source::Content => *first == 0x1f,
                    Source::Members => *first != 0,
                };
                if self.format == Format::Gzip && is_member {
                    self.start(*first);
                    return self.step(input, is_ended, output);
                }
                match self.source {
                    Source::Content => Ok(used(input.len())),
                    Source::Stream | Source::Members => Err(DecodeError::TrailingData),
                }
            }
        }
    }

    /// Begins by the first byte.
    fn start(&mut self, first: u8) {
        self.checksum = Checksum::new();
        self.stage = match self.format {
            Format::Gzip => Stage::Header(Header::new()),
            Format::Deflate | Format::Raw => Stage::Data,
        };
        // Servers that mean raw data by `deflate` are why all browsers look.
        let is_zlib = first & 0x8f == 8;
        if self.source == Source::Content && self.format == Format::Deflate && !is_zlib {
            self.format = Format::Raw;
        }
    }

    fn inflate(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress, DecodeError> {
        let format = self.format;
        let state = self.state.get_or_insert_with(|| {
            InflateState::new_boxed(match format {
                Format::Deflate => DataFormat::Zlib,
                Format::Gzip | Format::Raw => DataFormat::Raw,
            })
        });
        // Behind a pointer it keeps the optimisation of its crate, which is for size.
        let result = black_box(inflate as Inflate)(state, input, output, MZFlush::None);
        let progress = Progress {
            used: result.bytes_consumed,
            written: result.bytes_written,
        };
        self.checksum.update(&output[..progress.written]);
        match result.status {
            Ok(MZStatus::StreamEnd) => {
                self.state = None;
                self.stage = match self.format {
                    Format::Gzip => Stage::Trailer([0; TRAILER], 0),
                    Format::Deflate | Format::Raw => Stage::End,
                };
            }
            // It needs more input or room.
            Ok(_) | Err(MZError::Buf) => {}
            Err(_) => return Err(DecodeError::Corrupt),
        }
        Ok(progress)
    }

    /// Writes what is left when all input is used.
    fn without_input(
        &mut self,
        is_ended: bool,
        output: &mut [u8],
    ) -> Result<Progress, DecodeError> {
        if matches!(self.stage, Stage::Data) {
            let progress = self.inflate(&[], output)?;
            if progress.written > 0 {
                return Ok(progress);
            }
        }
        let is_complete = match &self.stage {
            Stage::End => true,
            // A response without bytes has nothing to decode.
            Stage::Start => self.source == Source::Content,
            Stage::Header(_) | Stage::Data | Stage::Trailer(..) => false,
        };
        match is_ended && !is_complete {
            true => Err(DecodeError::Truncated),
            false => Ok(Progress::default()),
        }
    }
}

fn used(used: usize) -> Progress {
    Progress { used, written: 0 }
}
