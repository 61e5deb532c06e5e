//! Iterating over what a script made.

use std::collections::VecDeque;
use std::iter::FusedIterator;

use super::Value;
use crate::bindings::wit;
use crate::error::Error;

/// How many values are fetched in one call, unless something else is asked for.
const CHUNK: u32 = 64;

/// The values of anything iterable, from [`Value::iterate`].
///
/// They are fetched several at a time, so that the script's iterator may be ahead of what was
/// returned; [`chunk(1)`](Self::chunk) has them fetched one by one.
///
/// Dropping it leaves the iterator as it is, as a script does that calls `next` itself: the
/// `finally` of a generator runs only when [`end`](Self::end) is called.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let values = vm.eval("new Set([1, 2, 3])")?.iterate()?;
/// let values: Result<Vec<u32>, jsvm::Error> = values.map(|value| value?.to()).collect();
/// assert_eq!(values?, [1, 2, 3]);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Debug)]
pub struct Iterate {
    iteration: Value,
    chunk: u32,
    fetched: VecDeque<Value>,
    /// What comes after what was fetched, if the iterator is done.
    end: Option<Result<(), Error>>,
}

impl Iterate {
    /// Sets how many values one call fetches, 64 by default; at least 1.
    #[must_use]
    pub fn chunk(mut self, count: u32) -> Self {
        self.chunk = count.max(1);
        self
    }

    /// Ends it as `break` in a `for of` does: the iterator's `return` is called, if it has not
    /// ended.
    ///
    /// # Errors
    /// [`Error::Exception`] if that throws; [`Error::Limit`].
    pub fn end(self) -> Result<(), Error> {
        let h = self.iteration.object()?;
        h.vm.try_enter(|e| e.vm.collections().call_end_iteration(e.store, h.resource))
    }

    fn fetch(&mut self) -> Result<(), Error> {
        let h = self.iteration.object()?;
        let (found, interrupted) = h.vm.enter_noting(|e| {
            e.vm.collections()
                .call_next_many(e.store, h.resource, self.chunk)
        })?;
        let found = found.map_err(|error| h.vm.error(error, interrupted))?;
        let values = found.values.into_iter();
        self.fetched
            .extend(values.map(|value| Value::from_output(&h.vm, value)));
        let end = match found.end {
            wit::IteratedEnd::More => Ok(None),
            wit::IteratedEnd::Done => Ok(Some(Ok(()))),
            wit::IteratedEnd::Failed(error) => Err(error),
        };
        let end = interrupted.explain(end);
        self.end = end.unwrap_or_else(|error| Some(Err(h.vm.error(error, interrupted))));
        Ok(())
    }
}

impl Iterator for Iterate {
    type Item = Result<Value, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.fetched.is_empty()
            && self.end.is_none()
            && let Err(error) = self.fetch()
        {
            self.end = Some(Ok(()));
            return Some(Err(error));
        }
        if let Some(value) = self.fetched.pop_front() {
            return Some(Ok(value));
        }
        match self.end.replace(Ok(())) {
            Some(Err(error)) => Some(Err(error)),
            _ => None,
        }
    }
}

impl FusedIterator for Iterate {}

/// Iterating.
impl Value {
    /// Iterates over anything iterable, as `for of` does.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// // It never ends by itself.
    /// let powers = vm.eval("(function* () { for (let n = 1; ; n *= 2) yield n })()")?;
    /// let first = powers.iterate()?.chunk(1).take(4).map(|value| value?.to::<u32>());
    /// assert_eq!(first.collect::<Result<Vec<_>, _>>()?, [1, 2, 4, 8]);
    /// assert_eq!(powers.call_method("next", ())?.get("value")?.to::<u32>()?, 16);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is not iterable; [`Error::Conversion`] if it
    /// is a primitive that cannot be.
    pub fn iterate(&self) -> Result<Iterate, Error> {
        let h = self.handle("something iterable")?;
        let iteration =
            h.vm.try_enter(|e| e.vm.collections().call_iterate(e.store, h.resource))?;
        Ok(Iterate {
            iteration: Value::from_handle(&h.vm, iteration),
            chunk: CHUNK,
            fetched: VecDeque::new(),
            end: None,
        })
    }

    /// Collects the values of anything iterable: `[...value]`, but at most `limit` of them. If
    /// there are more, the iterator is ended as `break` does.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let letters = vm.create_string("añ😀")?.to_vec(10)?;
    /// assert_eq!(letters.len(), 3);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`iterate`](Self::iterate); what the iterator throws.
    pub fn to_vec(&self, limit: u32) -> Result<Vec<Value>, Error> {
        let mut values = self.iterate()?.chunk(limit);
        let list = values
            .by_ref()
            .take(limit as usize)
            .collect::<Result<_, _>>()?;
        values.end()?;
        Ok(list)
    }
}
