//! The documentation of the WIT, in the forms in which tools and registries find it.
//!
//! A component names the interfaces of a package and has no comments of theirs: the section
//! `package-docs` holds only those of its own world. The package as a file of its own has them all.

use std::error::Error;
use std::path::Path;

use wasm_encoder::{ComponentSection, CustomSection};
use wit_component::DecodedWasm;
use wit_parser::{PackageId, PackageMetadata, Resolve};

/// The world of the VM.
const WORLD: &str = "js-vm";

/// Why documentation could not be added.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the documentation of wit/: {reason}")]
pub struct PackageError {
    reason: String,
}

/// Encodes the WIT package of a folder with its comments, as registries take it. Items that are not
/// stable are in it, with their gates.
///
/// # Errors
///
/// If the folder is no WIT package.
pub fn wit_package(folder: &Path) -> Result<Vec<u8>, PackageError> {
    let encode = || {
        let (resolve, package) = read(folder)?;
        Ok(wit_component::encode(&resolve, package)?)
    };
    encode().map_err(failed)
}

fn read(folder: &Path) -> Result<(Resolve, PackageId), Box<dyn Error>> {
    let mut resolve = Resolve {
        all_features: true,
        ..Resolve::default()
    };
    let (package, _) = resolve.push_path(folder)?;
    Ok((resolve, package))
}

fn failed(error: Box<dyn Error>) -> PackageError {
    PackageError {
        reason: error.to_string(),
    }
}

/// Adds the comment of the world to a component of it, as the section `package-docs`.
///
/// # Errors
///
/// If the folder has no such world, or the bytes are no component.
pub fn documented(component: Vec<u8>, folder: &Path) -> Result<Vec<u8>, PackageError> {
    let section = || {
        let (resolve, package) = read(folder)?;
        let world = resolve.select_world(&[package], Some(WORLD))?;
        let docs = resolve.worlds[world].docs.clone();
        let about = resolve.packages[package].docs.clone();
        let DecodedWasm::Component(mut decoded, root) = wit_component::decode(&component)? else {
            return Err("the bytes are a WIT package".into());
        };
        let texts = [about.contents, docs.contents];
        let text: Vec<String> = texts.into_iter().flatten().collect();
        decoded.worlds[root].docs.contents = Some(text.join("\n\n"));
        let package = decoded.worlds[root]
            .package
            .ok_or("a world without a package")?;
        Ok(PackageMetadata::extract(&decoded, package).encode()?)
    };
    let data = section().map_err(failed)?;
    let mut component = component;
    let section = CustomSection {
        name: PackageMetadata::SECTION_NAME.into(),
        data: data.into(),
    };
    section.append_to_component(&mut component);
    Ok(component)
}
