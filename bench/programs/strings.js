// Text: building, cutting, searching, comparing, single characters, templates, Unicode.
const WORDS = "the quick brown fox jumps over a lazy dog while rain falls on an old tin roof".split(" ");

function text(count) {
  let result = "";
  for (let i = 0; i < count; i++) {
    result += WORDS[(i * 7) % WORDS.length];
    result += i % 11 === 10 ? ". " : " ";
  }
  return result;
}

function isPalindrome(word) {
  for (let i = 0, j = word.length - 1; i < j; i++, j--) {
    if (word[i] !== word[j]) return false;
  }
  return true;
}

function hash(text) {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619) >>> 0;
  return hash;
}

function caesar(text, by) {
  let result = "";
  for (const letter of text) {
    const code = letter.charCodeAt(0);
    result += code >= 97 && code <= 122 ? String.fromCharCode(((code - 97 + by) % 26) + 97) : letter;
  }
  return result;
}

function distance(a, b) {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    before = row;
  }
  return before[b.length];
}

globalThis.run = function () {
  const prose = text(12000);
  const sentences = prose.split(". ").map((sentence) => sentence.trim());
  const titled = sentences.map((line) => line.charAt(0).toUpperCase() + line.slice(1) + ".");
  const wide = titled.map((line, i) => `${String(i).padStart(4, "0")}: ${line.padEnd(70)}|`).join("\n");
  let foxes = 0;
  for (let at = prose.indexOf("fox"); at !== -1; at = prose.indexOf("fox", at + 1)) foxes++;
  let palindromes = 0;
  for (let number = 0; number < 6000; number++) if (isPalindrome(number.toString())) palindromes++;
  const secret = caesar(prose.slice(0, 24000), 13);
  const greek = "\u03b1\u03b2\u03b3 \u{1f600} ".repeat(2000);
  let points = 0;
  for (const letter of greek) points += letter.codePointAt(0);
  const matches = titled.filter((line) => line.includes("rain") && line.startsWith("The")).length;
  const far = distance(prose.slice(0, 160), secret.slice(20, 180));
  return [hash(prose), hash(wide.slice(0, 8000)), foxes, palindromes, hash(secret), points, matches, far].join(" ");
};
