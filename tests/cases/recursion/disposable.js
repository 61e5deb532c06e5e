function f() { using x = { [Symbol.dispose]() { f(); } }; } f();
