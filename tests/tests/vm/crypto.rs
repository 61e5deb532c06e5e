//! Keys: what belongs to a VM, and that long work can be stopped.

use std::time::Duration;

use jsvm::{Error, Interrupt, Limits};
use jsvm_tests::{assert_usable, builder, eval, vm};

const SETUP: &str = "
    globalThis.rsa = { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 8192, publicExponent: new Uint8Array([1, 0, 1]) };
    globalThis.password = undefined;
    crypto.subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits']).then((key) => { password = key; });
";

#[test]
fn long_work_stops_and_the_vm_lives() {
    let scripts = [
        "crypto.subtle.generateKey(rsa, false, ['sign'])",
        "crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: new Uint8Array(8), iterations: 4e9 }, password, 512)",
    ];
    for script in scripts {
        let limits = Limits::default().time(Duration::from_millis(500));
        let vm = builder().limits(limits).build().unwrap();
        eval(&vm, SETUP);
        vm.run_jobs().unwrap();
        let error = vm.eval(script).unwrap_err();
        assert!(
            matches!(error, Error::Interrupted(Interrupt::TimeLimit)),
            "{script}: {error:?}"
        );
        assert_usable(&vm);
        assert_eq!(eval(&vm, "password.type").to::<String>().unwrap(), "secret");
    }
}

#[test]
fn a_seed_determines_keys() {
    const SCRIPT: &str = "
        globalThis.out = '';
        const show = async ({ privateKey }) => {
            const { d } = await crypto.subtle.exportKey('jwk', privateKey);
            out += d;
        };
        crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, ['sign']).then(show);
        crypto.subtle.generateKey('Ed25519', true, ['sign']).then(show);
    ";
    let keys = |seed| {
        let vm = builder().seed(seed).build().unwrap();
        eval(&vm, SCRIPT);
        vm.run_jobs().unwrap();
        eval(&vm, "out").to::<String>().unwrap()
    };
    let first = keys(1);
    assert_eq!(first.len(), 64 + 43);
    assert_eq!(first, keys(1));
    assert_ne!(first, keys(2));
}

#[test]
fn keys_survive_a_snapshot() {
    let vm = vm();
    eval(
        &vm,
        "crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']).then(async (key) => {
            globalThis.key = key;
            globalThis.mac = await crypto.subtle.sign('HMAC', key, new Uint8Array(3));
        });
        globalThis.algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) };
        crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']).then((made) => { globalThis.pair = made; });",
    );
    vm.run_jobs().unwrap();
    let restored = builder().restore(&vm.snapshot().unwrap()).unwrap();
    eval(
        &restored,
        "globalThis.out = [];
        crypto.subtle.verify('HMAC', key, mac, new Uint8Array(3)).then((valid) => out.push(valid));
        crypto.subtle.sign(algorithm.name, pair.privateKey, mac)
            .then((signature) => crypto.subtle.verify(algorithm.name, pair.publicKey, signature, mac))
            .then((valid) => out.push(valid));",
    );
    restored.run_jobs().unwrap();
    assert_eq!(
        eval(&restored, "out.join()").to::<String>().unwrap(),
        "true,true"
    );
}

/// The build inserts polls into loops of functions that call no other, and so keep variables below the stack
/// pointer. Polls must leave these alone: before, one of 150 signatures came out wrong.
#[test]
fn polls_leave_the_numbers_of_a_computation_alone() {
    let limits = Limits::default().time(Duration::from_secs(120));
    let vm = builder().limits(limits).build().unwrap();
    eval(
        &vm,
        "globalThis.out = [];
        (async () => {
            const { subtle } = crypto, data = new Uint8Array(32);
            for (let i = 0; i < 300; i++) {
                const { publicKey, privateKey } = await subtle.generateKey('Ed448', false, ['sign', 'verify']);
                const signature = await subtle.sign('Ed448', privateKey, data);
                if (!(await subtle.verify('Ed448', publicKey, signature, data))) out.push(i);
            }
            out.push('end');
        })();",
    );
    vm.run_jobs().unwrap();
    assert_eq!(eval(&vm, "out.join()").to::<String>().unwrap(), "end");
}
