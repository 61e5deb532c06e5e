//! The interface `objects`.
use crate::bindings::exports::jsvm::engine::objects::Guest;
use crate::bindings::exports::jsvm::engine::values::{Input, Value as Handle, ValueBorrow};
use crate::bindings::jsvm::engine::types::ErrorClass;
use crate::convert::{self, input};
use crate::error::Result;
use crate::handle::{handle, held};
use crate::js::{self, Property, Value};
use crate::realm::{self, Method, intrinsics};
use crate::value::collection;

impl Guest for crate::Guest {
    fn create_error(
        class: ErrorClass,
        message: String,
        cause: Option<Input<'_>>,
    ) -> Result<Handle> {
        let error = intrinsics().error(convert::error_class_in(class))?;
        error.define("message", Value::text(&message)?, Property::HIDDEN)?;
        if let Some(cause) = cause {
            error.define("cause", input(&cause)?, Property::HIDDEN)?;
        }
        Ok(handle(error))
    }

    fn create_date(milliseconds: f64) -> Result<Handle> {
        Ok(handle(Value::date(milliseconds)?))
    }

    fn get_date_time(date: ValueBorrow<'_>) -> Result<f64> {
        Ok(collection::time(held(&date))?)
    }

    fn set_date_time(date: ValueBorrow<'_>, milliseconds: f64) -> Result<()> {
        Ok(collection::set_time(held(&date), milliseconds)?)
    }

    fn create_regexp(source: String, flags: String) -> Result<Handle> {
        Ok(handle(intrinsics().regexp(&source, &flags)?))
    }

    fn create_proxy(target: ValueBorrow<'_>, handler: ValueBorrow<'_>) -> Result<Handle> {
        Ok(handle(Value::proxy(held(&target), held(&handler))?))
    }

    fn get_proxy_target(proxy: ValueBorrow<'_>) -> Option<Handle> {
        let target = held(&proxy).proxy_target()?;
        target.is_object().then(|| handle(target))
    }

    fn get_proxy_handler(proxy: ValueBorrow<'_>) -> Option<Handle> {
        let handler = held(&proxy).proxy_handler()?;
        handler.is_object().then(|| handle(handler))
    }

    fn create_weak_ref(target: ValueBorrow<'_>) -> Result<Handle> {
        let reference = realm::new_weak_ref(held(&target))?;
        // Only what scripts see lives until the end of the job.
        js::clear_kept();
        Ok(handle(reference))
    }

    fn get_weak_target(reference: ValueBorrow<'_>) -> Option<Handle> {
        if !held(&reference).is_weak_ref() {
            return None;
        }
        js::clear_kept();
        let target = Method::WeakRefDeref.call(held(&reference), &[]).ok()?;
        js::clear_kept();
        (!target.is_undefined()).then(|| handle(target))
    }
}
