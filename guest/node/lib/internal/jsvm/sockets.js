'use strict';
// The sockets of the embedder, by numbers. It has the functions as the module `jsvm:net`: `call` does what takes no
// time, such as a write of what fits, and `wait` ends when something has happened to some of the sockets.
//
// One wait is pending as long as there are sockets. If none of them keeps the program running, it is a wait in the
// background, which does not either.
const { tools } = require('internal/jsvm/builtins');

const NONE = 0;
const FOREGROUND = 1;
const BACKGROUND = 2;
const LOST = 6;

let functions;
function native() {
  if (functions === undefined) {
    functions = { __proto__: null };
    try {
      Object.assign(functions, tools.createRequire('/noop.js')('jsvm:net'));
    } catch {
      // The embedder offers none.
    }
  }
  return functions;
}

function refusal(name) {
  const error = new Error(`net.${name} cannot be used here: the embedder of this VM offers no sockets`);
  error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
  return error;
}

function call(operation, ...args) {
  const { call } = native();
  if (call === undefined) throw refusal(operation);
  return call(operation, ...args);
}

function callLater(name, ...args) {
  const later = native()[name];
  if (later === undefined) throw refusal(name);
  return later(...args);
}

// A server that gets its requests from the embedder may say that it listens at this name.
async function lookup(host) {
  try {
    return await callLater('lookup', host);
  } catch (error) {
    if (host === 'localhost' && typeof globalThis.addEventListener === 'function') return ['127.0.0.1', '::1'];
    throw error;
  }
}

// What is open, by its number. Each has a method `onEvent`, `isRef`, and the context it was made in.
const handles = new Map();
let referenced = 0;
let pending = NONE;
let isWoken = false;

function update() {
  const wanted = handles.size === 0 ? NONE : referenced > 0 ? FOREGROUND : BACKGROUND;
  if (pending === wanted) return;
  if (pending === NONE) {
    pending = wanted;
    isWoken = false;
    const outer = tools.getContext();
    tools.setContext(undefined);
    try {
      callLater(wanted === FOREGROUND ? 'wait' : 'waitInBackground').then(deliver);
    } finally {
      tools.setContext(outer);
    }
  } else if (!isWoken) {
    isWoken = true;
    call('wake');
  }
}

// Each event is a tick, so what its listeners throw is an uncaught exception, and the rest is delivered.
function deliver(events) {
  for (let index = 0; index < events.length; index++) {
    const { 0: token, 1: kind, 2: value } = events[index];
    if (kind === LOST) {
      for (const handle of [...handles.values()]) process.nextTick(dispatch, handle, kind, value);
    } else {
      const handle = handles.get(token);
      if (handle !== undefined) process.nextTick(dispatch, handle, kind, value);
    }
  }
  process.nextTick(waitAgain);
}

function waitAgain() {
  pending = NONE;
  update();
}

function dispatch(handle, kind, value) {
  // An event before may have closed it.
  if (handles.get(handle.token) !== handle) return;
  const outer = tools.getContext();
  tools.setContext(handle.context);
  try {
    handle.onEvent(kind, value);
  } finally {
    tools.setContext(outer);
  }
}

module.exports = {
  CONNECTED: 0, DATA: 1, END: 2, ERROR: 3, WRITABLE: 4, ACCEPTED: 5, LOST, HELLO: 7, SECURED: 8, FAILED: 9,
  call,
  callLater,
  lookup,
  add(handle) {
    handles.set(handle.token, handle);
    if (handle.isRef) referenced++;
    update();
  },
  remove(handle) {
    if (!handles.delete(handle.token)) return;
    if (handle.isRef) referenced--;
    update();
  },
  setRef(handle, isRef) {
    if (handle.isRef === isRef) return;
    handle.isRef = isRef;
    if (!handles.has(handle.token)) return;
    referenced += isRef ? 1 : -1;
    update();
  },
};
