//! Data of a VM whose memory was forged.

use std::sync::Arc;

use jsvm_data::{Data, DataBuilder, Form, TokenOwner};

struct Nobody;

impl TokenOwner for Nobody {
    fn release_token(&self, _: u64) {}
}

fn malformed() -> Data {
    let form = Form {
        // An array of four elements that are not there.
        item: vec![0x84, 0x01],
        chunks: Vec::new(),
        tokens: Vec::new(),
    };
    Data::from_vm(form, &Arc::new(Nobody))
}

#[test]
fn malformed_data_is_an_error_and_not_undefined() {
    assert!(malformed().nodes().is_err());
    assert!(malformed().root().is_err());
    assert!(malformed().into_nodes().is_err());
    assert!(malformed().to::<Option<u32>>().is_err());
    assert!(DataBuilder::new().data(malformed()).is_err());
    assert!(format!("{:?}", malformed()).contains("expected"));
    assert_ne!(malformed(), Data::of(&()).unwrap());
    assert_ne!(malformed(), malformed());
}
