//! Completes the realm: puts everything into the global object that is not the engine's.

use crate::js::{self, JsResult, Property, Thrown, Value};
use crate::{console, module, random, realm, rejection, removal, timer, web};

/// Completes the realm that [`js::start`] created.
///
/// # Panics
/// If memory runs out, which cannot happen while the build makes the base image.
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
    realm::keep()?;
    removal::keep()?;
    global.define("console", console::new()?, Property::HIDDEN)?;
    web::install()
}
