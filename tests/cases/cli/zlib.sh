# `node:zlib`. Node.js 24 prints the same for all but the last, whose compressor was frozen in the middle of its data.
jsvm run zlib/levels.mjs
jsvm run zlib/flush.mjs
jsvm run zlib/members.mjs
jsvm run zlib/large.mjs
jsvm snapshot zlib/frozen.mjs -o zlib.snap > /dev/null; jsvm restore zlib.snap --eval 'finish()'
