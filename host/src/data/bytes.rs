//! Binary data.

use super::{ConversionError, DataBuilder, FromJs, IntoJs, Node, NodeRef, ViewData, ViewKind};

/// Bytes: a `Uint8Array` in JavaScript. Converting from JavaScript takes the bytes of any buffer
/// or view.
///
/// ```
/// use jsvm::Bytes;
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let reversed = vm.eval("bytes => bytes.reverse()")?.call((Bytes(vec![1, 2, 3]),))?;
/// assert_eq!(reversed.to::<Bytes>()?.0, [3, 2, 1]);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bytes(
    /// The bytes.
    pub Vec<u8>,
);

impl IntoJs for Bytes {
    fn write(self, data: &mut DataBuilder) -> u32 {
        let view = data.reserve();
        let length = self.0.len() as u32;
        let buffer = data.push(Node::Buffer(self.0));
        data.fill(
            view,
            Node::View(ViewData {
                kind: ViewKind::Uint8,
                buffer,
                byte_offset: 0,
                length,
            }),
        );
        view
    }
}

impl FromJs for Bytes {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        match node.bytes() {
            Some(bytes) => Ok(Bytes(bytes.to_vec())),
            None => Err(ConversionError::new(
                "an ArrayBuffer or a view of one",
                node.describe(),
            )),
        }
    }
}
