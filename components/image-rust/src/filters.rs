//! Functions from bytes to bytes.

use crate::Image;
use crate::bindings::exports::acme::image::filters::Guest;
use crate::picture::{Picture, PictureError};

/// Reads a picture, does something with it, and writes it as a PPM.
fn changed(
    bytes: &[u8],
    change: impl FnOnce(&mut Picture) -> Result<(), PictureError>,
) -> Result<Vec<u8>, String> {
    let result = Picture::decode(bytes).and_then(|mut picture| {
        change(&mut picture)?;
        picture.ppm()
    });
    result.map_err(|error| error.to_string())
}

/// Reads a picture and writes it otherwise.
fn written(
    bytes: &[u8],
    write: impl FnOnce(&Picture) -> Result<Vec<u8>, PictureError>,
) -> Result<Vec<u8>, String> {
    let result = Picture::decode(bytes).and_then(|picture| write(&picture));
    result.map_err(|error| error.to_string())
}

impl Guest for Image {
    fn decode(picture: Vec<u8>) -> Result<Vec<u8>, String> {
        written(&picture, Picture::ppm)
    }

    fn crop(picture: Vec<u8>, x: u32, y: u32, width: u32, height: u32) -> Result<Vec<u8>, String> {
        changed(&picture, |picture| picture.crop(x, y, width, height))
    }

    fn sharpen(picture: Vec<u8>, sigma: f32, amount: f32) -> Result<Vec<u8>, String> {
        changed(&picture, |picture| picture.sharpen(sigma, amount))
    }

    fn resize(picture: Vec<u8>, width: u32, height: u32) -> Result<Vec<u8>, String> {
        changed(&picture, |picture| picture.resize(width, height))
    }

    fn encode_jpeg(picture: Vec<u8>, quality: u8) -> Result<Vec<u8>, String> {
        written(&picture, |picture| picture.jpeg(quality))
    }

    fn encode_png(picture: Vec<u8>) -> Result<Vec<u8>, String> {
        written(&picture, Picture::png)
    }
}
