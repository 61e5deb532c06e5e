//! Array buffers and views from outside.

use jsvm::{Error, Limits, Value, ViewKind};
use jsvm_tests::{VIEWS, assert_usable, builder, eval, exception, vm};

#[test]
fn typed_arrays_of_every_kind_are_made_of_bytes() {
    let vm = vm();
    for (name, kind, size) in VIEWS {
        let bytes: Vec<u8> = (0..*size as u8 * 3).collect();
        let array = vm.create_typed_array(*kind, &bytes).unwrap();
        assert_eq!(array.view_kind().unwrap(), Some(*kind));
        assert_eq!(array.class_name().unwrap().as_deref(), Some(*name));
        assert_eq!(array.to_bytes().unwrap(), bytes);
        let span = array.view_span().unwrap();
        assert_eq!((span.byte_offset, span.byte_length), (0, size * 3));
        assert_eq!(span.buffer.to_bytes().unwrap(), bytes);
        if *size > 1 {
            let error = exception(vm.create_typed_array(*kind, &bytes[1..]));
            assert_eq!(error.name, "RangeError", "{name}");
        }
        assert!(
            vm.create_typed_array(*kind, &[])
                .unwrap()
                .to_bytes()
                .unwrap()
                .is_empty()
        );
    }
    let half = vm
        .create_typed_array(ViewKind::Float16, &[0x00, 0x3e])
        .unwrap();
    assert_eq!(half.get(0).unwrap().to::<f64>().unwrap(), 1.5);
    let big = vm
        .create_typed_array(ViewKind::BigInt64, &[0xff; 8])
        .unwrap();
    assert_eq!(big.get(0).unwrap().to_bigint().unwrap(), "-1");
}

#[test]
fn bytes_are_written_in_place() {
    let vm = vm();
    let buffer = eval(&vm, "var buffer = new ArrayBuffer(8); buffer");
    let view = eval(&vm, "new Uint16Array(buffer, 2, 2)");
    let data_view = eval(&vm, "new DataView(buffer, 6)");
    buffer.write_bytes(0, &[1, 2]).unwrap();
    view.write_bytes(1, &[9, 9, 9]).unwrap();
    data_view.write_bytes(1, &[7]).unwrap();
    assert_eq!(buffer.to_bytes().unwrap(), [1, 2, 0, 9, 9, 9, 0, 7]);
    // The end of a view is its end, though there is more buffer.
    for (value, offset, len) in [
        (&view, 0, 5),
        (&view, 4, 1),
        (&view, u32::MAX, 1),
        (&data_view, 2, 1),
        (&buffer, 8, 1),
    ] {
        let error = exception(value.write_bytes(offset, &vec![3; len]));
        assert_eq!(error.name, "RangeError");
    }
    view.write_bytes(4, &[]).unwrap();
    assert_eq!(buffer.to_bytes().unwrap(), [1, 2, 0, 9, 9, 9, 0, 7]);
    for source in ["({})", "'text'", "[]", "() => 1"] {
        let error = exception(eval(&vm, source).write_bytes(0, &[1]));
        assert_eq!(error.name, "TypeError", "{source}");
    }
}

#[test]
fn buffers_are_taken() {
    let vm = vm();
    let buffer = eval(&vm, "var view = new Uint8Array([1, 2, 3]); view.buffer");
    assert!(!buffer.is_detached().unwrap());
    assert_eq!(buffer.take_bytes().unwrap(), [1, 2, 3]);
    assert!(buffer.is_detached().unwrap());
    assert_eq!(eval(&vm, "view.length").to::<u32>().unwrap(), 0);
    // Nothing is left to do with it.
    let view = eval(&vm, "view");
    assert_eq!(exception(buffer.take_bytes()).name, "TypeError");
    assert_eq!(exception(buffer.transfer(None)).name, "TypeError");
    assert_eq!(exception(buffer.write_bytes(0, &[])).name, "TypeError");
    assert_eq!(exception(buffer.to_bytes()).name, "TypeError");
    assert_eq!(exception(view.view_span()).name, "TypeError");
    assert_eq!(exception(view.write_bytes(0, &[])).name, "TypeError");
    buffer.detach().unwrap();

    let empty = eval(&vm, "new ArrayBuffer(0)");
    assert!(empty.take_bytes().unwrap().is_empty());
    assert!(empty.is_detached().unwrap());
}

