//! Which pages of a memory have been written to.
//!
//! The system knows it, and says it in `/proc/self/pagemap`: a page that was written to is the
//! process's own, others are those of a file that is mapped there, or do not exist. Where that
//! cannot be asked, all pages have to be looked at.

/// The pages that may have been written to since the memory was mapped, by number, of a stretch of
/// whole pages; nothing if that cannot be known. Where it can be, the system's pages are as large
/// as those of snapshots.
#[cfg(all(target_os = "linux", target_arch = "x86_64", not(jsvm_portable)))]
pub(crate) fn written(memory: *const [u8]) -> Option<Vec<usize>> {
    use std::sync::OnceLock;

    static TELLS_THE_TRUTH: OnceLock<bool> = OnceLock::new();
    if !TELLS_THE_TRUTH.get_or_init(tells_the_truth) {
        return None;
    }
    entries(memory)
}

/// Whether the system says of a page that was written to that it was. Some systems emulate the file,
/// and say of each page that it does not exist.
#[cfg(all(target_os = "linux", target_arch = "x86_64", not(jsvm_portable)))]
fn tells_the_truth() -> bool {
    use jsvm_snapshot::host::PAGE;

    let written = vec![1_u8; 3 * PAGE];
    // Whole pages of it: at least two.
    let start = written.as_ptr().align_offset(PAGE);
    let pages = &written[start..start + 2 * PAGE];
    entries(std::hint::black_box(pages)).is_some_and(|pages| pages == [0, 1])
}

#[cfg(all(target_os = "linux", target_arch = "x86_64", not(jsvm_portable)))]
fn entries(memory: *const [u8]) -> Option<Vec<usize>> {
    use jsvm_snapshot::host::PAGE;

    /// The bits of a page's entry, see the kernel's documentation: it was swapped out, or is in
    /// memory.
    const EXISTS: u64 = 1 << 62 | 1 << 63;
    /// It is that of a file.
    const IS_FILE: u64 = 1 << 61;

    let mut entries = vec![0; memory.len() / PAGE * 8];
    let offset = (memory.addr() / PAGE * 8) as u64;
    read(&mut entries, offset).ok()?;
    let (entries, _) = entries.as_chunks();
    let written = entries.iter().enumerate().filter(|(_, entry)| {
        let entry = u64::from_ne_bytes(**entry);
        entry & EXISTS != 0 && entry & IS_FILE == 0
    });
    Some(written.map(|(index, _)| index).collect())
}

/// Reads a part of the process's page map.
///
/// Each thread keeps the file open. After a `fork` it would describe the memory of the parent, so
/// it is kept with the process that it is of; a lock could be held by a thread that the child
/// lacks.
#[cfg(all(target_os = "linux", target_arch = "x86_64", not(jsvm_portable)))]
fn read(entries: &mut [u8], offset: u64) -> std::io::Result<()> {
    use std::cell::RefCell;
    use std::fs::File;
    use std::os::unix::fs::FileExt;

    thread_local! {
        static MAP: RefCell<Option<(u32, File)>> = const { RefCell::new(None) };
    }
    let open = || File::open("/proc/self/pagemap");
    let process = std::process::id();
    let read = MAP.try_with(|map| {
        let mut map = map.borrow_mut();
        if map.as_ref().is_none_or(|(of, _)| *of != process) {
            *map = Some((process, open()?));
        }
        match &*map {
            Some((_, file)) => file.read_exact_at(entries, offset),
            None => Err(std::io::ErrorKind::NotFound.into()),
        }
    });
    // A VM may be dropped when the thread's own variables are gone already.
    read.unwrap_or_else(|_| open()?.read_exact_at(entries, offset))
}

/// It is not known here.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64", not(jsvm_portable))))]
pub(crate) fn written(_: *const [u8]) -> Option<Vec<usize>> {
    None
}
