function f() { f`a${1}`; } f();
