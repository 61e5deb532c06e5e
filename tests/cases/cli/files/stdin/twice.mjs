let text = '';
for await (const chunk of process.stdin) { text += chunk; if (text.length > 3) break; }
console.log(JSON.stringify(text.slice(0, 4)), process.stdin.destroyed);
