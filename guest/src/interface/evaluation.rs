//! The interface `evaluation`.
use crate::bindings::exports::jsvm::engine::evaluation::{
    BytecodeParts, EvalOptions, Guest, SourceKind,
};
use crate::bindings::exports::jsvm::engine::values::{Output, Value as Handle};
use crate::bindings::jsvm::engine::types::Data;
use crate::convert::output;
use crate::error::Result;
use crate::handle::handle;
use crate::js::{self, Keep, Source};
use crate::{compiled, data, module};

impl Guest for crate::Guest {
    fn eval(source: String, options: EvalOptions) -> Result<Output> {
        let module = options.kind == SourceKind::Module;
        Ok(output(compiled::eval(text(source, &options), module)?))
    }

    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    fn eval_data(source: String, options: EvalOptions) -> Result<Data> {
        let module = options.kind == SourceKind::Module;
        let value = compiled::eval(text(source, &options), module)?;
        let copied = data::copy_out(&value)?;
        // SAFETY: the result of the call is dropped before anything else happens in the VM.
        Ok(unsafe { copied.lend() }?)
    }

    fn import_module(specifier: String, importer: String) -> Result<Output> {
        Ok(output(module::import(&specifier, &importer)?))
    }

    fn compile(source: String, options: EvalOptions) -> Result<Handle> {
        let module = options.kind == SourceKind::Module;
        Ok(handle(compiled::compile(text(source, &options), module)?))
    }

    fn compile_to_bytecode(
        source: String,
        options: EvalOptions,
        keep: BytecodeParts,
    ) -> Result<Vec<u8>> {
        let module = options.kind == SourceKind::Module;
        let keep = Keep {
            source: keep.contains(BytecodeParts::SOURCE),
            positions: keep.contains(BytecodeParts::POSITIONS),
        };
        let source = text(source, &options);
        Ok(compiled::to_bytes(source, module, keep)?)
    }

    fn load_bytecode(bytes: Vec<u8>) -> Result<Handle> {
        Ok(handle(compiled::of_bytes(&bytes)?))
    }

    fn detect_module(source: String) -> bool {
        !js::compiles(&source, false) && js::compiles(&source, true)
    }

    fn get_global() -> Handle {
        handle(js::global())
    }

    fn take_interrupted_stack() -> String {
        js::take_interrupted_stack()
    }
}

fn text(text: String, options: &EvalOptions) -> Source<'_> {
    Source {
        text,
        file_name: &options.file_name,
        strict: options.strict,
        asynchronous: options.top_level_await,
    }
}
