//! Several components as one.

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};

/// Instantiates components in order. Each gets what it imports from those before it, where they
/// export it. The whole exports what the last one does.
pub fn compose(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut graph = CompositionGraph::new();
    let mut made: Vec<(_, Vec<String>)> = Vec::new();
    for (name, bytes) in parts {
        let types = graph.types_mut();
        let package = Package::from_bytes(&format!("jsvm:{name}"), None, bytes.to_vec(), types);
        let package = graph.register_package(package.unwrap()).unwrap();
        let ty = graph[package].ty();
        let world = &graph.types()[ty];
        let imports: Vec<String> = world.imports.keys().cloned().collect();
        let exports = world.exports.keys().cloned().collect();
        let instance = graph.instantiate(package);
        for import in imports {
            let exporter = made.iter().find(|(_, exports)| exports.contains(&import));
            if let Some((exporter, _)) = exporter {
                let export = graph.alias_instance_export(*exporter, &import).unwrap();
                graph
                    .set_instantiation_argument(instance, &import, export)
                    .unwrap();
            }
        }
        made.push((instance, exports));
    }
    let (last, exports) = made.pop().unwrap();
    for name in exports {
        let export = graph.alias_instance_export(last, &name).unwrap();
        graph.export(export, &name).unwrap();
    }
    graph.encode(EncodeOptions::default()).unwrap()
}
