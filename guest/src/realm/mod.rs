//! The realm: what it has beyond the engine's intrinsics, and the intrinsics as they were before
//! any script could replace them.

mod collections;
mod intrinsics;
mod magnitude;
mod readers;

pub use intrinsics::{Class, Intrinsics, intrinsics};
pub use readers::readers;

use crate::js::{self, JsResult, Property, Thrown, Value};
use crate::{console, module, random, rejection, timer, web};

/// Completes the realm that [`js::start`] made.
///
/// # Panics
/// If memory runs out, which cannot happen when the base image is built.
pub fn install() {
    if let Err(Thrown(error)) = try_install() {
        let text = error.to_lossy().unwrap_or_default();
        panic!("the realm cannot be completed: {text}");
    }
}

fn try_install() -> JsResult<()> {
    let global = js::global();
    let math = global.get("Math")?;
    let random = js::function("random", 0, &[], |_| Ok(Value::number(random::unit())))?;
    math.define("random", random, Property::HIDDEN)?;
    js::on_rejection(rejection::track);
    module::install();
    timer::install(&global)?;
    intrinsics::keep()?;
    readers::keep()?;
    global.define("console", console::new()?, Property::HIDDEN)?;
    web::install()
}
