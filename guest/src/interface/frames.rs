//! The interface `frames`.
use crate::bindings::exports::jsvm::engine::frames::{FrameList, Guest};
use crate::frames;

impl Guest for crate::Guest {
    fn get_suspended_frames(limit: u32) -> FrameList {
        frames::suspended(limit)
    }
}
