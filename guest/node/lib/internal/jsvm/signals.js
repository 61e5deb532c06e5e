'use strict';
// Signals that `process` has listeners for. The embedder catches them, and answers a request with the next one. The
// program does not wait for it.
const { host, tools } = require('internal/jsvm/builtins');
const { codes: { ERR_INVALID_ARG_TYPE, ERR_UNKNOWN_SIGNAL } } = require('internal/errors');
const { signals } = internalBinding('constants').os;

const caught = new Set();
let next;
let abort;

function listen(name, isHeard) {
  if (!(name in signals) || isHeard === caught.has(name)) return;
  try {
    host('catchSignal', name, isHeard);
  } catch (error) {
    if (error.syscall !== undefined) throw error;
    // An embedder that catches no signals.
    return;
  }
  if (isHeard) caught.add(name);
  else caught.delete(name);
  wait();
}

// The request names the signals, so that a program that is restored elsewhere catches them there.
function wait() {
  abort?.abort();
  abort = undefined;
  if (caught.size === 0) return;
  next ??= tools.createRequest('jsvm:signal-next');
  abort = new AbortController();
  const { signal } = abort;
  next([...caught], signal).then(
    (name) => {
      if (!signal.aborted) wait();
      // What a listener throws is an exception, and no rejection.
      process.nextTick(() => process.emit(name, name, signals[name]));
    },
    (error) => { if (!signal.aborted) process.emitWarning(error); },
  );
}

function raise(signal = 'SIGTERM') {
  if (signal === 0) return true;
  const name = typeof signal === 'number' ? Object.keys(signals).find((each) => signals[each] === signal) : signal;
  if (typeof signal !== 'number' && typeof signal !== 'string') throw new ERR_INVALID_ARG_TYPE('signal', ['string', 'number'], signal);
  if (!(name in signals)) throw new ERR_UNKNOWN_SIGNAL(signal);
  host('raise', name);
  return true;
}

module.exports = { listen, raise };
