//! Files that programs read, and those that they must not.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub fn jsvm(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jsvm"));
    command.args(args).current_dir(folder).output().unwrap()
}

pub fn text(output: &Output) -> String {
    String::from_utf8([&*output.stdout, &*output.stderr].concat()).unwrap()
}

/// Makes `in/`, which is allowed, with links out of it, and a secret beside it.
pub fn folders() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    std::fs::create_dir_all(at("in/deep")).unwrap();
    std::fs::create_dir(at("out")).unwrap();
    std::fs::write(at("in/ok.txt"), "inside").unwrap();
    std::fs::write(at("out/secret.txt"), "SECRET").unwrap();
    symlink("../out/secret.txt", at("in/l")).unwrap();
    symlink("../out", at("in/linkdir")).unwrap();
    symlink(at("out"), at("in/absolute")).unwrap();
    symlink("l", at("in/second")).unwrap();
    symlink("in", at("alias")).unwrap();
    folder
}

/// Paths that lead to the secret or its folder.
pub const OUT: [&str; 16] = [
    "in/l",
    "in/second",
    "in/missing/../l",
    "in/missing/../second",
    "in/ok.txt/../l",
    "in/a/b/../../l",
    "in/./missing/.././l",
    "in/deep/../missing/../l",
    "in/linkdir/secret.txt",
    "in/missing/../linkdir/secret.txt",
    "in/ok.txt/../linkdir/../out/secret.txt",
    "in/missing/../absolute/secret.txt",
    "alias/missing/../l",
    "missing/../in/missing/../l",
    "in/linkdir/../in/l",
    "in/missing/../linkdir",
];

/// Tries every function of `node:fs` on paths, and prints what succeeds.
const TRY_ALL: &str = "
    import fs from 'node:fs';
    const { promises } = fs;
    const calls = {
        read: (p) => fs.readFileSync(p, 'utf8'), list: (p) => fs.readdirSync(p),
        stat: (p) => fs.statSync(p).size, access: (p) => fs.accessSync(p),
        exists: (p) => fs.existsSync(p), readLater: (p) => promises.readFile(p, 'utf8'),
        listLater: (p) => promises.readdir(p), statLater: async (p) => (await promises.stat(p)).size,
        accessLater: (p) => promises.access(p),
        lists: (p) => fs.readdirSync(p + '/..', { withFileTypes: true }).map((e) => e.name),
    };
    let denied = 0;
    for (const path of paths) for (const [name, call] of Object.entries(calls)) try {
        const got = await call(path);
        if (name !== 'lists' || JSON.stringify(got).includes('secret')) console.log(name, path, got);
    } catch (error) {
        if (error.code === 'ERR_ACCESS_DENIED') denied++;
        else if (name !== 'lists') console.log(name, path, error.code);
    }
    console.log('denied', denied >= paths.length * 9);";

#[test]
fn no_link_leads_out_of_an_allowed_folder() {
    let folder = folders();
    let absolute = OUT.map(|path| folder.path().join(path).to_str().unwrap().to_owned());
    let paths: Vec<_> = OUT
        .iter()
        .map(|path| (*path).to_owned())
        .chain(absolute)
        .collect();
    let program = format!("const paths = {paths:?};{TRY_ALL}");
    std::fs::write(folder.path().join("all.mjs"), program).unwrap();
    let output = jsvm(folder.path(), &["run", "--allow-read=in", "all.mjs"]);
    assert_eq!(text(&output), "denied true\n");
    // With the permission for the target, all of them lead there.
    let reads = "const paths = ['in/missing/../l', 'in/linkdir/secret.txt', 'alias/second'];
        import { readFileSync } from 'fs'; for (const path of paths) console.log(readFileSync(path, 'utf8'));";
    std::fs::write(folder.path().join("reads.mjs"), reads).unwrap();
    let output = jsvm(
        folder.path(),
        &["run", "--allow-read=in,out/secret.txt", "reads.mjs"],
    );
    assert_eq!(text(&output), "SECRET\nSECRET\nSECRET\n");
}

#[test]
fn no_link_leads_a_build_out_of_the_folder() {
    let folder = folders();
    let at = |path: &str| folder.path().join(path);
    for path in OUT {
        let inside = path.strip_prefix("in/").unwrap_or("missing/../l");
        let program = format!(
            "import {{ readFileSync }} from 'fs';
             let text; try {{ text = readFileSync('{inside}', 'utf8') }} catch (error) {{ text = error.code }}
             console.log(text)"
        );
        std::fs::write(at("in/app.mjs"), program).unwrap();
        let output = jsvm(
            &at("in"),
            &["build", "app.mjs", "-o", "../app.wasm", "--kind", "command"],
        );
        let said = text(&output);
        assert!(
            !said.contains("SECRET") && said.contains("ERR_ACCESS_DENIED"),
            "{path}: {said}"
        );
    }
}

