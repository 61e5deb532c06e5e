//! Sessions as bytes.

use jsvm::SealKey;
use jsvm_sandbox::{Decision, Sandbox, SandboxError, Tool, ToolCall};
use serde_json::{Value, json};

use super::{json_of, run, sandbox, value, wait};

/// The bytes of a session that waits, and of one that does not.
fn saved(key: Option<&SealKey>) -> [Vec<u8>; 2] {
    let builder = sandbox().0;
    let builder = match key {
        Some(key) => builder.seal(key.clone()),
        None => builder,
    };
    let mut session = builder.build().unwrap().session().unwrap();
    run(&mut session, "var n = 1");
    let idle = session.to_bytes().unwrap();
    run(&mut session, "n = 2; await tools.pay({ cents: n })");
    [session.to_bytes().unwrap(), idle]
}

#[test]
fn damaged_bytes_are_refused() {
    let sandbox = sandbox().0.build().unwrap();
    for bytes in saved(None) {
        assert!(sandbox.restore(&bytes).is_ok());
        for cut in (0..bytes.len()).step_by(97) {
            assert!(sandbox.restore(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for at in (0..bytes.len()).step_by(31) {
            for flip in [1, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                assert!(sandbox.restore(&damaged).is_err(), "flipped {flip} at {at}");
            }
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(matches!(
            sandbox.restore(&longer),
            Err(SandboxError::Malformed(_))
        ));
        // A length that is too large allocates nothing.
        let mut long = bytes.clone();
        long[10..18].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(matches!(
            sandbox.restore(&long),
            Err(SandboxError::Malformed(_))
        ));
    }
    for bytes in [
        &b""[..],
        b"JSVMCELL",
        b"JSVMCELL\x01\x00",
        b"JSVMCELL\x02\x01",
        b"other bytes",
    ] {
        assert!(matches!(
            sandbox.restore(bytes),
            Err(SandboxError::Malformed(_))
        ));
    }
}

#[test]
fn a_snapshot_of_another_vm_is_no_session() {
    let sandbox = sandbox().0.build().unwrap();
    let vm = jsvm::Engine::global().unwrap().vm().build().unwrap();
    let fresh = vm.snapshot().unwrap();
    // A root of that name that is something else, and one that knows of no session.
    vm.roots().set("jsvm:sandbox", 7).unwrap();
    let number = vm.snapshot().unwrap();
    let inside = "({ setTools() {}, getRecord: () => '{' })";
    vm.roots()
        .set("jsvm:sandbox", vm.eval(inside).unwrap())
        .unwrap();
    for snapshot in [fresh, number, vm.snapshot().unwrap()] {
        let part = snapshot.to_bytes().unwrap();
        let mut bytes = b"JSVMCELL\x01\x01".to_vec();
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend(part);
        let error = sandbox.restore(&bytes).unwrap_err();
        assert!(
            matches!(error, SandboxError::Malformed(_) | SandboxError::Vm(_)),
            "{error}"
        );
    }
}

#[test]
fn sealed_sessions_need_their_key() {
    let [key, other] = [SealKey::new([1; 32]), SealKey::new([2; 32])];
    for bytes in saved(Some(&key)) {
        let with = |key: SealKey| sandbox().0.seal(key).build().unwrap();
        assert!(with(key.clone()).restore(&bytes).is_ok());
        assert!(with(other.clone()).restore(&bytes).is_err());
        assert!(sandbox().0.build().unwrap().restore(&bytes).is_err());
    }
    let [bytes, _] = saved(None);
    assert!(
        sandbox()
            .0
            .seal(key)
            .build()
            .unwrap()
            .restore(&bytes)
            .is_err()
    );
}

#[test]
fn a_session_that_waits_is_small() {
    let [waiting, idle] = saved(None);
    assert!(idle.len() < 30_000, "{}", idle.len());
    assert!(
        waiting.len() - idle.len() < 10_000,
        "{} {}",
        waiting.len(),
        idle.len()
    );
}

#[test]
fn a_restored_session_has_the_tools_of_its_sandbox() {
    let [waiting, idle] = saved(None);
    let tool = |name: &str| Tool::new(name, async |_: ToolCall| Ok(json!("new")));
    let sandbox = Sandbox::builder().tool(tool("other")).build().unwrap();
    let mut session = sandbox.restore(&idle).unwrap();
    assert_eq!(
        value(&mut session, "[await tools.other(), Object.keys(tools)]"),
        json!(["new", ["other"]])
    );
    // The tool of a call that waits may be gone.
    let mut session = sandbox.restore(&waiting).unwrap();
    let id = session.waiting().unwrap()[0].id;
    let outcome = wait(session.resume([(id, Decision::Approve)])).unwrap();
    assert_eq!(
        outcome.error().unwrap().tool.as_ref().unwrap().code,
        "unknown-tool"
    );
    assert_eq!(value(&mut session, "n"), json!(2));
}

#[test]
fn memory_that_is_too_large_is_refused() {
    let mut session = sandbox().0.build().unwrap().session().unwrap();
    run(&mut session, "var a = new Uint8Array(30e6)");
    let bytes = session.to_bytes().unwrap();
    let limits = jsvm::Limits::default()
        .memory(8 << 20)
        .hard_memory(16 << 20);
    let sandbox = sandbox().0.limits(limits).build().unwrap();
    assert!(matches!(
        sandbox.restore(&bytes),
        Err(SandboxError::Snapshot(_))
    ));
}

#[test]
fn a_session_goes_on_any_number_of_times() {
    let (builder, _) = sandbox();
    let sandbox = builder.build().unwrap();
    let mut bytes = sandbox.session().unwrap().to_bytes().unwrap();
    let mut sizes = Vec::new();
    for n in 1..=20 {
        let mut session = sandbox.restore(&bytes).unwrap();
        let code = "globalThis.n = (globalThis.n ?? 0) + (await tools.pay({ cents: 1 })).paid; n";
        let id = run(&mut session, code).waiting()[0].id;
        let mut session = sandbox.restore(&session.to_bytes().unwrap()).unwrap();
        let outcome = wait(session.resume([(id, Decision::Approve)])).unwrap();
        assert_eq!(json_of(&outcome), Value::from(n));
        bytes = session.to_bytes().unwrap();
        sizes.push(bytes.len());
    }
    assert!(sizes[19] < sizes[4] + 2_000, "{sizes:?}");
}
