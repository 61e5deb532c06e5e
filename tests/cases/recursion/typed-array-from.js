function f() { Uint8Array.from([1], f); } f();