/// Reads, while a thread replaces parts of the paths by links out of the folder.
#[test]
fn a_link_that_is_swapped_during_a_read_leads_nowhere() {
    let folder = folders();
    let at = |path: &str| folder.path().join(path);
    std::fs::create_dir(at("in/swapped")).unwrap();
    std::fs::write(at("in/swapped/secret.txt"), "inside").unwrap();
    std::fs::write(at("in/file"), "inside").unwrap();
    let program = "
        import fs from 'node:fs';
        const end = Date.now() + 4000;
        let [read, refused] = [0, 0];
        const see = (text) => text === 'inside' ? read++ : console.log('LEAK', text);
        const sizes = (stat) => stat.isSymbolicLink() || stat.size !== 6 ? refused++ : read++;
        while (Date.now() < end) {
            for (const path of ['in/file', 'in/swapped/secret.txt']) {
                try { see(fs.readFileSync(path, 'utf8')) } catch { refused++ }
                try { sizes(fs.statSync(path)) } catch { refused++ }
                await fs.promises.readFile(path, 'utf8').then(see, () => refused++);
            }
            try { if (fs.readdirSync('in/swapped').includes('only-outside')) console.log('LEAK list') } catch { refused++ }
        }
        console.log(read > 100, refused > 0);";
    std::fs::write(at("race.mjs"), program).unwrap();
    std::fs::write(at("out/only-outside"), "").unwrap();
    let is_over = AtomicBool::new(false);
    let output = std::thread::scope(|scope| {
        scope.spawn(|| {
            symlink("../out/secret.txt", at("in/.link")).unwrap();
            symlink("../out", at("in/.folder")).unwrap();
            while !is_over.load(Ordering::Relaxed) {
                for (name, link) in [("in/file", "in/.link"), ("in/swapped", "in/.folder")] {
                    std::fs::rename(at(name), at("in/.kept")).unwrap();
                    std::fs::rename(at(link), at(name)).unwrap();
                    std::fs::rename(at(name), at(link)).unwrap();
                    std::fs::rename(at("in/.kept"), at(name)).unwrap();
                }
            }
        });
        let output = jsvm(folder.path(), &["run", "--allow-read=in", "race.mjs"]);
        is_over.store(true, Ordering::Relaxed);
        output
    });
    assert_eq!(text(&output), "true true\n");
}

#[test]
#[cfg(target_os = "linux")]
fn fifos_and_devices_end_nothing_and_take_nothing() {
    let folder = folders();
    let fifo = folder.path().join("in/fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    const PATHS: [&str; 5] = [
        "in/fifo",
        "/dev/zero",
        "/dev/full",
        "/dev/tty",
        "/proc/self/fd/0",
    ];
    let program = format!(
        "import fs from 'node:fs';
         for (const path of {PATHS:?}) {{
             try {{ fs.readFileSync(path) }} catch (error) {{ console.log(error.message) }}
             await fs.promises.readFile(path).catch((error) => console.log(error.code));
         }}
         console.log(fs.statSync('in/fifo').isFile());
         try {{ fs.readdirSync('') }} catch (error) {{ console.log(error.code) }}"
    );
    std::fs::write(folder.path().join("main.mjs"), program).unwrap();
    let start = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_jsvm"));
    command.args(["run", "--allow-read", "--timeout", "30s", "main.mjs"]);
    // A pipe that is not closed.
    let mut child = command
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    let expected: String = PATHS
        .iter()
        .map(|path| format!("ENOTSUP: not a regular file, open '{path}'\nENOTSUP\n"))
        .collect();
    assert_eq!(text(&output), format!("{expected}false\nENOENT\n"));
    assert!(start.elapsed() < Duration::from_secs(25));
}

