//! Generates functions that call others and copy the lists that cross.
//!
//! Both sides have one memory and one heap. By the canonical ABI, a called function owns the lists among
//! its arguments, and frees them; a caller owns those in a result, and frees them. The other side keeps
//! its own. So each list is copied, with `memory.copy`.

use std::collections::HashMap;

use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Int, Type};

use super::FuseError;
use super::part::CoreType;
use super::types::{Shape, Types};

/// A generated function: its type, and its body.
pub type Generated = (CoreType, Function);

/// The functions that copy. Their indices begin at `base`.
pub struct Copies {
    /// The index of the function that allocates.
    pub alloc: u32,
    /// The index of the first of them.
    pub base: u32,
    generated: Vec<Generated>,
    known: HashMap<(usize, Helper, Type), u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Helper {
    /// `(start, length) -> start`: copies a list of elements of the type.
    List,
    /// `(address)`: replaces lists in a value of the type by copies.
    Value,
}

impl Copies {
    pub fn new(alloc: u32, base: u32) -> Self {
        Copies {
            alloc,
            base,
            generated: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// The generated functions, in the order of their indices.
    pub fn finish(self) -> Vec<Generated> {
        self.generated
    }

    /// Whether a call must copy something. If not, the callee can be called directly.
    pub fn is_needed(
        types: &Types<'_>,
        function: &wit_parser::Function,
    ) -> Result<bool, FuseError> {
        let signature = types
            .resolve
            .wasm_signature(AbiVariant::GuestImport, function);
        let parameters: Vec<Type> = function.params.iter().map(|param| param.ty).collect();
        Ok(signature.retptr || types.any_lists(&parameters)?)
    }

    /// Generates a function that a caller imports, for one that a callee exports. `post` frees what the
    /// callee has allocated for its result.
    pub fn call(
        &mut self,
        types: &Types<'_>,
        function: &wit_parser::Function,
        callee: u32,
        post: Option<u32>,
    ) -> Result<Generated, FuseError> {
        let signature = types
            .resolve
            .wasm_signature(AbiVariant::GuestImport, function);
        if signature.indirect_params {
            let name = &function.name;
            return Err(FuseError::unfit(format!("{name} has too many parameters")));
        }
        let flat = |types: &[WasmType]| types.iter().map(val_type).collect::<Vec<_>>();
        let (parameters, results) = (flat(&signature.params), flat(&signature.results));
        let mut body = Function::new([(1, ValType::I32)]);
        let returned = parameters.len() as u32;
        let mut code = body.instructions();
        let mut next = 0;
        for param in &function.params {
            self.copy_flat(&mut code, types, &param.ty, next, &parameters)?;
            next += types.flat(&param.ty)?;
        }
        for index in 0..next {
            code.local_get(index as u32);
        }
        code.call(callee);
        if let (true, Some(result)) = (signature.retptr, &function.result) {
            let place = returned - 1;
            code.local_set(returned)
                .local_get(place)
                .local_get(returned)
                .i32_const(types.size(result).cast_signed())
                .memory_copy(0, 0);
            if types.has_lists(result)? {
                let helper = self.value(types, result)?;
                code.local_get(place).call(helper);
            }
            if let Some(post) = post {
                code.local_get(returned).call(post);
            }
        }
        code.end();
        Ok(((parameters, results), body))
    }

    /// Replaces lists in parameters by copies. The value begins in the local `at`.
    fn copy_flat(
        &mut self,
        code: &mut InstructionSink<'_>,
        types: &Types<'_>,
        ty: &Type,
        at: usize,
        locals: &[ValType],
    ) -> Result<(), FuseError> {
        if !types.has_lists(ty)? {
            return Ok(());
        }
        match types.shape(ty)? {
            Shape::Plain(_) => {}
            Shape::List(element) => {
                let helper = self.list(types, &element)?;
                for local in [at, at + 1] {
                    code.local_get(local as u32);
                    // A slot that cases of a variant share may be wider.
                    if locals[local] == ValType::I64 {
                        code.i32_wrap_i64();
                    }
                }
                code.call(helper);
                if locals[at] == ValType::I64 {
                    code.i64_extend_i32_u();
                }
                code.local_set(at as u32);
            }
            Shape::Record(fields) => {
                let mut at = at;
                for field in fields {
                    self.copy_flat(code, types, &field, at, locals)?;
                    at += types.flat(&field)?;
                }
            }
            Shape::Variant(_, cases) => {
                for (number, case) in cases.iter().enumerate() {
                    let Some(case) = case else { continue };
                    if types.has_lists(case)? {
                        code.local_get(at as u32)
                            .i32_const(number as i32)
                            .i32_eq()
                            .if_(BlockType::Empty);
                        self.copy_flat(code, types, case, at + 1, locals)?;
                        code.end();
                    }
                }
            }
        }
        Ok(())
    }

    /// The function that copies lists of such elements.
    fn list(&mut self, types: &Types<'_>, element: &Type) -> Result<u32, FuseError> {
        let (start, len, size, copy, address) = (0, 1, 2, 3, 4);
        let key = (types.source, Helper::List, *element);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let element_size = types.size(element);
        let align = types.sizes.align(element).align_wasm32() as i32;
        let ty = (vec![ValType::I32; 2], vec![ValType::I32]);
        let index = self.reserve(key, ty);
        let mut body = Function::new([(3, ValType::I32)]);
        let mut code = body.instructions();
        code.local_get(len)
            .i32_const(element_size.cast_signed())
            .i32_mul()
            .local_tee(size)
            .i32_eqz()
            .if_(BlockType::Empty)
            .local_get(start)
            .return_()
            .end()
            .local_get(size)
            .i32_const(align)
            .call(self.alloc)
            .local_tee(copy)
            .i32_eqz()
            .if_(BlockType::Empty)
            .unreachable()
            .end()
            .local_get(copy)
            .local_get(start)
            .local_get(size)
            .memory_copy(0, 0);
        if types.has_lists(element)? {
            let helper = self.value(types, element)?;
            code.local_get(copy)
                .local_set(address)
                .loop_(BlockType::Empty)
                .local_get(address)
                .call(helper)
                .local_get(address)
                .i32_const(element_size.cast_signed())
                .i32_add()
                .local_tee(address)
                .local_get(copy)
                .local_get(size)
                .i32_add()
                .i32_lt_u()
                .br_if(0)
                .end();
        }
        code.local_get(copy).end();
        self.fill(index, body);
        Ok(index)
    }

    /// The function that replaces lists in a value in memory.
    fn value(&mut self, types: &Types<'_>, ty: &Type) -> Result<u32, FuseError> {
        let key = (types.source, Helper::Value, *ty);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let index = self.reserve(key, (vec![ValType::I32], vec![]));
        let mut body = Function::new([]);
        let mut code = body.instructions();
        self.copy_in_memory(&mut code, types, ty, 0)?;
        code.end();
        self.fill(index, body);
        Ok(index)
    }

    /// Replaces lists in a value that is so many bytes behind the address in the local 0.
    fn copy_in_memory(
        &mut self,
        code: &mut InstructionSink<'_>,
        types: &Types<'_>,
        ty: &Type,
        offset: u32,
    ) -> Result<(), FuseError> {
        if !types.has_lists(ty)? {
            return Ok(());
        }
        match types.shape(ty)? {
            Shape::Plain(_) => {}
            Shape::List(element) => {
                let helper = self.list(types, &element)?;
                code.local_get(0)
                    .local_get(0)
                    .i32_load(word(offset))
                    .local_get(0)
                    .i32_load(word(offset + 4))
                    .call(helper)
                    .i32_store(word(offset));
            }
            Shape::Record(fields) => {
                for (place, field) in types.sizes.field_offsets(&fields) {
                    let place = offset + place.size_wasm32() as u32;
                    self.copy_in_memory(code, types, field, place)?;
                }
            }
            Shape::Variant(tag, cases) => {
                let payload = types
                    .sizes
                    .payload_offset(tag, cases.iter().map(Option::as_ref));
                let payload = offset + payload.size_wasm32() as u32;
                for (number, case) in cases.iter().enumerate() {
                    let Some(case) = case else { continue };
                    if !types.has_lists(case)? {
                        continue;
                    }
                    code.local_get(0);
                    match tag {
                        Int::U8 => code.i32_load8_u(place(offset, 0)),
                        Int::U16 => code.i32_load16_u(place(offset, 1)),
                        Int::U32 | Int::U64 => code.i32_load(word(offset)),
                    };
                    code.i32_const(number as i32).i32_eq().if_(BlockType::Empty);
                    self.copy_in_memory(code, types, case, payload)?;
                    code.end();
                }
            }
        }
        Ok(())
    }

    /// Gives an index to a function whose body comes later, behind the functions that it needs.
    fn reserve(&mut self, key: (usize, Helper, Type), ty: CoreType) -> u32 {
        let index = self.base + self.generated.len() as u32;
        self.generated.push((ty, Function::new([])));
        self.known.insert(key, index);
        index
    }

    fn fill(&mut self, index: u32, body: Function) {
        self.generated[(index - self.base) as usize].1 = body;
    }
}

fn word(offset: u32) -> MemArg {
    place(offset, 2)
}

fn place(offset: u32, align: u32) -> MemArg {
    MemArg {
        offset: offset.into(),
        align,
        memory_index: 0,
    }
}

fn val_type(of: &WasmType) -> ValType {
    match of {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}
