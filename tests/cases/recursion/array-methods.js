function f() { [1].forEach(f); [1].reduce(f, 0); } f();