/// A FIFO or a device as `package.json`, which is read when a module is loaded.
#[test]
fn configuration_that_does_not_end_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    for name in ["fifo", "zero"] {
        std::fs::create_dir(at(name)).unwrap();
        std::fs::write(at(name).join("a.js"), "exports.a = 1").unwrap();
        std::fs::write(at(name).join("b.ts"), "export const b: number = 1").unwrap();
    }
    let made = Command::new("mkfifo").arg(at("fifo/package.json")).status();
    assert!(made.unwrap().success());
    symlink("/dev/zero", at("zero/package.json")).unwrap();
    symlink("/dev/zero", at("zero/tsconfig.json")).unwrap();
    let program = "
        for (const path of ['./fifo/a.js', './fifo/b.ts', './fifo', './zero/a.js', './zero'])
            console.log(await import(path).then(Object.keys, (error) => error.code));
        await import('./zero/b.ts').catch(() => {});";
    std::fs::write(at("main.mjs"), program).unwrap();
    std::fs::write(at("package.json"), "{}").unwrap();
    let start = Instant::now();
    let output = jsvm(folder.path(), &["run", "--timeout", "20s", "main.mjs"]);
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    assert!(start.elapsed() < Duration::from_secs(25));
    assert_eq!(said.matches("ERR_MODULE_NOT_FOUND").count(), 2, "{said}");
}

#[test]
fn files_are_read_within_the_memory_of_the_program() {
    let folder = folders();
    let sparse = std::fs::File::create(folder.path().join("in/sparse")).unwrap();
    sparse.set_len(30 << 20).unwrap();
    let large = std::fs::File::create(folder.path().join("in/large")).unwrap();
    large.set_len(1 << 40).unwrap();
    let program = "
        import fs from 'node:fs';
        try { fs.readFileSync('in/large') } catch (error) { console.log(error.code) }
        const read = () => fs.promises.readFile('in/sparse').then((bytes) => bytes.length, (error) => error.name);
        console.log(new Set(await Promise.all(Array.from({ length: 40 }, read))).size > 0);
        console.log(fs.readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\\s*(\\d+)/)[1]);";
    std::fs::write(folder.path().join("main.mjs"), program).unwrap();
    let args = ["run", "--allow-read", "--memory", "64MiB", "main.mjs"];
    let output = jsvm(folder.path(), &args);
    let said = text(&output);
    let mut lines = said.lines();
    assert_eq!(
        (lines.next(), lines.next()),
        (Some("EFBIG"), Some("true")),
        "{said}"
    );
    if cfg!(target_os = "linux") {
        let peak: u64 = lines.next().unwrap().parse().unwrap();
        assert!(peak < (2 * 64 + 128) << 10, "{peak} KiB");
    }
}

/// A pipe that nobody reads holds up the thread that writes to it.
#[test]
fn output_that_nobody_reads_does_not_hold_up_the_time_limit() {
    let folder = tempfile::tempdir().unwrap();
    let loops = [
        "for (;;) console.log('x'.repeat(1000))",
        "for (;;) console.error('x'.repeat(1000))",
        "for (;;) process.stdout.write('x'.repeat(1 << 20))",
    ];
    for program in loops {
        std::fs::write(folder.path().join("main.js"), program).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_jsvm"))
            .args(["run", "--timeout", "1s", "main.js"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > Duration::from_secs(30) {
                child.kill().unwrap();
                panic!("{program} does not end");
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        assert_eq!(status.code(), Some(1), "{program}");
        let stderr = child.wait_with_output().unwrap().stderr;
        let stderr = String::from_utf8(stderr).unwrap();
        let is_told = stderr.contains("exceeded its time limit, --timeout 1s");
        assert!(is_told || program.contains("error"), "{program}: {stderr}");
    }
}

#[test]
fn a_script_cannot_take_the_functions_behind_globals() {
    let folder = tempfile::tempdir().unwrap();
    let program = "
        const taken = [];
        const next = Object.getPrototypeOf([][Symbol.iterator]()).next;
        Object.getPrototypeOf([][Symbol.iterator]()).next = function () {
            const step = next.call(this);
            if (typeof step.value === 'function') taken.push(step.value.name);
            return step;
        };
        const iterate = Array.prototype[Symbol.iterator];
        Array.prototype[Symbol.iterator] = function () {
            for (let i = 0; i < this.length; i++) if (typeof this[i] === 'function') taken.push(this[i].name);
            return iterate.call(this);
        };
        for (const name of ['get', 'set', 'value', 'writable', 'configurable'])
            Object.defineProperty(Object.prototype, name, { __proto__: null, value: () => {}, configurable: true });
        console.log(process.platform.length > 0, typeof fetch, Object.keys(process.env).length);
        console.log(taken.length);";
    std::fs::write(folder.path().join("main.js"), program).unwrap();
    let output = jsvm(folder.path(), &["run", "--allow-env=HOME", "main.js"]);
    assert_eq!(text(&output), "true function 1\n0\n");
}
