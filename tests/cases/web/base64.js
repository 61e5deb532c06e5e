for (const text of ["", "a", "ab", "abc", "\xff\xfe", "\0", 12, null, undefined, [1, 2]]) {
  console.log(btoa(text), JSON.stringify(atob(btoa(text))));
}
for (const text of ["YQ==", "YQ=", "YQ", " Y Q = = ", "Y\tQ\n=\f=\r", "YWI=", "YWJj", "YW Jj", "", "/+8=", null]) {
  try {
    console.log(JSON.stringify(text), JSON.stringify(atob(text)));
  } catch (error) {
    console.log(JSON.stringify(text), error.name);
  }
}
for (const text of ["Y", "YQ===", "Y=Q=", "YWJj=", "=", "====", "Y-_/", "YQ==x", "ä", "€", "YQ\v==", "YQ==\0"]) {
  try {
    console.log(JSON.stringify(text), atob(text));
  } catch (error) {
    console.log(error.name, error.code, error instanceof DOMException);
  }
}
try { btoa("€"); } catch (error) { console.log(error.name, error.code); }
for (const wrong of [() => atob(), () => btoa(), () => btoa(Symbol())]) {
  try { wrong(); } catch (error) { console.log(error instanceof TypeError); }
}
// Long texts that were put together.
let long = "";
for (let i = 0; i < 3000; i++) long += String.fromCharCode(i % 256) + "xyz".repeat(i % 3);
console.log(atob(btoa(long)) === long, atob(btoa(long + long)) === long + long, btoa("x".repeat(9000) + long).length);
console.log(atob.name, atob.length, btoa.name, btoa.length);
