//! The interface `collections`.
use crate::bindings::exports::jsvm::engine::collections::{Guest, Iterated};
use crate::bindings::exports::jsvm::engine::values::{Input, Output, Value as Handle, ValueBorrow};
use crate::convert::{input, inputs, output};
use crate::error::Result;
use crate::handle::{handle, held};
use crate::js::JsResult;
use crate::value::{collection, iteration};

impl Guest for crate::Guest {
    fn create_map(entries: Vec<(Input<'_>, Input<'_>)>) -> Result<Handle> {
        let entries = entries
            .iter()
            .map(|(key, value)| Ok((input(key)?, input(value)?)))
            .collect::<JsResult<_>>()?;
        Ok(handle(collection::new_map(entries)?))
    }

    fn create_set(members: Vec<Input<'_>>) -> Result<Handle> {
        Ok(handle(collection::new_set(inputs(&members)?)?))
    }

    fn map_get(map: ValueBorrow<'_>, key: Input<'_>) -> Result<Output> {
        Ok(output(collection::get(held(&map), input(&key)?)?))
    }

    fn map_set(map: ValueBorrow<'_>, key: Input<'_>, to: Input<'_>) -> Result<()> {
        Ok(collection::set(held(&map), input(&key)?, input(&to)?)?)
    }

    fn set_add(set: ValueBorrow<'_>, member: Input<'_>) -> Result<()> {
        Ok(collection::add(held(&set), input(&member)?)?)
    }

    fn has_member(collection: ValueBorrow<'_>, key: Input<'_>) -> Result<bool> {
        Ok(collection::has(held(&collection), input(&key)?)?)
    }

    fn delete_member(collection: ValueBorrow<'_>, key: Input<'_>) -> Result<bool> {
        Ok(collection::delete(held(&collection), input(&key)?)?)
    }

    fn clear(collection: ValueBorrow<'_>) -> Result<()> {
        Ok(collection::clear(held(&collection))?)
    }

    fn get_size(collection: ValueBorrow<'_>) -> Result<u32> {
        Ok(collection::size(held(&collection))?)
    }

    fn get_map_entries(
        map: ValueBorrow<'_>,
        start: u32,
        count: u32,
    ) -> Result<Vec<(Output, Output)>> {
        Ok(collection::entries(held(&map), start, count)?)
    }

    fn get_set_members(set: ValueBorrow<'_>, start: u32, count: u32) -> Result<Vec<Output>> {
        Ok(collection::members(held(&set), start, count)?)
    }

    fn iterate(iterable: ValueBorrow<'_>) -> Result<Handle> {
        Ok(handle(iteration::begin(held(&iterable))?))
    }

    fn next_many(iteration: ValueBorrow<'_>, count: u32) -> Result<Iterated> {
        Ok(iteration::next_many(held(&iteration), count)?)
    }

    fn end_iteration(iteration: ValueBorrow<'_>) -> Result<()> {
        Ok(iteration::end(held(&iteration))?)
    }
}
