// What stands between a program that serves requests and whoever drives its VM: `docs/reference/http-protocol.md` has
// the protocol. It holds nothing of the host: a VM in which it ran can be frozen, or built into a
// component.
(httpTools, requests) => {
  // Found when the program is known to serve, since most programs do not.
  let tools, describe, exception, ignore, later, settled;
  const findTools = () => {
    if (tools !== undefined) return;
    tools = httpTools();
    ({ describe, exception, ignore, later, settled } = tools);
  };
  // In a list of our own: a script may have replaced the methods of arrays.
  const listeners = { __proto__: null, length: 0 };
  // What a program exports that has `fetch`; nothing if it listens for events.
  let exported;

  // Gives a request something that it waits for, besides its answer.
  const waitUntil = (served, promise) => {
    if (served.isDone) throw exception("waitUntil was called when the request was done", "InvalidStateError");
    const works = (served.works ??= { __proto__: null, length: 0 });
    works[works.length++] = work(promise);
  };
  const work = async (promise) => {
    try {
      await promise;
    } catch (error) {
      console.error("Uncaught (in waitUntil)", error);
    }
  };

  // `FetchEvent` is made when it is first needed, since it brings the class of events.
  let known;
  const events = () => {
    if (known !== undefined) return known;
    findTools();
    // Not by its name: `jsvm build` includes what occurs in a program, and this function is in each.
    const { ["Eve" + "nt"]: Base } = tools;
    class FetchEvent extends Base {
      #request;
      #env;
      #remote;
      #served;
      #dispatching = false;
      #answer;
      constructor(type, init) {
        super(type, init);
        if (!tools.isRequest(init?.request)) throw new TypeError("FetchEvent: the property request is not an HTTP request");
        this.#request = init.request;
        this.#env = init.env;
        this.#remote = init.remote;
      }
      get request() { return this.#request; }
      get env() { return this.#env; }
      get remote() { return this.#remote; }
      respondWith(response) {
        if (this.#answer !== undefined) {
          throw exception("respondWith was called already", "InvalidStateError");
        }
        if (!this.#dispatching) {
          throw exception("respondWith must be called before the listener returns", "InvalidStateError");
        }
        this.#answer = { response };
        this.stopImmediatePropagation();
      }
      waitUntil(promise) {
        if (this.#served === undefined) {
          throw exception("waitUntil belongs to an event that is dispatched", "InvalidStateError");
        }
        waitUntil(this.#served, promise);
      }
      passThroughOnException() {}

      // Calls the listeners; what the first of them throws is thrown. Returns what holds the answer.
      static dispatch(event, served) {
        event.#served = served;
        event.#dispatching = true;
        try {
          // Those that are added meanwhile are not called.
          const { length } = listeners;
          for (let i = 0; i < length && event.#answer === undefined; i++) {
            const listener = listeners[i];
            if (listener.removed) continue;
            if (listener.once) listener.removed = true;
            const { callback } = listener;
            if (typeof callback === "function") tools.apply(callback, globalThis, event);
            else callback.handleEvent(event);
          }
        } finally {
          event.#dispatching = false;
        }
        return event.#answer;
      }
    }
    const { dispatch } = FetchEvent;
    delete FetchEvent.dispatch;
    tools.expose(FetchEvent);
    return (known = { FetchEvent, dispatch });
  };

  const passThroughOnException = () => {};

  // Requests that wait for the program: numbers and weak references, in turn. After a script was stopped,
  // what waited for it is garbage, and with it the request that it would have ended.
  const tracked = { __proto__: null, length: 0 };
  let enough = 64;
  const track = (served) => {
    if (!served.track) return;
    served.track = false;
    if (tracked.length >= enough) {
      lost();
      enough = tracked.length * 2 + 64;
    }
    tracked[tracked.length++] = served.id;
    tracked[tracked.length++] = new WeakRef(served);
  };
  // Forgets requests that are garbage or done. Returns the numbers of the former.
  const lost = () => {
    const ids = [];
    let kept = 0;
    for (let i = 0; i < tracked.length; i += 2) {
      const served = tracked[i + 1].deref();
      if (served === undefined) ids[ids.length] = tracked[i];
      if (served === undefined || served.isDone) continue;
      tracked[kept++] = tracked[i];
      tracked[kept++] = tracked[i + 1];
    }
    for (let i = kept; i < tracked.length; i++) tracked[i] = undefined;
    tracked.length = kept;
    return ids;
  };

  // The response of the program, or a promise of it.
  const respond = (served, { env, remote }) => {
    const { request } = served;
    if (exported !== undefined) {
      return exported.fetch(request, env, {
        waitUntil: (promise) => waitUntil(served, promise),
        passThroughOnException,
        remote,
      });
    }
    const { FetchEvent, dispatch } = events();
    const answer = dispatch(new FetchEvent("fetch", { request, env, remote }), served);
    if (answer === undefined) {
      throw new TypeError("no listener for \"fetch\" called event.respondWith(response)");
    }
    return answer.response;
  };

  // Nothing more comes of a request when all that it waits for is settled. Each can bring others.
  const end = async (served) => {
    const { works } = served;
    if (works !== undefined) track(served);
    for (let i = 0; i < (works?.length ?? 0); i++) {
      await works[i];
      works[i] = undefined;
    }
    served.isDone = true;
    forget(served);
    ignore(requests.done(served.id));
  };

  const fail = (served, error) => {
    const ended = () => { end(served); };
    settled(requests.failed(served.id, describe(error)), ended, ended);
  };

  // The request that runs, in a VM that answers one at a time. (Those of others are tracked.)
  let latest;
  // What is done must become garbage.
  const forget = (served) => {
    if (latest === served) latest = undefined;
  };
  // Called by the host when the client has disconnected.
  const gone = (id) => {
    if (latest === undefined || latest.id !== id || latest.isDone) return;
    giveUp(latest, new TypeError("the client disconnected"), latest.source);
  };

  // The client is gone: what goes on for it can stop.
  const giveUp = (served, error, source) => {
    source?.cancel(error);
    tools.abort(served.request, error);
  };

  const stream = async (served, head, source) => {
    track(served);
    served.source = source;
    try {
      head.body = tools.outgoing();
      await requests.respond(served.id, head);
      const failure = await tools.pump(requests, head.body, source);
      // The client only sees that the body breaks off.
      if (failure !== undefined) ignore(requests.failed(served.id, describe(failure.reason)));
    } catch (error) {
      giveUp(served, error, source);
    }
    end(served);
  };

  const send = (served, { head, source }) => {
    if (source !== undefined) {
      if (tools.methodOf(served.request) !== "HEAD") {
        stream(served, head, source);
        return;
      }
      source.cancel(new TypeError("a response to HEAD has no body"));
    }
    // Most responses are all there is, which is said with them.
    head.done = served.isDone = served.works === undefined;
    const responded = requests.respond(served.id, head);
    if (head.done) {
      forget(served);
      settled(responded, undefined, (error) => giveUp(served, error));
      return;
    }
    settled(responded, () => { end(served); }, (error) => {
      giveUp(served, error);
      end(served);
    });
  };

  const finish = (served, value) => {
    let answer;
    try {
      answer = tools.response(value, "the handler");
    } catch (error) {
      fail(served, error);
      return;
    }
    send(served, answer);
  };
  const finishLater = async (served, promise) => {
    track(served);
    let value;
    try {
      value = await promise;
    } catch (error) {
      fail(served, error);
      return;
    }
    finish(served, value);
  };

  // A promise costs more than much of the rest, so none is made where nobody waits for one.
  const handler = (id, given, context) => {
    // `works` is what it waits for, if there is anything.
    const track = context?.track;
    const served = { __proto__: null, id, request: undefined, works: undefined, source: undefined, track, isDone: false };
    if (!track) latest = served;
    let answer;
    try {
      served.request = tools.request(requests, given);
      answer = respond(served, context ?? {});
    } catch (error) {
      fail(served, error);
      return;
    }
    // In both cases the jobs that the program has left run before.
    if (tools.isResponse(answer)) later(() => finish(served, answer));
    else finishLater(served, answer);
  };

  const hidden = (name, value) =>
    Object.defineProperty(globalThis, name, {
      __proto__: null,
      value,
      writable: true,
      configurable: true,
    });
  const globals = {
    addEventListener(type, callback, options = undefined) {
      findTools();
      // No other event ever happens.
      if (tools.text(type) !== "fetch" || callback === null || callback === undefined) return;
      if (typeof callback !== "function" && typeof callback !== "object") {
        throw new TypeError("addEventListener: the listener is neither a function nor an object");
      }
      for (let i = 0; i < listeners.length; i++) {
        if (listeners[i].callback === callback && !listeners[i].removed) return;
      }
      const once = typeof options === "object" && options !== null && !!options.once;
      listeners[listeners.length++] = { callback, once, removed: false };
    },
    removeEventListener(type, callback) {
      findTools();
      if (tools.text(type) !== "fetch") return;
      for (let i = 0; i < listeners.length; i++) {
        if (listeners[i].callback === callback) listeners[i].removed = true;
      }
    },
  };
  hidden("addEventListener", globals.addEventListener);
  hidden("removeEventListener", globals.removeEventListener);
  Object.defineProperty(globalThis, "FetchEvent", {
    __proto__: null,
    get: () => {
      const { FetchEvent } = events();
      hidden("FetchEvent", FetchEvent);
      return FetchEvent;
    },
    set: (value) => hidden("FetchEvent", value),
    configurable: true,
  });

  // Called with what the program exports when it was evaluated. Returns the function that the driver
  // calls for each request, or nothing if the program serves none.
  const find = (exports) => {
    const found = exports?.default;
    const isObject = (typeof found === "object" && found !== null) || typeof found === "function";
    if (isObject && typeof found.fetch === "function") exported = found;
    else if (listeners.length === 0) return undefined;
    findTools();
    return handler;
  };
  return { find, lost, gone };
}
