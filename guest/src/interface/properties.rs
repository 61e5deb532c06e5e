//! The interface `properties`.
use crate::bindings::exports::jsvm::engine::properties::{
    Guest, Integrity, Property, PropertyDefinition,
};
use crate::bindings::exports::jsvm::engine::values::{Input, Key, Output, ValueBorrow};
use crate::convert::{self, input, output};
use crate::error::Result;
use crate::handle::held;
use crate::value::property;

impl Guest for crate::Guest {
    fn get_own_property(object: ValueBorrow<'_>, key: Key<'_>) -> Result<Option<Property>> {
        Ok(property::own(held(&object), convert::key(&key))?)
    }

    fn has_own(object: ValueBorrow<'_>, key: Key<'_>) -> Result<bool> {
        Ok(held(&object).has_own(convert::key(&key))?)
    }

    fn define_property(
        object: ValueBorrow<'_>,
        key: Key<'_>,
        definition: PropertyDefinition<'_>,
    ) -> Result<()> {
        Ok(property::define(
            held(&object),
            convert::key(&key),
            &definition,
        )?)
    }

    fn get_prototype(object: ValueBorrow<'_>) -> Result<Output> {
        Ok(output(held(&object).prototype()?))
    }

    fn set_prototype(object: ValueBorrow<'_>, prototype: Input<'_>) -> Result<()> {
        Ok(held(&object).set_prototype(&input(&prototype)?)?)
    }

    fn get_integrity(object: ValueBorrow<'_>) -> Result<Integrity> {
        Ok(property::integrity(held(&object))?)
    }

    fn set_integrity(object: ValueBorrow<'_>, level: Integrity) -> Result<()> {
        Ok(property::close(held(&object), level)?)
    }
}
