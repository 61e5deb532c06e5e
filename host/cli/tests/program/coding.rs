//! Responses with a content coding: `fetch` decodes them, in the program `jsvm` and in built files.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;

use crate::make::jsvm_build;
use crate::served::Served;

/// `decoded text of the body`, as the library of Node.js 20 compresses it.
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x49\x4d\xce\x4f\x49\x4d\x51\x28\x49\
    \xad\x28\x51\xc8\x4f\x53\x28\xc9\x48\x55\x48\xca\x4f\xa9\x04\x00\xdc\xdc\xa0\x83\x18\x00\x00\x00";
const ZLIB: &[u8] =
    b"\x78\x9c\x4b\x49\x4d\xce\x4f\x49\x4d\x51\x28\x49\xad\x28\x51\xc8\x4f\x53\x28\xc9\
    \x48\x55\x48\xca\x4f\xa9\x04\x00\x6f\x2b\x08\xd2";
const BROTLI: &[u8] =
    b"\x1b\x17\x00\xf8\xa5\xc7\xc8\xca\xde\x24\x08\x82\x20\x53\x37\xac\xc3\xf8\xde\x06";

/// 512 MiB of zeros.
const ZEROS: &[u8] = include_bytes!("coding/zeros.br");

/// Serves for as long as the test's process lives; returns the port.
fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream));
        }
    });
    port
}

/// Answers one request; its path says how.
fn answer(mut stream: TcpStream) {
    let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let fields: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    let accepted = fields.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("accept-encoding")
            .then_some(value)
    });
    let twice = [GZIP, GZIP].concat();
    let (status, coding, body): (_, _, &[u8]) = match &*path {
        "/gzip" | "/page" => ("200 OK", "gzip", GZIP),
        "/x-gzip" => ("200 OK", "X-GZip", GZIP),
        "/members" => ("200 OK", "gzip", &twice),
        "/deflate" => ("200 OK", "deflate", ZLIB),
        "/raw" => ("200 OK", "deflate", &ZLIB[2..ZLIB.len() - 4]),
        "/br" => ("200 OK", "br", BROTLI),
        "/identity" => ("200 OK", "identity", b"decoded text of the body"),
        "/unknown" => ("200 OK", "secret", b"as it is"),
        "/truncated" => ("200 OK", "gzip", &GZIP[..30]),
        "/corrupt" => ("200 OK", "gzip", b"this is no gzip"),
        "/many" => ("200 OK", "gzip,gzip,gzip,gzip,gzip,gzip", GZIP),
        "/empty" => ("200 OK", "gzip", b""),
        "/none" => ("204 No Content", "gzip", b""),
        "/cached" => ("304 Not Modified", "gzip", b""),
        "/bomb" => ("200 OK", "br", ZEROS),
        _ => (
            "200 OK",
            "identity",
            accepted.unwrap_or("nothing").as_bytes(),
        ),
    };
    let length = match status {
        "200 OK" => format!("content-length: {}\r\n", body.len()),
        _ => String::new(),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-encoding: {coding}\r\n{length}connection: close\r\n\r\n"
    );
    let _ = stream.write_all(head.as_bytes());
    if !first.starts_with("HEAD") {
        let _ = stream.write_all(body);
    }
}

fn write(folder: &Path, name: &str, program: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, program).unwrap();
    file.to_str().unwrap().to_owned()
}

/// Runs the body of a module with `base`, and returns what it printed.
fn run(flags: &[&str], body: &str) -> String {
    let port = serve();
    let folder = tempfile::tempdir().unwrap();
    let program = format!("const base = 'http://127.0.0.1:{port}';\n{body}");
    let file = write(folder.path(), "main.mjs", &program);
    let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .args(["run", "--allow-net=127.0.0.1"])
        .args(flags)
        .arg(file)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8(text)
        .unwrap()
        .replace(&port.to_string(), "PORT")
}

const TEXT: &str = "decoded text of the body";

#[test]
fn bodies_are_decoded() {
    let found = run(
        &[],
        "for (const path of ['gzip', 'x-gzip', 'members', 'deflate', 'raw', 'br', 'identity', 'unknown', 'empty', 'none', 'cached']) {
           const response = await fetch(`${base}/${path}`);
           const { headers } = response;
           console.log(path, headers.get('content-encoding'), headers.get('content-length'), JSON.stringify(await response.text()));
         }
         const head = await fetch(base + '/gzip', { method: 'HEAD' });
         console.log(head.headers.get('content-encoding'), head.body);
         let pieces = '';
         for await (const piece of (await fetch(base + '/br')).body.pipeThrough(new TextDecoderStream())) pieces += piece;
         console.log(pieces);
         const one = await fetch(base + '/gzip');
         const two = one.clone();
         console.log(await one.text() === await two.text());",
    );
    assert_eq!(
        found,
        format!(
            "gzip gzip 44 \"{TEXT}\"\nx-gzip X-GZip 44 \"{TEXT}\"\nmembers gzip 88 \"{TEXT}{TEXT}\"\n\
             deflate deflate 32 \"{TEXT}\"\nraw deflate 26 \"{TEXT}\"\nbr br 20 \"{TEXT}\"\n\
             identity identity 24 \"{TEXT}\"\nunknown secret 8 \"as it is\"\nempty gzip 0 \"\"\n\
             none gzip null \"\"\ncached gzip null \"\"\ngzip null\n{TEXT}\ntrue\n"
        )
    );
}

