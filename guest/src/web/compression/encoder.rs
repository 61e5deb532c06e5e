//! Compression.

use std::hint::black_box;

use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};
use miniz_oxide::deflate::stream::deflate;
use miniz_oxide::{DataFormat, MZFlush, MZStatus, StreamResult};

use super::gzip::{self, Checksum};
use super::{Format, Progress};

type Deflate = fn(&mut CompressorOxide, &[u8], &mut [u8], MZFlush) -> StreamResult;

/// How hard an encoder works, in the numbers of zlib.
#[derive(Clone, Copy)]
pub struct Effort {
    /// From 0, which only stores, to 9.
    pub level: i32,
    /// `Z_DEFAULT_STRATEGY`, `Z_FILTERED`, `Z_HUFFMAN_ONLY`, `Z_RLE` or `Z_FIXED`.
    pub strategy: i32,
}

impl Default for Effort {
    fn default() -> Self {
        Effort {
            level: 6,
            strategy: 0,
        }
    }
}

/// What makes the input so far readable.
#[derive(Clone, Copy)]
pub enum Flush {
    /// `Z_SYNC_FLUSH`.
    Sync,
    /// `Z_FULL_FLUSH`: what follows can be read without what was before.
    Full,
}

pub struct Encoder {
    format: Format,
    effort: Effort,
    /// The flush that was asked for, until all of it is written.
    flush: Option<Flush>,
    /// Made for the first bytes, and dropped at the end: it takes 300 KB.
    compressor: Option<Box<CompressorOxide>>,
    checksum: Checksum,
    /// The frame of gzip, as far as it is not written.
    frame: Vec<u8>,
    is_finished: bool,
}

impl Encoder {
    pub fn new(format: Format, effort: Effort) -> Self {
        let frame = match format {
            Format::Gzip => gzip::HEADER.to_vec(),
            Format::Deflate | Format::Raw => Vec::new(),
        };
        Encoder {
            format,
            effort,
            flush: None,
            compressor: None,
            checksum: Checksum::new(),
            frame,
            is_finished: false,
        }
    }

    /// Writes the input so far with the next steps.
    pub fn flush(&mut self, flush: Flush) {
        self.flush = Some(flush);
    }

    /// Compresses what follows with another effort.
    pub fn set_effort(&mut self, effort: Effort) {
        self.effort = effort;
        if let Some(compressor) = &mut self.compressor {
            // It takes no other strategy after its start.
            compressor.set_compression_level_raw(effort.level as u8);
        }
    }

    pub fn step(&mut self, input: &[u8], is_ended: bool, output: &mut [u8]) -> Progress {
        if !self.frame.is_empty() {
            let written = self.frame.len().min(output.len());
            output[..written].copy_from_slice(&self.frame[..written]);
            self.frame.drain(..written);
            return Progress { used: 0, written };
        }
        let has_work = !input.is_empty() || is_ended || self.flush.is_some();
        if self.is_finished || output.is_empty() || !has_work {
            return Progress::default();
        }
        let Encoder { format, effort, .. } = *self;
        let compressor = self.compressor.get_or_insert_with(|| {
            let data_format = match format {
                Format::Deflate => DataFormat::Zlib,
                Format::Gzip | Format::Raw => DataFormat::Raw,
            };
            let flags = create_comp_flags_from_zip_params(
                effort.level,
                data_format.to_window_bits(),
                effort.strategy,
            );
            Box::new(CompressorOxide::new(flags))
        });
        let flush = match self.flush {
            _ if is_ended => MZFlush::Finish,
            None => MZFlush::None,
            Some(Flush::Sync) => MZFlush::Sync,
            Some(Flush::Full) => MZFlush::Full,
        };
        // Behind a pointer it keeps the optimisation of its crate, which is for size.
        let result = black_box(deflate as Deflate)(compressor, input, output, flush);
        self.checksum.update(&input[..result.bytes_consumed]);
        // Room was left, so nothing waits to be written.
        if result.bytes_consumed == input.len() && result.bytes_written < output.len() {
            self.flush = None;
        }
        if result.status == Ok(MZStatus::StreamEnd) {
            self.is_finished = true;
            self.compressor = None;
            if self.format == Format::Gzip {
                self.frame = self.checksum.trailer().to_vec();
            }
        }
        Progress {
            used: result.bytes_consumed,
            written: result.bytes_written,
        }
    }
}