#[test]
fn buffers_are_transferred() {
    let vm = vm();
    let buffer = vm.create_array_buffer(&[1, 2, 3]).unwrap();
    let longer = buffer.transfer(Some(5)).unwrap();
    assert!(buffer.is_detached().unwrap());
    assert_eq!(longer.to_bytes().unwrap(), [1, 2, 3, 0, 0]);
    let shorter = longer.transfer(Some(2)).unwrap();
    assert_eq!(shorter.to_bytes().unwrap(), [1, 2]);
    let same = shorter.transfer(None).unwrap();
    assert_eq!(same.to_bytes().unwrap(), [1, 2]);
    same.detach().unwrap();
    assert!(same.is_detached().unwrap());
    // Scripts cannot deceive it.
    let buffer = eval(
        &vm,
        "ArrayBuffer.prototype.transfer = () => 1; new ArrayBuffer(1)",
    );
    assert_eq!(
        buffer.transfer(Some(4)).unwrap().to_bytes().unwrap().len(),
        4
    );
}

#[test]
fn what_cannot_be_detached_says_so() {
    let vm = vm();
    let shared = eval(&vm, "new SharedArrayBuffer(4)");
    assert!(!shared.is_detached().unwrap());
    for value in [&shared, &eval(&vm, "new Uint8Array(1)"), &eval(&vm, "({})")] {
        assert_eq!(exception(value.detach()).name, "TypeError");
        assert_eq!(exception(value.take_bytes()).name, "TypeError");
        assert_eq!(exception(value.transfer(None)).name, "TypeError");
    }
    shared.write_bytes(0, &[1]).unwrap();
    assert_eq!(shared.to_bytes().unwrap(), [1, 0, 0, 0]);
    assert!(!Value::NULL.is_detached().unwrap());
    let fixed = eval(
        &vm,
        "globalThis.fixed = new ArrayBuffer(2).transferToImmutable?.(); fixed",
    );
    if !fixed.is_undefined() {
        assert_eq!(exception(fixed.detach()).name, "TypeError");
        assert_eq!(exception(fixed.write_bytes(0, &[1])).name, "TypeError");
        let view = eval(&vm, "new Uint8Array(fixed)");
        assert_eq!(exception(view.write_bytes(0, &[1])).name, "TypeError");
    }
}

#[test]
fn a_view_that_is_out_of_bounds_says_so() {
    let vm = vm();
    eval(
        &vm,
        "var buffer = new ArrayBuffer(8, { maxByteLength: 16 })",
    );
    let views = [
        eval(&vm, "new Uint8Array(buffer, 4, 4)"),
        eval(&vm, "new DataView(buffer, 4, 4)"),
    ];
    for view in &views {
        assert_eq!(view.view_span().unwrap().byte_length, 4);
    }
    eval(&vm, "buffer.resize(6)");
    for view in &views {
        assert_eq!(exception(view.view_span()).name, "TypeError");
        assert_eq!(exception(view.write_bytes(0, &[1])).name, "TypeError");
    }
    eval(&vm, "buffer.resize(16)");
    for view in &views {
        view.write_bytes(3, &[5]).unwrap();
    }
}

#[test]
fn what_scripts_make_of_prototypes_does_not_matter() {
    let vm = vm();
    let view = eval(&vm, "new DataView(new ArrayBuffer(4), 1)");
    let bytes = eval(&vm, "new Uint8Array(3)");
    eval(
        &vm,
        "for (const prototype of [DataView.prototype, Object.getPrototypeOf(Uint8Array.prototype)])
           for (const key of ['buffer', 'byteOffset', 'byteLength', 'length'])
             Object.defineProperty(prototype, key, { get() { throw 'fooled' } })",
    );
    assert_eq!(view.view_span().unwrap().byte_length, 3);
    view.write_bytes(0, &[1]).unwrap();
    assert_eq!(bytes.view_span().unwrap().byte_length, 3);
    bytes.write_bytes(2, &[1]).unwrap();
}

#[test]
fn a_transfer_that_does_not_fit_meets_the_limit() {
    let limits = Limits::default().memory(4 << 20);
    let vm = builder().limits(limits).build().unwrap();
    let buffer = vm.create_array_buffer(&[1, 2]).unwrap();
    let error = buffer.transfer(Some(1 << 30)).unwrap_err();
    assert!(
        matches!(&error, Error::Limit(_)) || error.exception().is_some(),
        "{error}"
    );
    assert_usable(&vm);
}
