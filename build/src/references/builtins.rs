//! Finds functions that the engine lists for JavaScript: arrays of `JSCFunctionListEntry`.

use std::collections::{BTreeSet, HashSet};

use super::Builtin;
use super::linked::{Linked, Owner, Target};

/// Offsets in a `JSCFunctionListEntry`, and the kinds of entries.
const KIND: u32 = 5;
const VALUE: u32 = 8;
const FUNCTION: u32 = 12;
const CFUNC: u8 = 0;
const GETSET: [u8; 2] = [1, 2];

/// The constant with the names that the engine itself uses.
const ATOMS: &str = "js_atom_init";

/// Finds the functions that can be left out if a program does not have their names: neither the engine
/// nor the guest, which has `names_of_guest`, looks for them by a name, and no symbol of JavaScript leads
/// to them.
pub fn find(linked: &Linked<'_>, names_of_guest: &HashSet<String>) -> Vec<Builtin> {
    let (functions, addresses) = linked.by_address();
    let names_of_engine = names_of_engine(linked);
    let code = linked.places.iter();
    let code = code.filter_map(|place| match (place.owner, place.target) {
        (Owner::Function(_), Target::Constant { address, .. }) => Some(address),
        _ => None,
    });
    let mut kept: HashSet<u32> = code.collect();
    // What an entry says is the other name of a property.
    kept.extend(addresses.iter().filter_map(|(place, address)| {
        let is_second = addresses.contains_key(&place.checked_sub(VALUE)?);
        is_second.then_some(*address)
    }));
    let mut found = BTreeSet::new();
    let mut used = HashSet::new();
    for (place, function) in &functions {
        let entries = [place.checked_sub(FUNCTION), place.checked_sub(VALUE)];
        let is_listed = |entry: u32, kinds: &[u8]| {
            let kind = linked.data_at(entry + KIND).first()?;
            let address = addresses.get(&entry)?;
            let name = text_at(linked, *address)?;
            kinds.contains(kind).then_some((*address, name))
        };
        let listed = match entries {
            [Some(entry), _]
                if let Some(name) = is_listed(entry, &[CFUNC, GETSET[0], GETSET[1]]) =>
            {
                Some((entry, name))
            }
            [_, Some(entry)] => is_listed(entry, &GETSET).map(|name| (entry, name)),
            _ => None,
        };
        let Some((entry, (address, name))) = listed else {
            // Another constant has it.
            used.insert(*function);
            continue;
        };
        if kept.contains(&address)
            || name.starts_with('[')
            || names_of_engine.contains(name)
            || names_of_guest.contains(name)
        {
            used.insert(*function);
        }
        found.insert((*function, entry, name));
    }
    found
        .into_iter()
        .filter(|(function, ..)| !used.contains(function))
        .map(|(function, entry, name)| Builtin {
            name: name.to_owned(),
            entry,
            function,
        })
        .collect()
}

fn names_of_engine<'a>(linked: &Linked<'a>) -> HashSet<&'a str> {
    let Some(range) = linked.data_named(ATOMS) else {
        return HashSet::new();
    };
    let bytes = linked.data_at(range.start);
    let bytes = bytes.get(..range.len()).unwrap_or_default();
    let names = bytes.split(|byte| *byte == 0);
    names
        .filter_map(|name| std::str::from_utf8(name).ok())
        .collect()
}

/// The text that ends with a zero; `None` if it is empty.
fn text_at<'a>(linked: &Linked<'a>, address: u32) -> Option<&'a str> {
    let bytes = linked.data_at(address);
    let end = bytes.iter().position(|byte| *byte == 0)?;
    let text = std::str::from_utf8(bytes.get(..end)?).ok()?;
    (!text.is_empty()).then_some(text)
}
