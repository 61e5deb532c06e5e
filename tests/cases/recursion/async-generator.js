async function* f() { yield* f(); }
function deep() { f().next(); deep(); }
deep();
