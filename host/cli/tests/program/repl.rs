//! The prompt at a terminal: keys go in through a pseudo-terminal, and what is shown comes out.

use std::path::Path;
use std::process::Command;

use rexpect::reader::Options;
use rexpect::session::{PtySession, spawn_with_options};
use tempfile::TempDir;

/// How long anything may take, on a slow machine that does other things too.
const PATIENCE: u64 = 20_000;

const UP: &str = "\u{1b}[A";
const CTRL_R: &str = "\u{12}";
const PASTE: (&str, &str) = ("\u{1b}[200~", "\u{1b}[201~");

/// A prompt that somebody sits at.
struct Prompt {
    session: PtySession,
}

impl Prompt {
    /// Starts it with its history in a folder.
    fn start(folder: &Path) -> Prompt {
        Prompt::start_with(folder, &[])
    }

    fn start_with(folder: &Path, args: &[&str]) -> Prompt {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jsvm"));
        command
            .arg("repl")
            .args(args)
            .current_dir(folder)
            .env("HOME", folder)
            .env("TERM", "xterm")
            .env("NO_COLOR", "1")
            .env_remove("XDG_STATE_HOME");
        let options = Options::new()
            .timeout_ms(Some(PATIENCE))
            .strip_ansi_escape_codes(true);
        let session = spawn_with_options(command, options).expect("a pseudo-terminal");
        let mut prompt = Prompt { session };
        prompt.sees("Ctrl-D leaves\r\n");
        prompt
    }

    /// Presses keys.
    fn types(&mut self, keys: &str) {
        self.session.send(keys).expect("the program reads");
        self.session.flush().expect("the program reads");
    }

    /// Types a line, and waits for what it prints.
    #[track_caller]
    fn answers(&mut self, line: &str, answer: &str) {
        self.types(line);
        self.types("\r");
        self.sees(&format!("\n{answer}\r\n"));
    }

    /// Presses Ctrl-C at the prompt and waits for a new one: the editor forgets what is typed
    /// together with it.
    #[track_caller]
    fn forgets(&mut self) {
        self.types("\u{3}");
        self.sees("\r\n\r> ");
    }

    /// Waits until something is shown.
    #[track_caller]
    fn sees(&mut self, text: &str) {
        if let Err(error) = self.session.exp_string(text) {
            panic!("{text:?} is not shown: {error}");
        }
    }

    /// Waits for its end.
    #[track_caller]
    fn ends(mut self) {
        self.session.exp_eof().expect("the program ends");
    }
}

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

#[test]
fn evaluates_until_ctrl_d() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    prompt.answers("1 + 2", "3");
    prompt.answers("_ * 2", "6");
    prompt.answers("{ a: 1 }", "{ a: 1 }");
    prompt.answers("await Promise.resolve('x')", "'x'");
    prompt.answers("nope()", "Uncaught ReferenceError: nope is not defined");
    // Before the prompt is there, the terminal would take it for the end of a line.
    prompt.sees("\r> ");
    prompt.types("\u{4}");
    prompt.ends();
}

#[test]
fn input_goes_on_until_it_is_complete() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    prompt.types("function twice(x) {\r");
    prompt.sees("... ");
    prompt.types("return `${\r");
    prompt.sees("... ");
    prompt.types("x}${x}`\r");
    prompt.answers("}", "undefined");
    prompt.answers("twice('ab')", "'abab'");
    prompt.types(".exit\r");
    prompt.ends();
}

#[test]
fn several_lines_can_be_pasted() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    let (start, end) = PASTE;
    prompt.types(&format!(
        "{start}const f = (a) => {{\n\treturn a + 1\n}}\nf(41){end}"
    ));
    prompt.answers("", "42");
    // A class needs no semicolon.
    prompt.types(&format!("{start}class B {{}}\n[1, 2].length{end}"));
    prompt.answers("", "2");
    // A terminal that does not say what was pasted: each line is entered.
    prompt.types("var g = (a) => {\r\treturn a + 1\r}\r");
    prompt.answers("g(1)", "2");
}

#[test]
fn what_is_typed_while_something_runs_is_not_lost() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    prompt.types("'one'\r'two'\rconst end = Date.now() + 300; while (Date.now() < end);\r");
    prompt.types("'three'\r");
    prompt.answers("'four'", "'one'");
    for answer in ["'two'", "undefined", "'three'", "'four'"] {
        prompt.sees(&format!("\n{answer}\r\n"));
    }
}

#[test]
fn tab_completes_names() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    prompt.answers(
        "const fruit = { apples: 7, get pears() { throw 1 } }",
        "undefined",
    );
    // A variable, a property of it, a property that is inherited from built-ins.
    prompt.answers("fru\t.app\t", "7");
    prompt.answers("fruit.apples.toFix\t(1)", "'7.0'");
    // No getter runs.
    prompt.types("fruit.pears.to\t");
    prompt.sees("fruit.pears.to\u{7}");
    prompt.forgets();
    prompt.answers("8", "8");
    // Several names are listed.
    prompt.types("Math.si\t");
    prompt.sees("sign");
    prompt.sees("sinh");
}

