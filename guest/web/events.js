// `Event`, `EventTarget` and `CustomEvent` (DOM), for targets without parents.
(native, need) => {
  const { required, dictionary } = need("idl");
  const { expose, exception, report, apply } = native;
  const NONE = 0, AT_TARGET = 2;
  const { defineProperty } = Object;
  // Each event has it as its own property, which no script can replace.
  let trusted;
  // Set by the part that has `AbortSignal`: without it no object is one.
  const signals = { onAbort: undefined, added: undefined };

  class Event {
    #type;
    #bubbles = false;
    #cancelable = false;
    #composed = false;
    #trusted = false;
    #target = null;
    #currentTarget = null;
    #phase = NONE;
    #dispatching = false;
    #stopped = false;
    #stoppedNow = false;
    #canceled = false;
    #passive = false;
    #initialized = true;
    #timeStamp = native.now();

    constructor(type, options = undefined) {
      required(arguments.length, 1, "Event");
      this.#type = native.text(type);
      const { bubbles, cancelable, composed } = dictionary(options, "Event");
      this.#bubbles = !!bubbles;
      this.#cancelable = !!cancelable;
      this.#composed = !!composed;
      defineProperty(this, "isTrusted", trusted);
    }

    get type() { return this.#type; }
    get target() { return this.#target; }
    get srcElement() { return this.#target; }
    get currentTarget() { return this.#currentTarget; }
    composedPath() { return this.#currentTarget === null ? [] : [this.#currentTarget]; }
    get eventPhase() { return this.#phase; }
    stopPropagation() { this.#stopped = true; }
    get cancelBubble() { return this.#stopped; }
    set cancelBubble(value) { if (value) this.#stopped = true; }
    stopImmediatePropagation() { this.#stopped = this.#stoppedNow = true; }
    get bubbles() { return this.#bubbles; }
    get cancelable() { return this.#cancelable; }
    get returnValue() { return !this.#canceled; }
    set returnValue(value) { if (!value) this.preventDefault(); }
    preventDefault() { if (this.#cancelable && !this.#passive) this.#canceled = true; }
    get defaultPrevented() { return this.#canceled; }
    get composed() { return this.#composed; }
    get timeStamp() { return this.#timeStamp; }
    initEvent(type, bubbles = false, cancelable = false) {
      required(arguments.length, 1, "Event.initEvent");
      type = native.text(type);
      if (this.#dispatching) return;
      this.#type = type;
      this.#bubbles = !!bubbles;
      this.#cancelable = !!cancelable;
      this.#stopped = this.#stoppedNow = this.#canceled = this.#trusted = false;
      this.#target = null;
    }

    static trust(event) {
      event.#trusted = true;
      return event;
    }
    static distrust(event) { event.#trusted = false; }
    static isDispatching(event) { return event.#dispatching; }
    static isTrustedOf() {
      const members = { get isTrusted() { return this.#trusted; } };
      return Object.getOwnPropertyDescriptor(members, "isTrusted").get;
    }
    // Runs the listeners of one target, which is all of the path.
    static dispatch(event, target, listeners, remove) {
      event.#dispatching = true;
      event.#target = event.#currentTarget = target;
      event.#phase = AT_TARGET;
      for (let capture = 1; capture >= 0 && !event.#stopped; capture--) {
        // Those that are added meanwhile are not called.
        const { length } = listeners;
        const now = { __proto__: null };
        for (let i = 0; i < length; i++) now[i] = listeners[i];
        for (let i = 0; i < length && !event.#stoppedNow; i++) {
          const listener = now[i];
          if (listener.removed || listener.type !== event.#type) continue;
          if (listener.capture !== (capture === 1)) continue;
          if (listener.once) remove(listener);
          event.#passive = listener.passive;
          try {
            const { callback } = listener;
            if (typeof callback === "function") {
              apply(callback, target, event);
            } else {
              const { handleEvent } = callback;
              if (typeof handleEvent !== "function") {
                throw new TypeError("The property handleEvent of a listener is not a function");
              }
              apply(handleEvent, callback, event);
            }
          } catch (error) {
            report(error);
          }
          event.#passive = false;
        }
      }
      event.#phase = NONE;
      event.#currentTarget = null;
      event.#dispatching = event.#stopped = event.#stoppedNow = false;
      return !event.#canceled;
    }
    static describe(event) {
      return {
        type: event.#type,
        defaultPrevented: event.#canceled,
        cancelable: event.#cancelable,
        timeStamp: event.#timeStamp,
      };
    }
  }
  const { trust, distrust, isDispatching, isTrustedOf, dispatch, describe } = Event;
  trusted = { __proto__: null, get: isTrustedOf(), enumerable: true };
  delete Event.trust;
  delete Event.distrust;
  delete Event.isTrustedOf;
  delete Event.isDispatching;
  delete Event.dispatch;
  delete Event.describe;
  const phases = { NONE, CAPTURING_PHASE: 1, AT_TARGET, BUBBLING_PHASE: 3 };
  for (const name in phases) {
    const constant = { __proto__: null, value: phases[name], enumerable: true };
    defineProperty(Event, name, constant);
    defineProperty(Event.prototype, name, constant);
  }

  const isCapture = (options) =>
    typeof options === "object" && options !== null || typeof options === "function"
      ? !!options.capture
      : !!options;

  // A listener, which `null` and `undefined` are not.
  const listenerOf = (callback) => {
    if (callback === undefined) return null;
    if (callback !== null && typeof callback !== "object" && typeof callback !== "function") {
      throw new TypeError("The listener is neither a function nor an object");
    }
    return callback;
  };

  class EventTarget {
    #listeners = { __proto__: null, length: 0 };

    #remove(listener) {
      const listeners = this.#listeners;
      listener.removed = true;
      let kept = 0;
      for (let i = 0; i < listeners.length; i++) {
        if (listeners[i] !== listener) listeners[kept++] = listeners[i];
      }
      if (kept < listeners.length) delete listeners[listeners.length = kept];
    }
    #find(type, callback, capture) {
      const listeners = this.#listeners;
      for (let i = 0; i < listeners.length; i++) {
        const known = listeners[i];
        if (known.type === type && known.callback === callback && known.capture === capture) {
          return known;
        }
      }
    }

    addEventListener(type, callback, options = undefined) {
      const listeners = this.#listeners;
      required(arguments.length, 2, "EventTarget.addEventListener");
      type = native.text(type);
      let once = false, passive = false, signal;
      const capture = isCapture(options);
      if (typeof options === "object" && options !== null || typeof options === "function") {
        once = !!options.once;
        passive = !!options.passive;
        signal = options.signal;
      }
      callback = listenerOf(callback);
      const listener = { type, callback, capture, once, passive, removed: false };
      if (signal !== undefined) {
        if (signals.onAbort === undefined) throw new TypeError("The signal is not an AbortSignal");
        const removal = callback === null ? () => {} : () => this.#remove(listener);
        if (!signals.onAbort(signal, removal)) return;
      }
      if (callback === null || this.#find(type, callback, capture) !== undefined) return;
      listeners[listeners.length++] = listener;
      if (signals.added !== undefined) signals.added(this, type);
    }
    removeEventListener(type, callback, options = undefined) {
      this.#listeners;
      required(arguments.length, 2, "EventTarget.removeEventListener");
      const listener = this.#find(native.text(type), listenerOf(callback), isCapture(options));
      if (listener !== undefined) this.#remove(listener);
    }
    dispatchEvent(event) {
      const listeners = this.#listeners;
      required(arguments.length, 1, "EventTarget.dispatchEvent");
      if (isDispatching(event)) {
        throw exception("The event is already being dispatched", "InvalidStateError");
      }
      distrust(event);
      return dispatch(event, this, listeners, (listener) => this.#remove(listener));
    }
    // An event that the platform fires.
    static fire(target, event) {
      return dispatch(trust(event), target, target.#listeners, (l) => target.#remove(l));
    }
  }
  const { fire } = EventTarget;
  delete EventTarget.fire;

  class CustomEvent extends Event {
    #detail = null;
    constructor(type, options = undefined) {
      required(arguments.length, 1, "CustomEvent");
      super(type, options);
      const { detail } = dictionary(options, "CustomEvent");
      if (detail !== undefined) this.#detail = detail;
    }
    get detail() { return this.#detail; }
    initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
      if (isDispatching(this)) return;
      this.initEvent(type, bubbles, cancelable);
      this.#detail = detail;
    }
    static describe(event) { return { ...describe(event), detail: event.#detail }; }
  }
  const describeCustom = CustomEvent.describe;
  delete CustomEvent.describe;

  // An event handler attribute, such as `onabort`: `state` keeps it for one target.
  const setHandler = (target, type, state, value) => {
    const usable = typeof value === "function" || (typeof value === "object" && value !== null);
    if (state.value === null && usable) {
      state.listener ??= (event) => {
        if (typeof state.value !== "function") return;
        if (apply(state.value, target, event) === false) event.preventDefault();
      };
      target.addEventListener(type, state.listener);
    } else if (state.value !== null && !usable) {
      target.removeEventListener(type, state.listener);
    }
    state.value = usable ? value : null;
  };

  expose(Event, { describe });
  expose(EventTarget, { describe: () => ({}) });
  expose(CustomEvent, { describe: describeCustom });
  return { Event, EventTarget, CustomEvent, fire, signals, setHandler, describe };
};
