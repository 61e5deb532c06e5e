//! A plugin that counts words, and lets nothing pass that has none.
//!
//! So that one can see what becomes of a plugin in WebAssembly that fails, it fails when it is asked to.

wit_bindgen::generate!({ path: "../wit", world: "plugin" });

use jsvm::pipeline::host::log;

struct Words;

export!(Words);

impl Guest for Words {
    fn transform(document: Document) -> Result<Option<Document>, String> {
        let Document { text, mut tags } = document;
        match text.split_once(": ") {
            Some(("error", reason)) => return Err(reason.to_owned()),
            Some(("trap", reason)) => panic!("{reason}"),
            Some(("loop", _)) => loop {
                std::hint::spin_loop();
            },
            Some(("hoard", _)) => {
                let mut hoard = Vec::new();
                loop {
                    hoard.push(vec![1_u8; 1 << 20]);
                }
            }
            Some(("recurse", _)) => tags.push(deeper(1).to_string()),
            _ => {}
        }
        let words = text.split_whitespace().count();
        if words == 0 {
            log("nothing in it");
            return Ok(None);
        }
        tags.push(format!("{words} words"));
        Ok(Some(Document { text, tags }))
    }
}

/// Uses all of the stack.
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    if depth == u64::MAX {
        return 0;
    }
    let frame = std::hint::black_box([depth; 64]);
    deeper(frame[63] + 1) + frame[0]
}
