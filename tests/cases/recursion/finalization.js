const r = new FinalizationRegistry(() => {}); function f() { r.register({}, 1); f(); } f();
