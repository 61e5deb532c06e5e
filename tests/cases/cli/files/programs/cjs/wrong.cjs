#!/usr/bin/env node
exports.a = 1;
exports.b = (;
