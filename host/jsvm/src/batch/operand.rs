//! What the steps of a batch work on.

use crate::arg::{Arg, IntoArg};

/// A step of a [`Batch`](super::Batch): it stands for what the step results in. In another batch it stands for
/// the step at the same position.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let mut batch = vm.batch();
/// let global = batch.global();
/// let math = batch.get(global, "Math");
/// assert_eq!((global.index(), math.index()), (0, 1));
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step(pub(super) u32);

impl Step {
    /// Its position in the batch. Arguments that are neither primitives nor values of the VM have
    /// steps of their own.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An operand of a step of a [`Batch`](super::Batch).
///
/// ```
/// use jsvm::{IntoOperand, Operand};
/// assert!(matches!(7.into_operand(), Operand::Arg(_)));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Operand {
    /// The result of another step.
    Step(Step),
    /// A value.
    Arg(Arg),
}

/// Conversion into an operand of a step: of an earlier [`Step`], or of anything that is
/// [`IntoArg`]. To have your own type convert, implement [`IntoArg`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let list = vm.eval("[]")?;
/// let mut batch = vm.batch();
/// // A number and the result of a step:
/// let length = batch.call_method(&list, "push", (7,));
/// batch.call_method(&list, "push", (length,));
/// batch.run()?;
/// assert_eq!(list.to::<Vec<u32>>()?, [7, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait IntoOperand {
    /// The operand.
    fn into_operand(self) -> Operand;
}

impl<T: IntoArg> IntoOperand for T {
    fn into_operand(self) -> Operand {
        Operand::Arg(self.into_arg())
    }
}

impl IntoOperand for Step {
    fn into_operand(self) -> Operand {
        Operand::Step(self)
    }
}

/// Conversion into a list of operands: of a tuple of up to eight [`IntoOperand`], or of a `Vec` of
/// them.
///
/// ```
/// use jsvm::IntoOperands;
/// assert_eq!((1, "two", 3.0).into_operands().len(), 3);
/// assert_eq!(vec![1, 2].into_operands().len(), 2);
/// ```
pub trait IntoOperands {
    /// The operands in order.
    fn into_operands(self) -> Vec<Operand>;
}

impl<T: IntoOperand> IntoOperands for Vec<T> {
    fn into_operands(self) -> Vec<Operand> {
        self.into_iter().map(T::into_operand).collect()
    }
}

impl IntoOperands for () {
    fn into_operands(self) -> Vec<Operand> {
        Vec::new()
    }
}

macro_rules! tuples {
    ($(($($name:ident)+))*) => {
        $(impl<$($name: IntoOperand),+> IntoOperands for ($($name,)+) {
            fn into_operands(self) -> Vec<Operand> {
                #[allow(non_snake_case)]
                let ($($name,)+) = self;
                vec![$($name.into_operand()),+]
            }
        })*
    };
}

tuples! {
    (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H)
}
