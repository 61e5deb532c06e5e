// What stands between a program that serves requests and whoever drives its VM: `docs/http.md` has
// the protocol. It holds nothing of the host: a VM in which it ran can be frozen, or built into a
// component.
(httpTools, requests) => {
  const tools = httpTools();
  const { exception, describe } = tools;
  // In a list of our own: a script may have replaced the methods of arrays.
  const listeners = { __proto__: null, length: 0 };
  // What a program exports that has `fetch`; nothing if it listens for events.
  let exported;

  const quietly = async (promise) => {
    try {
      await promise;
    } catch {
      // The client is gone, or the driver is: nobody is left to be told.
    }
  };

  // What a handler does besides answering.
  const lifetime = () => {
    const works = { __proto__: null, length: 0 };
    let ended = false;
    const work = async (promise) => {
      try {
        await promise;
      } catch (error) {
        console.error("Uncaught (in waitUntil)", error);
      }
    };
    return {
      waitUntil: (promise) => {
        if (ended) throw exception("waitUntil was called when the request was done", "InvalidStateError");
        works[works.length++] = work(promise);
      },
      // Each can bring others.
      end: async () => {
        for (let i = 0; i < works.length; i++) {
          await works[i];
          works[i] = undefined;
        }
        ended = true;
      },
    };
  };

  // `FetchEvent` is made when it is first needed, since it brings `Event`.
  let known;
  const events = () => {
    if (known !== undefined) return known;
    const { Event } = tools;
    class FetchEvent extends Event {
      #request;
      #env;
      #remote;
      #life;
      #dispatching = false;
      #answer;
      constructor(type, init) {
        super(type, init);
        if (!tools.isRequest(init?.request)) throw new TypeError("FetchEvent: the request is not a Request");
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
        if (this.#life === undefined) {
          throw exception("waitUntil belongs to an event that is dispatched", "InvalidStateError");
        }
        this.#life.waitUntil(promise);
      }
      passThroughOnException() {}

      // Calls the listeners; what the first of them throws is thrown. Returns what holds the answer.
      static dispatch(event, life) {
        event.#life = life;
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

  // The response of the program, or a promise of it.
  const respond = (request, { env, remote }, life) => {
    if (exported !== undefined) {
      return exported.fetch(request, env, {
        waitUntil: (promise) => life.waitUntil(promise),
        passThroughOnException: () => {},
        remote,
      });
    }
    const { FetchEvent, dispatch } = events();
    const answer = dispatch(new FetchEvent("fetch", { request, env, remote }), life);
    if (answer === undefined) {
      throw new TypeError("no listener for \"fetch\" called event.respondWith(response)");
    }
    return answer.response;
  };

  // Rejects if nobody takes the response.
  const send = async (id, request, { head, source }) => {
    if (source === undefined) {
      await requests.respond(id, head);
      return;
    }
    if (tools.methodOf(request) === "HEAD") {
      source.cancel(new TypeError("a response to HEAD has no body"));
      await requests.respond(id, head);
      return;
    }
    try {
      head.body = tools.outgoing();
      await requests.respond(id, head);
      await tools.pump(requests, head.body, source);
    } catch (error) {
      source.cancel(error);
      throw error;
    }
  };

  const handler = async (id, given, context) => {
    const life = lifetime();
    let request, answer;
    try {
      request = tools.request(requests, given);
      answer = tools.response(await respond(request, context ?? {}, life), "the handler");
    } catch (error) {
      await quietly(requests.failed(id, describe(error)));
    }
    if (answer !== undefined) {
      try {
        await send(id, request, answer);
      } catch (error) {
        // The client is gone: what goes on for it can stop.
        tools.abort(request, error);
      }
    }
    await life.end();
    await quietly(requests.done(id));
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
  return (exports) => {
    const found = exports?.default;
    const isObject = (typeof found === "object" && found !== null) || typeof found === "function";
    if (isObject && typeof found.fetch === "function") exported = found;
    else if (listeners.length === 0) return undefined;
    return handler;
  };
}
