//! Entropy of the embedder, for the crate `getrandom`.

use crate::bindings::jsvm::snapshot_codec::entropy;

/// Fills memory with random bytes: what `getrandom` calls, as its backend `custom`.
///
/// # Safety
///
/// There are `len` bytes at `dest` that may be written to.
#[expect(unsafe_code, reason = "getrandom names the symbol and its type")]
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(
    dest: *mut u8,
    len: usize,
) -> Result<(), getrandom::Error> {
    for start in (0..len).step_by(8) {
        let bytes = entropy::get_random_u64().to_le_bytes();
        let count = bytes.len().min(len - start);
        // SAFETY: `start + count` is at most `len`, and the caller vouches for that many bytes.
        unsafe {
            dest.add(start)
                .copy_from_nonoverlapping(bytes.as_ptr(), count)
        };
    }
    Ok(())
}