#[test]
fn codings_are_asked_for() {
    let found = run(
        &[],
        "const accepted = async (headers) => console.log(await (await fetch(base, { headers })).text());
         await accepted({});
         await accepted({ 'accept-encoding': 'br;q=0.5' });
         await accepted({ range: 'bytes=0-5' });
         const own = await fetch(base + '/gzip', { headers: { 'accept-encoding': 'gzip' } });
         console.log(await own.text());",
    );
    assert_eq!(
        found,
        format!("gzip, deflate, br\nbr;q=0.5\nidentity\n{TEXT}\n")
    );
}

#[test]
fn wrong_bodies_are_errors() {
    let found = run(
        &[],
        "for (const path of ['truncated', 'corrupt', 'many']) {
           await fetch(`${base}/${path}`).then((r) => r.text()).then(console.log, (e) => console.log(e.name, e.message));
         }",
    );
    let lines: Vec<_> = found.lines().collect();
    assert_eq!(lines.len(), 3, "{found}");
    for (line, path) in lines.iter().zip(["truncated", "corrupt", "many"]) {
        let begin = format!("TypeError fetch of http://127.0.0.1:PORT/{path} failed: ");
        assert!(line.starts_with(&begin), "{line}");
    }
    assert!(lines[1].contains("content-encoding"), "{found}");
    assert!(lines[2].contains("6 content codings"), "{found}");
}

#[test]
fn a_bomb_ends_with_an_error() {
    let flags = &["--memory", "64MB"];
    let whole = run(
        flags,
        "console.log((await (await fetch(base + '/bomb')).text()).length)",
    );
    assert_eq!(
        whole,
        "jsvm: the program exceeded its memory limit, --memory 64MB\n"
    );
    // By pieces it takes no more memory than one of them.
    let pieces = run(
        flags,
        "let size = 0;
         const { body } = await fetch(base + '/bomb');
         for await (const piece of body) if ((size += piece.length) > 100_000_000) break;
         console.log(size > 100_000_000);",
    );
    assert_eq!(pieces, "true\n");
}

/// A server that passes on what it fetches.
fn proxy(port: u16) -> String {
    format!(
        "const base = 'http://127.0.0.1:{port}';
         export default {{ async fetch(request) {{
           const {{ pathname }} = new URL(request.url);
           if (pathname === '/accepted') return fetch(base);
           const response = await fetch(base + '/' + pathname.split('/').pop());
           if (pathname.startsWith('/text/')) return new Response(JSON.stringify(await response.text()));
           if (pathname.startsWith('/copy/')) return new Response(response.clone().body, response);
           return response;
         }} }};"
    )
}

/// What a server that passes on sends: the fields about codings, and the body.
fn passed(served: &Served, path: &str) -> (Vec<String>, String) {
    let answer = served.get(path);
    let fields = answer
        .head
        .lines()
        .filter(|line| line.starts_with("content-"));
    (fields.map(str::to_owned).collect(), answer.body)
}

#[test]
fn a_decoded_body_is_passed_on_without_its_coding() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "proxy.mjs", &proxy(serve()));
    let served = Served::at(folder.path(), "proxy.mjs", &["--allow-net=127.0.0.1"]);
    for path in ["/gzip", "/br", "/copy/gzip", "/members"] {
        let (fields, body) = passed(&served, path);
        assert!(
            !fields.iter().any(|field| field.contains("encoding")),
            "{path}: {fields:?}"
        );
        assert!(body.starts_with(TEXT), "{path}: {body}");
    }
    let (fields, body) = passed(&served, "/unknown");
    assert_eq!(body, "as it is");
    assert!(
        fields.contains(&"content-encoding: secret".to_owned()),
        "{fields:?}"
    );
}

#[test]
fn built_files_decode() {
    let folder = tempfile::tempdir().unwrap();
    let program = write(folder.path(), "proxy.mjs", &proxy(serve()));
    for kind in ["http", "service"] {
        let output = folder.path().join("proxy.wasm");
        let built = jsvm_build(program.as_ref(), &output, &["--kind", kind, "--fetch"]);
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        let served = Served::at(folder.path(), "proxy.wasm", &["--allow-net=127.0.0.1"]);
        for path in [
            "gzip", "x-gzip", "members", "deflate", "raw", "empty", "none", "identity", "unknown",
        ] {
            let body = served.get(&format!("/text/{path}")).body;
            let expected = match path {
                "members" => format!("{TEXT}{TEXT}"),
                "empty" | "none" => String::new(),
                "unknown" => "as it is".to_owned(),
                _ => TEXT.to_owned(),
            };
            assert_eq!(body, format!("{expected:?}"), "{kind} {path}");
        }
        let (fields, body) = passed(&served, "/gzip");
        assert!(
            !fields.iter().any(|field| field.contains("encoding")),
            "{kind}: {fields:?}"
        );
        assert_eq!(body, TEXT, "{kind}");
        assert_eq!(served.get("/accepted").body, "gzip, deflate", "{kind}");
        // What is not decoded stays as it is.
        assert!(
            passed(&served, "/identity")
                .0
                .contains(&"content-encoding: identity".to_owned())
        );
        for path in ["truncated", "corrupt", "many"] {
            assert_eq!(
                served.get(&format!("/text/{path}")).status,
                500,
                "{kind} {path}"
            );
        }
    }
}
