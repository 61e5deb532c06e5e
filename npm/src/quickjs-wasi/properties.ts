/** Own properties of objects. */

import { KEY_FILTER, type Property, type PropertyDefinition } from "../abi/bindings.js";
import type { Key, Output } from "../abi/machine.js";
import type { Core } from "./core.js";
import type { JSValueHandle } from "./handle.js";
import type { JSOwnPropertyDescriptor, JSPropertyDescriptor } from "./types.js";

/** A key of a property. */
export function keyOf(core: Core, key: string | JSValueHandle): Key {
  if (typeof key === "string") {
    return key;
  }
  const input = key.input(core);
  return typeof input === "string" ? input : key.value();
}

/** The own keys of an object; symbols are handles. An object that throws has none. */
export function keysOf(
  core: Core,
  object: JSValueHandle,
  which: { strings?: boolean; symbols?: boolean; hidden?: boolean },
): (string | JSValueHandle)[] {
  let filter = 0;
  for (const name of ["strings", "symbols", "hidden"] as const) {
    filter |= which[name] === true ? KEY_FILTER[name] : 0;
  }
  const value = object.value();
  const keys = core.attempt(() => value.ownKeys(filter)) ?? [];
  return keys.map((key) => (typeof key === "string" ? key : core.wrap(key)));
}

/** An own property: no getter is called. */
export function descriptorOf(
  core: Core,
  object: JSValueHandle,
  key: string | JSValueHandle,
): JSOwnPropertyDescriptor | undefined {
  const value = object.value();
  const name = keyOf(core, key);
  const found = core.enter(({ instance }) => instance.propertiesGetOwnProperty(value, name)) as Property | undefined;
  if (found === undefined) {
    return undefined;
  }
  const { content, writable, enumerable, configurable } = found;
  if (content.tag === "value") {
    return { value: core.wrap(content.val as Output), writable, enumerable, configurable };
  }
  const { get, set } = content.val;
  return { get: core.wrap(get), set: core.wrap(set), enumerable, configurable };
}

/** Defines a property with all of its attributes. */
export function definePropertyOf(
  core: Core,
  object: JSValueHandle,
  key: string | JSValueHandle,
  value: JSValueHandle,
  attributes: JSPropertyDescriptor = {},
): void {
  const definition = {
    value: [value.input(core)],
    writable: attributes.writable === true,
    enumerable: attributes.enumerable === true,
    configurable: attributes.configurable === true,
  } as unknown as PropertyDefinition;
  const target = object.value();
  const name = keyOf(core, key);
  core.enter(({ instance }) => instance.propertiesDefineProperty(target, name, definition));
}
