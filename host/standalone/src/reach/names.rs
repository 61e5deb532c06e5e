//! Finds which names of the engine occur in a program.
//!
//! The engine keeps each name of a property once, as an atom with a count of references. A fresh VM has an
//! atom for each name of its own, so a name occurs in a program if the count has changed. Names that the
//! engine needs itself have no count; they always stay. Text in the program's memory counts as well, such as
//! the sources of functions, which may be compiled later.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use jsvm_component::{Feature, References};

use super::{Inclusion, Parts, Program};

/// Bytes of a string of the engine before its characters, and of the count before that.
const HEAD: usize = 16;
const COUNT: usize = 4;

/// Names of the engine that occur.
pub struct Names<'a> {
    /// Candidates that occur in the program.
    in_program: HashSet<&'a str>,
    with: HashSet<&'a str>,
    without: HashSet<&'a str>,
    /// Parts of the web platform.
    pub parts: Parts,
    /// Whether the program compiles text, which may have any name.
    compiles_text: bool,
}

/// The part that embedders use for HTTP.
const HTTP: &str = "http";

/// The feature that compiles text.
const EVAL: &str = "eval";

/// The features that modules need which are imported later. Their text is in the heap.
const MODULES: [&str; 2] = [EVAL, "import"];

impl<'a> Names<'a> {
    /// Searches a program, and includes the parts that it needs.
    pub fn new(
        references: &'a References,
        program: Program<'_>,
        inclusion: &'a Inclusion,
        mut parts: Parts,
    ) -> Self {
        let mut candidates: HashSet<&str> = HashSet::new();
        candidates.extend(references.builtins.iter().map(|it| &*it.name));
        for part in &references.parts {
            candidates.extend(part.globals.iter().map(|name| &**name));
        }
        for feature in &references.features {
            candidates.extend(feature.identifiers.iter().map(|name| &**name));
        }
        let with: HashSet<&str> = inclusion.with.iter().map(|name| &**name).collect();
        let without: HashSet<&str> = inclusion.without.iter().map(|name| &**name).collect();

        let constants = program.constants as usize;
        let heap = program.memory.get(constants..).unwrap_or_default();
        let base = program.base.get(constants..).unwrap_or_default();
        let called = candidates.iter().copied();
        let called: Vec<&str> = called.filter(|name| name.ends_with('(')).collect();
        let mut in_program = HashSet::new();
        let text = without_comments(heap, &inclusion.comments);
        words(&text, base, &mut |word, is_called| {
            in_program.extend(candidates.get(word));
            if is_called {
                let mut called = called.iter();
                in_program.extend(
                    called
                        .find(|name| name.strip_suffix('(') == Some(word))
                        .copied(),
                );
            }
        });
        in_program.extend(changed_atoms(heap, base, &candidates));

        let eval = references.features.iter().find(|it| it.name == EVAL);
        let mut identifiers = eval.into_iter().flat_map(|it| &it.identifiers);
        let compiles_text = !without.contains(EVAL)
            && (with.contains(EVAL) || identifiers.any(|name| in_program.contains(&**name)));
        let is_excluded = |name: &str| {
            let part = references.parts.iter().find(|part| part.name == name);
            let mut globals = part.into_iter().flat_map(|part| &part.globals);
            without.contains(name) || globals.any(|name| without.contains(&**name))
        };
        let identifiers = inclusion.identifiers.as_ref();
        let is_needed_later = |name: &str| {
            let part = references.parts.iter().find(|part| part.name == name);
            identifiers.is_some() && part.is_some_and(|part| !part.properties.is_empty())
        };
        for part in &references.parts {
            let mut globals = part.globals.iter().map(|name| &**name);
            let is_named = match identifiers {
                // Loaded parts have the names of these in the heap.
                Some(all) if !part.properties.is_empty() => {
                    let mut names = part.globals.iter().chain(&part.properties);
                    names.any(|name| all.contains(name))
                }
                // Nothing else says whether they are needed.
                None if part.globals.is_empty() && !part.properties.is_empty() => true,
                _ => globals.any(|name| in_program.contains(name)),
            };
            let is_used = compiles_text
                || is_named
                || with.contains(&*part.name)
                || part.globals.iter().any(|name| with.contains(&**name))
                || (part.name == HTTP && program.has_http)
                || has_text(heap, &format!("jsvm:{}", part.name));
            if is_used {
                parts.include(&part.name, &is_excluded, &is_needed_later);
            }
        }
        Names {
            in_program,
            with,
            without,
            parts,
            compiles_text,
        }
    }

