//! Compression.

use std::hint::black_box;

use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};
use miniz_oxide::deflate::stream::deflate;
use miniz_oxide::{DataFormat, MZFlush, MZStatus, StreamResult};

use super::gzip::{self, Checksum};
use super::{Format, Progress};

type Deflate = fn(&mut CompressorOxide, &[u8], &mut [u8], MZFlush) -> StreamResult;

/// The level of zlib's default.
const LEVEL: i32 = 6;

pub struct Encoder {
    format: Format,
    /// Made for the first bytes, and dropped at the end: it takes 300 KB.
    compressor: Option<Box<CompressorOxide>>,
    checksum: Checksum,
    /// The frame of gzip, as far as it is not written.
    frame: Vec<u8>,
    is_finished: bool,
}

impl Encoder {
    pub fn new(format: Format) -> Self {
        let frame = match format {
            Format::Gzip => gzip::HEADER.to_vec(),
            Format::Deflate | Format::Raw => Vec::new(),
        };
        Encoder {
            format,
            compressor: None,
            checksum: Checksum::new(),
            frame,
            is_finished: false,
        }
    }

    pub fn step(&mut self, input: &[u8], is_ended: bool, output: &mut [u8]) -> Progress {
        if !self.frame.is_empty() {
            let written = self.frame.len().min(output.len());
            output[..written].copy_from_slice(&self.frame[..written]);
            self.frame.drain(..written);
            return Progress { used: 0, written };
        }
        if self.is_finished || output.is_empty() || (input.is_empty() && !is_ended) {
            return Progress::default();
        }
        let format = self.format;
        let compressor = self.compressor.get_or_insert_with(|| {
            let data_format = match format {
                Format::Deflate => DataFormat::Zlib,
                Format::Gzip | Format::Raw => DataFormat::Raw,
            };
            let flags = create_comp_flags_from_zip_params(LEVEL, data_format.to_window_bits(), 0);
            Box::new(CompressorOxide::new(flags))
        });
        let flush = match is_ended {
            true => MZFlush::Finish,
            false => MZFlush::None,
        };
        // Behind a pointer it keeps the optimisation of its crate, which is for size.
        let result = black_box(deflate as Deflate)(compressor, input, output, flush);
        self.checksum.update(&input[..result.bytes_consumed]);
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
