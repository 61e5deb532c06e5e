for (const v of ['4', '', 'x', 1.5, null, undefined, true, {}]) { try { process.exitCode = v; console.log(v, process.exitCode); } catch (e) { console.log(v, e.code, e.message); } }
process.on('exit', c => { console.log('exit', c); });
try { process.exit(1.5) } catch (e) { console.log(e.message) }
process.exit('7');
