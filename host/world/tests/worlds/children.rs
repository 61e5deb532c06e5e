//! Resources that a host drops only after those that were made of them.

use jsvm_world::Options;
use serde_json::json;
use wasmtime::component::{Component, Linker, Resource, ResourceType};

use crate::host::{State, engine, instantiated_with};
use crate::json::from_val;
use crate::make::{made, world};

const WIT: &str = "package acme:tree;

interface tree {
  resource node {
    constructor();
    depth: func() -> u32;
    child: func() -> node;
    pair: func() -> tuple<node, result<option<node>>>;
  }
}

world app {
  import tree;
  export chain: func() -> u32;
  export loosened: func() -> u32;
  export nested: func() -> u32;
  export cycles: func(count: u32) -> u32;
}";

const PROGRAM: &str = r#"
import { Node } from "acme:tree/tree";

// Only the last is referred to.
export function chain() {
  let node = new Node();
  for (let depth = 0; depth < 10; depth++) node = node.child();
  return node.depth();
}

// The parent is given up before its child.
export function loosened() {
  let parent = new Node();
  const child = parent.child();
  parent = null;
  new Node().depth();
  return child.depth();
}

// The second of a result is a child of the first.
export function nested() {
  let [parent, { val: child }] = new Node().pair();
  parent = null;
  new Node().depth();
  return child.depth();
}

// The collector finds them in an order of its own.
export function cycles(count) {
  for (let index = 0; index < count; index++) {
    const parent = new Node();
    const child = parent.child();
    const cycle = { parent, child };
    parent.cycle = child.cycle = cycle;
  }
  return new Node().depth();
}
"#;

/// A node of the host, whose state is the number of its parent, or nothing.
struct Node;

fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    fn add(state: &mut State, parent: Option<u32>) -> Resource<Node> {
        let parent = parent.map_or(String::new(), |parent| parent.to_string());
        state.files.push(Some(parent));
        Resource::new_own(state.files.len() as u32 - 1)
    }
    let mut tree = linker.instance("acme:tree/tree")?;
    tree.resource("node", ResourceType::host::<Node>(), |mut store, number| {
        let nodes = &mut store.data_mut().files;
        // A child is made right after its parent here.
        let next = nodes.get(number as usize + 1).cloned().flatten();
        if next.is_some_and(|parent| parent == number.to_string()) {
            return Err(wasmtime::Error::msg("the node has children"));
        }
        nodes[number as usize] = None;
        Ok(())
    })?;
    tree.func_wrap("[constructor]node", |mut store, (): ()| {
        Ok((add(store.data_mut(), None),))
    })?;
    tree.func_wrap("[method]node.depth", |store, (node,): (Resource<Node>,)| {
        let nodes = &store.data().files;
        let mut depth = 0;
        let mut at = node.rep() as usize;
        while let Some(parent) = nodes[at].as_ref().and_then(|parent| parent.parse().ok()) {
            (at, depth) = (parent, depth + 1);
        }
        Ok((depth as u32,))
    })?;
    tree.func_wrap(
        "[method]node.child",
        |mut store, (node,): (Resource<Node>,)| Ok((add(store.data_mut(), Some(node.rep())),)),
    )?;
    tree.func_wrap("[method]node.pair", |mut store, (_,): (Resource<Node>,)| {
        let one = add(store.data_mut(), None);
        let two = add(store.data_mut(), Some(one.rep()));
        Ok(((one, Ok::<_, ()>(Some(two))),))
    })?;
    Ok(())
}

#[test]
fn a_resource_outlives_those_that_were_made_of_it() {
    let source = world(WIT, None).unwrap();
    let (_vm, built) = made(&source, PROGRAM, &Options::default()).unwrap();
    let engine = engine();
    let component = Component::new(&engine, &built.component).unwrap();
    let mut running = instantiated_with(&engine, &component, link).unwrap();
    for (name, args, expected) in [
        ("chain", vec![], 10),
        ("loosened", vec![], 1),
        ("nested", vec![], 1),
        ("cycles", vec![json!(30_000)], 0),
        ("cycles", vec![json!(0)], 0),
    ] {
        let result = running.call(name, &args);
        let result = result.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(from_val(&result[0]), expected, "{name}");
    }
    let left = running.store.data().files.iter().flatten().count();
    assert!(left < 30_000, "{left} of 60000 are left");
}
