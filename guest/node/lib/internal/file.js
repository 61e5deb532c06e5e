'use strict';
module.exports = { File: globalThis.File };
