'use strict';
// `process.stdin`: a stream that asks the embedder for input when it is read, so a program that does not read
// does not wait for input. Node.js has a `tty.ReadStream`, `net.Socket` or `fs.ReadStream` here.
const { Buffer } = require('buffer');
const { Readable } = require('stream');
const { host } = require('internal/jsvm/builtins');
const { readUntil } = require('internal/jsvm/input');

const PIECE = 64 * 1024;

class StandardInput extends Readable {
  #isReferenced = true;
  // Ends the read that is under way.
  #abort;

  constructor() {
    super({ highWaterMark: PIECE, emitClose: false });
    this.fd = 0;
    if (host('isTerminal', 0)) {
      this.isTTY = true;
      this.isRaw = false;
    }
    // As in Node.js, a stream that is paused keeps the program running until the next tick.
    this.on('pause', () => process.nextTick(() => {
      if (this.readableFlowing || this.#abort === undefined) return;
      this.#stop();
      this._readableState.reading = false;
    }));
  }

  _read() {
    // A stream reads ahead after each chunk, also if a listener has paused it meanwhile.
    if (this.isPaused() && this.listenerCount('readable') === 0) this._readableState.reading = false;
    else this.#start();
  }

  #start() {
    if (this.#abort !== undefined) return;
    const abort = this.#abort = new AbortController();
    const end = () => { if (this.#abort === abort) this.#abort = undefined; };
    readUntil(PIECE, this.#isReferenced, abort.signal).then(
      (bytes) => {
        end();
        this.push(bytes.length === 0 ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      },
      (error) => {
        end();
        if (!abort.signal.aborted) this.destroy(error);
      },
    );
  }

  #stop() {
    this.#abort?.abort();
    this.#abort = undefined;
  }

  _destroy(error, callback) {
    this.#stop();
    callback(error);
  }

  #refer(isReferenced) {
    if (this.#isReferenced !== isReferenced) {
      this.#isReferenced = isReferenced;
      if (this.#abort !== undefined) {
        this.#stop();
        this.#start();
      }
    }
    return this;
  }

  ref() { return this.#refer(true); }

  unref() { return this.#refer(false); }

  setRawMode() { return this; }
}

module.exports = new StandardInput();
