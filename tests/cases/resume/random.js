new Date(0).getTime()
// ---
Math.random()
// ---
const dice = Array.from({ length: 8 }, () => 1 + Math.floor(6 * Math.random()));
dice.join()
// ---
const shuffled = [...'abcdefgh'];
for (let i = shuffled.length - 1; i > 0; i--) {
  const j = Math.floor(Math.random() * (i + 1));
  [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
}
shuffled.join('')
// ---
timer(1500).then(() => console.log(Math.random(), Date.now(), performance.now()))
// ---
timer(2500).then(() => console.log(Math.random(), Date.now(), performance.now()));
Math.random()
