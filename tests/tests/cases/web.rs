//! The web platform: what each script of `tests/cases/web` writes, with what was not caught at
//! its end. Timers are not there; a job that throws is reported.

use std::fs;
use std::path::Path;

use jsvm::{FixedClock, Source, Vm};
use jsvm_tests::{Console, builder, cases, eval, vm};
use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    let mut trials = cases::golden("web", "js", run);
    // The language itself, where the engine's patches change it. The outputs are those of V8 where it
    // follows the standard, but for the names of functions in frames.
    trials.extend(cases::golden("language", "js", run));
    trials.push(Trial::test("an untouched VM costs what it did", untouched));
    trials.push(Trial::test("each name runs its part alone", alone));
    trials.push(Trial::test(
        "random values are the embedder's",
        random_values,
    ));
    trials.push(Trial::test("what holds native state is freed", freed));
    trials
}

fn run(file: &Path) -> Result<String, Failed> {
    let console = Console::default();
    let vm = console
        .attach(builder())
        .clock(FixedClock::default())
        .seed(1)
        .build()?;
    let source = fs::read_to_string(file)?;
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or("its name is not Unicode")?;
    let mut output = String::new();
    let mut result = vm.eval(Source::script(&source).file_name(name)).map(|_| 1);
    loop {
        for (_, text) in console.take() {
            output += &text;
            output.push('\n');
        }
        match result {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => output += &format!("uncaught: {}\n", first_line(&error.to_string())),
        }
        // A job that throws ends this; those behind it still wait.
        result = vm.run_jobs();
    }
    for rejection in vm.take_unhandled_rejections()? {
        output += &format!("rejected: {}\n", rejection.reason);
    }
    Ok(output)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// A VM that uses nothing of it has next to nothing of it in its memory and its snapshots.
fn untouched() -> Result<(), Failed> {
    let vm = vm();
    let fresh = vm.heap().usage()?.used;
    let size = vm.snapshot()?.to_bytes()?.len();
    eval(&vm, "typeof structuredClone + ('URL' in globalThis)");
    let used = vm.heap().usage()?.used - fresh;
    assert!(used < 1000, "{used} bytes are used by looking at names");
    assert!(size < 1500, "the snapshot of a fresh VM has {size} bytes");
    eval(&vm, "new URL('http://a')");
    assert!(
        vm.heap().usage()?.used > fresh + 5000,
        "the part is in memory"
    );
    Ok(())
}

/// The parts come one by one.
fn alone() -> Result<(), Failed> {
    const NAMES: [&str; 12] = [
        "Event",
        "AbortSignal",
        "TextDecoder",
        "URL",
        "crypto",
        "CryptoKey",
        "performance",
        "Headers",
        "File",
        "MessagePort",
        "TextEncoderStream",
        "ReadableStream",
    ];
    for name in NAMES {
        let vm = vm();
        let kind = eval(&vm, &format!("typeof {name}")).to::<String>()?;
        let expected = match name {
            "crypto" | "performance" => "object",
            _ => "function",
        };
        assert_eq!(kind, expected, "{name}");
    }
    Ok(())
}

/// The same seed gives the same values, another seed others, and `Math.random` takes none away.
fn random_values() -> Result<(), Failed> {
    const SCRIPT: &str = "crypto.randomUUID() + crypto.getRandomValues(new Uint8Array(20))";
    let values = |vm: &Vm| eval(vm, SCRIPT).to::<String>();
    let (one, two, three) = (
        builder().seed(1).build()?,
        builder().seed(1).build()?,
        builder().seed(2).build()?,
    );
    let first = values(&one)?;
    assert_eq!(first, values(&two)?);
    assert_ne!(first, values(&three)?);
    assert_ne!(first, values(&one)?);
    Ok(())
}

/// URLs and decoders are held by the collector.
fn freed() -> Result<(), Failed> {
    let vm = vm();
    let churn = "for (let i = 0; i < 1000; i++) {
        new URL('http://example.com/a/b/c?d=e').searchParams.append('x', 'y');
        new TextDecoder('shift_jis').decode(new Uint8Array(100), { stream: true });
    }";
    // What is freed leaves holes, which the second run may fill differently.
    eval(&vm, churn);
    eval(&vm, churn);
    vm.heap().collect_garbage()?;
    let before = vm.heap().usage()?.used;
    eval(&vm, churn);
    vm.heap().collect_garbage()?;
    let after = vm.heap().usage()?.used;
    assert!(after < before + 2000, "{before} bytes became {after}");
    Ok(())
}
