//! Parts of data.

use std::collections::HashMap;

use super::{Data, DataBuilder, NodeRef};

/// Copies what a node reaches into data of its own.
pub(super) fn extract(node: NodeRef<'_>) -> Data {
    if node.index == 0 {
        return node.data.clone();
    }
    let mut builder = DataBuilder::new();
    let mut known = HashMap::from([(node.index, builder.reserve())]);
    let mut waiting = vec![node.index];
    while let Some(index) = waiting.pop() {
        let mut copy = node.at(index).node().clone();
        let mut visit = |child: &mut u32| {
            *child = *known.entry(*child).or_insert_with(|| {
                waiting.push(*child);
                builder.reserve()
            });
        };
        copy.renumber(&mut visit);
        builder.fill(known[&index], copy);
    }
    let mut data = builder.finish();
    data.tokens = node.data.tokens.clone();
    data
}
