//! Estimates what it costs to compile a function.
//!
//! Cranelift turns local variables into values that are assigned once. Where control flow meets, a
//! variable becomes a parameter of the block. A variable that is used across blocks can become one
//! of each block between, and so cost the product of both numbers. In a loop, each variable that is
//! used inside becomes one first. Each branch passes an argument for each parameter.

use wasmparser::{BinaryReaderError, BlockType, FunctionBody, Operator};

/// Bytes for each byte of code: instructions in two forms, and the ranges of their values.
const CODE_BYTE: u64 = 400;

/// The same as a measure of time. Straight code is compiled fast for the memory that it takes.
const CODE_BYTE_WORK: u64 = 80;

/// Bytes for each variable.
const VARIABLE: u64 = 64;

/// Bytes in the table of the definitions of a variable, for each block up to the last with one.
const DEFINITION: u64 = 4;

/// Bytes for each variable in each block that it crosses.
const CROSSED: u64 = 20;

/// Bytes for each parameter of a loop.
const PARAMETER: u64 = 110;

/// Bytes for each value that a call or block returns beside the first: code names none of them.
const RESULT: u64 = 1024;

/// Bytes for each of these values in each block.
const RESULT_IN_BLOCK: u64 = 4;

/// Bytes for each argument of a branch.
const ARGUMENT: u64 = 8;

/// Parameters are removed one by one from the list of their block, which is moved each time.
/// So many of them in one block double its cost.
const CROWDED: u64 = 1024;

/// The cost of compiling a function.
#[derive(Clone, Copy, Debug)]
pub(super) struct FunctionCost {
    /// Bytes of memory.
    pub(super) memory: u64,
    /// Bytes as a measure of time.
    pub(super) work: u64,
}

/// The types of a module.
#[derive(Debug, Default)]
pub(super) struct FunctionTypes {
    pub(super) types: Vec<Arity>,
    /// The types of functions, imported ones first.
    pub(super) functions: Vec<u32>,
}

impl FunctionTypes {
    fn by_type(&self, ty: u32) -> Arity {
        self.types.get(ty as usize).copied().unwrap_or_default()
    }

    /// Returns the parameters and results of a function.
    pub(super) fn by_function(&self, function: u32) -> Arity {
        let ty = self.functions.get(function as usize);
        ty.map_or_else(Arity::default, |ty| self.by_type(*ty))
    }
}

/// The parameters and results of a type of functions or blocks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Arity {
    pub(super) params: u64,
    pub(super) results: u64,
}

/// Estimates the costs of functions. It keeps its lists from one function to the next.
#[derive(Debug)]
pub(super) struct FunctionCosts {
    /// For each variable, the number of the block of its last access. Numbers go on from function
    /// to function, so that nothing must be cleared.
    accessed: Vec<u64>,
    /// For each variable, the function in which it is known to cross blocks.
    crossing: Vec<u64>,
    loops: Vec<Loop>,
    /// The number of the current block.
    block: u64,
    function: u64,
    /// How many variables of loops may still be counted: the cost is over the limit after that.
    steps: u64,
}

/// A loop around the current operator.
#[derive(Debug)]
struct Loop {
    /// The depth of its block.
    depth: usize,
    first_block: u64,
    /// The variables that are used inside.
    variables: u64,
}

impl FunctionCosts {
    /// Prepares to estimate functions that together must not cost more than `limit`.
    pub(super) fn new(limit: u64) -> Self {
        FunctionCosts {
            accessed: Vec::new(),
            crossing: Vec::new(),
            loops: Vec::new(),
            block: 0,
            function: 0,
            steps: limit / PARAMETER + 1,
        }
    }

