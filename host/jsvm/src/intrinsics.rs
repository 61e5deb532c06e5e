//! The parts of the language that a VM can do without.

use bitflags::bitflags;

bitflags! {
    /// Parts of the language and of the realm that
    /// [`VmBuilder::without`](crate::VmBuilder::without) takes away.
    ///
    /// ```
    /// use jsvm::Intrinsics;
    /// let vm = jsvm::Engine::global()?.vm().without(Intrinsics::PROXY).build()?;
    /// assert_eq!(vm.eval("typeof Proxy")?.to::<String>()?, "undefined");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Intrinsics: u32 {
        /// The compilation of text: `eval`, `Function` and the constructors of generator and
        /// asynchronous functions throw an `EvalError`. The embedder can still evaluate source.
        const EVAL = 1;
        /// `Date`
        const DATE = 1 << 1;
        /// `RegExp`, its methods and its literals, which are syntax errors in everything that is
        /// compiled afterwards. `match`, `matchAll` and `search` of strings throw.
        const REGEXP = 1 << 2;
        /// `JSON`
        const JSON = 1 << 3;
        /// `Proxy`
        const PROXY = 1 << 4;
        /// `Reflect`
        const REFLECT = 1 << 5;
        /// `Map`, `Set`, `WeakMap`, `WeakSet`
        const MAP_SET = 1 << 6;
        /// `ArrayBuffer`, `SharedArrayBuffer`, `DataView` and all typed arrays.
        const TYPED_ARRAYS = 1 << 7;
        /// `Promise`. `async` functions and `await` are syntax, and stay.
        const PROMISE = 1 << 8;
        /// `BigInt`. Literals are syntax, and stay.
        const BIGINT = 1 << 9;
        /// `WeakRef`, `FinalizationRegistry`
        const WEAK_REF = 1 << 10;
        /// `performance` and its classes.
        const PERFORMANCE = 1 << 11;
        /// `DOMException`
        const DOM_EXCEPTION = 1 << 12;
        /// `atob`, `btoa`
        const BASE64 = 1 << 13;
        /// `setTimeout`, `setInterval`, `setImmediate`, `queueMicrotask`, and the functions that
        /// clear timers.
        const TIMERS = 1 << 14;
        /// `console`
        const CONSOLE = 1 << 15;
        /// The rest of the web platform.
        const WEB = 1 << 16;
    }
}
