//! Reads what the functions and constants of the guest need of each other, from what the linker says
//! about its relocations (`--emit-relocs`).
//!
//! A relocation is a place in code or data with the address of a constant, the index of a function, or
//! the number of a function in the table, so nothing has to be guessed. `jsvm build` uses the result to
//! leave out what a program cannot reach.

mod builtins;
mod linked;
mod literals;
#[path = "../../guest/src/web/part_names.rs"]
mod part_names;

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use wasm_encoder::{Module, RawSection};
use wasmparser::{BinaryReader, BinaryReaderError, RelocationType};

use self::linked::{Linked, Owner, Place, Target};
pub use crate::reference_types::{Builtin, Constant, Feature, FunctionUses, Part, References};
use crate::{nested, preinit};

/// Functions that code inserted by `instrument` calls.
const INSERTED: [&str; 2] = [crate::instrument::FUNCTION, crate::instrument::CHARGE];

/// The function that throws in the place of one that was left out.
const THROW: &str = "JS_ThrowTypeError";

/// The constant with the compiled parts of `guest/web`.
const COMPILED_PARTS: &str = "jsvm_parts";

/// What a program reaches by several names.
struct FeatureSymbols {
    name: &'static str,
    identifiers: &'static [&'static str],
    /// Symbols of functions, or pieces of them.
    functions: &'static [&'static str],
    inner: &'static [&'static str],
}

const FEATURES: [FeatureSymbols; 3] = [
    FeatureSymbols {
        name: "eval",
        identifiers: &["eval", "Function("],
        functions: &["__JS_EvalInternal", "jsvm_compile_allowed"],
        inner: &[],
    },
    FeatureSymbols {
        name: "RegExp",
        identifiers: &[
            "RegExp",
            "match",
            "matchAll",
            "search",
            "split",
            "compile",
            "structuredClone",
        ],
        functions: &["js_compile_regexp", "js_regexp_constructor"],
        inner: &[],
    },
    FeatureSymbols {
        name: "import",
        identifiers: &["import", "require"],
        functions: &["2js6module4load17h", "2js6module7resolve17h"],
        inner: &["10jsvm_guest6module4load17h"],
    },
];

/// The functions that create the helpers of parts: the name of the part, and a piece of the symbol.
const NATIVES: [(&str, &str); 28] = [
    ("events", "3web11performance7natives"),
    ("performance", "3web11performance7natives"),
    ("encoding", "3web8encoding7natives"),
    ("streams", "3web8encoding14stream_natives"),
    ("url", "3web3url7natives"),
    ("crypto", "3web6crypto7natives"),
    ("subtle", "3web6crypto6subtle7natives"),
    ("subtle-params", "3web6crypto6subtle5tools"),
    ("subtle-keys", "3web6crypto6subtle5tools"),
    ("subtle-agreement", "3web6crypto6subtle5tools"),
    ("subtle-secret", "3web6crypto6subtle14secret_natives"),
    ("subtle-ec", "3web6crypto2ec7natives"),
    ("subtle-okp", "3web6crypto3okp7natives"),
    ("subtle-448", "3web6crypto3okp11natives_448"),
    ("subtle-rsa", "3web6crypto3rsa7natives"),
    ("node-crypto", "3web6crypto4node7natives"),
    ("node-keys", "3web6crypto4node7natives"),
    ("node-support", "3web6crypto4node7natives"),
    ("headers", "3web7headers7natives"),
    ("blob", "3web4blob7natives"),
    ("form-data", "3web4form7natives"),
    ("body", "3web4http7natives"),
    ("compression", "3web11compression7natives"),
    ("coding", "3web11compression16decoding_natives"),
    ("locale", "3web6locale7natives"),
    ("locale-date", "3web6locale7natives"),
    ("navigator", "3web9navigator7natives"),
    ("webassembly", "3web11webassembly7natives"),
];

