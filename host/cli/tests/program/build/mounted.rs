//! Files that a host mounts, read by `node:fs`.

use std::fs;
use std::process::Command;

use tempfile::TempDir;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::Command as WasiCommand;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};

const PROGRAM: &str = r#"
import fs, { readFileSync, readdirSync, statSync } from "node:fs";
import { access, cp, mkdir, open, readFile, readdir, rm, writeFile } from "node:fs/promises";

const caught = (make) => {
  try {
    return make();
  } catch (error) {
    return `${error.code} ${error.syscall} ${error.path}`;
  }
};
export default async function main() {
  console.log(readFileSync("/data/a.txt", "utf8"));
  console.log(await readFile("/data/sub/../a.txt", { encoding: "utf8" }), readFileSync("/data/a.txt"));
  console.log((await readFile("/data/large")).reduce((sum, byte) => sum + byte, 0));
  console.log(readdirSync("/data"), (await readdir("/data", { withFileTypes: true })).map((entry) => entry.isDirectory()));
  console.log(statSync("/data/a.txt").size, statSync("/data/sub").isDirectory(), statSync("/data/a.txt").mtimeMs > 1e12);
  console.log(readFileSync("/other/b.txt", "utf8"));
  console.log(caught(() => readFileSync("/data/none")), caught(() => readFileSync("/data/sub")));
  console.log(caught(() => readFileSync("/elsewhere/a.txt")), fs.existsSync("/data/none"), fs.existsSync("/data"));
  console.log(caught(() => readFileSync("/data/../other/b.txt", "utf8")));
  console.log(await readFile("/data/none").catch((error) => error.message));

  const handle = await open("/data/a.txt");
  console.log((await handle.stat()).size, await handle.readFile("utf8"));
  await handle.close();
  const parts = [];
  for await (const part of fs.createReadStream("/data/large", { start: 10, end: 99 })) parts.push(part.length);
  console.log(parts, fs.readlinkSync("/data/link"), fs.lstatSync("/data/link").isSymbolicLink());
  const fd = fs.openSync("/data/a.txt", "r");
  console.log(fs.fstatSync(fd).isFile(), caught(() => fs.writeSync(fd, "x")), caught(() => fs.ftruncateSync(fd)));
  fs.closeSync(fd);
  console.log(caught(() => fs.readSync(fd, Buffer.alloc(1))));

  try {
    fs.writeFileSync("/data/a.txt", "x");
  } catch ({ message, errno, code, syscall, path }) {
    console.log(message, errno, code, syscall, path);
  }
  const [file, none] = ["/data/a.txt", "/data/none"];
  for (const [name, ...args] of [
    ["writeFile", none, "x"], ["appendFile", file, "x"], ["truncate", file], ["mkdir", none], ["mkdir", "/data/sub"],
    ["mkdtemp", "/data/t-"], ["unlink", file], ["rmdir", "/data/sub"], ["rm", file], ["rename", file, none],
    ["link", file, none], ["symlink", "a.txt", none], ["copyFile", file, none], ["chmod", file, 0o600],
    ["chown", file, 1, 1], ["lchown", file, 1, 1], ["utimes", file, 1, 1], ["lutimes", file, 1, 1],
    ["open", none, "w"], ["open", file, "r+"], ["open", file, "wx"], ["access", file, fs.constants.W_OK],
    ["cp", file, none], ["writeFile", "/elsewhere/a.txt", "x"],
  ]) {
    const later = await fs.promises[name](...args).catch((error) => `${error.code} ${error.syscall} ${error.path}`);
    const now = caught(() => fs[`${name}Sync`](...args));
    console.log(name, now, now === later);
  }
  console.log(fs.mkdirSync("/data/sub", { recursive: true }), await rm(none, { force: true }));
  await Promise.all([
    mkdir("/data/new/folder", { recursive: true }), cp(file, none), writeFile(file, ["x"]), access("/data/sub", fs.constants.X_OK),
  ].map((done) => done.then(() => console.log("done"), (error) => console.log(error.message))));
  await new Promise((resolve) => fs.createWriteStream(none).on("error", (error) => resolve(console.log(error.message))));
}
"#;

