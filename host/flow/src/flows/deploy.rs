//! New code for flows that run.

use jsvm::EngineId;

use super::{ENGINE_LEVEL, Flows};
use crate::effects::Call;
use crate::error::FlowError;
use crate::model::{FlowId, Input, ProgramId, StoredProgram, Turn, WallTime};
use crate::program::Program;
use crate::store::{Store, StoreError};
use crate::turn::{End, Whose};
use crate::vault::RecordKind;
use crate::vm::{CHECKPOINT, FlowVm};

/// The flows of a store by their code.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct CodeView {
    /// The digest of the code, in hexadecimal digits.
    pub program: String,
    /// The file that it was made of.
    pub name: String,
    /// The running flows with this code.
    pub flows: Vec<FlowCode>,
}

/// What keeps a flow with its code.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct FlowCode {
    /// The flow.
    pub id: FlowId,
    /// The digest of the code that it moves to at its next checkpoint.
    pub target: Option<String>,
    /// What it waits for: it moves when it awaits `checkpoint` and nothing else.
    pub waiting: String,
    /// Why its last move was given up.
    pub refusal: Option<String>,
}

impl<S: Store> Flows<S> {
    /// Has a flow move to a program at its next [`checkpoint`](crate::DECLARATIONS), where nothing else is
    /// pending. The program's default function is called with the state. Without a program, the flow stays
    /// with its code.
    ///
    /// The new code is tried on a copy first, up to where it waits: if it throws, or needs too long, the flow
    /// stays with its code, and [`FlowView::refusal`](crate::FlowView::refusal) says why.
    ///
    /// Returns `false` if the flow has ended.
    ///
    /// # Errors
    /// [`FlowError::NoFlow`]; [`FlowError::Store`].
    pub fn deploy(&mut self, flow: &FlowId, program: Option<&Program>) -> Result<bool, FlowError> {
        self.row(flow)?;
        if let Some(program) = program {
            self.keep_program(program)?;
        }
        Ok(self.store.set_target(flow, program.map(Program::id))?)
    }

    /// Lists the running flows by their code, and what keeps each with it.
    ///
    /// # Errors
    /// [`FlowError::WrongKey`]; [`FlowError::Store`].
    pub fn codes(&mut self) -> Result<Vec<CodeView>, FlowError> {
        let mut views: Vec<CodeView> = Vec::new();
        for flow in self.list(Some(crate::model::Status::Running), usize::MAX)? {
            let known = views.iter().position(|view| view.program == flow.program);
            let index = match known {
                Some(index) => index,
                None => {
                    let row = self.row(&flow.id)?;
                    let program = self.store.program(row.program)?;
                    views.push(CodeView {
                        program: flow.program.clone(),
                        name: program.map(|program| program.name).unwrap_or_default(),
                        flows: Vec::new(),
                    });
                    views.len() - 1
                }
            };
            views[index].flows.push(FlowCode {
                id: flow.id,
                target: flow.target,
                waiting: flow.waiting,
                refusal: flow.refusal,
            });
        }
        Ok(views)
    }

    pub(crate) fn keep_program(&mut self, program: &Program) -> Result<(), FlowError> {
        self.keep_stored(program.stored())
    }

    fn keep_stored(&mut self, stored: &StoredProgram) -> Result<(), FlowError> {
        if self.store.program(stored.id)?.is_none() {
            if stored.engine == *EngineId::BUILT_IN.as_bytes() {
                // Later versions of jsvm go on with it.
                let component = zstd::bulk::compress(jsvm::COMPONENT, ENGINE_LEVEL)
                    .map_err(|error| StoreError::Failed(error.to_string()))?;
                self.store.put_engine(&stored.engine, &component)?;
            }
            self.store.put_program(stored)?;
        }
        Ok(())
    }

    /// Runs the first turn of new code with a state, on a copy that nothing leaves.
    ///
    /// # Errors
    /// A text that says why the flow cannot move, or a failure of the store.
    pub(crate) fn try_code(
        &mut self,
        flow: &FlowId,
        run: u32,
        target: ProgramId,
        state: &str,
        wall: WallTime,
    ) -> Result<Result<(), String>, FlowError> {
        let program = match self.program(target) {
            Ok(program) => program,
            Err(FlowError::Store(error)) if !matches!(error, StoreError::Damaged(_)) => {
                return Err(error.into());
            }
            Err(error) => return Ok(Err(error.to_string())),
        };
        let tried = || {
            let vm = FlowVm::begin(&program.config, &program.base, [0; 32])?;
            let start = Input::Start {
                input: state.to_owned(),
                scheduled: None,
            };
            let turn = Turn {
                wall,
                monotonic: super::FIRST_MONOTONIC,
                inputs: vec![start],
            };
            let ran = vm.run(&Whose { id: flow, run }, &turn, Some(self.turn_time))?;
            let malformed = ran.requests.iter().find_map(|request| match &request.call {
                Ok(Call::Custom(_)) if request.name == CHECKPOINT => None,
                Ok(_) => None,
                Err(message) => Some((*message).to_owned()),
            });
            Ok::<_, FlowError>((ran.end, malformed))
        };
        Ok(match tried() {
            Err(error) => Err(format!("the new code cannot run: {error}")),
            Ok((Some(End::Failed(failure)), _)) => Err(format!("the new code threw {failure}")),
            Ok((_, Some(message))) => Err(message),
            Ok(_) => Ok(()),
        })
    }

    pub(crate) fn seal_refusal(&self, flow: &FlowId, reason: &str) -> Result<Vec<u8>, FlowError> {
        self.vault
            .seal(flow, RecordKind::Refusal, reason.as_bytes())
    }
}
