//! Functions that wait.

use super::Vm;
use crate::error::Error;
use crate::frame::SuspendedFrames;

/// Functions that wait.
impl Vm {
    /// Lists the functions that wait at an `await` or a `yield`, with their positions and variables,
    /// but at most `limit`. It shows what a VM is in the middle of, also one that was restored. No
    /// JavaScript runs.
    ///
    /// ```
    /// use jsvm::{Source, Suspension};
    /// let vm = jsvm::Engine::global()?.vm().request("pay").build()?;
    /// let text = "async function order(name) {
    ///     const price = 3;
    ///     await pay(price);
    /// }
    /// order('tea')";
    /// vm.eval(Source::script(text).file_name("shop.js"))?;
    /// let waiting = vm.suspended_frames(100)?;
    /// assert_eq!(waiting.total, 1);
    /// let order = &waiting.frames[0];
    /// assert_eq!((&*order.function_name, order.suspension), ("order", Suspension::Await));
    /// assert_eq!((&*order.location.file, order.location.line), ("shop.js", 3));
    /// let variables: Vec<_> = order
    ///     .variables
    ///     .iter()
    ///     .map(|variable| Ok((&*variable.name, variable.value.as_ref().unwrap().to_text()?)))
    ///     .collect::<Result<_, jsvm::Error>>()?;
    /// assert_eq!(variables, [("name", "tea".to_owned()), ("price", "3".to_owned())]);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// * A variable of an enclosing function that the function does not use does not exist for it,
    ///   and is not listed. Neither are global variables, and variables of blocks that have ended.
    /// * A function that waits for a promise which nothing else refers to is freed, or listed until it is
    ///   [collected](crate::Heap::collect_garbage): nothing can wake it.
    /// * Functions of the web platform are not listed.
    ///
    /// # Errors
    /// [`Error::MissingFunction`]; [`Error::Gone`].
    pub fn suspended_frames(&self, limit: usize) -> Result<SuspendedFrames, Error> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let passed = self
            .shared
            .enter(|e| e.exports.added.get_suspended_frames(e.store, limit))??;
        Ok(passed.into_frames(|output| self.shared.wrap(output)))
    }
}
