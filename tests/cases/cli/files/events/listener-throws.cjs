process.on('uncaughtException', e => { console.log('caught', e.message); throw new Error('again'); });
process.on('exit', c => console.log('exit', c));
throw new Error('first');
