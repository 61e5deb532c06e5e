//! The functions that a world exports.

use jsvm_abi::Signature;
use wasm_encoder::{Function, ValType};

use super::calls::{load, store, val_types};
use super::module::Builder;
use super::{Imported, REALLOC};
use crate::describe::Description;

pub(super) fn add(builder: &mut Builder, description: &Description, imported: &Imported) {
    let exports = description.world.exports.iter().zip(&description.exports);
    for (number, (export, core)) in exports.enumerate() {
        let number = (number as u32).cast_signed();
        let signature = Signature::of_export(&export.function, &description.layouts);
        let (parameters, results) = (
            val_types(&signature.parameters),
            val_types(&signature.results),
        );
        if let (true, Some([start, resume])) = (export.function.is_async, imported.async_exports) {
            let body = begin(number, &parameters, start, imported);
            builder.export(&core.name, &parameters, &results, &body);
            let mut callback = Function::new([]);
            let mut code = callback.instructions();
            code.local_get(0).local_get(1).local_get(2);
            code.call(resume).end();
            builder.export(&core.after, &[ValType::I32; 3], &[ValType::I32], &callback);
            continue;
        }
        let body = call(number, &parameters, &results, &signature, imported);
        builder.export(&core.name, &parameters, &results, &body);
        if signature.has_result_in_memory {
            let mut post_return = Function::new([]);
            let mut code = post_return.instructions();
            code.i32_const(number).call(imported.end).end();
            builder.export(&core.after, &results, &[], &post_return);
        }
    }
    for (name, resource) in &description.destructors {
        let mut destructor = Function::new([]);
        let mut code = destructor.instructions();
        code.i32_const(resource.cast_signed())
            .local_get(0)
            .call(imported.drop)
            .end();
        builder.export(name, &[ValType::I32], &[], &destructor);
    }
    let mut realloc = Function::new([]);
    let mut code = realloc.instructions();
    for parameter in 0..4 {
        code.local_get(parameter);
    }
    code.call(imported.realloc).end();
    builder.export(REALLOC, &[ValType::I32; 4], &[ValType::I32], &realloc);
}

/// Begins a task of an export of the program.
fn begin(number: i32, parameters: &[ValType], start: u32, imported: &Imported) -> Function {
    let frame = parameters.len() as u32;
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    code.i32_const(number).call(imported.begin).local_set(frame);
    for (index, ty) in parameters.iter().enumerate() {
        code.local_get(frame).local_get(index as u32);
        store(&mut code, index, *ty);
    }
    code.i32_const(number).local_get(frame).call(start).end();
    function
}

/// Calls an export of the program.
fn call(
    number: i32,
    parameters: &[ValType],
    results: &[ValType],
    signature: &Signature,
    imported: &Imported,
) -> Function {
    let frame = parameters.len() as u32;
    let result = frame + 1;
    let mut locals = vec![(1, ValType::I32)];
    locals.extend(results.first().map(|ty| (1, *ty)));
    let mut function = Function::new(locals);
    let mut code = function.instructions();
    code.i32_const(number).call(imported.begin).local_set(frame);
    for (index, ty) in parameters.iter().enumerate() {
        code.local_get(frame).local_get(index as u32);
        store(&mut code, index, *ty);
    }
    code.i32_const(number).local_get(frame).call(imported.call);
    match results.first() {
        // The result is read in memory before the call ends.
        Some(_) if signature.has_result_in_memory => {}
        Some(ty) => {
            load(&mut code, 0, *ty);
            code.local_set(result)
                .i32_const(number)
                .call(imported.end)
                .local_get(result);
        }
        None => {
            code.drop().i32_const(number).call(imported.end);
        }
    }
    code.end();
    function
}
