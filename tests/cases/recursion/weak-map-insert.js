const m = new Map(); let n = 0; function f() { m.getOrInsertComputed?.(n++, f); if (!m.getOrInsertComputed) f(); } f();
