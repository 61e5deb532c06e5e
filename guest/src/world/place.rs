//! Where a value of the canonical ABI is.
#![allow(unsafe_code)]

use std::alloc::Layout as Room;

use jsvm_abi::SLOT;

/// The place of a value: in memory as the canonical ABI stores it, or in slots that have a core value
/// each.
///
/// A core value of a variant's payload can be in a slot of a wider type. Its bits are the lowest of
/// the slot, as the ABI has it, so no conversion is needed here.
#[derive(Clone, Copy)]
pub struct Place {
    address: usize,
    /// Whether it is in slots.
    is_flat: bool,
}

impl Place {
    /// A place in memory.
    ///
    /// # Safety
    /// As long as the place is used, memory for a value of its type is there, and what is read from it
    /// was written by the canonical ABI or through a place.
    pub unsafe fn in_memory(address: usize) -> Place {
        Place {
            address,
            is_flat: false,
        }
    }

    /// A place in slots.
    ///
    /// # Safety
    /// As [`Place::in_memory`].
    pub unsafe fn in_slots(address: usize) -> Place {
        Place {
            address,
            is_flat: true,
        }
    }

    /// Whether it is in slots.
    pub fn is_flat(self) -> bool {
        self.is_flat
    }

    /// The place of a part: `offset` bytes further in memory, or `slots` slots.
    pub fn part(self, offset: u32, slots: usize) -> Place {
        let distance = match self.is_flat {
            true => slots * SLOT as usize,
            false => offset as usize,
        };
        Place {
            address: self.address + distance,
            is_flat: self.is_flat,
        }
    }

    /// Reads `N` bytes.
    pub fn read<const N: usize>(self) -> [u8; N] {
        // SAFETY: the promise of who made the place: a value of `N` bytes or more is there. Bytes have
        // no alignment.
        unsafe { (self.address as *const [u8; N]).read() }
    }

    /// Writes a number of `N` bytes. In a slot, `extended` is the whole core value.
    pub fn write<const N: usize>(self, bytes: [u8; N], extended: u64) {
        // SAFETY: as for `read`; a slot has eight bytes.
        unsafe {
            if self.is_flat {
                (self.address as *mut [u8; 8]).write(extended.to_le_bytes());
            } else {
                (self.address as *mut [u8; N]).write(bytes);
            }
        }
    }

    /// Reads 32 bits.
    pub fn u32(self) -> u32 {
        u32::from_le_bytes(self.read())
    }

    /// Writes 32 bits.
    pub fn set_u32(self, value: u32) {
        self.write(value.to_le_bytes(), value.into());
    }

    /// Reads a number of 1, 2 or 4 bytes, as discriminants and flags are.
    pub fn small(self, size: u32) -> u32 {
        match (self.is_flat, size) {
            (false, 1) => u32::from(self.read::<1>()[0]),
            (false, 2) => u16::from_le_bytes(self.read()).into(),
            _ => self.u32(),
        }
    }

    /// Writes a number of 1, 2 or 4 bytes.
    pub fn set_small(self, size: u32, value: u32) {
        match size {
            1 => self.write([value as u8], value.into()),
            2 => self.write((value as u16).to_le_bytes(), value.into()),
            _ => self.set_u32(value),
        }
    }

    /// Reads the address and the length of a list or text.
    pub fn pair(self) -> (usize, usize) {
        (self.u32() as usize, self.part(4, 1).u32() as usize)
    }

    /// Writes the address and the length of a list or text.
    pub fn set_pair(self, address: usize, len: usize) {
        self.set_u32(address as u32);
        self.part(4, 1).set_u32(len as u32);
    }

    /// Writes bytes from here on, in memory.
    pub fn copy_from(self, bytes: &[u8]) {
        debug_assert!(!self.is_flat);
        // SAFETY: the place is in memory that was allocated for these bytes, which are elsewhere.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.address as *mut u8, bytes.len());
        }
    }
}

/// Memory that one side of a call owns: a list, a text, arguments or a result.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    address: usize,
    size: usize,
    align: usize,
}

impl Block {
    /// Allocates. An empty block has an address that is aligned, and takes nothing.
    ///
    /// # Errors
    /// There is no memory.
    pub fn new(size: usize, align: u32) -> Option<Block> {
        let align = align as usize;
        let address = if size == 0 {
            align
        } else {
            let room = Room::from_size_align(size, align).ok()?;
            // SAFETY: the size is not 0.
            unsafe { std::alloc::alloc_zeroed(room) as usize }
        };
        (address != 0).then_some(Block {
            address,
            size,
            align,
        })
    }

    /// Takes over a block that `cabi_realloc` allocated for the other side of a call.
    ///
    /// # Safety
    /// It was allocated there with this size and alignment, and nobody else frees it.
    pub unsafe fn taken(address: usize, size: usize, align: u32) -> Block {
        Block {
            address,
            size,
            align: align as usize,
        }
    }

    /// The address.
    pub fn address(self) -> usize {
        self.address
    }

    /// The place of its beginning.
    pub fn place(self) -> Place {
        // SAFETY: who has the block uses the place only as long.
        unsafe { Place::in_memory(self.address) }
    }

    /// The bytes.
    ///
    /// # Safety
    /// The block is not freed or written to as long as they are used.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: so many bytes are there, all of them initialised.
        unsafe { std::slice::from_raw_parts(self.address as *const u8, self.size) }
    }

    /// Gives the block to a vector.
    ///
    /// # Safety
    /// It has an alignment of 1, and nobody else frees it.
    pub unsafe fn into_vec(self) -> Vec<u8> {
        if self.size == 0 {
            return Vec::new();
        }
        // SAFETY: Rust's allocator made it with this size and the alignment of bytes.
        unsafe { Vec::from_raw_parts(self.address as *mut u8, self.size, self.size) }
    }

    /// Frees it.
    ///
    /// # Safety
    /// Nothing in it is used afterwards, and it is freed once.
    pub unsafe fn free(self) {
        if self.size != 0
            && let Ok(room) = Room::from_size_align(self.size, self.align)
        {
            // SAFETY: Rust's allocator made it with this size and alignment.
            unsafe { std::alloc::dealloc(self.address as *mut u8, room) }
        }
    }
}
