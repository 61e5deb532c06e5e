//! The symbols and relocations of a linked module.

use std::collections::HashMap;
use std::ops::Range;

use wasmparser::{
    BinaryReader, BinaryReaderError, DataKind, Linking, LinkingSectionReader, Operator, Parser,
    Payload, RelocSectionReader, RelocationEntry, RelocationType, SymbolInfo, TypeRef,
};

use super::ReferencesError;

/// The name of the section with symbols.
pub const LINKING: &str = "linking";
/// What the names of sections with relocations begin with.
pub const RELOC: &str = "reloc.";
const CODE: &str = "reloc.CODE";
const DATA: &str = "reloc.DATA";

/// A place with a reference.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub owner: Owner,
    /// In data, the address of the place.
    pub address: Option<u32>,
    pub ty: RelocationType,
    pub target: Target,
}

/// What a place is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Function(u32),
    Constant(u32),
    /// Memory that changes.
    Variable,
    /// Constant memory that belongs to no symbol.
    Rest,
}

/// What a place refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Function(u32),
    Constant {
        index: u32,
        address: u32,
    },
    /// Variables, types, globals.
    Other,
}

/// A linked module.
pub struct Linked<'a> {
    /// The number of imported functions.
    pub imported: u32,
    /// The constants, by address.
    pub constants: Vec<Range<u32>>,
    pub places: Vec<Place>,
    segments: Vec<Segment<'a>>,
    symbols: Vec<Symbol<'a>>,
    /// Where functions are in the section of code.
    bodies: Vec<Range<usize>>,
}

/// Data, where it is in memory.
struct Segment<'a> {
    address: u32,
    data: &'a [u8],
    /// Where the data begins in the section.
    offset: usize,
}

