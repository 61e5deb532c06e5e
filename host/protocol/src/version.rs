//! Versions of the requests, host calls and roots, and for how long each is answered.
//!
//! The JavaScript in a snapshot makes the requests of its time, and a program can be frozen for years.
//! So the names and records of this crate are a contract with programs that run already:
//!
//! 1. A name never changes its meaning. An incompatible change is a new name, such as
//!    `jsvm:http-fetch-2`, and the embedder answers both.
//! 2. A record may get properties. The embedder treats a missing one as JavaScript of an earlier version
//!    means it; JavaScript ignores properties that it does not know.
//! 3. Each of these changes raises [`VERSION`]. A new file `versions/N.txt` lists the names and
//!    properties of that version. No file is ever edited.
//! 4. Embedders answer each version from [`OLDEST`] on. A version is answered for at least
//!    [`ANSWERED_YEARS`] years after the first release with a later one. After that, `OLDEST` may be
//!    raised in a major or, before 1.0, minor release.
//! 5. Snapshots and engines say which versions their JavaScript speaks. An embedder refuses those that it
//!    does not answer before anything runs.
//!
//! The test `versions` compares the files with the constants of this crate.

/// The version of the requests, host calls and roots in this crate.
///
/// ```
/// use jsvm_protocol::{OLDEST, VERSION};
///
/// assert!(OLDEST <= VERSION);
/// ```
pub const VERSION: u16 = 2;

/// The oldest version that embedders answer.
pub const OLDEST: u16 = 1;

/// For how many years a version is answered at least, after the first release with a later one.
pub const ANSWERED_YEARS: u16 = 2;

const _: () = assert!(OLDEST >= 1 && OLDEST <= VERSION);
