//! Typed nodes.

use std::mem;

use super::{Event, Form, Key, Read, Write};
use crate::bindings::exports::jsvm::forms::nodes::Node;

pub struct Nodes;

impl Form for Nodes {
    type Data = Vec<Node>;
    type Writer = Writer;

    fn finish(writer: Writer) -> Vec<Node> {
        writer.nodes
    }

    fn read(data: &mut Vec<Node>) -> impl Read {
        Reader {
            nodes: data,
            open: Vec::new(),
            begun: false,
        }
    }
}

#[derive(Default)]
pub struct Writer {
    nodes: Vec<Node>,
    /// Arrays and objects that are not complete, each with the number of values it lacks.
    open: Vec<(usize, usize)>,
    key: String,
}

impl Writer {
    fn push(&mut self, node: Node) {
        let index = self.nodes.len() as u32;
        self.nodes.push(node);
        let Some((parent, missing)) = self.open.last_mut() else {
            return;
        };
        match &mut self.nodes[*parent] {
            Node::Array(elements) => elements.push(index),
            Node::Object(properties) => properties.push((mem::take(&mut self.key), index)),
            _ => unreachable!("only these two are open"),
        }
        *missing -= 1;
        if *missing == 0 {
            self.open.pop();
        }
    }

    fn open(&mut self, node: Node, len: usize) {
        let index = self.nodes.len();
        self.push(node);
        if len > 0 {
            self.open.push((index, len));
        }
    }
}

impl Write for Writer {
    fn boolean(&mut self, value: bool) {
        self.push(Node::Boolean(value));
    }

    fn number(&mut self, value: f64) {
        self.push(Node::Number(value));
    }

    fn text(&mut self, value: &str) {
        self.push(Node::Text(value.to_owned()));
    }

    fn buffer(&mut self, value: Vec<u8>) {
        self.push(Node::Buffer(value));
    }

    fn array(&mut self, len: usize) {
        self.open(Node::Array(Vec::with_capacity(len)), len);
    }

    fn object<'k>(&mut self, keys: impl ExactSizeIterator<Item = Key<'k>>) {
        let len = keys.len();
        self.open(Node::Object(Vec::with_capacity(len)), len);
    }

    fn key(&mut self, key: Key<'_>) {
        self.key = key.text.to_owned();
    }
}

struct Reader<'a> {
    nodes: &'a mut [Node],
    /// Arrays and objects around the next value, each with the number of values that were read.
    open: Vec<(usize, usize)>,
    begun: bool,
}

impl Reader<'_> {
    /// Index of the next value.
    fn next(&mut self) -> Option<usize> {
        if !mem::replace(&mut self.begun, true) {
            return Some(0);
        }
        loop {
            let (parent, read) = self.open.last_mut()?;
            let child = match &self.nodes[*parent] {
                Node::Array(elements) => elements.get(*read).copied(),
                Node::Object(properties) => properties.get(*read).map(|property| property.1),
                _ => None,
            };
            *read += 1;
            match child {
                Some(child) => return Some(child as usize),
                None => self.open.pop(),
            };
        }
    }
}

impl Read for Reader<'_> {
    fn value(&mut self) -> Option<Event<'_>> {
        let index = self.next()?;
        let event = match self.nodes.get_mut(index)? {
            Node::Boolean(value) => Event::Boolean(*value),
            Node::Number(value) => Event::Number(*value),
            Node::Text(value) => Event::Text(value),
            Node::Buffer(value) => Event::Buffer(mem::take(value)),
            Node::Array(elements) => {
                self.open.push((index, 0));
                Event::Array(elements.len())
            }
            Node::Object(properties) => {
                self.open.push((index, 0));
                Event::Object(properties.len())
            }
            _ => return None,
        };
        Some(event)
    }

    fn key(&mut self) -> Option<Key<'_>> {
        loop {
            let (parent, read) = *self.open.last()?;
            match self.nodes.get(parent)? {
                Node::Object(properties) if read < properties.len() => break,
                _ => self.open.pop(),
            };
        }
        let (parent, read) = *self.open.last()?;
        let Node::Object(properties) = &self.nodes[parent] else {
            return None;
        };
        let (text, id) = (&properties[read].0, Key::ANY);
        Some(Key { text, id })
    }
}
