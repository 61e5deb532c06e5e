// The page: the editor, the buttons, and what the VM tells.
import { Engine } from "./jsvm/dist/index.js";
import { Session } from "./session.js";
import { fromFragment, MAX_LINK, save, size, toFragment } from "./share.js";
import { branch } from "./tree.js";

const EXAMPLE = `// An order that waits: freeze it, share it, and let it go on elsewhere.
const order = { id: 1815, items: ["tea", "cake"], paid: false };
console.log("order", order);

let seconds = 0;
const clock = setInterval(() => { seconds += 1 }, 1000);

const answer = await ask("Pay for " + order.items.join(" and ") + "?");
clearInterval(clock);
order.paid = answer === "yes";
console.log(order.paid ? "paid" : "refused", "after", seconds, "s");
order;
`;

const element = (id) => document.getElementById(id);
const [source, output, state] = [element("source"), element("console"), element("state")];

/** The compiled modules, which each worker gets. */
let engine;
let session;
/** The bytes of the last freeze. */
let frozen;

function limits() {
  const number = (id, otherwise) => (element(id).value === "" ? otherwise : Number(element(id).value));
  return { time: number("time", 2000), memory: number("memory", 64), stack: number("stack", 192), work: number("work", Infinity) };
}

function print(level, text) {
  const line = document.createElement("div");
  line.className = level;
  line.textContent = text;
  output.append(line);
  output.scrollTop = output.scrollHeight;
}

function say(text) {
  state.textContent = text;
}

/** Which buttons mean something now. */
function enable(is) {
  for (const id of ["stop", "freeze", "share"]) {
    element(id).disabled = !is;
  }
  element("thaw").disabled = frozen === undefined;
}

/** Replaces the VM by one in a fresh worker. */
function begin(isForeign) {
  session?.end();
  output.replaceChildren();
  element("values").replaceChildren();
  element("requests").replaceChildren();
  element("shared").hidden = true;
  element("foreign").hidden = !isForeign;
  document.body.classList.toggle("foreign", isForeign);
  const mine = new Session(engine, isForeign, limits(), (event) => {
    if (mine === session) {
      told(event);
    }
  });
  session = mine;
  return mine;
}

const STATES = {
  running: "running",
  waits: "waiting",
  ended: "ended",
  failed: "failed",
};

function told(event) {
  if (event.event === "console") {
    print(event.level, event.text);
    return;
  }
  say(STATES[event.state]);
  enable(true);
  showRequests(event.requests);
  if (event.error !== undefined) {
    print("error", `Uncaught ${event.error}`);
  }
  void showValues(event.result);
}

function showRequests(requests) {
  const items = requests.map(({ id, name, text }) => {
    const item = document.createElement("li");
    if (session.isForeign || name !== "ask") {
      item.textContent = session.isForeign ? `waits for ${name}(${text}), which it does not have here` : `waits for ${name}(${text})`;
      return item;
    }
    const form = document.createElement("form");
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.id = `answer-${id}`;
    label.htmlFor = input.id;
    label.textContent = text;
    const button = document.createElement("button");
    button.textContent = "Answer";
    form.append(label, input, button);
    form.addEventListener("submit", (submitted) => {
      submitted.preventDefault();
      item.remove();
      session.answer(id, input.value).catch(failed);
    });
    item.append(form);
    return item;
  });
  // What somebody is writing stays.
  const shown = [...element("requests").querySelectorAll("input")].map((input) => input.id).join();
  if (items.length === 0 || shown === "" || shown !== requests.map(({ id }) => `answer-${id}`).join()) {
    element("requests").replaceChildren(...items);
  }
}

async function showValues(result) {
  const mine = session;
  const children = (id) => mine.children(id);
  const all = await mine.globals().catch(() => []);
  if (mine !== session) {
    return;
  }
  const { used, total } = await mine.usage();
  const values = result === undefined ? all : [{ key: "result", ...result }, ...all];
  element("values").replaceChildren(...values.map((value) => branch(value, children)));
  element("usage").textContent = `The VM uses ${size(used)} of its heap; its memory has ${size(total)}.`;
}

