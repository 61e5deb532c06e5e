//! A picture in memory, and what can be done with it.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::pnm::{PnmEncoder, PnmSubtype, SampleEncoding};
use image::error::{LimitErrorKind, UnsupportedErrorKind};
use image::imageops::{self, FilterType};
use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader, RgbImage,
};

use crate::jpeg;

/// The most pixels of a picture. A file of some hundred bytes can say that it has billions.
const MOST_PIXELS: u64 = 100_000_000;

/// The widest blur. Its time grows with it.
const MOST_SIGMA: f32 = 50.0;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("these are no bytes of a picture in JPEG, PNG or PNM")]
    NoPicture,
    #[error("the JPEG file ends too early: it is not all there")]
    CutOff,
    #[error("{width} x {height} pixels are more than the {} megapixels that a picture may have", MOST_PIXELS / 1_000_000)]
    TooLarge { width: u32, height: u32 },
    #[error("a picture of {width} x {height} pixels would be empty")]
    Empty { width: u32, height: u32 },
    #[error(
        "{width} x {height} pixels at {x}, {y} are not inside of the picture, which has {} x {}", size.0, size.1
    )]
    Outside {
        x: u32,
        y: u32,
        width: u32,
        height: u32,
        size: (u32, u32),
    },
    #[error("sigma is {0}, and must be more than 0 and at most {MOST_SIGMA}")]
    Sigma(f32),
    #[error("the amount is {0}, and must be a number that is not below 0")]
    Amount(f32),
    #[error("the quality is {0}, and must be from 1 to 100")]
    Quality(u8),
    #[error("the picture cannot be read: {}", one_line(.0))]
    Read(ImageError),
    #[error("the picture cannot be written: {}", one_line(.0))]
    Write(ImageError),
}

/// The message of an error, some of which have several lines.
fn one_line(error: &ImageError) -> String {
    let message = error.to_string();
    let words: Vec<_> = message.split_whitespace().collect();
    words.join(" ")
}

/// A picture.
pub struct Picture(RgbImage);

/// Fails if a picture of this size is too large, or empty.
fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    match u64::from(width) * u64::from(height) {
        0 => Err(PictureError::Empty { width, height }),
        pixels if pixels > MOST_PIXELS => Err(PictureError::TooLarge { width, height }),
        _ => Ok(()),
    }
}

impl Picture {
    /// Reads a file.
    pub fn decode(file: &[u8]) -> Result<Picture, PictureError> {
        let reader = ImageReader::new(Cursor::new(file)).with_guessed_format();
        let mut reader = reader.map_err(|error| PictureError::Read(error.into()))?;
        let format = reader.format().ok_or(PictureError::NoPicture)?;
        if format == ImageFormat::Jpeg && !jpeg::is_whole(file) {
            return Err(PictureError::CutOff);
        }
        // There is a limit on pixels, which comes first.
        reader.no_limits();
        let mut decoder = reader.into_decoder().map_err(|error| match error {
            ImageError::Unsupported(error)
                if matches!(error.kind(), UnsupportedErrorKind::Format(_)) =>
            {
                PictureError::NoPicture
            }
            error => PictureError::Read(error),
        })?;
        let (width, height) = decoder.dimensions();
        check_size(width, height)?;
        let orientation = decoder.orientation().map_err(PictureError::Read)?;
        let mut image = DynamicImage::from_decoder(decoder).map_err(|error| match error {
            ImageError::Limits(error) if error.kind() == LimitErrorKind::DimensionError => {
                PictureError::TooLarge { width, height }
            }
            error => PictureError::Read(error),
        })?;
        image.apply_orientation(orientation);
        Ok(Picture(image.into_rgb8()))
    }

    /// Its width and height.
    pub fn size(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    /// Keeps a part of it.
    pub fn crop(&mut self, x: u32, y: u32, width: u32, height: u32) -> Result<(), PictureError> {
        check_size(width, height)?;
        let size = self.size();
        let is_inside =
            |from: u32, len: u32, all: u32| u64::from(from) + u64::from(len) <= u64::from(all);
        if !is_inside(x, width, size.0) || !is_inside(y, height, size.1) {
            return Err(PictureError::Outside {
                x,
                y,
                width,
                height,
                size,
            });
        }
        self.0 = imageops::crop_imm(&self.0, x, y, width, height).to_image();
        Ok(())
    }

    /// An unsharp mask. That of the crate has a fixed amount.
    pub fn sharpen(&mut self, sigma: f32, amount: f32) -> Result<(), PictureError> {
        if !(sigma > 0.0 && sigma <= MOST_SIGMA && sigma.is_normal()) {
            return Err(PictureError::Sigma(sigma));
        }
        if !(amount >= 0.0 && amount.is_finite()) {
            return Err(PictureError::Amount(amount));
        }
        // As one of any kind it is blurred in whole numbers, which takes half the time and memory.
        let image = DynamicImage::ImageRgb8(std::mem::take(&mut self.0));
        let blurred = image.blur(sigma).into_rgb8();
        self.0 = image.into_rgb8();
        for (channel, blurred) in self.0.iter_mut().zip(blurred.iter()) {
            let value = f32::from(*channel);
            let sharp = value + amount * (value - f32::from(*blurred));
            // From a float it saturates.
            *channel = (sharp + 0.5) as u8;
        }
        Ok(())
    }

    /// Gives it another size.
    pub fn resize(&mut self, width: u32, height: u32) -> Result<(), PictureError> {
        check_size(width, height)?;
        // In between it has its width and the new height, in numbers four times as large.
        check_size(self.size().0, height)?;
        self.0 = imageops::resize(&self.0, width, height, FilterType::Lanczos3);
        Ok(())
    }

    /// A JPEG file.
    pub fn jpeg(&self, quality: u8) -> Result<Vec<u8>, PictureError> {
        if !(1..=100).contains(&quality) {
            return Err(PictureError::Quality(quality));
        }
        let mut file = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut file, quality);
        self.write(encoder)?;
        Ok(file)
    }

    /// A PNG file.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        let mut file = Vec::new();
        self.write(PngEncoder::new(&mut file))?;
        Ok(file)
    }

    /// A PPM file.
    pub fn ppm(&self) -> Result<Vec<u8>, PictureError> {
        // A few bytes are the line with the size.
        let mut file = Vec::with_capacity(self.0.as_raw().len() + 32);
        let subtype = PnmSubtype::Pixmap(SampleEncoding::Binary);
        self.write(PnmEncoder::new(&mut file).with_subtype(subtype))?;
        Ok(file)
    }

    fn write(&self, encoder: impl ImageEncoder) -> Result<(), PictureError> {
        self.0
            .write_with_encoder(encoder)
            .map_err(PictureError::Write)
    }
}