#[test]
fn history_lasts_from_one_session_to_the_next() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    prompt.answers("'first'", "'first'");
    prompt.types("[1,\r");
    prompt.answers("2]", "[ 1, 2 ]");
    prompt.sees("\r> ");
    prompt.types("\u{4}");
    prompt.ends();

    let mut prompt = Prompt::start(folder.path());
    // Several lines are one input.
    prompt.answers(UP, "[ 1, 2 ]");
    prompt.answers(&format!("{CTRL_R}fir"), "'first'");
}

#[test]
fn ctrl_c_stops_what_runs() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    prompt.answers("let kept = 5", "undefined");
    prompt.answers("console.log('started'); for (;;) {}", "started");
    prompt.types("\u{3}");
    prompt.sees("interrupted");
    prompt.answers("kept", "5");
}

/// A stop ends one job at most, and none if it comes between two.
#[test]
fn ctrl_c_stops_promises_without_end() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    prompt.answers(
        "var kept = 0, chain = async () => { for (;;) { await null; kept++ } }",
        "undefined",
    );
    prompt.types("chain(), chain(), chain(), console.log('again')\r");
    prompt.sees("\nagain");
    prompt.types("\u{3}");
    prompt.sees("interrupted");
    prompt.answers("const stopped = kept", "undefined");
    prompt.answers("kept - stopped", "0");
}

#[test]
fn ctrl_c_forgets_what_is_typed() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    prompt.types("nothing(\r");
    prompt.types("nonsense");
    prompt.sees("nonsense");
    prompt.forgets();
    prompt.answers("3 + 4", "7");
    // Before the prompt is there, the terminal would make a signal of it.
    prompt.sees("\r> ");
    prompt.forgets();
    prompt.types("\u{3}");
    prompt.sees("(Ctrl-D leaves)");
}

#[test]
fn a_limit_ends_an_input_and_not_the_session() {
    let folder = folder();
    let mut prompt = Prompt::start_with(folder.path(), &["--timeout", "1s"]);
    prompt.answers("let kept = 5", "undefined");
    prompt.answers(
        "for (;;) {}",
        "jsvm: the program exceeded its time limit, --timeout 1s",
    );
    prompt.answers("kept", "5");
}

#[test]
fn timers_fire_while_something_is_typed() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    prompt.types("setTimeout(() => console.log('fi' + 'red'), 300); 0\r");
    prompt.sees("\n0\r\n");
    prompt.types("'ty");
    prompt.sees("fired\r\n");
    // What was typed is shown again, and can be gone on with.
    prompt.answers("ped'", "'typed'");
    prompt.types("setTimeout(() => { throw new Error('in ' + 'a timer') }, 100); 0\r");
    prompt.sees("\n0\r\n");
    prompt.sees("Uncaught Error: in a timer");
    prompt.answers("1 + 1", "2");
}

#[test]
fn ctrl_c_stops_what_waits_and_what_a_timer_runs() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    prompt.types("console.log('waits'); await new Promise((go) => setTimeout(go, 1e6))\r");
    prompt.sees("\nwaits\r\n");
    // The log came before the wait began.
    std::thread::sleep(std::time::Duration::from_millis(200));
    prompt.types("\u{3}");
    prompt.sees("interrupted");
    prompt.answers("3", "3");
    prompt.types("setTimeout(() => { console.log('ru' + 'ns'); for (;;); }, 10); 0\r");
    prompt.sees("runs\r\n");
    prompt.types("\u{3}");
    prompt.sees("interrupted");
    prompt.answers("4", "4");
}

#[test]
fn modules_are_imported_from_the_current_folder() {
    let folder = folder();
    std::fs::write(
        folder.path().join("m.mjs"),
        "export default 'default'; export const a = 1",
    )
    .expect("a file");
    let mut prompt = Prompt::start(folder.path());
    prompt.answers("import text, { a as one } from './m.mjs'", "undefined");
    prompt.answers("[text, one]", "[ 'default', 1 ]");
    prompt.types("import {\r");
    prompt.answers("a } from './m.mjs'; a + 1", "2");
    prompt.answers("(await import('./m.mjs')).a", "1");
    prompt.answers(
        "import './missing.mjs'",
        "Uncaught Error: cannot find module './missing.mjs' imported from <repl 5>",
    );
}

#[test]
fn the_program_can_end_it() {
    let folder = folder();
    let mut prompt = Prompt::start(folder.path());
    prompt.types("setTimeout(() => process.exit(3), 100); 0\r");
    prompt.sees("\n0\r\n");
    prompt.ends();
}
