'use strict';
module.exports = { kClone: Symbol('kClone'), kDeserialize: Symbol('kDeserialize'), kTransfer: Symbol('kTransfer'),
                   kTransferList: Symbol('kTransferList'), markTransferMode() {}, setup() {}, structuredClone };
