'use strict';
// Events are those of the web platform.
const { Event, EventTarget, CustomEvent } = globalThis;
module.exports = {
  Event, EventTarget, CustomEvent,
  NodeEventTarget: class NodeEventTarget extends EventTarget {},
  defineEventHandler(emitter, name, event = name) {
    let handler = null;
    Object.defineProperty(emitter, `on${name}`, {
      __proto__: null,
      configurable: true,
      enumerable: true,
      get: () => handler,
      set(value) {
        if (handler) this.removeEventListener(event, handler);
        handler = typeof value === 'function' ? value : null;
        if (handler) this.addEventListener(event, handler);
      },
    });
  },
  initEventTarget() {},
  initNodeEventTarget() {},
  kCreateEvent: Symbol('kCreateEvent'),
  kNewListener: Symbol('kNewListener'),
  kTrustEvent: Symbol('kTrustEvent'),
  kRemoveListener: Symbol('kRemoveListener'),
  kEvents: Symbol('kEvents'),
  kWeakHandler: Symbol('kWeak'),
  kResistStopPropagation: Symbol('kResistStopPropagation'),
  isEventTarget: (value) => value instanceof EventTarget,
};
