//! The exported interfaces of the world, a file each: they convert between the types of the bindings and
//! those of the VM, and do nothing else.

mod batch;
mod buffers;
mod callbacks;
mod collections;
mod evaluation;
mod evaluator;
mod frames;
mod functions;
mod heap;
mod http_tools;
mod jobs;
mod module_imports;
mod node_tools;
mod objects;
mod promises;
mod properties;
mod realm;
mod requests;
mod roots;
mod values;
mod worlds;
