//! Collects the names that CommonJS modules export, including those of modules that they re-export.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jsvm::{Import, ImportKind};

use super::files::{File, Files};
use super::resolve::{Resolve, Resolved};

/// The maximum number of names in the lists of all files. In a chain of files, each list has the
/// names of all files behind it. Beyond that, a list has only the names of the file itself; others
/// are still properties of its default export.
const MAX_NAMES: usize = 1 << 20;

/// Returns the names that a module exports. Re-exported files that cannot be read are skipped here
/// and fail when they are loaded.
pub fn find(files: &Files, path: &Path, file: Arc<File>, resolve: &Resolve) -> Arc<Vec<String>> {
    if let Some(names) = file.exports.get() {
        return names.clone();
    }
    let mut search = Search {
        files,
        resolve,
        nodes: Vec::new(),
        known: HashMap::new(),
        open: Vec::new(),
    };
    search.run(path, file.clone());
    file.exports.get().cloned().unwrap_or_default()
}

/// Finds the lists of a file and of all files behind it, each once: Tarjan's search for strongly
/// connected components, without recursion. Files that re-export each other export the same.
struct Search<'f> {
    files: &'f Files,
    resolve: &'f Resolve,
    /// The files, in the order in which they are found.
    nodes: Vec<Node>,
    known: HashMap<PathBuf, usize>,
    /// Files whose component is not complete.
    open: Vec<usize>,
}

struct Node {
    path: PathBuf,
    file: Arc<File>,
    /// The earliest file that is known to be behind this one, and before which it is.
    low: usize,
    is_open: bool,
    /// The number of re-exported modules that were followed.
    followed: usize,
    /// The re-exported files.
    targets: Vec<usize>,
}