enum Symbol<'a> {
    Function { name: Option<&'a str>, index: u32 },
    Data { name: &'a str, range: Range<u32> },
    Other,
}

impl<'a> Linked<'a> {
    /// Reads a module, of whose data `len` bytes from the beginning on are constant.
    pub fn read(core: &'a [u8], len: u64) -> Result<Self, ReferencesError> {
        let mut linked = Linked {
            imported: 0,
            constants: Vec::new(),
            places: Vec::new(),
            segments: Vec::new(),
            symbols: Vec::new(),
            bodies: Vec::new(),
        };
        let (mut code, mut symbols) = (0, None);
        let (mut in_code, mut in_data) = (None, None);
        for payload in Parser::new(0).parse_all(core) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        linked.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionStart { range, .. } => code = range.start,
                Payload::CodeSectionEntry(body) => {
                    let range = body.range();
                    linked.bodies.push(range.start - code..range.end - code);
                }
                Payload::DataSection(section) => {
                    let start = section.range().start;
                    for segment in section {
                        linked.segments.extend(Segment::new(&segment?, start)?);
                    }
                }
                Payload::CustomSection(section) => {
                    let reader = BinaryReader::new(section.data(), 0);
                    match section.name() {
                        LINKING => symbols = Some(LinkingSectionReader::new(reader)?),
                        CODE => in_code = Some(RelocSectionReader::new(reader)?),
                        DATA => in_data = Some(RelocSectionReader::new(reader)?),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        linked.read_symbols(&symbols.ok_or(ReferencesError::Missing(LINKING))?)?;
        linked.find_constants(len);
        for entry in in_code.ok_or(ReferencesError::Missing(CODE))?.entries() {
            let place = linked.in_code(entry?, core.get(code..).unwrap_or_default())?;
            linked.places.push(place);
        }
        for entry in in_data.ok_or(ReferencesError::Missing(DATA))?.entries() {
            let place = linked.in_data(entry?)?;
            linked.places.push(place);
        }
        Ok(linked)
    }

    fn read_symbols(&mut self, reader: &LinkingSectionReader<'a>) -> Result<(), ReferencesError> {
        for subsection in reader.subsections() {
            let Linking::SymbolTable(symbols) = subsection? else {
                continue;
            };
            for symbol in symbols {
                let symbol = match symbol? {
                    SymbolInfo::Func { index, name, .. } => Symbol::Function { name, index },
                    SymbolInfo::Data {
                        name,
                        symbol: Some(data),
                        ..
                    } => match self.segments.get(data.index as usize) {
                        // Such as `__heap_base`, whose address is not one of data.
                        Some(_) if data.size == 0 => Symbol::Other,
                        Some(segment) => {
                            let start = segment.address + data.offset;
                            let range = start..start + data.size;
                            Symbol::Data { name, range }
                        }
                        None => Symbol::Other,
                    },
                    _ => Symbol::Other,
                };
                self.symbols.push(symbol);
            }
        }
        Ok(())
    }

    /// Joins overlapping symbols of constants: the end of a string may be another symbol.
    fn find_constants(&mut self, len: u64) {
        let first = self.segments.first().map_or(0, |segment| segment.address);
        let end = u64::from(first) + len;
        let symbols = self.symbols.iter();
        let mut ranges: Vec<_> = symbols
            .filter_map(|symbol| match symbol {
                Symbol::Data { range, .. } if u64::from(range.end) <= end => Some(range.clone()),
                _ => None,
            })
            .collect();
        ranges.sort_by_key(|range| (range.start, range.end));
        for range in ranges {
            match self.constants.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => self.constants.push(range),
            }
        }
    }

    fn in_code(&self, entry: RelocationEntry, code: &[u8]) -> Result<Place, ReferencesError> {
        let offset = entry.offset as usize;
        let index = self.bodies.partition_point(|body| body.end <= offset);
        let body = self.bodies.get(index);
        if !body.is_some_and(|body| body.contains(&offset)) {
            return Err(wrong(CODE, &entry, "it is outside of functions"));
        }
        let bytes = code.get(offset..).unwrap_or_default();
        Ok(Place {
            owner: Owner::Function(self.imported + index as u32),
            address: None,
            ty: entry.ty,
            target: self.target(CODE, &entry, bytes)?,
        })
    }

    fn in_data(&self, entry: RelocationEntry) -> Result<Place, ReferencesError> {
        let offset = entry.offset as usize;
        let is_inside = |segment: &&Segment<'_>| {
            (segment.offset..segment.offset + segment.data.len()).contains(&offset)
        };
        let segment = self.segments.iter().find(is_inside);
        let segment = segment.ok_or_else(|| wrong(DATA, &entry, "it is outside of data"))?;
        let within = offset - segment.offset;
        let address = segment.address + within as u32;
        let owner = match self.constant_at(address) {
            Some(index) => Owner::Constant(index),
            // The first segment has the constants.
            None if segment.address != self.segments[0].address => Owner::Variable,
            None => Owner::Rest,
        };
        Ok(Place {
            owner,
            address: Some(address),
            ty: entry.ty,
            target: self.target(DATA, &entry, &segment.data[within..])?,
        })
    }

    fn target(
        &self,
        section: &'static str,
        entry: &RelocationEntry,
        bytes: &[u8],
    ) -> Result<Target, ReferencesError> {
        if entry.ty == RelocationType::TypeIndexLeb {
            return Ok(Target::Other);
        }
        let range = match self.symbols.get(entry.index as usize) {
            Some(Symbol::Function { index, .. }) => return Ok(Target::Function(*index)),
            Some(Symbol::Data { range, .. }) => range,
            _ => return Ok(Target::Other),
        };
        let address = (i64::from(range.start) + entry.addend) as u32;
        if value_of(entry.ty, bytes)? != address {
            let reason = "its value is not the address of its symbol";
            return Err(wrong(section, entry, reason));
        }
        Ok(match self.constant_at(range.start) {
            Some(index) => Target::Constant { index, address },
            None => Target::Other,
        })
    }

    /// The constant that contains an address.
    fn constant_at(&self, address: u32) -> Option<u32> {
        let index = self.constants.partition_point(|range| range.end <= address);
        let found = self.constants.get(index)?;
        found.contains(&address).then_some(index as u32)
    }

    /// The number of functions that the module defines.
    pub fn functions(&self) -> usize {
        self.bodies.len()
    }

    /// The index of the first function whose symbol is wanted.
    pub fn function(&self, is_wanted: impl Fn(&str) -> bool) -> Option<u32> {
        self.symbols.iter().find_map(|symbol| match symbol {
            Symbol::Function {
                name: Some(name),
                index,
            } if is_wanted(name) => Some(*index),
            _ => None,
        })
    }

    /// The addresses of the data with this symbol.
    pub fn data_named(&self, wanted: &str) -> Option<Range<u32>> {
        self.symbols.iter().find_map(|symbol| match symbol {
            Symbol::Data { name, range } if *name == wanted => Some(range.clone()),
            _ => None,
        })
    }

    /// The data from an address on.
    pub fn data_at(&self, address: u32) -> &'a [u8] {
        let found = self.segments.iter().find_map(|segment| {
            let within = address.checked_sub(segment.address)? as usize;
            segment.data.get(within..)
        });
        found.unwrap_or_default()
    }

    /// What data refers to, by the address of the place: functions, and addresses of constants.
    pub fn by_address(&self) -> (HashMap<u32, u32>, HashMap<u32, u32>) {
        let (mut functions, mut addresses) = (HashMap::new(), HashMap::new());
        for place in &self.places {
            let Some(at) = place.address else { continue };
            match place.target {
                Target::Function(function) => functions.insert(at, function),
                Target::Constant { address, .. } => addresses.insert(at, address),
                Target::Other => None,
            };
        }
        (functions, addresses)
    }
}

impl<'a> Segment<'a> {
    /// A segment at a constant address, of a section that begins at `start` of the module.
    fn new(
        segment: &wasmparser::Data<'a>,
        start: usize,
    ) -> Result<Option<Self>, BinaryReaderError> {
        let DataKind::Active { offset_expr, .. } = &segment.kind else {
            return Ok(None);
        };
        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
            return Ok(None);
        };
        Ok(Some(Segment {
            address: value.cast_unsigned(),
            data: segment.data,
            offset: segment.range.end - start - segment.data.len(),
        }))
    }
}

/// The value at a place.
fn value_of(ty: RelocationType, bytes: &[u8]) -> Result<u32, BinaryReaderError> {
    let mut reader = BinaryReader::new(bytes, 0);
    match ty {
        RelocationType::MemoryAddrI32 => reader.read_u32(),
        RelocationType::MemoryAddrLeb => reader.read_var_u32(),
        _ => Ok(reader.read_var_i32()?.cast_unsigned()),
    }
}

fn wrong(section: &'static str, entry: &RelocationEntry, reason: &'static str) -> ReferencesError {
    ReferencesError::Relocation {
        section,
        offset: entry.offset,
        reason,
    }
}
