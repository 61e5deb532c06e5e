function f() { class A { static { f(); } } } f();