const PRINTED: &str = "é\u{fffd}
é\u{fffd} <Buffer c3 a9 ff>
3000000
[ 'a.txt', 'large', 'link', 'sub' ] [ false, false, false, true ]
3 true true
other
ENOENT open /data/none EISDIR read /data/sub
ENOENT open /elsewhere/a.txt false true
other
ENOENT: no entry, open '/data/none'
3 é\u{fffd}
[ 90 ] a.txt true
true EROFS write /data/a.txt EROFS ftruncate /data/a.txt
EBADF read undefined
EROFS: mounted files are read-only, open '/data/a.txt' -30 EROFS open /data/a.txt
writeFile EROFS open /data/none true
appendFile EROFS open /data/a.txt true
truncate EROFS open /data/a.txt true
mkdir EROFS mkdir /data/none true
mkdir EEXIST mkdir /data/sub true
mkdtemp EROFS mkdtemp /data/t-XXXXXX true
unlink EROFS unlink /data/a.txt true
rmdir EROFS rmdir /data/sub true
rm EROFS unlink /data/a.txt true
rename EROFS rename /data/a.txt true
link EROFS link /data/a.txt true
symlink EROFS symlink a.txt true
copyFile EROFS copyfile /data/a.txt true
chmod EROFS chmod /data/a.txt true
chown EROFS chown /data/a.txt true
lchown EROFS lchown /data/a.txt true
utimes EROFS utime /data/a.txt true
lutimes EROFS lutime /data/a.txt true
open EROFS open /data/none true
open EROFS open /data/a.txt true
open EEXIST open /data/a.txt true
access EROFS access /data/a.txt true
cp EROFS copyfile /data/a.txt true
writeFile ENOENT open /elsewhere/a.txt true
undefined undefined
EROFS: mounted files are read-only, mkdir '/data/new/folder'
done
EROFS: mounted files are read-only, copyfile '/data/a.txt' -> '/data/none'
EROFS: mounted files are read-only, open '/data/a.txt'
EROFS: mounted files are read-only, open '/data/none'
";

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

fn built(folder: &TempDir, args: &[&str]) -> Vec<u8> {
    fs::write(folder.path().join("app.js"), PROGRAM).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .current_dir(folder.path())
        .args(["build", "app.js", "-o", "app.wasm"])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    fs::read(folder.path().join("app.wasm")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_reads_what_its_host_mounts() {
    let folder = TempDir::new().unwrap();
    let file = built(&folder, &["--host", "wasmcloud"]);
    let (data, other) = (folder.path().join("data"), folder.path().join("other"));
    fs::create_dir_all(data.join("sub")).unwrap();
    fs::create_dir_all(&other).unwrap();
    fs::write(data.join("a.txt"), b"\xc3\xa9\xff").unwrap();
    fs::write(data.join("large"), vec![1; 3_000_000]).unwrap();
    fs::write(other.join("b.txt"), "other").unwrap();
    std::os::unix::fs::symlink("a.txt", data.join("link")).unwrap();
    let engine = Engine::default();
    let component = Component::new(&engine, file).unwrap();
    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    let stdout = MemoryOutputPipe::new(1 << 20);
    let stderr = MemoryOutputPipe::new(1 << 20);
    let mut wasi = WasiCtx::builder();
    wasi.stdout(stdout.clone()).stderr(stderr.clone());
    for (host, guest) in [(&data, "/data"), (&other, "/other")] {
        wasi.preopened_dir(host, guest, FsPerms::ReadOnly).unwrap();
    }
    let state = State {
        wasi: wasi.build(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(&engine, state);
    let command = WasiCommand::instantiate_async(&mut store, &component, &linker);
    let command = command.await.unwrap();
    let ended = command.wasi_cli_run().call_run(&mut store).await;
    let text = |pipe: &MemoryOutputPipe| String::from_utf8_lossy(&pipe.contents()).into_owned();
    assert_eq!(
        (text(&stdout), text(&stderr)),
        (PRINTED.to_owned(), String::new())
    );
    ended.unwrap().unwrap();
}

#[test]
fn only_programs_that_read_files_import_them() {
    let folder = TempDir::new().unwrap();
    let has_files = |file: &[u8]| {
        let name = b"wasi:filesystem/preopens";
        file.windows(name.len()).any(|window| window == name)
    };
    assert!(has_files(&built(&folder, &["--host", "spin"])));
    // wasmtime has no mounts of its own.
    assert!(!has_files(&built(&folder, &[])));
}