impl Search<'_> {
    fn run(&mut self, path: &Path, file: Arc<File>) {
        let mut stack = vec![self.add(path.to_owned(), file)];
        while let Some(&index) = stack.last() {
            let node = &mut self.nodes[index];
            let specifier = node.file.analysis().modules.get(node.followed).cloned();
            node.followed += 1;
            if let Some(specifier) = specifier {
                let Some((target, is_new)) = self.follow(index, &specifier) else {
                    continue;
                };
                self.nodes[index].targets.push(target);
                if is_new {
                    stack.push(target);
                } else if self.nodes[target].is_open {
                    self.nodes[index].low = self.nodes[index].low.min(target);
                }
                continue;
            }
            stack.pop();
            let low = self.nodes[index].low;
            if low == index {
                self.complete(index);
            } else if let Some(&before) = stack.last() {
                self.nodes[before].low = self.nodes[before].low.min(low);
            }
        }
    }

    fn add(&mut self, path: PathBuf, file: Arc<File>) -> usize {
        let index = self.nodes.len();
        self.known.insert(path.clone(), index);
        // What an earlier search has found is complete.
        let is_open = file.exports.get().is_none();
        if is_open {
            self.open.push(index);
        }
        self.nodes.push(Node {
            path,
            file,
            low: index,
            is_open,
            followed: 0,
            targets: Vec::new(),
        });
        index
    }

    /// Returns a re-exported file, and whether it must be searched.
    fn follow(&mut self, from: usize, specifier: &str) -> Option<(usize, bool)> {
        let importer = &self.nodes[from].path;
        let name = importer.to_string_lossy();
        let import = Import::new(specifier, &name, ImportKind::Require);
        let Resolved::File(path) = self.resolve.resolve(&import, importer).ok()? else {
            return None;
        };
        if let Some(&index) = self.known.get(&path) {
            return Some((index, false));
        }
        let name = path.to_string_lossy();
        let file = self.files.get(&path, &name, self.resolve).ok()?;
        let index = self.add(path, file);
        Some((index, self.nodes[index].is_open))
    }

    /// Sets the list of the files of a component, which are those that are open from `first` on.
    fn complete(&mut self, first: usize) {
        let start = self.open.iter().position(|&index| index == first);
        let members = self.open.split_off(start.unwrap_or(self.open.len()));
        for &member in &members {
            self.nodes[member].is_open = false;
        }
        let names = self.names(&members);
        for member in members {
            // Another thread may have been quicker, and has found the same.
            let _ = self.nodes[member].file.exports.set(names.clone());
        }
    }

    fn names(&self, members: &[usize]) -> Arc<Vec<String>> {
        let lists = |member: &usize| {
            let targets = self.nodes[*member].targets.iter();
            let targets = targets.filter_map(|&target| self.nodes[target].file.exports.get());
            targets.cloned().collect::<Vec<_>>()
        };
        let own = |member: &usize| &self.nodes[*member].file.analysis().names;
        // A file that only passes on another one shares its list.
        if let [member] = members
            && own(member).is_empty()
            && let [names] = &lists(member)[..]
        {
            return names.clone();
        }
        let mut known = HashSet::new();
        let mut names = Vec::new();
        let mut add = |found: &[String]| {
            for name in found {
                if name != "default" && known.insert(name.clone()) {
                    names.push(name.clone());
                }
            }
        };
        for member in members {
            add(own(member));
        }
        let others: Vec<_> = members.iter().flat_map(lists).collect();
        let more: usize = others.iter().map(|list| list.len()).sum();
        let before = self.files.names.fetch_add(more, Ordering::Relaxed);
        if before.saturating_add(more) <= MAX_NAMES {
            others.iter().for_each(|list| add(list));
        } else {
            self.files.names.fetch_sub(more, Ordering::Relaxed);
        }
        Arc::new(names)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, Instant};

    use crate::NodeModules;

    /// The exported names of the first of some files, sorted.
    fn names(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let modules = NodeModules::new(folder.path()).unwrap();
        let path = modules.root().join(files[0].0);
        modules.module(files[0].0).unwrap();
        let mut names = modules.files.exports(&path, &modules.resolve);
        names.sort();
        names
    }

    #[test]
    fn names_come_from_all_files_behind() {
        let files = [
            (
                "a.cjs",
                "exports.a = 1; __exportStar(require('./b.cjs')); __exportStar(require('./c.cjs'))",
            ),
            (
                "b.cjs",
                "exports.b = 1; __exportStar(require('./a.cjs')); __exportStar(require('./d.cjs'))",
            ),
            ("c.cjs", "module.exports = require('./d.cjs')"),
            (
                "d.cjs",
                "exports.d = 1; exports.default = 2; __exportStar(require('./missing.cjs'))",
            ),
        ];
        for start in 0..4 {
            let mut files = files;
            files.swap(0, start);
            let expected = if start < 2 {
                &["a", "b", "d"][..]
            } else {
                &["d"]
            };
            assert_eq!(names(&files), expected, "{start}");
        }
    }

    #[test]
    fn files_of_a_chain_are_searched_once() {
        let folder = tempfile::tempdir().unwrap();
        let count = 1_500;
        for n in 0..count {
            let text = format!(
                "module.exports = {{ a{n}: 1, ...require('./{}.cjs') }}",
                n + 1
            );
            fs::write(folder.path().join(format!("{n}.cjs")), text).unwrap();
        }
        let modules = NodeModules::new(folder.path()).unwrap();
        let start = Instant::now();
        modules.module("0.cjs").unwrap();
        let first = start.elapsed();
        for n in 1..count {
            modules.module(&format!("{n}.cjs")).unwrap();
        }
        let others = start.elapsed() - first;
        assert!(
            others < first * 3 + Duration::from_millis(500),
            "{first:?} {others:?}"
        );
        let last = modules.root().join(format!("{}.cjs", count - 1));
        let last = modules.files.exports(&last, &modules.resolve);
        assert_eq!(last, [format!("a{}", count - 1)]);
    }
}
