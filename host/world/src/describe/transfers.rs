//! Describes futures and streams.

use jsvm_abi::{Callee, Transfer, Type, TypeId};
use wit_parser::{FutureIntrinsic, StreamIntrinsic, WasmImport};

use super::{ASYNC_MANGLING, Describer};
use crate::WorldError;

/// A future or a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TransferKind {
    Future,
    Stream,
}

impl Describer<'_> {
    /// Describes a future or stream of the function that is described now. The functions of all futures of one
    /// type are the same.
    pub(super) fn transfer(
        &mut self,
        id: wit_parser::TypeId,
        kind: TransferKind,
        item: Option<wit_parser::Type>,
    ) -> Result<Type, WorldError> {
        let item = self.optional(item)?;
        let types = &self.description.world.types;
        let known = types.iter().find(|ty| match (ty, kind) {
            (Type::Future(other, _), TransferKind::Future)
            | (Type::Stream(other, _), TransferKind::Stream) => *other == item,
            _ => false,
        });
        if let Some(known) = known {
            return Ok(known.clone());
        }
        let first = self.transfer_imports(id, kind)?;
        Ok(match kind {
            TransferKind::Future => Type::Future(item, first),
            TransferKind::Stream => Type::Stream(item, first),
        })
    }

    /// Adds the functions of a future or stream, and returns the number of the first.
    fn transfer_imports(
        &mut self,
        id: wit_parser::TypeId,
        kind: TransferKind,
    ) -> Result<TypeId, WorldError> {
        let Some(at) = self.at.clone() else {
            return Err(WorldError::unfit("a future or stream is of no function"));
        };
        let first = self.description.imports.len() as u32;
        for transfer in Transfer::ALL {
            let interface = at.interface.as_ref();
            let (func, ty, exported) = (at.function, Some(id), at.is_exported);
            // To cancel, and everything that is over at once, is no asynchronous call.
            let async_ = matches!(transfer, Transfer::Read | Transfer::Write);
            let import = match kind {
                TransferKind::Future => WasmImport::FutureIntrinsic {
                    interface,
                    func,
                    ty,
                    intrinsic: future_intrinsic(&transfer),
                    exported,
                    async_,
                },
                TransferKind::Stream => WasmImport::StreamIntrinsic {
                    interface,
                    func,
                    ty,
                    intrinsic: stream_intrinsic(&transfer),
                    exported,
                    async_,
                },
            };
            let core = self.resolve.wasm_import_name(ASYNC_MANGLING, import);
            let callee = match kind {
                TransferKind::Future => Callee::Future(transfer),
                TransferKind::Stream => Callee::Stream(transfer),
            };
            self.import(core.1.clone(), callee, core);
        }
        Ok(first)
    }
}

fn future_intrinsic(transfer: &Transfer) -> FutureIntrinsic {
    match transfer {
        Transfer::New => FutureIntrinsic::New,
        Transfer::Read => FutureIntrinsic::Read,
        Transfer::Write => FutureIntrinsic::Write,
        Transfer::CancelRead => FutureIntrinsic::CancelRead,
        Transfer::CancelWrite => FutureIntrinsic::CancelWrite,
        Transfer::DropReadable => FutureIntrinsic::DropReadable,
        Transfer::DropWritable => FutureIntrinsic::DropWritable,
    }
}

fn stream_intrinsic(transfer: &Transfer) -> StreamIntrinsic {
    match transfer {
        Transfer::New => StreamIntrinsic::New,
        Transfer::Read => StreamIntrinsic::Read,
        Transfer::Write => StreamIntrinsic::Write,
        Transfer::CancelRead => StreamIntrinsic::CancelRead,
        Transfer::CancelWrite => StreamIntrinsic::CancelWrite,
        Transfer::DropReadable => StreamIntrinsic::DropReadable,
        Transfer::DropWritable => StreamIntrinsic::DropWritable,
    }
}
