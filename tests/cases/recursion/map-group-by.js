function f() { Map.groupBy([1], f); } f();