    /// Whether a function of this name has to stay.
    pub fn has(&self, name: &str) -> bool {
        if self.without.contains(name) {
            return false;
        }
        self.compiles_text
            || self.with.contains(name)
            || self.in_program.contains(name)
            || self.parts.have(name)
    }

    /// Whether a feature has to stay.
    pub fn has_feature(&self, feature: &Feature, program: Program<'_>) -> bool {
        if self.without.contains(&*feature.name) {
            return false;
        }
        let mut identifiers = feature.identifiers.iter();
        self.compiles_text
            || self.with.contains(&*feature.name)
            || (MODULES.contains(&&*feature.name) && program.has_modules)
            || identifiers.any(|name| self.in_program.contains(&**name))
    }
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

/// Whether a byte is neither text nor the end of one, nor the space between words.
fn is_binary(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, 0 | b'\t'..=b'\r')
}

/// Returns memory with blanks in place of these comments.
fn without_comments<'a>(memory: &'a [u8], comments: &BTreeSet<String>) -> Cow<'a, [u8]> {
    let longest = comments.iter().map(String::len).max().unwrap_or(0);
    let mut blanked = Cow::Borrowed(memory);
    let mut at = 0;
    while longest > 0
        && let Some(found) = memory[at..].iter().position(|byte| *byte == b'/')
    {
        let start = at + found;
        at = start + 1;
        let rest = &memory[start..memory.len().min(start + longest + 1)];
        let len = match rest {
            [_, b'*', inner @ ..] => inner
                .windows(2)
                .position(|end| end == b"*/")
                .map(|end| end + 4),
            [_, b'/', ..] => rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')),
            _ => None,
        };
        if let Some(comment) = len.and_then(|len| str::from_utf8(&rest[..len]).ok())
            && comments.contains(comment)
        {
            at = start + comment.len();
            blanked.to_mut()[start..at].fill(b' ');
        }
    }
    blanked
}

/// Calls `found` with each run of characters of identifiers, of one byte or of two, of which something
/// differs from the other memory, and whether a call follows.
///
/// The engine does not write all bytes between its objects, so parts of text that was there before are left in
/// front of counts and opcodes. A word that such a byte follows is no text of the program.
fn words(memory: &[u8], base: &[u8], found: &mut dyn FnMut(&str, bool)) {
    let is_new = |from: usize, to: usize| base.get(from..to) != Some(&memory[from..to]);
    let mut add = |from: usize, to: usize, word: &[u8], is_called: bool| {
        if let Ok(word) = str::from_utf8(word)
            && is_new(from, to)
        {
            found(word, is_called);
        }
    };
    let mut start = 0;
    for at in 0..=memory.len() {
        if memory.get(at).is_some_and(|byte| is_identifier(*byte)) {
            continue;
        }
        if at > start && !memory.get(at).is_some_and(|byte| is_binary(*byte)) {
            let next = memory[at..].trim_ascii_start().first();
            add(start, at, &memory[start..at], next == Some(&b'('));
        }
        start = at + 1;
    }
    let mut wide = Vec::new();
    let units = memory.as_chunks().0;
    for (index, [low, high]) in units.iter().enumerate() {
        if *high == 0 && is_identifier(*low) {
            wide.push(*low);
            continue;
        }
        if wide.len() > 1 {
            let mut rest = units[index..].iter();
            let next = rest.find(|unit| !matches!(unit, [b' ' | b'\n' | b'\r' | b'\t', 0]));
            add(
                2 * (index - wide.len()),
                2 * index,
                &wide,
                next == Some(&[b'(', 0]),
            );
        }
        wide.clear();
    }
}

