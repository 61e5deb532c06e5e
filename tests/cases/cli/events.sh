# Events of `process` at the end of a program, and at errors that no code catches. Node.js 24 prints the same to stdout.
jsvm run events/before-exit.mjs
jsvm run events/order.cjs
jsvm run events/never-settles.mjs
jsvm run events/exceptions.cjs
jsvm run events/reasons.cjs
jsvm run events/rejections.cjs
jsvm run events/rejection-listener-throws.cjs
jsvm run events/capture.cjs
jsvm run events/module-throws.mjs
jsvm run events/emitter.cjs
jsvm run events/codes.cjs
jsvm run events/unset-code.cjs
jsvm run events/exit-in-exit.cjs
jsvm run events/exit-code.cjs 2>/dev/null
jsvm run events/monitor.cjs 2>/dev/null
jsvm run events/listener-throws.cjs 2>/dev/null
jsvm run events/module-rejects.mjs 2>/dev/null
jsvm run events/exit-listener-throws.cjs 2>/dev/null
echo 'for (let i = 0; i < 20000; i++) process.stdout.write(`${i}\n`); process.exit(3)' | jsvm run - | tail -n 1
