//! The difference of an image as blocks, for hosts that compare memories themselves.

use super::SnapshotError;
use super::image::{Image, LINE, PAGE};

/// Bytes of a block.
pub const BLOCK: usize = 1024;

/// Lines of a block.
const LINES: usize = BLOCK / LINE;
/// Blocks of a page.
const BLOCKS: usize = PAGE / BLOCK;
const _: () = assert!(BLOCKS * LINES == u64::BITS as usize);

/// Conversions of hosts that compare memories themselves.
impl Image {
    /// Makes an image of blocks that differ from the memory of a fresh VM: their numbers in ascending
    /// order, and the exclusive or of each block with that of a fresh VM.
    ///
    /// # Errors
    /// [`SnapshotError::Malformed`] if the size is not a multiple of [`PAGE`], or the blocks are outside
    /// of it, in another order, or have another number of bytes.
    pub fn from_blocks(size: u64, blocks: &[u32], bytes: &[u8]) -> Result<Image, SnapshotError> {
        let malformed = |what| Err(SnapshotError::Malformed(what));
        if !size.is_multiple_of(PAGE as u64) {
            return malformed("its size is none that a VM can have");
        }
        let (contents, rest) = bytes.as_chunks::<BLOCK>();
        if contents.len() != blocks.len() || !rest.is_empty() {
            return malformed("its blocks do not have their bytes");
        }
        if !blocks.is_sorted_by(|one, next| one < next) {
            return malformed("its blocks are not in order");
        }
        let end = size / BLOCK as u64;
        if blocks.last().is_some_and(|last| u64::from(*last) >= end) {
            return malformed("it has blocks outside of its size");
        }
        let mut image = Image {
            size,
            lines: Vec::with_capacity(bytes.len()),
            ..Image::default()
        };
        for (block, content) in blocks.iter().zip(contents) {
            let (page, position) = (block / BLOCKS as u32, *block as usize % BLOCKS);
            let mut mask = 0;
            for (index, line) in content.as_chunks::<LINE>().0.iter().enumerate() {
                if *line != [0; LINE] {
                    mask |= 1 << (position * LINES + index);
                    image.lines.extend_from_slice(line);
                }
            }
            if mask == 0 {
                continue;
            }
            match (image.pages.last(), image.masks.last_mut()) {
                (Some(last), Some(masks)) if *last == page => *masks |= mask,
                _ => {
                    image.pages.push(page);
                    image.masks.push(mask);
                }
            }
        }
        Ok(image)
    }

    /// Returns what [`from_blocks`](Self::from_blocks) takes: the numbers of the blocks that differ, and
    /// their differences.
    pub fn to_blocks(&self) -> (Vec<u32>, Vec<u8>) {
        let mut blocks: Vec<u32> = Vec::new();
        let mut bytes = Vec::with_capacity(self.lines.len());
        for page in self.iter() {
            for (line, content) in page.lines() {
                let block = page.index * BLOCKS as u32 + (line / LINES) as u32;
                if blocks.last() != Some(&block) {
                    blocks.push(block);
                    bytes.resize(bytes.len() + BLOCK, 0);
                }
                let start = bytes.len() - BLOCK + line % LINES * LINE;
                bytes[start..start + LINE].copy_from_slice(content);
            }
        }
        (blocks, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Image, LINE, PAGE};

    fn with(lines: &[usize]) -> Vec<u8> {
        let mut bytes = vec![0; BLOCK];
        for line in lines {
            bytes[line * LINE] = 1 + *line as u8;
        }
        bytes
    }

    #[test]
    fn blocks_come_back() {
        let blocks = [0, 3, 4, 11];
        let bytes = [with(&[0, 15]), with(&[1]), with(&[2]), with(&[7])].concat();
        let image = Image::from_blocks(3 * PAGE as u64, &blocks, &bytes).unwrap();
        assert_eq!(image.pages, [0, 1, 2]);
        assert_eq!(image.masks, [1 | 1 << 15 | 1 << 49, 1 << 2, 1 << 55]);
        assert_eq!(image.lines.len(), 5 * LINE);
        assert_eq!(image.to_blocks(), (blocks.to_vec(), bytes));
    }

    #[test]
    fn blocks_without_differences_are_left_out() {
        let image = Image::from_blocks(PAGE as u64, &[1, 2], &vec![0; 2 * BLOCK]).unwrap();
        let empty = Image {
            size: PAGE as u64,
            ..Image::default()
        };
        assert_eq!(image, empty);
    }

    #[test]
    fn wrong_blocks_are_refused() {
        let one = vec![1; BLOCK];
        for (size, blocks, bytes) in [
            (PAGE as u64 + 1, &[0][..], one.clone()),
            (PAGE as u64, &[4], one.clone()),
            (PAGE as u64, &[0], vec![1; BLOCK - 1]),
            (PAGE as u64, &[0, 1], one.clone()),
            (PAGE as u64, &[1, 0], vec![1; 2 * BLOCK]),
            (PAGE as u64, &[1, 1], vec![1; 2 * BLOCK]),
            (0, &[0], one),
        ] {
            assert!(Image::from_blocks(size, blocks, &bytes).is_err());
        }
    }
}
