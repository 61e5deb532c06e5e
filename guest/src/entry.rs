//! What happens at the beginning of each exported function: the bindings call it, whatever the function
//! does.

use crate::{host, memory};

/// A call from the embedder begins: nothing was refused yet, and no work was done.
///
/// The embedder may be replacing the memory just now (see the interface `snapshot`), so this must not
/// follow anything that is in memory.
pub fn begin() {
    memory::begin();
    host::begin();
}
