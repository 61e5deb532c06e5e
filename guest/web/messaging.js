// `MessageChannel` (HTML), within one VM. A message arrives as a job; there is nothing to send a
// port to.
(native, need) => {
  const { required, dictionary } = need("idl");
  const { Event, EventTarget, fire, setHandler, describe } = need("events");
  const { expose, settle, apply } = native;
  const clone = structuredClone;
  const { then } = Promise.prototype;
  let allowed = false;

  class MessageEvent extends Event {
    #data;
    #origin;
    #lastEventId;
    #source;
    #ports;
    constructor(type, options = undefined) {
      required(arguments.length, 1, "MessageEvent");
      super(type, options);
      const { data, origin, lastEventId, source, ports } = dictionary(options, "MessageEvent");
      this.#data = data === undefined ? null : data;
      this.#origin = origin === undefined ? "" : native.text(origin);
      this.#lastEventId = lastEventId === undefined ? "" : native.text(lastEventId);
      this.#source = source === undefined ? null : source;
      this.#ports = Object.freeze(ports === undefined ? [] : [...ports]);
    }
    get data() { return this.#data; }
    get origin() { return this.#origin; }
    get lastEventId() { return this.#lastEventId; }
    get source() { return this.#source; }
    get ports() { return this.#ports; }
    static describe(event) { return { ...describe(event), data: event.#data }; }
  }
  const { describe: describeMessage } = MessageEvent;
  delete MessageEvent.describe;

  const make = () => {
    allowed = true;
    return new MessagePort();
  };

  class MessagePort extends EventTarget {
    #other;
    #started = false;
    #waiting = { __proto__: null, length: 0 };
    #handler = { value: null, listener: undefined };
    #errorHandler = { value: null, listener: undefined };
    constructor() {
      if (!allowed) throw new TypeError("Illegal constructor");
      allowed = false;
      super();
    }
    postMessage(message, options = undefined) {
      const other = this.#other;
      required(arguments.length, 1, "MessagePort.postMessage");
      const transfer =
        typeof options === "object" && options !== null && Symbol.iterator in options
          ? options
          : dictionary(options, "MessagePort.postMessage").transfer;
      const data = transfer === undefined ? clone(message) : clone(message, { transfer });
      if (other === undefined) return;
      const waiting = other.#waiting;
      waiting[waiting.length++] = data;
      if (other.#started) other.#schedule();
    }
    #schedule() {
      apply(then, settle(() => {}), () => this.#deliver());
    }
    #deliver() {
      const waiting = this.#waiting;
      if (waiting.length === 0) return;
      const data = waiting[0];
      for (let i = 1; i < waiting.length; i++) waiting[i - 1] = waiting[i];
      delete waiting[--waiting.length];
      fire(this, new MessageEvent("message", { data }));
    }
    start() {
      if (this.#started) return;
      this.#started = true;
      for (let i = 0; i < this.#waiting.length; i++) this.#schedule();
    }
    close() {
      const other = this.#other;
      this.#other = undefined;
      if (other !== undefined) other.#other = undefined;
    }
    get onmessage() { return this.#handler.value; }
    set onmessage(value) {
      setHandler(this, "message", this.#handler, value);
      this.start();
    }
    get onmessageerror() { return this.#errorHandler.value; }
    set onmessageerror(value) { setHandler(this, "messageerror", this.#errorHandler, value); }
    static entangle(one, two) {
      one.#other = two;
      two.#other = one;
    }
  }
  const { entangle } = MessagePort;
  delete MessagePort.entangle;

  class MessageChannel {
    #port1 = make();
    #port2 = make();
    constructor() { entangle(this.#port1, this.#port2); }
    get port1() { return this.#port1; }
    get port2() { return this.#port2; }
    static describe(channel) { return { port1: channel.#port1, port2: channel.#port2 }; }
  }
  const { describe: describeChannel } = MessageChannel;
  delete MessageChannel.describe;

  expose(MessageEvent, { describe: describeMessage });
  expose(MessagePort, { describe: () => ({}) });
  expose(MessageChannel, { describe: describeChannel });
  return { MessageChannel, MessagePort, MessageEvent };
};
