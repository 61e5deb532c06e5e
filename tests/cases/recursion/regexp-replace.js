const r = /a/g; r.exec = () => 'a'.replace(r, 'b'); 'a'.replace(r, 'b');
