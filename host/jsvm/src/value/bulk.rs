//! Calls of which arguments and results are data.

use ::serde::de::DeserializeOwned;
use ::serde::ser::Serialize;

use super::Value;
use crate::data::Data;
use crate::error::Error;

/// Calls in bulk.
impl Value {
    /// Calls it with a tuple, array or `Vec` of arguments and `this` undefined, and converts the
    /// result: one call into the VM, whatever they are.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let join = vm.eval("(list, by) => list.join(by)")?;
    /// assert_eq!(join.call_to::<String>(&(["a", "b"], "-"))?, "a-b");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`call`](Self::call) and [`to`](Self::to).
    pub fn call_to<R: DeserializeOwned>(
        &self,
        args: &(impl Serialize + ?Sized),
    ) -> Result<R, Error> {
        let h = self.handle("a function")?;
        let args = Data::of(args)?;
        h.vm.check_data(&args)?;
        let form = args.form()?;
        let form =
            h.vm.try_enter(|e| e.exports.lending.call_data(e.store, h.resource, form))?;
        Ok(h.vm.data(form).convert()?)
    }

    /// Calls it once for each tuple, array or `Vec` of arguments, in order, and converts the
    /// results: one call into the VM for all of them.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let add = vm.eval("(a, b) => a + b")?;
    /// assert_eq!(add.call_each::<_, i32>(&[(1, 2), (3, 4)])?, [3, 7]);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`call_to`](Self::call_to). The first call that throws is the last, and what the others
    /// resulted in is lost: a [`Batch`](crate::Batch) keeps it.
    pub fn call_each<A: Serialize, R: DeserializeOwned>(
        &self,
        calls: &[A],
    ) -> Result<Vec<R>, Error> {
        let h = self.handle("a function")?;
        let args = Data::of(calls)?;
        h.vm.check_data(&args)?;
        let form = args.form()?;
        let form =
            h.vm.try_enter(|e| e.exports.lending.call_each(e.store, h.resource, form))?;
        Ok(h.vm.data(form).convert()?)
    }
}
