// How many subscribers each channel has, for native code to ask.
() => {
  const numbers = new Map();
  return { subscribers: new Uint32Array(1 << 10), linkNativeChannel() {}, getOrCreateChannelIndex(name) {
    if (!numbers.has(name)) numbers.set(name, numbers.size % (1 << 10));
    return numbers.get(name);
  } };
};
