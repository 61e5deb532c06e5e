//! Compiled source as a function to be run, and as bytes.
#![allow(unsafe_code)]

use sha2::{Digest, Sha256};

use crate::js::{self, Call, Compiled, JsResult, Keep, Source, Thrown, Value};
use crate::tick;

/// What was compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Script,
    AsynchronousScript,
    Module,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Script, Kind::AsynchronousScript, Kind::Module];

    fn number(self) -> u8 {
        match self {
            Kind::Script => 0,
            Kind::AsynchronousScript => 1,
            Kind::Module => 2,
        }
    }

    fn of_number(number: u8) -> Option<Kind> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    fn of(source: &Source<'_>, module: bool) -> Kind {
        match (module, source.asynchronous) {
            (true, _) => Kind::Module,
            (false, true) => Kind::AsynchronousScript,
            (false, false) => Kind::Script,
        }
    }
}

/// Runs source.
pub fn eval(source: Source<'_>, module: bool) -> JsResult<Value> {
    let kind = Kind::of(&source, module);
    let (value, namespace) = js::eval(source, module)?;
    if module {
        tick::make_wait();
    }
    finish(kind, value, namespace)
}

/// The value of source as its embedder sees it.
fn finish(kind: Kind, value: Value, namespace: Option<Value>) -> JsResult<Value> {
    let settled = match (kind, namespace) {
        (Kind::Module, Some(namespace)) => js::function("", 0, &[namespace], |call: Call<'_>| {
            Ok(call.data[0].clone())
        })?,
        // The engine resolves the promise of an asynchronous script with `{ value }`.
        (Kind::AsynchronousScript, _) => {
            js::function("", 1, &[], |call: Call<'_>| call.arg(0).get("value"))?
        }
        _ => return Ok(value),
    };
    value.then(&settled, &Value::UNDEFINED)
}

/// Compiles source: a function that runs it.
pub fn compile(source: Source<'_>, module: bool) -> JsResult<Value> {
    let kind = Kind::of(&source, module);
    runner(kind, Compiled::new(source, module)?)
}

/// The function keeps the compiled source, which no script can get out of it.
fn runner(kind: Kind, compiled: Compiled) -> JsResult<Value> {
    let kind = Value::number(f64::from(kind.number()));
    js::function("", 0, &[compiled.into_value(), kind], |call| {
        let compiled = Compiled::of_value(&call.data[0])?;
        match Kind::of_number(call.data[1].to_number()? as u8) {
            Some(Kind::Module) => {
                let (value, namespace) = compiled.run_module()?;
                tick::make_wait();
                finish(Kind::Module, value, Some(namespace))
            }
            Some(kind) => finish(kind, compiled.run_script()?, None),
            None => Err(Thrown::type_error("that is not compiled source")),
        }
    })
}

/// Bytes of the digest that bytecode begins with.
const DIGEST: usize = 32;

/// Compiles source to bytes: a digest of what follows and of the engine's version, the number of
/// the kind, and the engine's bytecode.
pub fn to_bytes(source: Source<'_>, module: bool, keep: Keep) -> JsResult<Vec<u8>> {
    let kind = Kind::of(&source, module);
    let code = Compiled::new(source, module)?.write(keep)?;
    let mut bytes = vec![0; DIGEST];
    bytes.push(kind.number());
    bytes.extend(code);
    let digest = digest(&bytes[DIGEST..]);
    bytes[..DIGEST].copy_from_slice(&digest);
    Ok(bytes)
}

/// The function of source that was compiled to bytes.
pub fn of_bytes(bytes: &[u8]) -> JsResult<Value> {
    let wrong = || Thrown::syntax_error("the bytecode is damaged or of another version");
    let (found, content) = bytes.split_first_chunk::<DIGEST>().ok_or_else(wrong)?;
    if *found != digest(content) {
        return Err(wrong());
    }
    let (number, code) = content.split_first().ok_or_else(wrong)?;
    let kind = Kind::of_number(*number).ok_or_else(wrong)?;
    // SAFETY: by the digest it is what this version wrote, unless somebody forged it. The interface
    // says what comes of that: this VM, which the sandbox confines, does anything that it can do.
    let compiled = unsafe { Compiled::read(code) }?;
    runner(kind, compiled)
}

fn digest(content: &[u8]) -> [u8; DIGEST] {
    let mut hash = Sha256::new();
    hash.update(js::version());
    hash.update([0]);
    hash.update(content);
    hash.finalize().into()
}

/// For the build: compiles what was written there to bytes that an embedder keeps.
#[unsafe(no_mangle)]
extern "C" fn jsvm_compile_apart() -> u64 {
    let (name, text) = js::take_source();
    let source = Source {
        text,
        file_name: &name,
        strict: true,
        asynchronous: false,
    };
    let keep = Keep {
        source: false,
        positions: true,
    };
    js::for_the_build(&name, to_bytes(source, false, keep))
}
