function* f() { f().next(); } f().next();