    /// Estimates the memory of compiling a function, in bytes.
    pub(super) fn estimate(
        &mut self,
        body: &FunctionBody<'_>,
        ty: Arity,
        types: &FunctionTypes,
    ) -> Result<FunctionCost, BinaryReaderError> {
        let mut variables = ty.params;
        for local in body.get_locals_reader()? {
            variables += u64::from(local?.0);
        }
        let mut function = Function {
            declared: variables,
            first_block: self.block + 1,
            ..Function::default()
        };
        self.block += 1;
        self.function += 1;
        self.loops.clear();
        let mut depth = 0_usize;
        let mut widest = ty.results;
        let arity = |block: BlockType| match block {
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
            BlockType::FuncType(index) => {
                let arity = types.by_type(index);
                arity.params + arity.results
            }
        };
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let operator = operators.read()?;
            match &operator {
                Operator::LocalGet { local_index }
                | Operator::LocalSet { local_index }
                | Operator::LocalTee { local_index } => {
                    let is_read = matches!(operator, Operator::LocalGet { .. });
                    self.access(*local_index, is_read, &mut function);
                }
                Operator::Block { blockty }
                | Operator::If { blockty }
                | Operator::TryTable {
                    try_table: wasmparser::TryTable { ty: blockty, .. },
                } => {
                    depth += 1;
                    widest = widest.max(arity(*blockty));
                    function.values += arity(*blockty).saturating_sub(1);
                    self.begin_block(&mut function);
                }
                Operator::Loop { blockty } => {
                    depth += 1;
                    widest = widest.max(arity(*blockty));
                    function.values += arity(*blockty).saturating_sub(1);
                    self.begin_block(&mut function);
                    function.loop_count += 1;
                    self.loops.push(Loop {
                        depth,
                        first_block: self.block,
                        variables: 0,
                    });
                }
                Operator::End => {
                    if let Some(ended) = self.loops.pop_if(|inner| inner.depth == depth) {
                        function.end_loop(ended.variables, self.loops.len() as u64 + 1);
                    }
                    depth = depth.saturating_sub(1);
                    self.begin_block(&mut function);
                }
                Operator::BrTable { targets } => {
                    function.edges += u64::from(targets.len()) + 1;
                    self.begin_block(&mut function);
                }
                Operator::Else
                | Operator::Br { .. }
                | Operator::BrIf { .. }
                | Operator::BrOnNull { .. }
                | Operator::BrOnNonNull { .. }
                | Operator::Return
                | Operator::Unreachable => self.begin_block(&mut function),
                Operator::Call { function_index } => {
                    function.call(types.by_function(*function_index));
                }
                Operator::CallIndirect { type_index, .. } | Operator::CallRef { type_index } => {
                    function.call(types.by_type(*type_index))
                }
                _ => {}
            }
            if self.steps == 0 {
                return Ok(FunctionCost {
                    memory: u64::MAX,
                    work: u64::MAX,
                });
            }
        }
        let size = body.range().len() as u64;
        Ok(function.cost(size, widest))
    }

    /// Begins a block of straight code.
    fn begin_block(&mut self, function: &mut Function) {
        self.block += 1;
        function.blocks += 1;
        function.edges += 1;
    }

    /// Counts an access to a variable.
    fn access(&mut self, variable: u32, is_read: bool, function: &mut Function) {
        let index = variable as usize;
        if index as u64 >= function.declared {
            // The compiler refuses this function.
            return;
        }
        if self.accessed.len() <= index {
            self.accessed.resize(index + 1, 0);
            self.crossing.resize(index + 1, 0);
        }
        let last = std::mem::replace(&mut self.accessed[index], self.block);
        if last == self.block {
            return;
        }
        let is_first = last < function.first_block;
        let since = match is_first {
            true => function.first_block,
            false => last,
        };
        function.definitions = function
            .definitions
            .saturating_add(DEFINITION * (self.block - since));
        // A variable that is only used in the block that sets it needs no parameters.
        let crosses = !is_first || (is_read && function.blocks > 0);
        if crosses && self.crossing[index] != self.function {
            self.crossing[index] = self.function;
            function.crossing += 1;
        }
        for around in self.loops.iter_mut().rev() {
            if last >= around.first_block {
                break;
            }
            around.variables += 1;
            self.steps = self.steps.saturating_sub(1);
        }
    }
}

/// What makes a function expensive.
#[derive(Debug, Default)]
struct Function {
    /// Its variables, parameters included.
    declared: u64,
    first_block: u64,
    blocks: u64,
    /// Its branches.
    edges: u64,
    /// The variables that are used in several blocks.
    crossing: u64,
    /// Values that blocks and calls have by their types, beside the first.
    values: u64,
    loop_count: u64,
    /// Bytes of definitions of variables.
    definitions: u64,
    /// Bytes of the parameters of loops.
    loops: u64,
}

impl Function {
    fn call(&mut self, ty: Arity) {
        self.values += ty.results.saturating_sub(1);
    }

    /// Counts a loop that is nested so deep.
    fn end_loop(&mut self, variables: u64, depth: u64) {
        let crowd = 1 + variables / CROWDED;
        let bytes = variables
            .saturating_mul(PARAMETER)
            .saturating_mul(depth)
            .saturating_mul(crowd);
        self.loops = self.loops.saturating_add(bytes);
    }

    fn cost(&self, size: u64, widest: u64) -> FunctionCost {
        let passed = self.crossing.saturating_add(widest);
        let work = [
            (CODE_BYTE_WORK, size),
            (VARIABLE, self.declared),
            (RESULT, self.values),
            (RESULT_IN_BLOCK, self.values.saturating_mul(self.blocks)),
            (CROSSED, self.crossing.saturating_mul(self.blocks)),
            (PARAMETER, self.crossing.saturating_mul(self.loop_count)),
            (ARGUMENT, self.edges.saturating_mul(passed)),
            (1, self.definitions),
            (1, self.loops),
        ]
        .into_iter()
        .fold(0, |sum: u64, (each, count)| {
            sum.saturating_add(each.saturating_mul(count))
        });
        let memory = work.saturating_add((CODE_BYTE - CODE_BYTE_WORK).saturating_mul(size));
        FunctionCost { memory, work }
    }
}
