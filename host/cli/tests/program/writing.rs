//! Files that programs write, and those that they must not.

use super::files::{OUT, folders, jsvm, text};

/// Writes by every kind of function, and prints what is in the files afterwards.
const WRITES: &str = "
    import fs from 'node:fs';
    import { pipeline } from 'node:stream/promises';
    const { promises } = fs;
    fs.mkdirSync('in/a/b', { recursive: true });
    fs.writeFileSync('in/x', 'hello');
    await promises.appendFile('in/x', ' world');
    console.log(fs.readFileSync('in/x', 'utf8'));
    await promises.writeFile('in/parts', ['a', Buffer.from('b')]);
    await promises.copyFile('in/parts', 'in/a/copy');
    await promises.rename('in/a/copy', 'in/a/b/moved');
    console.log(await promises.readFile('in/a/b/moved', 'utf8'));
    const handle = await promises.open('in/handle', 'w+');
    await handle.write('12345');
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(3), 0, 3, 1);
    console.log(bytesRead, buffer.toString());
    await handle.truncate(2);
    await handle.utimes(1, 2);
    const { size, mtimeMs } = await handle.stat();
    console.log(size, mtimeMs);
    await handle.close();
    await pipeline(async function* () { for (let i = 0; i < 20; i++) yield 'x'.repeat(100_000) }, fs.createWriteStream('in/large'));
    let read = 0;
    for await (const chunk of fs.createReadStream('in/large', { start: 1 })) read += chunk.length;
    console.log(read);
    for (const attempt of [
        () => fs.mkdirSync('in/a'), () => fs.rmdirSync('in/a'), () => fs.unlinkSync('in/none'), () => fs.openSync('in/x', 'wx'),
        () => fs.renameSync('in/q', 'in/r'), () => fs.writeFileSync('in/a', ''), () => fs.closeSync(99), () => fs.rmSync('in/a'),
    ]) {
        try { attempt(); console.log('done') } catch (error) { console.log(error.code, error.errno, error.syscall) }
    }
    fs.rmSync('in/a', { recursive: true });
    console.log(fs.existsSync('in/a'));";

#[test]
fn a_program_writes_the_folder_that_it_may_write() {
    let folder = folders();
    std::fs::write(folder.path().join("app.mjs"), WRITES).unwrap();
    let flags = ["run", "--allow-read=in", "--allow-write=in", "app.mjs"];
    let expected = "hello world\nab\n3 234\n2 2000\n1999999\n\
        EEXIST -17 mkdir\nENOTEMPTY -39 rmdir\nENOENT -2 unlink\nEEXIST -17 open\n\
        ENOENT -2 rename\nEISDIR -21 open\nEBADF -9 close\nERR_FS_EISDIR 21 rm\nfalse\n";
    assert_eq!(text(&jsvm(folder.path(), &flags)), expected);
}

#[test]
fn nothing_outside_of_the_folder_is_written() {
    let folder = folders();
    let program = format!(
        "import fs from 'node:fs';
         for (const path of {OUT:?}) for (const attempt of [
            () => fs.writeFileSync(path, ''), () => fs.appendFileSync(path, 'x'), () => fs.openSync(path, 'r+'),
            () => fs.truncateSync(path), () => fs.chmodSync(path, 0), () => fs.utimesSync(path, 1, 1),
            () => fs.copyFileSync('in/ok.txt', path), () => fs.symlinkSync('../out/secret.txt', 'in/new'),
            () => fs.linkSync('out/secret.txt', 'in/new'), () => fs.mkdirSync('out/new'), () => fs.mkdtempSync('out/x'),
            () => fs.renameSync('in/ok.txt', 'out/ok'), () => fs.renameSync('out/secret.txt', 'in/new'),
            () => fs.rmSync('out', {{ recursive: true }}),
         ]) {{
            try {{ attempt(); console.log('DONE', path, `${{attempt}}`) }}
            catch (error) {{ if (error.code !== 'ERR_ACCESS_DENIED' && error.code !== 'EISDIR') console.log(path, error.message) }}
         }}
         try {{ fs.writeFileSync('out/new', '') }} catch (error) {{ console.log(error.permission, error.message) }}"
    );
    std::fs::write(folder.path().join("app.mjs"), program).unwrap();
    let flags = ["run", "--allow-read", "--allow-write=in", "app.mjs"];
    let said = text(&jsvm(folder.path(), &flags));
    assert_eq!(
        said,
        "FileSystemWrite cannot write out/new: permission denied. Allow it with --allow-write=out/new\n"
    );
    let secret = std::fs::read_to_string(folder.path().join("out/secret.txt")).unwrap();
    assert_eq!(secret, "SECRET");
    assert_eq!(
        std::fs::read_dir(folder.path().join("out"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn without_the_flag_nothing_is_written() {
    let folder = folders();
    let program = "require('fs').writeFileSync('in/new', '')";
    std::fs::write(folder.path().join("app.cjs"), program).unwrap();
    let output = jsvm(folder.path(), &["run", "--allow-read", "app.cjs"]);
    assert!(text(&output).contains("Allow it with --allow-write=in/new"));
    assert!(!folder.path().join("in/new").exists());
}

#[test]
fn a_restored_program_has_its_files_for_reading_alone() {
    let folder = folders();
    let program = "
        const fs = require('fs');
        const [read, written, bytes] = [fs.openSync('in/ok.txt'), fs.openSync('in/new', 'w'), Buffer.alloc(3)];
        fs.readSync(read, bytes);
        const tell = (attempt) => { try { console.log(attempt()) } catch (error) { console.log(error.code) } };
        globalThis.goOn = () => {
            tell(() => { fs.readSync(read, bytes); return bytes.toString() });
            tell(() => fs.writeSync(written, 'x'));
            tell(() => fs.closeSync(written));
        };";
    std::fs::write(folder.path().join("app.cjs"), program).unwrap();
    let run = |args: &[&str]| text(&jsvm(folder.path(), args));
    let flags = ["--allow-read=in", "--allow-write=in"];
    run(&["snapshot", "app.cjs", "-o", "app.snap", flags[0], flags[1]]);
    let go_on = [
        "restore", "app.snap", flags[0], flags[1], "--eval", "goOn()",
    ];
    assert_eq!(run(&go_on), "ide\nESTALE\nundefined\nundefined\n");
    std::fs::write(folder.path().join("in/ok.txt"), "changed").unwrap();
    assert!(run(&go_on).starts_with("ESTALE\nESTALE\n"));
}
