let text = '';
process.stdin.on('readable', () => {
  for (let chunk; (chunk = process.stdin.read()) !== null;) text += chunk;
});
process.stdin.once('end', () => console.log('end', JSON.stringify(text)));