function failed(error) {
  print("error", error.message);
  if (error.gone === true) {
    say("the VM is gone");
    enable(false);
  }
}

async function run() {
  const mine = begin(false);
  history.replaceState(null, "", location.pathname + location.search);
  say("running");
  element("stop").disabled = false;
  try {
    await mine.run(source.value);
  } catch (error) {
    if (mine === session) {
      failed(error);
      say("failed");
    }
  }
}

async function stop() {
  const isThere = await session.stop();
  say(isThere ? "stopped" : "the VM is gone");
  enable(isThere);
}

async function freeze() {
  try {
    const { bytes, milliseconds } = await session.freeze();
    frozen = { bytes, isForeign: session.isForeign };
    element("frozen").textContent = `Frozen: ${size(bytes.length)} in ${milliseconds.toFixed(0)} ms. Thaw makes a VM of it, as often as you like.`;
    enable(true);
    return bytes;
  } catch (error) {
    failed(error);
    return undefined;
  }
}

async function thaw(bytes, isForeign) {
  const mine = begin(isForeign);
  say("thawing");
  try {
    const { source: text, created } = await mine.thaw(bytes);
    source.value = text;
    print("info", `The program goes on from ${created}.`);
  } catch (error) {
    if (mine === session) {
      failed(error);
      say("failed");
    }
  }
}

async function share() {
  const bytes = await freeze();
  if (bytes === undefined) {
    return;
  }
  const fragment = toFragment(bytes);
  if (fragment === undefined) {
    save(bytes, "program.snap");
    element("frozen").textContent = `The program takes ${size(bytes.length)}, more than the ${size(MAX_LINK)} of a link: it was saved as program.snap. Whoever has the file opens it here.`;
    element("shared").hidden = true;
    return;
  }
  element("link").value = location.origin + location.pathname + fragment;
  element("shared").hidden = false;
  element("link").select();
}

/** Opens what somebody else has frozen. */
async function open(read) {
  try {
    await thaw(await read(), true);
  } catch (error) {
    failed(error);
  }
}

function openFragment() {
  if (location.hash.length > 1) {
    void open(async () => fromFragment(location.hash) ?? Promise.reject(new Error("the link has no program")));
  }
}

element("run").addEventListener("click", run);
element("stop").addEventListener("click", stop);
element("freeze").addEventListener("click", freeze);
element("thaw").addEventListener("click", () => thaw(frozen.bytes, frozen.isForeign));
element("share").addEventListener("click", share);
element("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(element("link").value);
  element("copy").textContent = "Copied";
});
element("open").addEventListener("change", ({ target }) => {
  const [file] = target.files;
  if (file !== undefined) {
    void open(async () => new Uint8Array(await file.arrayBuffer()));
  }
});
element("inspect").addEventListener("submit", async (event) => {
  event.preventDefault();
  const expression = element("expression").value;
  try {
    const mine = session;
    const value = await mine.inspect(expression);
    element("values").prepend(branch({ key: expression, ...value }, (id) => mine.children(id)));
  } catch (error) {
    failed(error);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    void run();
  } else if (event.key === "Escape" && !element("stop").disabled) {
    void stop();
  }
});
addEventListener("hashchange", openFragment);

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("sw.js").catch(() => print("warn", "Without a network this page will not load: its files could not be kept."));
}

source.value = EXAMPLE;
try {
  const [{ module }, codec] = await Promise.all([
    Engine.load(),
    WebAssembly.compileStreaming(fetch("jsvm/snapshot.wasm")),
  ]);
  engine = { module, codec };
  say("ready");
  openFragment();
} catch (error) {
  say("failed");
  print("error", `The engine could not be loaded: ${error.message}`);
}
