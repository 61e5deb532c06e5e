//! Reads what a host must know about an engine from its component.

use sha2::{Digest, Sha256};
use wasmparser::{Encoding, Parser, Payload};

use crate::image::{self, BaseImage, ImageError};
use crate::section::{Description, WrongLine, SECTION};

/// The package of the interfaces that an engine exports.
const PACKAGE: &str = "jsvm:engine/";

/// An engine's component, taken apart.
///
/// ```
/// use jsvm_component::{EngineParts, BASE_IMAGE, COMPONENT, FINGERPRINT};
///
/// let parts = EngineParts::read(COMPONENT)?;
/// assert_eq!(parts.fingerprint, FINGERPRINT);
/// assert_eq!(parts.image.bytes, BASE_IMAGE);
/// # Ok::<(), jsvm_component::ReadError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineParts {
    /// The SHA-256 of the component.
    pub fingerprint: [u8; 32],
    /// The memory of a fresh VM.
    pub image: BaseImage,
    /// What the component says about itself.
    pub description: Description,
    /// The version of the WIT package, such as `0.1.0`.
    pub wit: String,
}

/// Why a component is no engine that this crate can read.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The bytes are not a WebAssembly component.
    #[error("it is not a WebAssembly component: {0}")]
    NotAComponent(String),
    /// The component is something else than an engine.
    #[error("it exports no interface of the package `jsvm:engine`")]
    OtherWorld,
    /// The component is an engine of another minor version of the WIT package, which this one names.
    #[error("it has version {0} of the interface `jsvm:engine`")]
    OtherWit(String),
    /// The module of the VM is laid out in another way, or none is there.
    #[error("the base image cannot be read: {0}")]
    Image(String),
    /// The component does not describe itself.
    #[error(transparent)]
    Description(#[from] WrongLine),
    /// The constants of the description do not fit the memory.
    #[error("`{0}` of its section `{SECTION}` is not inside its memory")]
    OutOfMemory(&'static str),
}

impl EngineParts {
    /// Reads a component. Nothing is compiled or run, and the functions inside are not looked at:
    /// whoever runs the component has to validate it, and to compare its memory with the image.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn read(component: &[u8]) -> Result<Self, ReadError> {
        let not_a_component =
            |error: wasmparser::Error| ReadError::NotAComponent(error.to_string());
        let mut contents = Contents::default();
        // How many components and modules the present section is inside of.
        let mut depth = 0_u32;
        for payload in Parser::new(0).parse_all(component) {
            match payload.map_err(not_a_component)? {
                Payload::Version {
                    encoding: Encoding::Module,
                    ..
                } if depth == 0 => {
                    let what = "it is a core module";
                    return Err(ReadError::NotAComponent(what.to_owned()));
                }
                Payload::ModuleSection {
                    unchecked_range, ..
                } => {
                    depth += 1;
                    // The parser has checked that the range is there, or fails next.
                    let module = component.get(unchecked_range).unwrap_or_default();
                    contents.modules.push(module);
                }
                Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                    contents.description = Some(section.data());
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        let name = export.map_err(not_a_component)?.name.name;
                        contents.add_export(name);
                    }
                }
                _ => {}
            }
        }
        let wit = contents.wit.ok_or(ReadError::OtherWorld)?.to_owned();
        // What follows is laid out as this version has it.
        if minor(&wit) != minor(crate::WIT_VERSION) {
            return Err(ReadError::OtherWit(wit));
        }
        let image = contents.image()?;
        let description = contents.description.unwrap_or_default();
        let description = String::from_utf8_lossy(description);
        let description: Description = description.parse()?;
        check(&description, &image)?;
        Ok(EngineParts {
            fingerprint: Sha256::digest(component).into(),
            image,
            description,
            wit,
        })
    }
}

/// What a component consists of.
#[derive(Default)]
struct Contents<'a> {
    modules: Vec<&'a [u8]>,
    description: Option<&'a [u8]>,
    wit: Option<&'a str>,
}

impl<'a> Contents<'a> {
    fn add_export(&mut self, name: &'a str) {
        let interface = name.strip_prefix(PACKAGE);
        if let Some((_, version)) = interface.and_then(|name| name.split_once('@')) {
            self.wit = Some(version);
        }
    }

    /// The image of the only module that has a memory. The others are adapters of the component's
    /// encoding.
    fn image(&self) -> Result<BaseImage, ReadError> {
        let failed = |error: ImageError| ReadError::Image(error.to_string());
        let mut found = None;
        for module in &self.modules {
            if !has_memory(module).map_err(|error| failed(error.into()))? {
                continue;
            }
            if found
                .replace(image::read(module).map_err(failed)?)
                .is_some()
            {
                let what = "two modules have a memory";
                return Err(ReadError::Image(what.to_owned()));
            }
        }
        found.ok_or_else(|| ReadError::Image("no module has a memory".to_owned()))
    }
}

/// The version without its patch version, in which nothing changes that a host relies on.
fn minor(version: &str) -> Option<&str> {
    Some(version.rsplit_once('.')?.0)
}

fn has_memory(module: &[u8]) -> Result<bool, wasmparser::Error> {
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::MemorySection(section) = payload? {
            return Ok(section.count() > 0);
        }
    }
    Ok(false)
}

/// Checks that the constants are addresses inside the memory. A host writes to the counters.
fn check(description: &Description, image: &BaseImage) -> Result<(), ReadError> {
    /// Bytes of the two counters.
    const COUNTERS: u64 = 8;
    let counters = description.poll_counters;
    let end = image.start + image.size;
    let last = end.saturating_sub(COUNTERS);
    let first = image.start.saturating_add(description.constants);
    if description.constants > image.bytes.len() as u64 {
        return Err(ReadError::OutOfMemory("constants"));
    }
    if !(first..=last).contains(&counters) || counters % COUNTERS != 0 {
        return Err(ReadError::OutOfMemory("poll-counters"));
    }
    Ok(())
}