/// Why the references cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReferencesError {
    /// The module is not WebAssembly.
    #[error("the guest is not a valid WebAssembly module: {0}")]
    Invalid(#[from] BinaryReaderError),
    /// The linker has not written what is needed.
    #[error("the guest has no section {0}: link guest/ with `--emit-relocs`")]
    Missing(&'static str),
    /// A relocation is not what it should be.
    #[error("cannot read the relocation at {offset} of section {section}: {reason}")]
    Relocation {
        /// The section.
        section: &'static str,
        /// The place in it.
        offset: u32,
        /// What is wrong.
        reason: &'static str,
    },
    /// A source cannot be read.
    #[error("cannot read the sources in {folder}: {source}")]
    Sources {
        /// The folder.
        folder: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// There is no function or constant of this name.
    #[error("the guest has no symbol {0}, which build/src/references.rs names")]
    NoSymbol(String),
}

/// Reads the references of a linked module, of whose memory `constants` bytes from the beginning of its
/// data on never change. `sources` is the folder of its Rust sources.
///
/// # Errors
///
/// See [`ReferencesError`].
pub fn read(core: &[u8], constants: u64, sources: &Path) -> Result<References, ReferencesError> {
    let mut names = HashSet::new();
    literals::words(sources, &mut names).map_err(|source| ReferencesError::Sources {
        folder: sources.to_owned(),
        source,
    })?;
    let linked = Linked::read(core, constants)?;
    let symbol = |name: &str| {
        let found = linked.function(|found| found == name);
        let found = found.or_else(|| linked.function(|found| found.contains(name)));
        found.ok_or_else(|| ReferencesError::NoSymbol(name.to_owned()))
    };
    let mut uses = vec![Uses::default(); linked.functions()];
    let mut constants = vec![Uses::default(); linked.constants.len()];
    let mut rooted = Uses::default();
    let mut initial = Uses::default();
    for place in &linked.places {
        let of = match place.owner {
            Owner::Function(function) => &mut uses[(function - linked.imported) as usize],
            Owner::Constant(index) => &mut constants[index as usize],
            Owner::Rest => &mut rooted,
            // Memory that changes is searched for references as it is.
            Owner::Variable => &mut initial,
        };
        of.add(place, &linked);
    }
    let mut rooted_functions = rooted.calls;
    rooted_functions.append(&mut rooted.takes);
    for name in INSERTED {
        rooted_functions.insert(symbol(name)?);
    }
    let mut initial_functions = initial.calls;
    initial_functions.append(&mut initial.takes);
    initial_functions.insert(symbol(preinit::INIT_FUNCTION)?);
    let mut features = Vec::new();
    for feature in FEATURES {
        let symbols = |names: &[&str]| -> Result<Vec<u32>, ReferencesError> {
            names.iter().map(|name| symbol(name)).collect()
        };
        features.push(Feature {
            name: feature.name.to_owned(),
            identifiers: feature
                .identifiers
                .iter()
                .map(|&name| name.to_owned())
                .collect(),
            functions: symbols(feature.functions)?,
            inner: symbols(feature.inner)?,
        });
    }
    let mut parts = Vec::new();
    for (name, globals) in part_names::PARTS {
        let piece = NATIVES.iter().find(|(part, _)| part == name);
        let function = piece.map(|(_, piece)| {
            let found = linked.function(|found| found.contains(piece));
            found.ok_or_else(|| ReferencesError::NoSymbol((*piece).to_owned()))
        });
        let later = part_names::LATER.iter().find(|(part, _)| part == name);
        let properties = later.map_or(&[][..], |(_, properties)| properties);
        parts.push(Part {
            name: (*name).to_owned(),
            properties: properties.iter().map(|&name| name.to_owned()).collect(),
            globals: globals.iter().map(|&name| name.to_owned()).collect(),
            function: function.transpose()?,
        });
    }
    let compiled_parts = linked.data_named(COMPILED_PARTS);
    let list = |set: BTreeSet<u32>| set.into_iter().collect();
    Ok(References {
        functions: uses
            .into_iter()
            .map(|uses| FunctionUses {
                calls: list(uses.calls),
                takes: list(uses.takes),
                constants: list(uses.constants),
            })
            .collect(),
        builtins: builtins::find(&linked, &names),
        constants: linked
            .constants
            .iter()
            .zip(constants)
            .map(|(range, uses)| Constant {
                start: range.start,
                len: range.end - range.start,
                takes: list(uses.takes),
                constants: list(uses.constants),
            })
            .collect(),
        rooted_constants: list(rooted.constants),
        rooted_functions: list(rooted_functions),
        initial_functions: list(initial_functions),
        initial_constants: list(initial.constants),
        features,
        parts,
        throw: symbol(THROW)?,
        compiled_parts: compiled_parts
            .ok_or_else(|| ReferencesError::NoSymbol(COMPILED_PARTS.to_owned()))?
            .start,
    })
}

/// Removes the sections that [`read`] needs, which later stages would make wrong.
///
/// # Errors
///
/// If the bytes are not a module.
pub fn removed(core: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut kept = Module::new();
    for section in nested::sections(core)? {
        let (id, data) = section?;
        if id == 0 {
            let name = BinaryReader::new(data, 0).read_string()?;
            if name == linked::LINKING || name.starts_with(linked::RELOC) {
                continue;
            }
        }
        kept.section(&RawSection { id, data });
    }
    Ok(kept.finish())
}

/// The references of one function or constant.
#[derive(Clone, Default)]
struct Uses {
    calls: BTreeSet<u32>,
    takes: BTreeSet<u32>,
    constants: BTreeSet<u32>,
}

impl Uses {
    fn add(&mut self, place: &Place, linked: &Linked<'_>) {
        match place.target {
            Target::Function(function) if function < linked.imported => {}
            Target::Function(function) if place.ty == RelocationType::FunctionIndexLeb => {
                self.calls.insert(function);
            }
            Target::Function(function) => {
                self.takes.insert(function);
            }
            Target::Constant { index, .. } => {
                self.constants.insert(index);
            }
            Target::Other => {}
        }
    }
}