/// Finds atoms of the fresh VM whose count of references is another now, and names that have none.
fn changed_atoms<'a>(heap: &[u8], base: &[u8], candidates: &HashSet<&'a str>) -> Vec<&'a str> {
    let mut atoms: HashMap<&str, bool> = HashMap::new();
    for at in (0..base.len().saturating_sub(HEAD)).step_by(8) {
        let Some(len) = base[at..].first_chunk() else {
            break;
        };
        let chars = at + HEAD..(at + HEAD).saturating_add(u32::from_le_bytes(*len) as usize);
        let text = base.get(chars).and_then(|text| str::from_utf8(text).ok());
        let (Some(name), Some(count)) = (
            text.and_then(|text| candidates.get(text)),
            at.checked_sub(COUNT),
        ) else {
            continue;
        };
        let has_changed = base.get(count..at) != heap.get(count..at);
        *atoms.entry(name).or_default() |= has_changed;
    }
    let candidates = candidates.iter().copied();
    candidates
        .filter(|name| atoms.get(name).copied().unwrap_or(false))
        .collect()
}

/// Whether memory has a string of the engine with this text.
fn has_text(memory: &[u8], text: &str) -> bool {
    let len = (text.len() as u32).to_le_bytes();
    let text = text.as_bytes();
    (0..memory.len().saturating_sub(HEAD + text.len()))
        .step_by(8)
        .any(|at| memory[at..at + 4] == len && memory[at + HEAD..].starts_with(text))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{changed_atoms, has_text, without_comments, words};

    fn found(memory: &[u8], base: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        words(memory, base, &mut |word, is_called| {
            found.push(format!("{word}{}", if is_called { "(" } else { "" }));
        });
        found
    }

    #[test]
    fn comments_are_blanked() {
        let comments = ["/* eval */", "// eval('é')"].map(str::to_owned).into();
        let check = |memory: &str, expected: &str| {
            let blanked = without_comments(memory.as_bytes(), &comments);
            assert_eq!(str::from_utf8(&blanked), Ok(expected));
        };
        check("a/* eval */b", "a          b");
        check("/* eval */", "          ");
        check("a// eval('é')\nb", "a             \nb");
        for other in [
            "/* eval",
            "/* eval() */",
            "//* eval",
            "// eval('é')",
            "// eval(\n",
            "/",
            "/*/",
            "",
        ] {
            check(other, other);
        }
        let none = without_comments(b"/* eval */", &BTreeSet::new());
        assert_eq!(&*none, b"/* eval */");
    }

    #[test]
    fn words_in_front_of_other_data_are_no_text() {
        assert_eq!(found(b"eval\x03\x0f eval\x1f", b""), [""; 0]);
        let text = [&b"eval\0"[..], b"eval\n", b"eval\x0b", b"eval"].concat();
        assert_eq!(found(&text, b""), ["eval"; 4]);
    }

    #[test]
    fn words_are_identifiers_that_are_new() {
        assert_eq!(found(b"a.bc (1)\0$d", b""), ["a", "bc(", "1", "$d"]);
        assert_eq!(found(b"a.bc.d", b"a.xc.d"), ["bc"]);
        let wide: Vec<u8> = "f.eval ()".bytes().flat_map(|byte| [byte, 0]).collect();
        assert!(found(&wide, b"").contains(&"eval(".to_owned()));
        assert_eq!(found(&wide, &wide), [""; 0]);
    }

    fn atom(count: u32, text: &str) -> Vec<u8> {
        let mut bytes = vec![0; 4];
        bytes.extend(count.to_le_bytes());
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend([0; 12]);
        bytes.extend(text.bytes());
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    }

    #[test]
    fn atoms_are_found_whose_count_has_changed() {
        let base = [atom(1, "map"), atom(2, "filter")].concat();
        let heap = [atom(1, "map"), atom(3, "filter")].concat();
        let candidates = ["map", "filter", "none"].into();
        assert_eq!(changed_atoms(&heap, &base, &candidates), ["filter"]);
        assert_eq!(changed_atoms(&base, &base, &candidates), [""; 0]);
        assert!(has_text(&base, "filter") && !has_text(&base, "filte"));
    }
}
