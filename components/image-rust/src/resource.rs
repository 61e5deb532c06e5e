//! Pictures that stay here.

use std::cell::RefCell;

use crate::Image;
use crate::bindings::exports::acme::image::pictures::{self, Guest, GuestPicture};
use crate::picture::{Picture, PictureError};

/// A picture that a script holds.
pub struct Held(RefCell<Picture>);

impl Held {
    fn change(
        &self,
        change: impl FnOnce(&mut Picture) -> Result<(), PictureError>,
    ) -> Result<(), String> {
        change(&mut self.0.borrow_mut()).map_err(|error| error.to_string())
    }
}

impl Guest for Image {
    type Picture = Held;
}

impl GuestPicture for Held {
    fn decode(file: Vec<u8>) -> Result<pictures::Picture, String> {
        match Picture::decode(&file) {
            Ok(picture) => Ok(pictures::Picture::new(Held(RefCell::new(picture)))),
            Err(error) => Err(error.to_string()),
        }
    }

    fn width(&self) -> u32 {
        self.0.borrow().size().0
    }

    fn height(&self) -> u32 {
        self.0.borrow().size().1
    }

    fn crop(&self, x: u32, y: u32, width: u32, height: u32) -> Result<(), String> {
        self.change(|picture| picture.crop(x, y, width, height))
    }

    fn sharpen(&self, sigma: f32, amount: f32) -> Result<(), String> {
        self.change(|picture| picture.sharpen(sigma, amount))
    }

    fn resize(&self, width: u32, height: u32) -> Result<(), String> {
        self.change(|picture| picture.resize(width, height))
    }

    fn encode_jpeg(&self, quality: u8) -> Result<Vec<u8>, String> {
        self.0
            .borrow()
            .jpeg(quality)
            .map_err(|error| error.to_string())
    }

    fn encode_png(&self) -> Result<Vec<u8>, String> {
        self.0.borrow().png().map_err(|error| error.to_string())
    }
}
