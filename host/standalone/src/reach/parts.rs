//! The compiled parts of the web platform, among the constants of a VM.

use std::ops::Range;

/// The list of compiled parts: for each the length of its name, the name, the length of its bytecode in
/// four bytes, and the bytecode. A length of 0 ends the list.
pub struct Parts {
    list: Vec<Compiled>,
    /// Where the list is in memory.
    place: Range<usize>,
}

struct Compiled {
    name: String,
    /// The entry, and the bytecode in it.
    entry: Vec<u8>,
    code: Range<usize>,
    is_included: bool,
}

impl Parts {
    /// Reads the list at an offset of a memory. Returns `None` if there is none.
    pub fn read(memory: &[u8], offset: u32) -> Option<Parts> {
        let start = offset as usize;
        let mut rest = memory.get(start..)?;
        let mut list = Vec::new();
        loop {
            let (len, after) = rest.split_first()?;
            if *len == 0 {
                break;
            }
            let (name, after) = after.split_at_checked(usize::from(*len))?;
            let (size, after) = after.split_first_chunk()?;
            let size = u32::from_le_bytes(*size) as usize;
            let head = rest.len() - after.len();
            let (entry, after) = rest.split_at_checked(head + size)?;
            list.push(Compiled {
                name: str::from_utf8(name).ok()?.to_owned(),
                entry: entry.to_owned(),
                code: head..head + size,
                is_included: false,
            });
            rest = after;
        }
        let end = memory.len() - rest.len();
        Some(Parts {
            list,
            place: start..end,
        })
    }

    /// Includes a part, and those that it names in turn, except some. Those that are needed later are not
    /// included by others.
    pub fn include(
        &mut self,
        name: &str,
        is_excluded: &dyn Fn(&str) -> bool,
        is_needed_later: &dyn Fn(&str) -> bool,
    ) {
        let mut names = vec![name.to_owned()];
        while let Some(name) = names.pop() {
            let part = self.list.iter_mut().find(|part| part.name == name);
            let Some(part) = part.filter(|part| !part.is_included && !is_excluded(&name)) else {
                continue;
            };
            part.is_included = true;
            let code = part.entry[part.code.clone()].to_owned();
            let others = self.list.iter();
            let others = others.filter(|other| !is_needed_later(&other.name));
            let others = others.filter(|other| has_string(&code, &other.name));
            names.extend(others.map(|other| other.name.clone()));
        }
    }

    /// Whether a part of this name is included.
    pub fn is_included(&self, name: &str) -> bool {
        self.included().any(|part| part.name == name)
    }

    /// Whether the bytecode of a part that is included has a name.
    pub fn have(&self, name: &str) -> bool {
        let mut included = self.included();
        included.any(|part| has_string(&part.entry[part.code.clone()], name))
    }

    /// The names of parts that are left out.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        let parts = self.list.iter().filter(|part| !part.is_included);
        parts.map(|part| &*part.name)
    }

    fn included(&self) -> impl Iterator<Item = &Compiled> {
        self.list.iter().filter(|part| part.is_included)
    }

    /// Writes the list with the parts that are included in the place of the whole list.
    pub fn write(&self, memory: &mut [u8]) {
        let mut bytes: Vec<u8> = self
            .included()
            .flat_map(|part| part.entry.clone())
            .collect();
        bytes.resize(self.place.len(), 0);
        memory[self.place.clone()].copy_from_slice(&bytes);
    }
}

/// Whether bytecode has a string: its length is before it, doubled.
fn has_string(code: &[u8], name: &str) -> bool {
    let Ok(len) = u8::try_from(2 * name.len()) else {
        return true;
    };
    let wanted = [&[len], name.as_bytes()].concat();
    // A length of two bytes is not searched for.
    len >= 128 || code.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::Parts;

    fn entry(name: &str, code: &[u8]) -> Vec<u8> {
        let size = (code.len() as u32).to_le_bytes();
        [&[name.len() as u8], name.as_bytes(), &size, code].concat()
    }

    #[test]
    fn a_part_brings_those_that_it_names() {
        let list = [
            entry("a", b"..\x04bc.."),
            entry("bc", b"\x0atoAtA"),
            entry("d", b"\x02a"),
        ];
        let list = [b"xx", &list.concat()[..], &[0, 7]].concat();
        let mut parts = Parts::read(&list, 2).unwrap();
        parts.include("a", &|_| false, &|_| false);
        assert_eq!(parts.left_out().collect::<Vec<_>>(), ["d"]);
        assert!(parts.have("toAtA") && !parts.have("toAt") && !parts.have("a"));
        let mut memory = list.clone();
        parts.write(&mut memory);
        let left = [entry("a", b"..\x04bc.."), entry("bc", b"\x0atoAtA")].concat();
        assert_eq!(memory[2..2 + left.len()], left);
        assert_eq!(memory.last(), Some(&7));
        let end = &memory[2 + left.len()..memory.len() - 1];
        assert!(end.iter().all(|byte| *byte == 0));

        let mut parts = Parts::read(&list, 2).unwrap();
        parts.include("d", &|name| name == "bc", &|_| false);
        assert_eq!(parts.left_out().collect::<Vec<_>>(), ["bc"]);

        let mut parts = Parts::read(&list, 2).unwrap();
        parts.include("d", &|_| false, &|name| name == "bc");
        assert_eq!(parts.left_out().collect::<Vec<_>>(), ["bc"]);
        parts.include("bc", &|_| false, &|name| name == "bc");
        assert_eq!(parts.left_out().count(), 0);
    }

    #[test]
    fn a_list_that_is_cut_is_none() {
        let list = entry("a", b"code");
        for len in 0..=list.len() {
            assert!(Parts::read(&list[..len], 0).is_none(), "{len}");
        }
    }
}
