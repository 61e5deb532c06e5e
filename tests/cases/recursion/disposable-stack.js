function f() { const s = new DisposableStack(); s.defer(f); s.dispose(); } f();
